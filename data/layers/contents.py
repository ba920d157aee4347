"""The features of a version: written in short transactions, read as a whole."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, Engine, delete, select

from data.database import read, write
from data.layers.model import FeatureTable, Field
from data.layers.tables import layer_features, layer_versions
from data.log import insert_rows
from data.store import Store

_WRITE_ROWS = 20_000  # about a quarter of a second, for which intake waits


def write_features(engine: Engine, version_id: int, table: FeatureTable) -> None:
    names = ("version_id", "number", "shape", "properties")
    for start in range(0, len(table), _WRITE_ROWS):
        rows = [
            dict(zip(names, (version_id, start + place, *content), strict=True))
            for place, content in enumerate(_contents(table, start, start + _WRITE_ROWS))
        ]
        with write(engine) as connection:
            insert_rows(connection, layer_features, rows)


def fetch_features(store: Store, version_id: int) -> FeatureTable:
    """All features of a version in file order. Raises LookupError where it is gone."""
    of_version = layer_features.c.version_id == version_id
    with read(store.engine) as connection:
        version = connection.execute(
            select(layer_versions).where(layer_versions.c.id == version_id)
        ).one_or_none()
        if version is None:
            raise LookupError(f"version {version_id} of a layer is gone")
        rows = connection.execute(
            select(layer_features.c.shape, layer_features.c.properties)
            .where(of_version)
            .order_by(layer_features.c.number)
        ).all()
    fields = tuple(Field(*field) for field in version.fields)
    values = json.loads(f"[{','.join(row.properties for row in rows)}]")
    columns = list(zip(*values, strict=True)) if values and fields else [()] * len(fields)
    shapes = np.asarray(shapely.from_wkb([bytes(row.shape) for row in rows]), object)
    return FeatureTable(
        shapes=shapes.reshape(len(rows)),
        columns={f.name: list(column) for f, column in zip(fields, columns, strict=True)},
        fields=fields,
        crs=version.crs,
        file_format=version.file_format,
    )


def delete_features(connection: Connection, version_id: int) -> None:
    connection.execute(delete(layer_features).where(layer_features.c.version_id == version_id))


def sha256_of(table: FeatureTable) -> str:
    """Of shapes, field names and values, in order."""
    found = hashlib.sha256(json.dumps([[f.name, f.kind] for f in table.fields]).encode())
    for shape, properties in _contents(table, 0, len(table)):
        found.update(shape)
        found.update(properties.encode())
    return found.hexdigest()


def _contents(table: FeatureTable, start: int, end: int) -> Iterator[tuple[bytes, str]]:
    shapes = shapely.to_wkb(table.shapes[start:end], output_dimension=2)
    columns = [table.columns[field.name][start:end] for field in table.fields]
    rows: Any = zip(*columns, strict=True) if columns else [()] * len(shapes)
    for shape, values in zip(shapes, rows, strict=True):
        yield shape, json.dumps(values, ensure_ascii=False, allow_nan=False)
