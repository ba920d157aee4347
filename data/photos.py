"""Photos on disk: each once by its content, under a name nobody can guess.

A file is whole and on the disk before a row names it, and a row is committed before a complaint
does: a crash leaves at most a file or a row that no complaint uses, which `sweep` removes.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Row, delete, exists, func, insert, select, update

from data.database import read, write
from data.instants import now
from data.pictures import Picture
from data.schema import complaint_photos, photos
from data.settings import Settings
from data.store import Store

ADDRESS = "/open311/v2/photos/"  # on this server; the intake serves what lies below
KEPT_UNUSED = timedelta(days=1)
_USED_EVERY = timedelta(hours=1)  # how exact `used_at` is; far less than KEPT_UNUSED
_FILE = re.compile(r"([0-9a-f]{32})(-small)?\.jpg", re.ASCII)


@dataclass(frozen=True)
class KeptPhoto:
    """`address` begins with a slash: it is relative to this server."""

    id: int
    name: str

    @property
    def address(self) -> str:
        return address_of(self.name)


@dataclass(frozen=True)
class Swept:
    rows: int
    files: int


def photo_folder(settings: Settings) -> Path:
    return settings.var / "photos"


def address_of(name: str) -> str:
    return f"{ADDRESS}{name}.jpg"


def is_kept_here(address: str) -> bool:
    """Whether a media_url is the address of a photo on this server."""
    return address.startswith(ADDRESS) and bool(_FILE.fullmatch(address.removeprefix(ADDRESS)))


def small_address(address: str) -> str:
    """The small twin of a photo kept here."""
    return f"{address.removesuffix('.jpg')}-small.jpg"


def absolute_addresses(addresses: Iterable[str], root: str) -> list[str]:
    """Media as other programs can fetch them; `root` is this server's, such as https://host/."""
    return [
        f"{root.rstrip('/')}{address}" if is_kept_here(address) else address
        for address in addresses
    ]


def find_file(folder: Path, file_name: str) -> Path | None:
    """Where a photo of that file name lies; None for every name that is none of ours."""
    if not _FILE.fullmatch(file_name):
        return None
    path = _path(folder, file_name)
    return path if path.is_file() else None


def keep_photos(store: Store, folder: Path, pictures: Sequence[Picture]) -> list[KeptPhoto]:
    """Have these pictures on disk and in the table; each different one once, in the order given.

    Committed, but free to be swept after a day unless a complaint uses them. Raises OSError when
    the disk takes no more.
    """
    by_digest = {hashlib.sha256(p.content).hexdigest(): p for p in pictures}
    while by_digest:
        with read(store.engine) as connection:
            known = _find_known(connection, by_digest)
        names = {
            digest: known[digest].name if digest in known else secrets.token_hex(16)
            for digest in by_digest
        }
        for digest, picture in by_digest.items():
            _write_missing(folder, names[digest], picture)
        kept = _keep_rows(store, by_digest, names, known)
        if kept is not None:
            return kept
    return []


def _find_known(connection: Connection, digests: Iterable[str]) -> dict[str, Row]:
    rows = connection.execute(select(photos).where(photos.c.sha256.in_(list(digests))))
    return {row.sha256: row for row in rows}


def _keep_rows(
    store: Store,
    by_digest: Mapping[str, Picture],
    names: Mapping[str, str],
    known: Mapping[str, Row],
) -> list[KeptPhoto] | None:
    """None when rows came or went since they were looked up: then names and rows do not match."""
    instant = now()
    fresh = {digest for digest, row in known.items() if instant - row.used_at < _USED_EVERY}
    if len(fresh) < len(by_digest):
        with write(store.engine) as connection:
            current = _find_known(connection, by_digest)
            if {d: r.name for d, r in current.items()} != {d: r.name for d, r in known.items()}:
                return None
            connection.execute(
                update(photos)
                .where(photos.c.sha256.in_(current.keys() - fresh))
                .values(used_at=instant)
            )
            _insert(connection, by_digest, names, current, instant)
            known = _find_known(connection, by_digest)
    return [KeptPhoto(known[digest].id, known[digest].name) for digest in by_digest]


def _insert(
    connection: Connection,
    by_digest: Mapping[str, Picture],
    names: Mapping[str, str],
    current: Mapping[str, Row],
    instant: datetime,
) -> None:
    first = (connection.scalar(select(func.max(photos.c.id))) or 0) + 1
    rows = [
        {
            "sha256": digest,
            "name": names[digest],
            "width": picture.width,
            "height": picture.height,
            "bytes": len(picture.content),
            "created_at": instant,
            "used_at": instant,
        }
        for digest, picture in by_digest.items()
        if digest not in current
    ]
    if rows:
        numbered = [row | {"id": number} for number, row in enumerate(rows, first)]
        connection.execute(insert(photos), numbered)


def sweep(store: Store, folder: Path, *, unused_for: timedelta = KEPT_UNUSED) -> Swept:
    """Remove what no complaint uses: rows first, then files that no row names.

    Nothing younger than `unused_for` is touched: its complaint may be on the way.
    """
    limit = now() - unused_for
    is_used = exists().where(complaint_photos.c.photo_id == photos.c.id)
    with write(store.engine) as connection:
        gone = connection.execute(delete(photos).where(~is_used, photos.c.used_at < limit)).rowcount
        names = set(connection.scalars(select(photos.c.name)))
    files = 0
    for path in _files_before(folder, limit):
        matched = _FILE.fullmatch(path.name)
        if matched is None or matched[1] not in names:
            path.unlink(missing_ok=True)
            files += 1
    return Swept(gone, files)


def remove_files(folder: Path, name: str) -> None:
    """Both files of a photo, where they are."""
    for file_name in (f"{name}.jpg", f"{name}-small.jpg"):
        _path(folder, file_name).unlink(missing_ok=True)


def _files_before(folder: Path, limit: datetime) -> Iterator[Path]:
    for path in folder.glob("??/??/*"):
        if path.is_file() and path.stat().st_mtime < limit.timestamp():
            yield path


def _path(folder: Path, file_name: str) -> Path:
    return folder / file_name[:2] / file_name[2:4] / file_name


def _write_missing(folder: Path, name: str, picture: Picture) -> None:
    """A known photo whose file was lost (a database restored without its photos) comes back."""
    for file_name, content in (
        (f"{name}.jpg", picture.content),
        (f"{name}-small.jpg", picture.small),
    ):
        path = _path(folder, file_name)
        if not path.is_file():
            _write_whole(path, content)


def _write_whole(path: Path, content: bytes) -> None:
    """The file is there whole, also after a power cut, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with half.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    for parent in (path.parent, path.parent.parent, path.parent.parent.parent):
        _sync_folder(parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
