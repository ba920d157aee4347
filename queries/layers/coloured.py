"""The features of a layer as the map colours them one by one: few enough, and simplified."""

import json
from typing import Any

import numpy as np
import shapely

from data.layers.model import Shapes
from data.store import Store
from queries.layers.feature_axis import feature_names
from queries.layers.features import KeptLayer, kept_layer

MOST_COLOURED = 6_000  # features; a browser draws each as an element of its own
_TOLERANCE_METRES = 15.0  # a pixel at zoom 13
_DIGITS = 5


def coloured_code(number: int | str) -> str:
    """By which the map knows a feature: no district is called so."""
    return f"#{number}"


def is_colourable(layer: KeptLayer) -> bool:
    return len(layer) <= MOST_COLOURED


def coloured_features(store: Store, code: str) -> list[dict[str, Any]]:
    """GeoJSON features with `code` and `name`; none where there are more than MOST_COLOURED.

    Raises LayerError for a layer that is not known.
    """
    layer = kept_layer(store, code)
    if not is_colourable(layer):
        return []
    names = feature_names(store, layer)
    return [
        {
            "type": "Feature",
            "properties": {"code": coloured_code(number), "name": name},
            "geometry": json.loads(geometry),
        }
        for number, (name, geometry) in enumerate(
            zip(names, shapely.to_geojson(_simplified(layer)), strict=True)
        )
    ]


def _simplified(layer: KeptLayer) -> Shapes:
    simple = shapely.simplify(layer.metric, _TOLERANCE_METRES)
    degrees = layer.plane.shapes_to_degrees(simple)
    rounded: Shapes = shapely.transform(degrees, lambda at: np.round(at, _DIGITS))
    return rounded
