"""The files of an edition: its texts, as they were drafted, and its documents, as it was issued."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from data.database import read
from data.evaluation.problems import EditionError
from data.evaluation.tables import editions, files
from data.store import Store

EVALUATION, METHOD, INPUTS = "evaluation.json", "method.toml", "inputs.json"


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


def texts_of(store: Store, edition_id: int) -> Texts:
    """The method, the inputs and the evaluation, as they were kept. Raises EditionError."""
    with read(store.engine) as connection:
        return read_texts(connection, edition_id)


def files_of(store: Store, edition_id: int) -> tuple[StoredFile, ...]:
    """All files of an edition by name: its texts, and the documents of an issued one."""
    with read(store.engine) as connection:
        own = _own_files(read_texts(connection, edition_id))
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
        own = _own_files(read_texts(connection, edition_id))
        if name in own:
            return own[name]
        content = connection.scalar(
            select(files.c.content).where(files.c.edition_id == edition_id, files.c.name == name)
        )
    if content is None:
        raise EditionError(f"edition {edition_id} has no file {name[:80]!r}")
    return bytes(content)


def checksums(hashes: Mapping[str, str]) -> str:
    """As `sha256sum --check` reads it: one line for each file, by name."""
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_texts(connection: Connection, edition_id: int) -> Texts:
    """Raises EditionError where there is no such edition."""
    columns = (editions.c.method_text, editions.c.inputs, editions.c.evaluation)
    row = connection.execute(select(*columns).where(editions.c.id == edition_id)).one_or_none()
    if row is None:
        raise EditionError(f"there is no edition {edition_id}; `flask evaluation list` shows them")
    return Texts(*row)


def keep_documents(connection: Connection, edition_id: int, documents: Mapping[str, bytes]) -> str:
    """Store them; the SHA-256 of the list of all files of the edition."""
    whole = {**_own_files(read_texts(connection, edition_id)), **documents}
    hashes = {name: sha256_of(content) for name, content in whole.items()}
    for name, content in documents.items():
        connection.execute(
            insert(files).values(
                edition_id=edition_id, name=name, sha256=hashes[name], content=content
            )
        )
    return sha256_of(checksums(hashes).encode())


def _own_files(texts: Texts) -> dict[str, bytes]:
    return {
        EVALUATION: texts.evaluation.encode(),
        INPUTS: texts.inputs.encode(),
        METHOD: texts.method.encode(),
    }
