"""Files that were sent and are not published yet: each upload in a folder nobody can guess.

All server processes share the folder, so an upload may be looked at by another process than the
one that received it. What nobody used for a while goes.
"""

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from data.layers.model import LayerError
from data.settings import Settings

SIZE_LIMIT = 200 * 1024 * 1024  # bytes of all files of an upload
FILE_LIMIT = 20  # a Shapefile has up to a dozen parts
_KEPT_SECONDS = 2 * 3600  # since the last use
_WAITING_LIMIT = 40  # uploads
_WAITING_BYTES = 10 * SIZE_LIMIT
_LONGEST_NAME = 150  # bytes; file systems allow 255
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_TAKEN = ".taken"  # ends the name of an upload that is being published


class UploadMissing(LayerError):
    """No such upload, or not any more."""


class UploadTooLarge(LayerError):
    """More than SIZE_LIMIT."""


class UploadsFull(LayerError):
    """Too much waits to be published; later there will be room."""


@dataclass(frozen=True)
class Upload:
    """Files in a folder of their own."""

    id: str
    folder: Path

    @property
    def paths(self) -> list[Path]:
        return sorted(path for path in self.folder.iterdir() if path.is_file())

    @property
    def file_name(self) -> str:
        """The name by which the upload is remembered: of the part that the others belong to."""
        names = [path.name for path in self.paths]
        return next((name for name in names if name.lower().endswith(".shp")), names[0])

    def create(self, name: str) -> IO[bytes]:
        """A new file of that name, open for writing. Raises LayerError."""
        if len(list(self.folder.iterdir())) >= FILE_LIMIT:
            raise LayerError(
                "more than {n} files are sent; send them as one ZIP archive", n=FILE_LIMIT
            )
        try:
            return open(self.folder / check_name(name), "xb")
        except FileExistsError:
            raise LayerError(
                "two files are called {name}; send them one after the other", name=name
            ) from None


def upload_folder(settings: Settings) -> Path:
    return settings.var / "uploads"


def check_name(name: str) -> str:
    """A plain file name, as it is. Raises LayerError for what could lie elsewhere."""
    is_plain = (
        name.isprintable()
        and not set(name) & set('/\\:*?"<>|')
        and not name.startswith((".", " "))
        and len(name.encode("utf-8", "replace")) <= _LONGEST_NAME
    )
    if not name or not is_plain:
        raise LayerError(
            "file name {name!r} is not a plain name such as rivers.zip; rename the file",
            name=name[:80],
        )
    return name


def check_size(size: int) -> None:
    """Raises UploadTooLarge."""
    if size > SIZE_LIMIT:
        raise UploadTooLarge(
            "{size} MB are sent, and {limit} MB is the limit; send fewer layers at once",
            size=-(-size // 2**20),
            limit=SIZE_LIMIT // 2**20,
        )


def begin_upload(folder: Path) -> Upload:
    """An empty upload. Raises UploadsFull."""
    sweep_uploads(folder)
    waiting = [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    size = sum(file.stat().st_size for path in waiting for file in _files(path))
    if len(waiting) >= _WAITING_LIMIT or size >= _WAITING_BYTES:
        raise UploadsFull(
            "too many files wait to be published; try again in {n} hours", n=_KEPT_SECONDS // 3600
        )
    upload_id = secrets.token_hex(16)
    (folder / upload_id).mkdir(parents=True, mode=0o700)
    return Upload(upload_id, folder / upload_id)


def find_upload(folder: Path, upload_id: str) -> Upload:
    """Raises UploadMissing."""
    path = folder / upload_id
    if not _ID.fullmatch(upload_id) or not path.is_dir():
        raise _missing()
    os.utime(path)
    return Upload(upload_id, path)


@contextmanager
def taken(folder: Path, upload_id: str) -> Iterator[Upload]:
    """Only one may publish an upload, and only once: after the block it is gone.

    Where the block fails it is as before. Raises UploadMissing.
    """
    upload = find_upload(folder, upload_id)
    held = folder / f"{upload_id}{_TAKEN}"
    try:
        upload.folder.rename(held)
    except OSError:
        raise _missing() from None
    try:
        yield Upload(upload_id, held)
    except BaseException:
        held.rename(upload.folder)
        raise
    shutil.rmtree(held, ignore_errors=True)


def drop_upload(folder: Path, upload_id: str) -> None:
    """Nothing where there is none."""
    if _ID.fullmatch(upload_id):
        shutil.rmtree(folder / upload_id, ignore_errors=True)


def sweep_uploads(folder: Path) -> int:
    """Remove what was not used for long; how many went."""
    limit = time.time() - _KEPT_SECONDS
    gone = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        try:
            is_old = path.stat().st_mtime < limit
        except FileNotFoundError:  # another process was quicker
            continue
        if is_old and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
            gone += 1
    return gone


def _files(path: Path) -> list[Path]:
    try:
        return [file for file in path.iterdir() if file.is_file()]
    except OSError:  # gone meanwhile
        return []


def _missing() -> UploadMissing:
    return UploadMissing(
        "these files are not waiting here any more; choose them again and send them"
    )
