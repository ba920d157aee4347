"""Which complaints satisfy what a filter asks of layers and areas."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.layers.model import LayerError
from data.store import Store
from queries.columns import Facts
from queries.filters import ComplaintFilter, FilterError
from queries.layers.areas import area_shape
from queries.layers.conditions import Area, LayerCondition
from queries.layers.features import KeptLayer, kept_layer, versions_of
from queries.layers.keeping import area_reach_of, reach_of
from queries.layers.plane import plane_of
from queries.layers.positions import positions_of

Array = NDArray[Any]


def place_mask(store: Store, complaint_filter: ComplaintFilter, facts: Facts) -> Array | None:
    """For each complaint of `facts` whether it is meant; None where nothing is asked.

    A complaint without coordinates satisfies nothing. Raises FilterError for a layer or field
    that is not known.
    """
    if not complaint_filter.asks_for_places:
        return None
    masks = [
        _satisfying(store, condition, facts) for condition in complaint_filter.layer_conditions
    ]
    if complaint_filter.areas:
        masks.append(_within_any(store, complaint_filter.areas, facts))
    return np.logical_and.reduce(masks)


def _satisfying(store: Store, condition: LayerCondition, facts: Facts) -> Array:
    with _said_of(condition):
        _layer_meant(store, condition)
        reach = reach_of(store, condition.layer, condition.field, condition.value)
    positions = positions_of(store, facts)
    if condition.kind in ("inside", "outside"):
        found = reach.inside(positions)
    else:
        found = reach.within(positions, condition.metres or 0.0)
    return positions.placed & ~found if condition.kind in ("far", "outside") else found


def _within_any(store: Store, areas: tuple[Area, ...], facts: Facts) -> Array:
    positions = positions_of(store, facts)
    return np.logical_or.reduce([area_reach_of(store, one).within(positions) for one in areas])


def check_places(store: Store, complaint_filter: ComplaintFilter) -> None:
    """Raises FilterError for a layer or a field that is not known, an area that cannot be drawn."""
    for condition in complaint_filter.layer_conditions:
        with _said_of(condition):
            _layer_meant(store, condition)
    for area in complaint_filter.areas:
        area_shape(plane_of(store), area)


def places_stamp(store: Store, complaint_filter: ComplaintFilter) -> Hashable:
    """Changes when a layer that the filter speaks of does: part of the key of what is kept."""
    conditions = complaint_filter.layer_conditions
    return versions_of(store, [one.layer for one in conditions]) if conditions else ()


@contextmanager
def _said_of(condition: LayerCondition) -> Iterator[None]:
    """What is wrong with a layer is wrong with the condition that names it."""
    try:
        yield
    except LayerError as error:
        raise FilterError(f"{condition.kind} {str(condition)[:80]!r}: {error}") from None


def features_meant(store: Store, condition: LayerCondition) -> Array:
    """The features of the layer on the plane, or those whose field has the value.

    Raises FilterError.
    """
    with _said_of(condition):
        layer = _layer_meant(store, condition)
        if condition.field is None:
            return layer.metric
        return layer.metric[layer.where(condition.field, condition.value or "")]


def _layer_meant(store: Store, condition: LayerCondition) -> KeptLayer:
    """Raises LayerError."""
    layer = kept_layer(store, condition.layer)
    if condition.kind in ("inside", "outside") and layer.version.geometry in ("point", "line"):
        raise LayerError(
            "layer {code!r} has no polygons to be {kind}; use near or far with metres",
            code=layer.code,
            kind=condition.kind,
        )
    if condition.field is not None:
        layer.check_field(condition.field)
    return layer
