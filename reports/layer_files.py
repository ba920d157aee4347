"""A layer, or the result of a question across layers, as a file that says what it is.

GeoJSON, GeoPackage, zipped Shapefile, KML, CSV and XLSX; name, description, source, licence and
date are inside each of them.
"""

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import shapely

from data.layers.model import LayerError, Shapes
from reports.layer_file_parts import FileAbout, Table, as_text
from reports.layer_gdal_files import write_geopackage, write_shapefile
from reports.layer_kml import write_kml
from reports.layer_sheets import write_csv, write_xlsx

_CHUNK = 2_000  # features


def write_layer_file(
    path: Path, shapes: Shapes, columns: Mapping[str, Sequence[Any]], about: FileAbout
) -> None:
    """`write_table_file` of shapes and a value of each column for every shape."""
    write_table_file(path, Table(shapes, columns), about)


def write_table_file(path: Path, table: Table, about: FileAbout) -> None:
    """Write the file in the format of its ending, whole or not at all.

    Raises LayerError for an ending that is not in FILE_FORMATS, and for what the format cannot
    hold.
    """
    write = FILE_FORMATS.get(path.suffix.lower())
    if write is None:
        known = ", ".join(FILE_FORMATS)
        raise LayerError(
            "{name} does not end in one of {known}, which name its format",
            name=path.name,
            known=known,
        )
    if not path.parent.is_dir():
        raise LayerError("{parent} is no folder; make it first", parent=path.parent)
    with tempfile.TemporaryDirectory(prefix=".pantau-", dir=path.parent) as folder:
        made = Path(folder) / path.name
        write(made, table, about)
        os.replace(made, path)


def write_geojson(path: Path, table: Table, about: FileAbout) -> None:
    """What is said of it stands in the member `metadata` of the collection."""
    rows = about.rows()
    head = {"type": "FeatureCollection", "name": rows["name"], "metadata": rows}
    names = list(table.columns)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_json(head)[:-1] + ',"features":[')
        for start in range(0, len(table.shapes), _CHUNK):
            part = slice(start, start + _CHUNK)
            shapes = shapely.to_geojson(table.shapes[part])  # None where there is none
            columns = [table.columns[name][part] for name in names]
            values = zip(*columns, strict=True) if names else [()] * len(shapes)
            for place, (shape, row) in enumerate(zip(shapes, values, strict=True), start):
                properties = _json(dict(zip(names, row, strict=True)))
                comma, geometry = "," if place else "", shape or "null"
                file.write(
                    f'{comma}\n{{"type":"Feature","properties":{properties},"geometry":{geometry}}}'
                )
        file.write("\n]}\n")


def _json(found: Any) -> str:
    return json.dumps(
        found, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_said
    )


def _said(value: Any) -> str | None:
    if not isinstance(value, date):  # an instant is one, too
        raise TypeError(f"{type(value).__name__} {value!r} is no value of a column")
    return as_text(value)


FILE_FORMATS: Mapping[str, Callable[[Path, Table, FileAbout], None]] = {
    ".geojson": write_geojson,
    ".gpkg": write_geopackage,
    ".zip": write_shapefile,
    ".kml": write_kml,
    ".csv": write_csv,
    ".xlsx": write_xlsx,
}
