"""The process that reads: `python -m data.layers.reading.worker FOLDER`. It has no more than its
limits, no network where the system lets it give that up, and writes only into FOLDER."""

import ctypes
import gc
import json
import os
import resource
import signal
import sys
from pathlib import Path

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_DEATH_SIGNAL = 1  # of prctl


def main(folder: Path) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    _end_with_parent(library)
    _leave_network(library)
    limits = json.loads((folder / "request.json").read_text(encoding="utf-8"))["limits"]
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, limits["cpu_seconds"], grace=5)
    _limit(resource.RLIMIT_AS, limits["memory_bytes"])
    _limit(resource.RLIMIT_FSIZE, limits["answer_bytes"])
    _limit(resource.RLIMIT_NOFILE, 128)
    from data.layers.limits import OUT_OF_MEMORY

    try:
        return _work(folder)
    except MemoryError:
        return OUT_OF_MEMORY


def _limit(what: int, value: int, grace: int = 0) -> None:
    _, most = resource.getrlimit(what)
    hard = value + grace if most == resource.RLIM_INFINITY else min(value + grace, most)
    resource.setrlimit(what, (min(value, hard), hard))


def _end_with_parent(library: ctypes.CDLL) -> None:
    if prctl := getattr(library, "prctl", None):
        prctl(_DEATH_SIGNAL, signal.SIGKILL)


def _leave_network(library: ctypes.CDLL) -> None:
    """Into a network of its own, where there is nobody; where that is not allowed, GDAL's drivers
    and settings alone keep it from asking anybody."""
    unshare = getattr(library, "unshare", None)
    if unshare is not None and unshare(_NEW_NETWORK) != 0:
        unshare(_NEW_USER | _NEW_NETWORK)


def _work(folder: Path) -> int:
    from data.layers.formats.gdal import DRIVERS
    from data.layers.model import LayerError
    from data.layers.reading import exchange
    from data.layers.reading.reader import inspect_files, read_files

    if stray := _stray_drivers(DRIVERS):
        print(f"GDAL has drivers that are not wanted: {stray}", file=sys.stderr)
        return 1
    task, paths, choice, city = exchange.read_request(folder)
    scratch = folder / "scratch"
    scratch.mkdir()
    gc.disable()  # rows have no cycles, and a million of them are searched again and again
    try:
        if task == "inspect":
            exchange.write_inspection(folder, inspect_files(paths, choice, city, scratch))
        else:
            exchange.write_table(folder, read_files(paths, choice, city, scratch))
    except LayerError as error:
        exchange.write_refusal(folder, error.sentence)
    return 0


def _stray_drivers(wanted: tuple[str, ...]) -> list[str]:
    import pyogrio

    return sorted(set(pyogrio.list_drivers()) - set(wanted))


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main(Path(sys.argv[1])))
