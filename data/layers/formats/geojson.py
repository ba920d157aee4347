"""GeoJSON, one collection or one feature a line."""

from pathlib import Path

from data.layers.formats.gdal import list_gdal_layers, read_gdal_layer
from data.layers.model import Choice, LayerInfo, RawLayer

_NO_LINKS = {"NATIVE_DATA": "NO"}


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    return list_gdal_layers(path, _NO_LINKS)


def read(path: Path, choice: Choice) -> RawLayer:
    """In the coordinate system it names in the old way, or WGS 84."""
    return read_gdal_layer(path, choice, options=_NO_LINKS)
