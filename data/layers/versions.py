"""Versions of a layer: each a whole state of its features, kept until it is pruned."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import shapely
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from data.database import write
from data.instants import now
from data.layers.contents import delete_features, sha256_of, write_features
from data.layers.model import FeatureTable, Field, Note, geometry_of
from data.layers.tables import layer_versions
from data.store import Store

Extent = tuple[float, float, float, float]
ABANDONED = timedelta(hours=1)  # longer than the largest layer takes to be written
_UNFINISHED = ""  # the sha256 of a version whose features are still being written
IS_WHOLE = layer_versions.c.sha256 != _UNFINISHED


@dataclass(frozen=True)
class Version:
    """One state of a layer's features. `extent` is west, south, east, north in degrees."""

    id: int
    number: int
    created_at: datetime
    file_name: str
    file_format: str
    crs: str
    features: int
    geometry: str  # point | line | polygon | mixed
    extent: Extent | None  # None where it has no features
    fields: tuple[Field, ...]
    notes: tuple[Note, ...]
    sha256: str


@contextmanager
def written_version(
    store: Store, layer_id: int, table: FeatureTable, file_name: str
) -> Iterator[int]:
    """The id of a new version with its features, unfinished; gone again if the body raises."""
    with write(store.engine) as connection:
        _clear_abandoned(connection, layer_id)
        number = connection.scalar(
            select(func.coalesce(func.max(layer_versions.c.number), 0) + 1).where(
                layer_versions.c.layer_id == layer_id
            )
        )
        row = _version_row(table, file_name) | {"layer_id": layer_id, "number": number}
        key = connection.execute(insert(layer_versions).values(row)).inserted_primary_key
        assert key is not None
        version_id = int(key[0])
    try:
        write_features(store.engine, version_id, table)
        yield version_id
    except BaseException:
        with write(store.engine) as connection:
            delete_version(connection, version_id)
        raise


def finish_version(connection: Connection, version_id: int, table: FeatureTable) -> None:
    """It is whole from now on."""
    connection.execute(
        update(layer_versions)
        .where(layer_versions.c.id == version_id)
        .values(sha256=sha256_of(table))
    )


def versions_of(connection: Connection, layer_id: int) -> tuple[Version, ...]:
    """Whole versions, newest first."""
    query = (
        select(layer_versions)
        .where(layer_versions.c.layer_id == layer_id, IS_WHOLE)
        .order_by(layer_versions.c.number.desc())
    )
    return tuple(read_version(row) for row in connection.execute(query))


def prune(connection: Connection, layer_id: int, *, keep: int, in_force: int) -> int:
    """Delete all but the newest `keep` and the one in force (its id); how many went.

    What a process that was ended began and never finished goes, too, and is not counted.
    """
    _clear_abandoned(connection, layer_id)
    gone = [one.id for one in versions_of(connection, layer_id)[keep:] if one.id != in_force]
    for version_id in gone:
        delete_version(connection, version_id)
    return len(gone)


def _clear_abandoned(connection: Connection, layer_id: int) -> None:
    """Versions of which nobody writes the features any more: their process was ended."""
    abandoned = select(layer_versions.c.id).where(
        layer_versions.c.layer_id == layer_id,
        ~IS_WHOLE,
        layer_versions.c.created_at < now() - ABANDONED,
    )
    for version_id in connection.scalars(abandoned).all():
        delete_version(connection, version_id)


def delete_version(connection: Connection, version_id: int) -> None:
    delete_features(connection, version_id)
    connection.execute(delete(layer_versions).where(layer_versions.c.id == version_id))


def _version_row(table: FeatureTable, file_name: str) -> dict[str, Any]:
    west, south, east, north = extent_of(table) or (None, None, None, None)
    return {
        "created_at": now(),
        "file_name": file_name,
        "file_format": table.file_format,
        "crs": table.crs,
        "features": len(table),
        "geometry": geometry_of(table.shapes),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "fields": [[field.name, field.kind] for field in table.fields],
        "notes": [[note.kind, note.count] for note in table.notes],
        "sha256": _UNFINISHED,
    }


def extent_of(table: FeatureTable) -> Extent | None:
    if not len(table):
        return None
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(table.shapes))
    return west, south, east, north


def read_version(row: Row[Any]) -> Version:
    values = row._mapping
    edges = tuple(values[layer_versions.c[name]] for name in ("west", "south", "east", "north"))
    return Version(
        id=values[layer_versions.c.id],
        number=row.number,
        created_at=values[layer_versions.c.created_at],
        file_name=row.file_name,
        file_format=row.file_format,
        crs=row.crs,
        features=row.features,
        geometry=row.geometry,
        extent=None if edges[0] is None else edges,
        fields=tuple(Field(*field) for field in row.fields),
        notes=tuple(Note(*note) for note in row.notes),
        sha256=row.sha256,
    )
