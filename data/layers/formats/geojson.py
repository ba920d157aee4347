"""GeoJSON, one collection or one feature a line."""

from dataclasses import replace
from pathlib import Path

from data.layers.formats.gdal import read_gdal_layer
from data.layers.model import Choice, LayerInfo, RawLayer

_NO_COPY = {"NATIVE_DATA": "NO"}


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    """The one there always is; it is not read for that."""
    return (LayerInfo(path.stem),)


def read(path: Path, choice: Choice) -> RawLayer:
    """In the coordinate system it names in the old way, or WGS 84."""
    return read_gdal_layer(path, replace(choice, layer=None), options=_NO_COPY)
