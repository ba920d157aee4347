"""Small layers for tests: given shapes and columns, published."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from data.layers.catalogue import Layer, publish
from data.layers.model import About, FeatureTable, Field
from data.store import Store
from queries.layers.features import forget_layers

_KINDS = {str: "text", bool: "boolean", int: "number", float: "number"}


def publish_shapes(
    store: Store, code: str, shapes: Sequence[Any], columns: Mapping[str, list[Any]] | None = None
) -> Layer:
    """`shapes` in degrees; a field for every column, of the kind of its first value."""
    held = np.empty(len(shapes), object)
    held[:] = shapes
    table = FeatureTable(
        shapes=held,
        columns=dict(columns or {}),
        fields=tuple(Field(name, _KINDS[type(held[0])]) for name, held in (columns or {}).items()),
        file_format="GeoJSON",
    )
    names = {"en": code.capitalize(), "id": f"{code.capitalize()} (id)"}
    layer = publish(store, code, About(names=names), table, file_name=f"{code}.geojson")
    forget_layers(store)
    return layer
