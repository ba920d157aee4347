"""The catalogue of layers: publish, replace, restore, describe, remove; former versions are kept.

A version is written in short transactions, for intake must not wait for a million features, and
only then put in force, by one statement: readers see the whole of it, or the former one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from data.database import read, write
from data.instants import now
from data.layers.contents import sha256_of
from data.layers.model import (
    About,
    FeatureTable,
    LayerError,
    LayerMissing,
    LayerTaken,
)
from data.layers.tables import layer_versions, layers
from data.layers.versions import (
    ABANDONED,
    IS_WHOLE,
    Version,
    delete_version,
    finish_version,
    prune,
    read_version,
    versions_of,
    written_version,
)
from data.sentence import Sentence, read_sentence, say
from data.store import Store

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)


@dataclass(frozen=True)
class Layer:
    """A layer and the version in force."""

    id: int
    code: str
    about: About
    version: Version
    created_at: datetime
    changed_at: datetime
    removed_at: datetime | None
    url: str | None  # of a remote layer
    every_seconds: int | None
    tried_at: datetime | None
    succeeded_at: datetime | None
    last_error: Sentence | None


def check_code(code: str) -> str:
    """Raises LayerError."""
    if not _CODE.fullmatch(code):
        raise LayerError(
            "layer code {code!r} is not of lower-case letters, digits and hyphens, 64 at "
            "most, such as fire-posts",
            code=code[:80],
        )
    return code


def publish(
    store: Store,
    code: str,
    about: About,
    table: FeatureTable,
    *,
    file_name: str,
    remote: Mapping[str, Any] | None = None,
) -> Layer:
    """A new layer. `remote` sets columns of `layers` for one that is fetched.

    Raises LayerTaken where the code is taken, also by a removed layer or one being written.
    """
    row = {
        **_about_row(about),
        **(remote or {}),
        "code": check_code(code),
        "created_at": now(),
        "changed_at": now(),
    }
    try:
        with write(store.engine) as connection:
            _clear_unfinished(connection, code, before=now() - ABANDONED)
            layer_id = _inserted(connection, layers, row)
    except IntegrityError:
        raise LayerTaken(
            "a layer {code!r} is there already; replace it, or choose another code", code=code
        ) from None
    try:
        _put_in_force(store, layer_id, table, file_name)
    except BaseException:
        with write(store.engine) as connection:
            _clear_unfinished(connection, code, before=None)
        raise
    return find_layer(store, code)


def replace(store: Store, code: str, table: FeatureTable, *, file_name: str) -> Layer:
    """Put new features in force; what they replace stays as a former version."""
    layer = find_layer(store, code)
    if sha256_of(table) != layer.version.sha256:
        _put_in_force(store, layer.id, table, file_name)
    return find_layer(store, code)


def restore(store: Store, code: str, number: int) -> Layer:
    """Put a former version in force again."""
    layer = find_layer(store, code)
    with write(store.engine) as connection:
        version_id = connection.scalar(
            select(layer_versions.c.id).where(
                layer_versions.c.layer_id == layer.id,
                layer_versions.c.number == number,
                IS_WHOLE,
            )
        )
        if version_id is None:
            raise LayerError("layer {code!r} has no version {number}", code=code, number=number)
        _change(connection, layer.id, version_id=version_id)
    return find_layer(store, code)


def describe(store: Store, code: str, about: About) -> Layer:
    layer = find_layer(store, code)
    with write(store.engine) as connection:
        _change(connection, layer.id, **_about_row(about))
    return find_layer(store, code)


def remove(store: Store, code: str) -> None:
    """Out of the catalogue; `bring_back` undoes it."""
    layer = find_layer(store, code)
    with write(store.engine) as connection:
        _change(connection, layer.id, removed_at=now())


def bring_back(store: Store, code: str) -> Layer:
    layer = next((one for one in list_layers(store, removed=True) if one.code == code), None)
    if layer is None:
        raise LayerMissing("no removed layer is called {code!r}", code=code)
    with write(store.engine) as connection:
        _change(connection, layer.id, removed_at=None)
    return find_layer(store, code)


def list_layers(store: Store, *, removed: bool = False) -> tuple[Layer, ...]:
    """Layers in force by code, or those removed."""
    query = (
        select(layers, layer_versions)
        .join(layer_versions, layer_versions.c.id == layers.c.version_id)
        .where(layers.c.removed_at.is_not(None) if removed else layers.c.removed_at.is_(None))
        .order_by(layers.c.code)
    )
    with read(store.engine) as connection:
        return tuple(_layer(row) for row in connection.execute(query))


def find_layer(store: Store, code: str) -> Layer:
    """Raises LayerError that names those there are."""
    known = list_layers(store)
    for layer in known:
        if layer.code == code:
            return layer
    there = ", ".join(layer.code for layer in known[:12]) or say("none")
    raise LayerMissing(
        "layer {code!r} is not known; there are: {names}", code=code[:80], names=there
    )


def find_replaceable(store: Store, code: str) -> Layer:
    """A layer that people may give new files. Raises LayerError for one that is fetched."""
    layer = find_layer(store, code)
    if layer.url is not None:
        raise LayerError(
            "layer {code!r} is fetched from its source, which would replace this file again; "
            "add the file as a layer of its own",
            code=code,
        )
    return layer


def list_versions(store: Store, code: str) -> tuple[Version, ...]:
    """Whole versions, newest first."""
    layer = find_layer(store, code)
    with read(store.engine) as connection:
        return versions_of(connection, layer.id)


def prune_versions(store: Store, code: str, keep: int) -> int:
    """Delete all but the newest `keep` versions and the one in force; how many went."""
    layer = find_layer(store, code)
    with write(store.engine) as connection:
        return prune(connection, layer.id, keep=keep, in_force=layer.version.id)


def _put_in_force(store: Store, layer_id: int, table: FeatureTable, file_name: str) -> None:
    with (
        written_version(store, layer_id, table, file_name) as version_id,
        write(store.engine) as connection,
    ):
        finish_version(connection, version_id, table)
        _change(connection, layer_id, version_id=version_id)


def _inserted(connection: Connection, table: Table, row: dict[str, Any]) -> int:
    key = connection.execute(insert(table).values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _change(connection: Connection, layer_id: int, **values: Any) -> None:
    connection.execute(
        update(layers).where(layers.c.id == layer_id).values(changed_at=now(), **values)
    )


def _clear_unfinished(connection: Connection, code: str, *, before: datetime | None) -> None:
    """A layer that never had a whole version: its process ended while it was being written.

    One begun after `before` may still be at it.
    """
    unfinished = select(layers.c.id).where(layers.c.code == code, layers.c.version_id.is_(None))
    if before is not None:
        unfinished = unfinished.where(layers.c.created_at < before)
    layer_id = connection.scalar(unfinished)
    if layer_id is None:
        return
    for version_id in connection.scalars(
        select(layer_versions.c.id).where(layer_versions.c.layer_id == layer_id)
    ).all():
        delete_version(connection, version_id)
    connection.execute(delete(layers).where(layers.c.id == layer_id))


def _about_row(about: About) -> dict[str, Any]:
    return {
        "names": dict(about.names),
        "descriptions": dict(about.descriptions),
        "source": about.source,
        "licence": about.licence,
        "owner": about.owner,
        "is_approximate": int(about.is_approximate),
        "style": dict(about.style),
    }


def _layer(row: Row[Any]) -> Layer:
    values = row._mapping
    return Layer(
        id=values[layers.c.id],
        code=row.code,
        about=About(
            names=row.names,
            descriptions=row.descriptions,
            source=row.source,
            licence=row.licence,
            owner=row.owner,
            is_approximate=bool(row.is_approximate),
            style=row.style,
        ),
        version=read_version(row),
        created_at=values[layers.c.created_at],
        changed_at=row.changed_at,
        removed_at=row.removed_at,
        url=row.url,
        every_seconds=row.every_seconds,
        tried_at=row.tried_at,
        succeeded_at=row.succeeded_at,
        last_error=None if row.last_error is None else read_sentence(row.last_error),
    )
