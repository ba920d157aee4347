"""Starting the process that reads, waiting for it, and saying what became of it."""

import contextlib
import logging
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pyogrio

from data.layers.formats.gdal import DRIVERS
from data.layers.limits import LIMITS, OUT_OF_MEMORY, Limits, size_words
from data.layers.model import Choice, FeatureTable, LayerError
from data.layers.reading.exchange import BrokenAnswer, read_answer, write_request
from data.layers.reading.frame import CityFrame
from data.layers.reading.inspection import Inspection
from data.sentence import Sentence, say

_ROOT = Path(__file__).resolve().parents[3]
_NOWHERE = "http://127.0.0.1:9"  # the discard port: who asks the network asks nobody
_SAID = "said.txt"
_SHOWN = 2_000  # characters of what a fallen process said
_log = logging.getLogger(__name__)


def run(
    task: str,
    paths: Sequence[Path],
    choice: Choice,
    city: CityFrame,
    limits: Limits = LIMITS,
) -> Inspection | FeatureTable:
    """What the process answers to `task`: 'inspect' or 'read'. Raises LayerError."""
    name = check_files(paths, limits)
    with tempfile.TemporaryDirectory(prefix="pantau-layer-") as made:
        folder = Path(made)
        write_request(folder, task, [str(path.resolve()) for path in paths], choice, city, limits)
        code = _run(folder, name, limits)
        if code != 0:
            said = (folder / _SAID).read_text(encoding="utf-8", errors="replace")
            _log.warning("reading %s ended with %d: %s", name, code, said[-_SHOWN:])
            raise LayerError(_fallen(code, name, limits))
        try:
            return read_answer(folder)
        except BrokenAnswer as error:
            raise LayerError(
                "{name} misleads the program that reads it ({reason})", name=name, reason=error
            ) from error


def check_files(paths: Sequence[Path], limits: Limits = LIMITS) -> str:
    """The name of the first. Raises LayerError for what is no file, empty, or too large."""
    if not paths:
        raise LayerError("no file was given; choose at least one")
    total = 0
    for path in paths:
        try:
            status = os.lstat(path)
        except (OSError, ValueError) as error:
            raise LayerError("{name} cannot be opened; give it again", name=path.name) from error
        if not stat.S_ISREG(status.st_mode):
            raise LayerError("{name} is no file; give the file itself", name=path.name)
        if status.st_size == 0:
            raise LayerError("{name} is empty", name=path.name)
        total += status.st_size
    if total > limits.file_bytes:
        raise LayerError(
            "{name} is of {size}; {limit} are taken at most",
            name=paths[0].name,
            size=size_words(total),
            limit=size_words(limits.file_bytes),
        )
    return paths[0].name


def _run(folder: Path, name: str, limits: Limits) -> int:
    command = [sys.executable, "-m", "data.layers.reading.worker", str(folder)]
    with (folder / _SAID).open("wb") as said:
        process = subprocess.Popen(
            command,
            cwd=_ROOT,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )
        try:
            return process.wait(limits.wall_seconds)
        except subprocess.TimeoutExpired:
            raise LayerError(_too_slow(name, limits.wall_seconds)) from None
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """It and whatever it may have started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _fallen(code: int, name: str, limits: Limits) -> Sentence:
    if code == -signal.SIGXCPU:
        return _too_slow(name, limits.cpu_seconds)
    if code == -signal.SIGKILL:
        return say(
            "{name} was too much for this machine; give a part of it, or simplify it", name=name
        )
    if code in (OUT_OF_MEMORY, -signal.SIGABRT):
        return say(
            "{name} needs more than {size} of memory to be read; give a part of it, or simplify "
            "its shapes",
            name=name,
            size=size_words(limits.memory_bytes),
        )
    return say(
        "{name} is damaged: the program that reads it fell; export or send it again", name=name
    )


def _too_slow(name: str, seconds: int) -> Sentence:
    return say(
        "{name} was not read within {n} seconds; give a part of it, or simplify it",
        name=name,
        n=seconds,
    )


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the server's own, and a GDAL that looks nowhere but into the file."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    return kept | {
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "GDAL_NUM_THREADS": "1",
        "GDAL_SKIP": ",".join(_unwanted_drivers()),
        "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
        "GDAL_HTTP_PROXY": _NOWHERE,
        "GDAL_HTTPS_PROXY": _NOWHERE,
        "GDAL_HTTP_TIMEOUT": "1",
        "GDAL_HTTP_CONNECTTIMEOUT": "1",
        "GDAL_HTTP_MAX_RETRY": "0",
        "http_proxy": _NOWHERE,
        "https_proxy": _NOWHERE,
        "all_proxy": _NOWHERE,
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "GML_DOWNLOAD_SCHEMA": "NO",
        "GML_SKIP_RESOLVE_ELEMS": "ALL",
        "OGR_GEOJSON_MAX_OBJ_SIZE": "0",
        "OGR_SQLITE_LOAD_EXTENSIONS": "",
        "PROJ_NETWORK": "OFF",
    }


@lru_cache(maxsize=1)
def _unwanted_drivers() -> tuple[str, ...]:
    return tuple(sorted(set(pyogrio.list_drivers()) - set(DRIVERS)))
