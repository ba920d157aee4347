"""What a condition on a layer means on the map: the features meant, and how far they reach."""

import json
import math
from typing import Any

import numpy as np
import shapely

from data.layers.model import Shapes
from data.store import Store
from queries.layers.areas import area_shape
from queries.layers.conditions import Area, LayerCondition
from queries.layers.features import KeptLayer, kept_layer
from queries.layers.plane import Plane, plane_of
from queries.points import Bounds

MOST_SHOWN = 1_000  # features drawn as those that are meant
MOST_REACHING = 400  # features whose surroundings are dissolved into one shape
MOST_VERTICES = 200_000  # of them all: beyond, a view would take seconds
_EQUATOR_PIXEL = 156_543.03392  # metres at zoom 0
_QUARTER_CIRCLE = 16  # segments: off by 0.5 % of the distance at most
_ACROSS = 5  # places along each edge of the view
_DIGITS = 6  # of a degree: a tenth of a metre
_DIMENSION_WORDS = ("points", "lines", "polygons")
_WIDEST = 20.0  # degrees: beyond, the edges of a view are not sound on the city's plane


def reach_geojson(
    store: Store, condition: LayerCondition, bounds: Bounds, zoom: int
) -> dict[str, Any]:
    """Features in view that the condition means, and their surroundings, dissolved.

    A FeatureCollection of one feature per kind of shape, `part` 'points', 'lines' or 'polygons',
    and one 'reach', each for a view of that zoom only. `pantau` holds `in_view`, the features
    counted, and `shown` and `reaching`, whether they and their surroundings were few enough.
    Raises LayerError for a layer or field that is not known.
    """
    layer = kept_layer(store, condition.layer)
    plane, metres = layer.plane, condition.metres or 0.0
    box = _view(plane, bounds)
    numbers = _numbers_in(layer, condition, box, metres)
    shapes = layer.metric[numbers]
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    is_light = vertices <= MOST_VERTICES
    shown = is_light and len(shapes) <= MOST_SHOWN
    reaching = is_light and metres > 0 and len(shapes) <= MOST_REACHING
    features: list[dict[str, Any]] = []
    if shown or reaching:
        coarse = shapely.simplify(shapes, _pixel(bounds, zoom) / 2)
    if reaching and len(shapes):
        around = shapely.union_all(shapely.buffer(coarse, metres, quad_segs=_QUARTER_CIRCLE))
        features += _features(plane, [("reach", _seen(around, box, bounds, zoom))])
    if shown:
        features += _features(plane, _by_dimension(coarse))
    return {
        "type": "FeatureCollection",
        "features": features,
        "pantau": {"in_view": len(shapes), "shown": shown, "reaching": reaching or metres == 0},
    }


def areas_geojson(store: Store, areas: tuple[Area, ...]) -> dict[str, Any]:
    """The outlines of areas as the filter computes them, one feature each, `text` its own."""
    plane = plane_of(store)
    shapes = [area_shape(plane, area) for area in areas]
    outlines = [
        shapely.buffer(shape, area.metres or 0.0, quad_segs=_QUARTER_CIRCLE)
        for shape, area in zip(shapes, areas, strict=True)
    ]
    return {
        "type": "FeatureCollection",
        "features": [
            {**feature, "properties": {"text": str(area)}}
            for area, outline in zip(areas, outlines, strict=True)
            for feature in _features(plane, [("area", outline)])
        ],
    }


def _numbers_in(layer: KeptLayer, condition: LayerCondition, box: Any, metres: float) -> Any:
    """Of the features meant whose surroundings are in view; in file order."""
    if box is None:
        numbers = np.arange(len(layer))
    else:
        numbers = np.sort(layer.tree.query(shapely.box(*_wider(box, metres)), "intersects"))
    if condition.field is not None:
        meant = layer.where(condition.field, condition.value or "")
        numbers = numbers[meant[numbers]]
    return numbers


def _view(plane: Plane, bounds: Bounds) -> tuple[float, float, float, float] | None:
    """What the view spans on the plane, in metres; None where it spans too much of the Earth."""
    if bounds.east - bounds.west > _WIDEST or bounds.north - bounds.south > _WIDEST:
        return None
    longitudes, latitudes = np.meshgrid(
        np.linspace(bounds.west, bounds.east, _ACROSS),
        np.linspace(bounds.south, bounds.north, _ACROSS),
    )
    x, y = plane.to_metres(longitudes.ravel(), latitudes.ravel())
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return None
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _wider(
    box: tuple[float, float, float, float], metres: float
) -> tuple[float, float, float, float]:
    west, south, east, north = box
    return west - metres, south - metres, east + metres, north + metres


def _seen(shape: Any, box: Any, bounds: Bounds, zoom: int) -> Any:
    """No more of it than the view shows: a long river reaches through half the country."""
    pixel = _pixel(bounds, zoom)
    if box is not None:
        shape = shapely.intersection(shape, shapely.box(*_wider(box, 16 * pixel)))
    return shapely.simplify(shape, pixel / 8)  # circles must look round


def _by_dimension(shapes: Shapes) -> list[tuple[str, Any]]:
    """Parts of the same kind gathered: a thousand features are three for the browser."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    dimensions = shapely.get_dimensions(parts)
    makers = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    return [
        (word, make(parts[dimensions == dimension]))
        for dimension, (word, make) in enumerate(zip(_DIMENSION_WORDS, makers, strict=True))
        if (dimensions == dimension).any()
    ]


def _features(plane: Plane, named: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for part, shape in named:
        degrees = shapely.transform(
            plane.shapes_to_degrees(np.array([shape], object))[0], lambda at: at.round(_DIGITS)
        )
        geometry = json.loads(shapely.to_geojson(degrees))
        found.append({"type": "Feature", "geometry": geometry, "properties": {"part": part}})
    return found


def _pixel(bounds: Bounds, zoom: int) -> float:
    """Metres, in the middle of the view."""
    latitude = math.radians((bounds.south + bounds.north) / 2)
    return _EQUATOR_PIXEL * math.cos(latitude) / 2**zoom
