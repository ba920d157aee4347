"""GML, of any application schema that GDAL can make out from the file alone."""

from pathlib import Path

from data.layers.formats.gdal import list_gdal_layers, read_gdal_layer
from data.layers.model import Choice, LayerInfo, RawLayer

_OPTIONS = {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO", "EXPOSE_GML_ID": "NO"}


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    return list_gdal_layers(path, _OPTIONS)


def read(path: Path, choice: Choice) -> RawLayer:
    return read_gdal_layer(path, choice, options=_OPTIONS)
