"""GML, of any application schema that GDAL can make out from the file alone."""

from pathlib import Path

from data.layers.formats.gdal import list_gdal_layers, read_gdal_layer, with_curves
from data.layers.formats.gml_arcs import count_curved
from data.layers.model import Choice, LayerInfo, RawLayer

_OPTIONS = {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO", "EXPOSE_GML_ID": "NO"}


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    return list_gdal_layers(path, _OPTIONS)


def read(path: Path, choice: Choice) -> RawLayer:
    raw = read_gdal_layer(path, choice, options=_OPTIONS)
    return with_curves(raw, count_curved(path, choice.layer))
