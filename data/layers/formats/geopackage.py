"""GeoPackage: layers in an SQLite database."""

import sqlite3
from contextlib import closing
from pathlib import Path

from data.layers.formats.curved_wkb import has_arc
from data.layers.formats.gdal import list_gdal_layers, read_gdal_layer, with_curves
from data.layers.model import Choice, LayerInfo, RawLayer

_OPTIONS = {"IMMUTABLE": "YES", "NOLOCK": "YES"}
_TABLES = "SELECT table_name, column_name, geometry_type_name FROM gpkg_geometry_columns"
_STRAIGHT = frozenset({
    "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON",
})  # fmt: skip
_HEAD = 8  # bytes before the bounds of a shape, which are as long as its flags say
_BOUNDS = (0, 32, 48, 48, 64)


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    return list_gdal_layers(path, _OPTIONS)


def read(path: Path, choice: Choice) -> RawLayer:
    raw = read_gdal_layer(path, choice, options=_OPTIONS)
    return with_curves(raw, _count_curved(path, choice.layer))


def _count_curved(path: Path, layer: str | None) -> int:
    """Features with an arc; those of a table of points, lines or polygons have none."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as database:
        try:
            tables = database.execute(_TABLES).fetchall()
            return sum(
                _is_curved(shape)
                for table, column, kind in tables
                if layer in (None, table) and str(kind).upper() not in _STRAIGHT
                for (shape,) in database.execute(f"SELECT {_quoted(column)} FROM {_quoted(table)}")
            )
        except sqlite3.Error:
            return 0  # GDAL has read it, and that is what counts


def _is_curved(shape: object) -> bool:
    if not isinstance(shape, bytes) or len(shape) < _HEAD + 5 or shape[3] >> 1 & 7 >= len(_BOUNDS):
        return False
    start = _HEAD + _BOUNDS[shape[3] >> 1 & 7]
    return has_arc(shape, start)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
