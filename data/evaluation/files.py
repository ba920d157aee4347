"""The files of an edition: its texts and seal as it was drafted, its documents as it was issued."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, LargeBinary, cast, func, insert, select

from data.database import read
from data.evaluation.problems import EditionError, NoEdition
from data.evaluation.tables import editions, files
from data.store import Store

EVALUATION, METHOD, INPUTS = "evaluation.json", "method.toml", "inputs.json"
CHECKSUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Texts:
    method: str
    inputs: str
    evaluation: str


@dataclass(frozen=True)
class StoredFile:
    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Kept:
    """All files of an edition by name; `stated` are the SHA-256 beside those that have one."""

    contents: dict[str, bytes]
    stated: dict[str, str]


def texts_of(store: Store, edition_id: int) -> Texts:
    """The method, the inputs and the evaluation, as they were kept. Raises EditionError."""
    with read(store.engine) as connection:
        return read_texts(connection, edition_id)


def files_of(store: Store, edition_id: int) -> tuple[StoredFile, ...]:
    """All files of an edition by name: its texts and seal, and the documents of an issued one."""
    with read(store.engine) as connection:
        own = _own_files(connection, edition_id)
        rows = connection.execute(
            select(files.c.name, files.c.sha256, func.length(files.c.content).label("bytes")).where(
                files.c.edition_id == edition_id
            )
        ).all()
    found = [StoredFile(name, sha256_of(content), len(content)) for name, content in own.items()]
    found += [StoredFile(row.name, row.sha256, row.bytes) for row in rows]
    return tuple(sorted(found, key=lambda file: file.name))


def content_of(store: Store, edition_id: int, name: str) -> bytes:
    """The bytes of a file of `files_of`. Raises EditionError."""
    with read(store.engine) as connection:
        own = _own_files(connection, edition_id)
        if name in own:
            return own[name]
        content = connection.scalar(
            select(files.c.content).where(files.c.edition_id == edition_id, files.c.name == name)
        )
    if content is None:
        raise EditionError(f"edition {edition_id} has no file {name[:80]!r}")
    return _bytes(content)


def checksums(hashes: Mapping[str, str]) -> str:
    """As `sha256sum --check` reads it: one line for each file, by name."""
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_texts(connection: Connection, edition_id: int) -> Texts:
    """Raises EditionError where there is no such edition."""
    own = _own_files(connection, edition_id)
    # What is damaged may be no text any more; it is told by its SHA-256.
    return Texts(*(own[name].decode(errors="replace") for name in (METHOD, INPUTS, EVALUATION)))


def kept_files(connection: Connection, edition_id: int) -> Kept:
    """Raises EditionError where there is no such edition."""
    rows = connection.execute(select(files).where(files.c.edition_id == edition_id)).all()
    stored = {row.name: _bytes(row.content) for row in rows}
    stated = {row.name: row.sha256 for row in rows}
    return Kept({**_own_files(connection, edition_id), **stored}, stated)


def keep_files(connection: Connection, edition_id: int, contents: Mapping[str, bytes]) -> None:
    for name, content in contents.items():
        connection.execute(
            insert(files).values(
                edition_id=edition_id, name=name, sha256=sha256_of(content), content=content
            )
        )


def keep_documents(connection: Connection, edition_id: int, documents: Mapping[str, bytes]) -> str:
    """Store them and the list of all files of the edition; the SHA-256 of that list."""
    whole = {**kept_files(connection, edition_id).contents, **documents}
    listed = checksums({name: sha256_of(content) for name, content in whole.items()}).encode()
    keep_files(connection, edition_id, {**documents, CHECKSUMS: listed})
    return sha256_of(listed)


def _own_files(connection: Connection, edition_id: int) -> dict[str, bytes]:
    columns = (editions.c.evaluation, editions.c.inputs, editions.c.method_text)
    is_sqlite = connection.dialect.name == "sqlite"
    query = select(
        *(cast(c, LargeBinary) if is_sqlite else func.convert_to(c, "UTF8") for c in columns)
    )
    row = connection.execute(query.where(editions.c.id == edition_id)).one_or_none()
    if row is None:
        raise NoEdition(edition_id)
    return dict(zip((EVALUATION, INPUTS, METHOD), map(bytes, row), strict=True))


def _bytes(content: Any) -> bytes:
    """SQLite may hold a text where bytes belong, if somebody put it there."""
    return content.encode() if isinstance(content, str) else bytes(content)
