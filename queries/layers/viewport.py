"""The part of a layer that a map shows: what touches the view, as fine as its zoom needs."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from data.layers.catalogue import Layer
from data.layers.model import Shapes
from data.store import Store
from queries.cache import Cache
from queries.layers.features import KeptLayer, kept_layer, known_layers, text_of
from queries.layers.naming import label_field
from queries.layers.paint import Paint, paint_of
from queries.layers.simplified import (
    FINEST,
    LOWEST,
    WORLD,
    Step,
    step_at,
    to_degrees,
    to_world,
    world_at,
    write_feature,
    write_features,
)
from queries.layers.style import stamp_of
from queries.points import Bounds

CAP = 20_000  # features in one answer
CAP_VERTICES = 100_000
LABEL_ZOOM = 14  # from here on labels come along
FEW = 500  # features, whose labels come along at any zoom
_LONGEST_LABEL = 60
_MANY_VERTICES = 400  # of one feature, from which on only its part in view is sent
_KEPT_STEPS = 48
_KEPT_WORLDS = 6
_KEPT_LABELS = 8
_AROUND = 0.1  # of the view, beyond which a border made by clipping lies


@dataclass(frozen=True)
class Part:
    """What of a layer lies in view, in pixels of the world at zoom 0, y southward."""

    layer: Layer
    shapes: Shapes
    is_dot: NDArray[np.bool_]
    index: NDArray[np.uint8]  # into the classes, of every shape
    paint: Paint


def part_in(store: Store, code: str, bounds: Bounds, zoom: int) -> Part:
    """The same features as `features_in`, to be drawn here. Raises LayerError."""
    kept = kept_layer(store, code)
    layer = known_layers(store)[code]
    paint = paint_of(store, layer, kept)
    step = _step(store, layer, kept, paint, zoom)
    shown = _largest(step, _touching(step, _world_box(bounds)))
    index = paint.index[step.numbers[shown]]
    return Part(layer, step.shapes[shown], step.is_dot[shown], index, paint)


def features_in(store: Store, code: str, bounds: Bounds, zoom: int) -> bytes:
    """A GeoJSON FeatureCollection; beyond a cap the largest features come.

    `pantau` says how many touch the view and are shown, what the classes are, and in `runs` the
    features' numbers: first, count, first, count, … Raises LayerError for an unknown layer.
    """
    kept = kept_layer(store, code)
    layer = known_layers(store)[code]
    paint = paint_of(store, layer, kept)
    step = _step(store, layer, kept, paint, zoom)
    labels = _labels(store, layer, kept) if zoom >= LABEL_ZOOM or len(kept) <= FEW else None
    box = _world_box(bounds)
    touching = _touching(step, box)
    shown = _largest(step, touching)
    about = {
        "version": stamp_of(layer),
        "total": int(step.stands_for[touching].sum()),
        "shown": int(step.stands_for[shown].sum()),
        "capped": len(shown) < len(touching),
        "classes": [asdict(one) for one in paint.classes],
        "runs": _runs(step.numbers[shown]),
    }
    texts = _texts(step, shown, box, paint, labels)
    head = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    return b'{"type":"FeatureCollection","pantau":%b,"features":[%b]}' % (head, b",".join(texts))


def _step(store: Store, layer: Layer, kept: KeptLayer, paint: Paint, zoom: int) -> Step:
    zoom = min(max(zoom, LOWEST), FINEST)
    steps: Cache = store.kept("layer-steps", lambda: Cache(_KEPT_STEPS))
    key = (stamp_of(layer), zoom)
    step: Step = steps.get(key, lambda: step_at(_world(store, kept), paint.index, zoom))
    return step


def _world(store: Store, kept: KeptLayer) -> Any:
    worlds: Cache = store.kept("layer-worlds", lambda: Cache(_KEPT_WORLDS))
    return worlds.get(kept.version.id, lambda: to_world(kept.shapes))


def _labels(store: Store, layer: Layer, kept: KeptLayer) -> list[str] | None:
    field = label_field(store, layer, kept)
    if field is None:
        return None
    cache: Cache = store.kept("layer-labels", lambda: Cache(_KEPT_LABELS))
    found: list[str] = cache.get(
        (kept.version.id, field),
        lambda: [text_of(value)[:_LONGEST_LABEL] for value in kept.columns[field]],
    )
    return found


def _world_box(bounds: Bounds) -> NDArray[np.float64]:
    """West, north, east, south in world pixels."""
    edges = world_at(
        np.array([bounds.west, bounds.east]), np.array([bounds.north, bounds.south], float)
    )
    return np.array([edges[0][0], edges[1][0], edges[0][1], edges[1][1]])


def _copies(box: NDArray[np.float64]) -> Sequence[NDArray[np.float64]]:
    """The view, and what it shows of the world beyond the antimeridian."""
    moved = [box + np.array([shift, 0, shift, 0]) for shift in (-WORLD, 0, WORLD)]
    return [one for one in moved if one[0] <= WORLD and one[2] >= 0]


def _touching(step: Step, box: NDArray[np.float64]) -> NDArray[np.int64]:
    found = np.zeros(len(step.numbers), bool)
    west, north, east, south = step.bounds.T
    for left, top, right, bottom in _copies(box):
        near = (west <= right) & (east >= left) & (north <= bottom) & (south >= top)
        inside = (west >= left) & (east <= right) & (north >= top) & (south <= bottom)
        found |= inside
        unsure = np.flatnonzero(near & ~inside)
        view = shapely.box(left, top, right, bottom)
        shapely.prepare(view)
        found[unsure] |= shapely.intersects(view, step.shapes[unsure])
    return np.flatnonzero(found)


def _largest(step: Step, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """In file order, within both caps."""
    if len(places) <= CAP and step.vertices[places].sum() <= CAP_VERTICES:
        return places
    bounds = step.bounds[places]
    size = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    order = places[np.argsort(-size, kind="stable")][:CAP]
    # What one large shape has beyond the view is not sent, so it does not count in full.
    counted = np.minimum(step.vertices[order], _MANY_VERTICES)
    fits = np.cumsum(counted) <= CAP_VERTICES
    return np.sort(order[fits])


def _runs(numbers: NDArray[np.int64]) -> list[int]:
    starts = np.flatnonzero(np.diff(numbers, prepend=-2) != 1)
    counts = np.diff(starts, append=len(numbers))
    runs: list[int] = np.column_stack([numbers[starts], counts]).ravel().tolist()
    return runs


def _texts(
    step: Step,
    places: NDArray[np.int64],
    box: NDArray[np.float64],
    paint: Paint,
    labels: list[str] | None,
) -> list[bytes]:
    """As GeoJSON, in the order of `places`."""
    margin = np.tile(box[2:] - box[:2], 2) * _AROUND
    around = box + margin * np.array([-1, -1, 1, 1])
    bounds = step.bounds[places]
    is_inside = (bounds[:, :2] >= around[:2]).all(1) & (bounds[:, 2:] <= around[2:]).all(1)
    is_cut = (step.vertices[places] > _MANY_VERTICES) & ~is_inside
    texts = np.empty(len(places), object)
    texts[~is_cut] = write_features(step, places[~is_cut], paint.index, labels)
    texts[is_cut] = _clipped(step, places[is_cut], around, paint, labels)
    written: list[bytes] = texts.tolist()
    return written


def _clipped(
    step: Step,
    places: NDArray[np.int64],
    around: NDArray[np.float64],
    paint: Paint,
    labels: list[str] | None,
) -> list[bytes]:
    if not len(places):
        return []
    west, north, east, south = around
    copies = [
        shapely.clip_by_rect(step.shapes[places], west + shift, north, east + shift, south)
        for shift in (-WORLD, 0, WORLD)
    ]
    # What lies at both ends of the world is sent whole: that is rare, and its parts would not fit.
    is_seen = np.array([~shapely.is_empty(copy) for copy in copies])
    parts = np.array(step.shapes[places], object)
    for copy, seen in zip(copies, is_seen, strict=True):
        only = seen & (is_seen.sum(axis=0) == 1)
        parts[only] = copy[only]
    geometries = shapely.to_geojson(to_degrees(parts, step.decimals))
    return [
        write_feature(step, int(place), geometry, paint.index, labels)
        for place, geometry in zip(places, geometries, strict=True)
    ]
