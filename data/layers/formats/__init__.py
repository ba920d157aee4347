"""The formats that layers come in, by the code that detection gives them.

A module is imported only when a file of its format is read, in the process that reads it.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import cast

from data.layers.formats.interface import FormatModule


@dataclass(frozen=True)
class Format:
    """`name` is what people call it; `module` reads it, else `fallback` may."""

    name: str
    module: str
    fallback: str | None = None


FORMATS = {
    "geojson": Format("GeoJSON", "geojson"),
    "geojsonseq": Format("GeoJSON", "geojson"),
    "topojson": Format("TopoJSON", "topojson"),
    "shapefile": Format("Shapefile", "shapefile"),
    "geopackage": Format("GeoPackage", "geopackage"),
    "gml": Format("GML", "gml"),
    "kml": Format("KML", "kml"),
    "gpx": Format("GPX", "gpx"),
    "dxf": Format("DXF", "dxf", fallback="gdal_dxf"),
    "dwg": Format("DWG", "dwg"),
    "json": Format("JSON", "plain_json"),
    "xml": Format("XML", "plain_xml"),
    "csv": Format("CSV", "csv_table"),
    "xlsx": Format("XLSX", "xlsx_table"),
}


def load_format(code: str) -> FormatModule:
    """The module that reads files of a format in FORMATS."""
    return _load(FORMATS[code].module)


def load_fallback(code: str) -> FormatModule | None:
    """The one that may read what the first refuses."""
    fallback = FORMATS[code].fallback
    return _load(fallback) if fallback else None


def _load(module: str) -> FormatModule:
    return cast(FormatModule, import_module(f"data.layers.formats.{module}"))
