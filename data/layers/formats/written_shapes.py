"""Shapes written into a cell: well-known text, well-known bytes in hexadecimal, GeoJSON."""

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from data.layers.model import Shapes

_KINDS = "POINT|LINESTRING|POLYGON|MULTIPOINT|MULTILINESTRING|MULTIPOLYGON|GEOMETRYCOLLECTION"
_TEXT = re.compile(rf"\s*(?:SRID\s*=\s*(\d{{4,6}})\s*;)?\s*(?:{_KINDS})\b", re.IGNORECASE)
_BYTES = re.compile(r"\s*(?:00|01)(?:[0-9a-f]{2}){4,}\s*", re.IGNORECASE | re.ASCII)
_TYPES = {
    "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
    "GeometryCollection",
}  # fmt: skip


def is_shape(cell: Any) -> bool:
    """Whether a cell looks like one; it may still be broken further on."""
    if isinstance(cell, dict):
        return cell.get("type") in _TYPES
    if not isinstance(cell, str):
        return False
    if cell.lstrip().startswith("{"):
        return _geojson(cell) is not None
    return bool(_TEXT.match(cell) or _BYTES.match(cell))


def read_shapes(cells: Sequence[Any]) -> tuple[Shapes, str | None]:
    """A shape or None for every cell, and the system that most of them name: 'EPSG:4326'."""
    shapes = np.array([_shape(cell) for cell in cells] + [None], dtype=object)[:-1]
    present = shapes[~shapely.is_missing(shapes)]
    systems = shapely.get_srid(present)
    systems = systems[systems > 0]
    if not len(systems):
        # GeoJSON is in degrees on WGS 84, by its standard.
        degrees = any(map(_is_geojson, cells)) and _in_degrees(present)
        return shapes, "EPSG:4326" if degrees else None
    codes, counts = np.unique(systems, return_counts=True)
    main = codes[counts.argmax()]
    odd = (shapely.get_srid(shapes) != main) & (shapely.get_srid(shapes) > 0)
    shapes[odd] = None  # elsewhere; the caller counts them
    return shapes, f"EPSG:{main}"


def _shape(cell: Any) -> shapely.Geometry | None:
    if isinstance(cell, dict):
        return _from_geojson(cell)
    if not isinstance(cell, str):
        return None
    if cell.lstrip().startswith("{"):
        found = _geojson(cell)
        return None if found is None else _from_geojson(found)
    if _BYTES.fullmatch(cell):
        return shapely.from_wkb(cell.strip(), on_invalid="ignore")
    text = _TEXT.match(cell)
    if text is None:
        return None
    if text[1] is None:
        return shapely.from_wkt(cell, on_invalid="ignore")
    shape = shapely.from_wkt(cell.split(";", 1)[1], on_invalid="ignore")
    return None if shape is None else shapely.set_srid(shape, int(text[1]))


def _is_geojson(cell: Any) -> bool:
    return isinstance(cell, dict) or (isinstance(cell, str) and cell.lstrip().startswith("{"))


def _in_degrees(shapes: Shapes) -> bool:
    return bool((np.abs(shapely.total_bounds(shapes)) <= [180, 90, 180, 90]).all())


def _geojson(cell: str) -> dict[str, Any] | None:
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get("type") in _TYPES else None


def _from_geojson(found: dict[str, Any]) -> shapely.Geometry | None:
    if found.get("type") not in _TYPES:
        return None
    return shapely.from_geojson(json.dumps(found), on_invalid="ignore")
