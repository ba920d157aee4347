"""Where boundaries come from: a file, a member of a ZIP archive, or an http(s) address."""

import re
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from data.boundaries.report import BoundaryError, examples

LARGEST_DOWNLOAD = 200 * 1024**2  # bytes
_LARGEST_UNPACKED = 2 * 1024**3
_SILENCE_SECONDS = 30
_DOWNLOAD_SECONDS = 900
_BLOCK = 1 << 20
_SHAPEFILE = b"\x00\x00\x27\x0a"
_MEMBERS = (".shp", ".gpkg", ".geojson", ".topojson", ".json", ".gml", ".kml", ".fgb", ".tab")
# Files that only say where else to look: a database, a service, another file.
_POINTER = re.compile(rb"<OGR\w*DataSource|<OGR\w*Layer|gdal_streamed_alg", re.IGNORECASE)


@contextmanager
def open_source(source: str, *, layer: str | None = None) -> Iterator[tuple[str, str]]:
    """What GDAL can open, and the source's own name. A download lasts as long as the context.

    Raises BoundaryError.
    """
    if "://" in source:
        with tempfile.TemporaryDirectory(prefix="pantau-boundaries-") as folder:
            path = _download(source, Path(folder))
            yield _readable(path, layer), path.name
        return
    path = Path(source)
    if not path.exists():
        raise BoundaryError(f"{source} does not exist")
    yield _readable(path, layer), path.name


def _download(address: str, folder: Path) -> Path:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https"):
        raise BoundaryError(f"{address} is not an http or https address")
    name = re.sub(r"[^\w.-]", "_", PurePosixPath(unquote(parts.path)).name).lstrip(".")
    path = folder / (name[-100:] or parts.hostname or "download")
    deadline = time.monotonic() + _DOWNLOAD_SECONDS
    limit = f"more than {LARGEST_DOWNLOAD // 1024**2} MB; download it and give the file"
    try:
        request = Request(address, headers={"User-Agent": "pantau"})
        with urlopen(request, timeout=_SILENCE_SECONDS) as answer, path.open("wb") as file:
            promised, size = int(answer.headers.get("Content-Length") or 0), 0
            while block := answer.read(_BLOCK) if promised <= LARGEST_DOWNLOAD else b"":
                size += file.write(block)
                if size > LARGEST_DOWNLOAD:
                    break
                if time.monotonic() > deadline:
                    raise BoundaryError(f"{address} is too slow; download it and give the file")
    except HTTPError as error:
        raise BoundaryError(f"{address} answers {error.code} {error.reason}") from error
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, BoundaryError):
            raise
        reason = getattr(error, "reason", None) or error
        raise BoundaryError(f"{address} cannot be fetched: {reason}") from error
    if max(size, promised) > LARGEST_DOWNLOAD:
        raise BoundaryError(f"{address} is {limit}")
    if size < promised:
        raise BoundaryError(f"{address} broke off after {size:,} of {promised:,} bytes")
    return path


def _readable(path: Path, layer: str | None) -> str:
    if path.is_dir():
        return str(path)
    try:
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise BoundaryError(f"{path} cannot be opened: {error.strerror}") from error
    if not start.strip():
        raise BoundaryError(f"{path.name} is empty")
    _refuse_unusable(start, path.stat().st_size, path.name)
    if not start.startswith(b"PK"):
        return str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return f"/vsizip/{{{path.resolve()}}}/{_member(archive, path.name, layer)}"
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise BoundaryError(f"{path.name} is a damaged or locked archive: {error}") from error


def _member(archive: zipfile.ZipFile, name: str, layer: str | None) -> str:
    infos = [info for info in archive.infolist() if not info.filename.startswith("__MACOSX/")]
    if sum(info.file_size for info in infos) > _LARGEST_UNPACKED:
        raise BoundaryError(f"{name} unpacks to more than {_LARGEST_UNPACKED // 1024**3} GB")
    names = [info.filename for info in infos]
    folders = {part[0] for entry in names if (part := re.match(r".*?\.gdb(?=/)", entry))}
    found = sorted(folders) + [entry for entry in names if entry.lower().endswith(_MEMBERS)]
    if len(found) > 1:
        stems = [entry for entry in found if layer and PurePosixPath(entry).stem == layer]
        found = stems or found
    if len(found) != 1:
        what = f"several files of boundaries ({examples(found)}); choose one by --layer"
        raise BoundaryError(f"{name} holds {what if found else 'no file of boundaries'}")
    if found[0] not in folders:
        with archive.open(found[0]) as file:
            _refuse_unusable(file.read(4096), archive.getinfo(found[0]).file_size, found[0])
    return found[0]


def _refuse_unusable(start: bytes, size: int, name: str) -> None:
    if _POINTER.search(start):
        raise BoundaryError(f"{name} only points to other sources; give the boundaries themselves")
    # GDAL reads a Shapefile that broke off without a word; its header says how long it should be.
    promised = 2 * int.from_bytes(start[24:28], "big")
    if start.startswith(_SHAPEFILE) and size < promised:
        raise BoundaryError(f"{name} broke off after {size:,} of {promised:,} bytes")
