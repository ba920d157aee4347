"""Which complaints satisfy what a filter asks of layers and areas."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from data.layers.model import LayerError
from data.store import Store
from queries.cache import Cache
from queries.columns import Facts
from queries.filters import ComplaintFilter, FilterError
from queries.layers.conditions import Area, LayerCondition
from queries.layers.features import kept_layer, known_layers
from queries.layers.plane import Plane, plane_of

_KEPT = 32
Array = NDArray[Any]


def place_mask(store: Store, complaint_filter: ComplaintFilter, facts: Facts) -> Array | None:
    """For each complaint of `facts` whether it is meant; None where nothing is asked.

    A complaint without coordinates satisfies nothing. Raises FilterError for a layer or field
    that is not known.
    """
    if not complaint_filter.asks_for_places:
        return None
    masks = [_kept_mask(store, condition, facts) for condition in complaint_filter.layer_conditions]
    if complaint_filter.areas:
        masks.append(_kept_areas(store, complaint_filter.areas, facts))
    return np.logical_and.reduce(masks)


def _kept_mask(store: Store, condition: LayerCondition, facts: Facts) -> Array:
    key = (facts.seq, facts.version, stamp_of(store, condition), condition)
    return _cache(store).get(key, lambda: _satisfying(store, condition, facts))


def _kept_areas(store: Store, areas: tuple[Area, ...], facts: Facts) -> Array:
    key = (facts.seq, facts.version, areas)
    return _cache(store).get(key, lambda: _within_any(plane_of(store), areas, facts))


def _cache(store: Store) -> Cache:
    cache: Cache = store.kept("memberships", lambda: Cache(_KEPT))
    return cache


def check_places(store: Store, complaint_filter: ComplaintFilter) -> None:
    """Raises FilterError for a layer or a field that is not known, an area that cannot be drawn."""
    for condition in complaint_filter.layer_conditions:
        features_meant(store, condition)
    for area in complaint_filter.areas:
        area_shape(plane_of(store), area)


def stamp_of(store: Store, condition: LayerCondition) -> int:
    """Changes when the layer of the condition does."""
    layer = known_layers(store).get(condition.layer)
    return layer.version.id if layer else 0


def places_stamp(store: Store, complaint_filter: ComplaintFilter) -> Hashable:
    """Changes when a layer that the filter speaks of does: part of the key of what is kept."""
    return tuple(stamp_of(store, condition) for condition in complaint_filter.layer_conditions)


def area_shape(plane: Plane, area: Area) -> Any:
    """The area on the city's plane, in metres. Raises FilterError where it is not on it."""
    x, y = plane.to_metres(*np.array(area.points, float).T)
    points = np.column_stack([x, y])
    if not np.isfinite(points).all():
        raise FilterError(f"area {str(area)[:80]!r} is half the Earth away; draw it in the city")
    if area.kind == "polygon":
        return shapely.make_valid(shapely.polygons(points))
    return shapely.points(points[0]) if area.kind == "circle" else shapely.linestrings(points)


def features_meant(store: Store, condition: LayerCondition) -> Array:
    """The features of the layer on the plane, or those whose field has the value."""
    try:
        layer = kept_layer(store, condition.layer)
        if condition.kind in ("inside", "outside") and layer.version.geometry in ("point", "line"):
            raise LayerError(
                f"layer {layer.code!r} has no polygons to be {condition.kind}; "
                "use near or far with metres"
            )
        if condition.field is None:
            return layer.metric
        return layer.metric[layer.where(condition.field, condition.value or "")]
    except LayerError as error:
        raise FilterError(f"{condition.kind} {str(condition)[:80]!r}: {error}") from None


def _satisfying(store: Store, condition: LayerCondition, facts: Facts) -> Array:
    shapes = features_meant(store, condition)
    points, placed = _points(plane_of(store), facts)
    found = np.zeros(len(facts), bool)
    if condition.kind in ("inside", "outside"):
        shapes = shapes[shapely.get_dimensions(shapes) == 2]
        inside = shapely.STRtree(shapes).query(points, predicate="intersects")[0]
    else:
        inside = shapely.STRtree(shapes).query(
            points, predicate="dwithin", distance=condition.metres
        )[0]
    found[np.flatnonzero(placed)[np.unique(inside)]] = True
    return placed & ~found if condition.kind in ("far", "outside") else found


def _within_any(plane: Plane, areas: tuple[Area, ...], facts: Facts) -> Array:
    points, placed = _points(plane, facts)
    within = np.zeros(len(points), bool)
    for area in areas:
        shape = area_shape(plane, area)
        shapely.prepare(shape)
        within |= shapely.dwithin(shape, points, area.metres or 0.0)
    found = np.zeros(len(facts), bool)
    found[placed] = within
    return found


def _points(plane: Plane, facts: Facts) -> tuple[Array, Array]:
    """On the plane, of the complaints that have a place; and which those are."""
    latitude, longitude = facts.columns["latitude"], facts.columns["longitude"]
    placed = ~np.isnan(latitude)
    x, y = plane.to_metres(longitude[placed], latitude[placed])
    return shapely.points(x, y), placed
