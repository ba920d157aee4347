"""How many files all server processes read or fetch at once.

Each reading may take a gigabyte; a slow server may keep a fetching waiting for minutes, and must
not keep those waiting who have their file already.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from data.layers.model import LayerError

SLOTS = 2
FETCHES = 6
_WAIT_SECONDS = 90.0
_LOOK_SECONDS = 0.1


class ReadersBusy(LayerError):
    """All slots are taken, for longer than one should wait."""


@contextmanager
def reading_slot(folder: Path | None, *, wait_seconds: float = _WAIT_SECONDS) -> Iterator[None]:
    """Hold one of SLOTS while reading. A process that ends gives its slots back.

    `folder` is where the processes of a server meet; None: a command, which reads alone. Raises
    ReadersBusy.
    """
    if folder is None:
        yield
        return
    with _slot(folder, "slot", SLOTS, wait_seconds):
        yield


@contextmanager
def fetching_slot(folder: Path, *, wait_seconds: float = _WAIT_SECONDS) -> Iterator[None]:
    """Hold one of FETCHES while a file comes from another server. Raises ReadersBusy."""
    with _slot(folder, "fetch", FETCHES, wait_seconds):
        yield


@contextmanager
def _slot(folder: Path, kind: str, number: int, wait_seconds: float) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + wait_seconds
    while (held := _take(folder, kind, number)) is None:
        if time.monotonic() > until:
            raise ReadersBusy("other files are being read; try again in a minute")
        time.sleep(_LOOK_SECONDS)
    with held:
        yield


def _take(folder: Path, kind: str, number: int) -> IO[bytes] | None:
    for place in range(number):
        file = open(folder / f"{kind}-{place}.lock", "wb")  # noqa: SIM115 (held by the caller)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except OSError:
            file.close()
    return None
