"""Layers as KML: a placemark for each feature, its fields as extended data."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import shapely

from reports.layer_file_parts import FileAbout, Table, as_text

_NAMES = ("name", "nama", "title")


def write_kml(path: Path, table: Table, about: FileAbout) -> None:
    """What is said of it is the document's description and extended data."""
    said = about.rows()
    label = next((name for name in table.columns if name.lower() in _NAMES), None)
    names = [name for name in table.columns if name != "name"]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        file.write('<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n')
        file.write(f"<name>{escape(said['name'])}</name>\n")
        file.write(f"<description>{escape(about.sentence())}</description>\n")
        file.write(_data({key: value for key, value in said.items() if key != "name"}) + "\n")
        for place, shape in enumerate(table.shapes):
            title = as_text(table.columns[label][place]) if label else None
            fields = {name: as_text(table.columns[name][place]) for name in names}
            name = f"<name>{escape(title)}</name>" if title is not None else ""
            file.write(f"<Placemark>{name}{_data(fields)}{''.join(_shape(shape))}</Placemark>\n")
        file.write("</Document>\n</kml>\n")


def _data(fields: dict[str, Any]) -> str:
    found = [
        f"<Data name={quoteattr(name)}><value>{escape(value)}</value></Data>"
        for name, value in fields.items()
        if value is not None
    ]
    return f"<ExtendedData>{''.join(found)}</ExtendedData>" if found else ""


def _shape(shape: Any) -> Iterator[str]:
    if shape is None:
        return
    if shape.geom_type == "Point":
        yield f"<Point>{_coordinates(shape)}</Point>"
    elif shape.geom_type in ("LineString", "LinearRing"):
        yield f"<LineString>{_coordinates(shape)}</LineString>"
    elif shape.geom_type == "Polygon":
        yield "<Polygon>"
        if not shape.is_empty:
            yield f"<outerBoundaryIs>{_ring(shape.exterior)}</outerBoundaryIs>"
        for ring in shape.interiors:
            yield f"<innerBoundaryIs>{_ring(ring)}</innerBoundaryIs>"
        yield "</Polygon>"
    else:
        yield "<MultiGeometry>"
        for part in shape.geoms:
            yield from _shape(part)
        yield "</MultiGeometry>"


def _ring(ring: Any) -> str:
    return f"<LinearRing>{_coordinates(ring)}</LinearRing>"


def _coordinates(shape: Any) -> str:
    pairs = (f"{x!r},{y!r}" for x, y in shapely.get_coordinates(shape).tolist())
    return f"<coordinates>{' '.join(pairs)}</coordinates>"
