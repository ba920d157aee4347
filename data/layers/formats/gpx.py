"""GPX: waypoints, routes and tracks, each a layer, and the points of the latter two."""

from pathlib import Path

from data.layers.formats.gdal import list_gdal_layers, read_gdal_layer
from data.layers.model import Choice, LayerInfo, RawLayer


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    """Those that hold something, or all where none does."""
    layers = list_gdal_layers(path)
    return tuple(layer for layer in layers if layer.features) or layers


def read(path: Path, choice: Choice) -> RawLayer:
    return read_gdal_layer(path, choice)
