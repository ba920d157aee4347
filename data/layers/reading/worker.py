"""The process that reads: `python -m data.layers.reading.worker FOLDER`. It has no more than its
limits, no network where the system lets it give that up, and writes only into FOLDER."""

import ctypes
import os
import resource
import sys
from pathlib import Path

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
FAILED, OUT_OF_MEMORY = 70, 71  # exit codes


def main(folder: Path) -> int:
    from data.layers.limits import LIMITS

    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, LIMITS.cpu_seconds)
    _limit(resource.RLIMIT_AS, LIMITS.memory_bytes)
    _limit(resource.RLIMIT_FSIZE, LIMITS.answer_bytes)
    _limit(resource.RLIMIT_NOFILE, 128)
    _leave_network()
    try:
        return _work(folder)
    except MemoryError:
        return OUT_OF_MEMORY


def _limit(what: int, value: int) -> None:
    _, most = resource.getrlimit(what)
    if most != resource.RLIM_INFINITY:
        value = min(value, most)
    resource.setrlimit(what, (value, value))


def _leave_network() -> None:
    """Into a network of its own, where there is nobody; where that is not allowed, GDAL's drivers
    and settings alone keep it from asking anybody."""
    library = ctypes.CDLL(None, use_errno=True)
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
        return FAILED
    task, paths, choice, city = exchange.read_request(folder)
    scratch = folder / "scratch"
    scratch.mkdir()
    try:
        if task == "inspect":
            exchange.write_inspection(folder, inspect_files(paths, choice, city, scratch))
        else:
            exchange.write_table(folder, read_files(paths, choice, city, scratch))
    except LayerError as error:
        exchange.write_refusal(folder, str(error))
    return 0


def _stray_drivers(wanted: tuple[str, ...]) -> list[str]:
    import pyogrio

    return sorted(set(pyogrio.list_drivers()) - set(wanted))


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main(Path(sys.argv[1])))
