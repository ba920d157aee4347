"""A time by which a body has to be here: who sends a byte now and then must not hold a thread.

Whoever reads from a connection waits in the operating system. So another thread watches, and shuts
the reading half of a connection that is late: the reader wakes up as at the end of what was sent,
the answer still gets out, and the connection ends with it.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus

from flask import Request

from intake.errors import Problem, Refused

SECONDS = 30
UPLOAD_SECONDS = 300  # at most, for photos
_UPLOAD_RATE = 64 * 1024  # bytes of a photo that have a second more
_POLL_SECONDS = 1.0
_SOCKETS = ("gunicorn.socket", "werkzeug.socket")  # where servers tell it; else nothing is watched


class TooSlow(Refused):
    """A body that did not arrive in time."""

    def __init__(self, seconds: float) -> None:
        words = f"the body did not arrive within {seconds:.0f} s; send the request again"
        super().__init__(Problem(HTTPStatus.REQUEST_TIMEOUT, words))


class _Reading:
    """One body on its way."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self.ends_at = time.monotonic() + seconds
        self.is_late = False

    def give_up(self) -> None:
        self.is_late = True
        with suppress(OSError):  # it is closed already
            # Not the method of an encrypted connection: that one would also end the encryption.
            socket.socket.shutdown(self._connection, socket.SHUT_RD)


class _Watch:
    """Gives up what is late, looking once a second; one for the whole process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readings: set[_Reading] = set()
        self._is_running = False

    def begin(self, reading: _Reading) -> None:
        with self._lock:
            self._readings.add(reading)
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, daemon=True, name="body deadlines").start()

    def end(self, reading: _Reading) -> None:
        with self._lock:  # from here on it is either late or never will be
            self._readings.discard(reading)

    def _run(self) -> None:
        while True:
            time.sleep(_POLL_SECONDS)
            with self._lock:
                for reading in [r for r in self._readings if r.ends_at <= time.monotonic()]:
                    self._readings.discard(reading)
                    reading.give_up()


_watch = _Watch()


@contextmanager
def in_time(request: Request, *, with_photos: bool = False) -> Iterator[None]:
    """What reads a body inside raises TooSlow where that takes too long."""
    connection = next((request.environ[k] for k in _SOCKETS if k in request.environ), None)
    if connection is None:
        yield
        return
    seconds = _seconds(request, with_photos)
    reading = _Reading(connection, seconds)
    _watch.begin(reading)
    try:
        yield
    except Exception:
        if reading.is_late:
            raise TooSlow(seconds) from None
        raise
    finally:
        _watch.end(reading)
    if reading.is_late:
        raise TooSlow(seconds)


def _seconds(request: Request, with_photos: bool) -> float:
    if not with_photos or request.mimetype != "multipart/form-data":
        return SECONDS
    if request.content_length is None:
        return UPLOAD_SECONDS
    return min(SECONDS + request.content_length / _UPLOAD_RATE, UPLOAD_SECONDS)
