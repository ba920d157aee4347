"""DXF by GDAL, for drawings that our own reader refuses."""

from dataclasses import replace
from pathlib import Path

from data.layers.formats.gdal import list_gdal_layers, read_gdal_layer
from data.layers.model import Choice, LayerInfo, RawLayer


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    return list_gdal_layers(path)


def read(path: Path, choice: Choice) -> RawLayer:
    """Everything drawn; a drawing does not say its coordinate system."""
    return replace(read_gdal_layer(path, replace(choice, layer=None)), crs=None)
