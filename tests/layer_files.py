"""Layers for tests: published as a reader would bring them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from data.layers.catalogue import Layer, publish
from data.layers.model import About, Columns, FeatureTable, Field
from data.store import Store
from queries.layers.features import forget_layers

WEST, SOUTH = 106.80, -6.22  # of the tiny city


def table_of(shapes: Sequence[Any], columns: Columns | None = None) -> FeatureTable:
    columns = columns or {}
    fields = tuple(Field(name, _kind(values)) for name, values in columns.items())
    return FeatureTable(np.array(list(shapes), object), columns, fields, (), "EPSG:4326", "GeoJSON")


def _kind(values: Sequence[Any]) -> str:
    found = [value for value in values if value is not None]
    if found and all(isinstance(value, bool) for value in found):
        return "boolean"
    is_number = found and all(isinstance(value, int | float) for value in found)
    return "number" if is_number else "text"


def put_layer(
    store: Store,
    code: str,
    shapes: Sequence[Any],
    columns: Columns | None = None,
    *,
    style: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
) -> Layer:
    about = About(names=names or {"en": code.capitalize()}, style=style or {})
    layer = publish(store, code, about, table_of(shapes, columns), file_name=f"{code}.geojson")
    forget_layers(store)
    return layer


def put_pumps(store: Store, n: int = 3, **options: Any) -> Layer:
    """`n` points to the north-east, a kilometre apart, named Pump 0, Pump 1, …"""
    steps = np.arange(n) / 100
    columns = {
        "name": [f"Pump {i}" for i in range(n)],
        "power": [None if i == 1 else i * 1.5 for i in range(n)],
        "state": ["broken" if i % 2 else "<b>works</b>" for i in range(n)],
    }
    shapes = shapely.points(WEST + steps, SOUTH + steps)
    return put_layer(store, "pumps", list(shapes), columns, **options)
