"""How many files all server processes read at once: each reading may take a gigabyte."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from data.i18n import gettext as _
from data.layers.model import LayerError

SLOTS = 2
_WAIT_SECONDS = 90.0
_LOOK_SECONDS = 0.1


class ReadersBusy(LayerError):
    """All slots are taken, for longer than one should wait."""


@contextmanager
def reading_slot(folder: Path, *, wait_seconds: float = _WAIT_SECONDS) -> Iterator[None]:
    """Hold one of SLOTS while reading. A process that ends gives its slots back. Raises
    ReadersBusy."""
    folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + wait_seconds
    while (held := _take(folder)) is None:
        if time.monotonic() > until:
            raise ReadersBusy(_("other files are being read; try again in a minute"))
        time.sleep(_LOOK_SECONDS)
    with held:
        yield


def _take(folder: Path) -> IO[bytes] | None:
    for number in range(SLOTS):
        file = open(folder / f"slot-{number}.lock", "wb")  # noqa: SIM115 (held by the caller)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except OSError:
            file.close()
    return None
