"""TopoJSON: shapes that share their borders."""

from dataclasses import replace
from pathlib import Path

from data.layers.formats.gdal import list_gdal_layers, read_gdal_layer
from data.layers.model import Choice, LayerInfo, RawLayer


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    return list_gdal_layers(path)


def read(path: Path, choice: Choice) -> RawLayer:
    """In WGS 84, as the format has it."""
    return replace(read_gdal_layer(path, choice), crs="EPSG:4326")
