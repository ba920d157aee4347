"""A time by which a body has to be here: who sends a byte now and then must not hold a thread.

A body earns time by what came of it. Where very many are on their way at once, the slowest make
room: else those who send nothing would hold the threads of all others for as long as that time.

Whoever reads from a connection waits in the operating system. So another thread watches, and shuts
the reading half of a connection that is late: the reader wakes up as at the end of what was sent,
the answer still gets out, and the connection ends with it.
"""

import math
import socket
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import IO

from flask import Request

from data.reasons import Reason
from intake.errors import Problem, Refused

SECONDS = 30
MOST_SECONDS = 300
RATE = 16 * 1024  # bytes that came and so earn a second more
_PIECE = 32 * 1024  # read at a time: what comes in drops is counted no later
_POLL_SECONDS = 1.0
_AT_ONCE = 24  # bodies on their way, of the 32 threads a process should have
_YOUNG_SECONDS = 2.0  # too early to say that it is slow
_SOCKETS = ("gunicorn.socket", "werkzeug.socket")  # where servers tell it; else nothing is watched


class TooSlow(Refused):
    """A body that did not arrive in time."""

    def __init__(self, seconds: float) -> None:
        words = f"the body did not arrive within {seconds:.0f} s; send the request again"
        super().__init__(Problem(HTTPStatus.REQUEST_TIMEOUT, words, Reason.UNREADABLE))


class Reading:
    """One body on its way, read in pieces from `body`; what came earns it more time."""

    def __init__(
        self, connection: socket.socket, body: IO[bytes], *, patience: float, begun: float
    ) -> None:
        self._connection = connection
        self._body = body
        self._patience = patience
        self._begun = begun
        self._received = 0
        self.is_late = False

    def read(self, size: int) -> bytes:
        piece = self._body.read(min(size, _PIECE))
        self._received += len(piece)
        return piece

    @property
    def seconds(self) -> float:
        """That it may take, as far as it came."""
        return min(self._patience + self._received / RATE, MOST_SECONDS)

    def is_over(self, at: float) -> bool:
        return at >= self._begun + self.seconds

    def pace(self, at: float) -> float:
        """Bytes a second; infinite of one that has only begun."""
        age = at - self._begun
        return self._received / age if age > _YOUNG_SECONDS else math.inf

    def give_up(self) -> None:
        self.is_late = True
        with suppress(OSError):  # it is closed already
            # Not the method of an encrypted connection: that one would also end the encryption.
            socket.socket.shutdown(self._connection, socket.SHUT_RD)


class _Watch:
    """Gives up what is late, looking once a second; one for the whole process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readings: set[Reading] = set()
        self._is_running = False

    def begin(self, reading: Reading) -> None:
        with self._lock:
            self._readings.add(reading)
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, daemon=True, name="body deadlines").start()

    def end(self, reading: Reading) -> None:
        with self._lock:  # from here on it is either late or never will be
            self._readings.discard(reading)

    def _run(self) -> None:
        while True:
            time.sleep(_POLL_SECONDS)
            with self._lock:
                for reading in to_give_up(self._readings, time.monotonic()):
                    self._readings.discard(reading)
                    reading.give_up()


def to_give_up(readings: Collection[Reading], at: float) -> list[Reading]:
    """Those whose time is over, and the slowest of those that are too many."""
    over = [reading for reading in readings if reading.is_over(at)]
    others = sorted(set(readings).difference(over), key=lambda reading: reading.pace(at))
    surplus = others[: max(len(others) - _AT_ONCE, 0)]
    return over + [reading for reading in surplus if reading.pace(at) < math.inf]


_watch = _Watch()


@contextmanager
def in_time(request: Request, *, patience: float | None = None) -> Iterator[None]:
    """What reads a body inside raises TooSlow where that takes too long.

    A body has `patience` seconds (SECONDS), and one more for each RATE bytes that came.
    """
    connection = next((request.environ[k] for k in _SOCKETS if k in request.environ), None)
    if connection is None:
        yield
        return
    reading = Reading(
        connection,
        request.environ["wsgi.input"],
        patience=SECONDS if patience is None else patience,
        begun=time.monotonic(),
    )
    request.environ["wsgi.input"] = reading
    _watch.begin(reading)
    try:
        yield
    except Exception:
        if reading.is_late:
            raise TooSlow(reading.seconds) from None
        raise
    finally:
        _watch.end(reading)
    if reading.is_late:
        raise TooSlow(reading.seconds)
