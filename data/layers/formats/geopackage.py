"""GeoPackage: layers in an SQLite database."""

from pathlib import Path

from data.layers.formats.gdal import list_gdal_layers, read_gdal_layer
from data.layers.model import Choice, LayerInfo, RawLayer

_OPTIONS = {"IMMUTABLE": "YES", "NOLOCK": "YES"}


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    return list_gdal_layers(path, _OPTIONS)


def read(path: Path, choice: Choice) -> RawLayer:
    return read_gdal_layer(path, choice, options=_OPTIONS)
