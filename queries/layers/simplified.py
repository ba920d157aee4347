"""A layer as one zoom step shows it: lines and borders within a pixel, specks as dots."""

import json
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from data.layers.model import Shapes

WORLD = 256.0  # the side of the whole world, Web Mercator, in pixels at zoom 0
LOWEST, FINEST = 5, 18  # zoom steps; beyond them the nearest one serves
_OFF = 0.35  # px that a simplified border may be off; with rounding a pixel at the next half zoom
_SPECK = 1.5  # px; what is smaller is a dot
_ROUND = 0.5  # px between coordinates that can be written: off by a quarter at most
_SOUTHERNMOST = 85.0511  # degrees, where Web Mercator ends

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """What is drawn at a zoom: fewer features than there are, where several share a pixel.

    `texts` holds each feature as GeoJSON once somebody asked for it.
    """

    zoom: int
    numbers: NDArray[np.int64]  # of the features, in file order
    stands_for: NDArray[np.int64]  # how many features each is drawn for
    is_dot: NDArray[np.bool_]
    shapes: Shapes  # in world pixels
    bounds: Array  # of the shapes: west, north, east, south in world pixels
    vertices: NDArray[np.int64]
    texts: list[bytes | None] = field(repr=False)

    @property
    def decimals(self) -> int:
        """Of degrees that are written."""
        pixel = 360 / (WORLD * 2**self.zoom)
        return min(int(np.ceil(-np.log10(pixel * _ROUND))), 7)


def to_world(shapes: Shapes) -> Shapes:
    """Degrees to pixels at zoom 0, x to the east and y to the south."""
    moved: Shapes = shapely.transform(
        shapes, lambda at: np.column_stack(world_at(at[:, 0], at[:, 1]))
    )
    return moved


def world_at(longitude: Array, latitude: Array) -> tuple[Array, Array]:
    sine = np.sin(np.radians(np.clip(latitude, -_SOUTHERNMOST, _SOUTHERNMOST)))
    return (longitude / 360 + 0.5) * WORLD, (0.5 - np.arctanh(sine) / (2 * np.pi)) * WORLD


def to_degrees(shapes: Shapes, decimals: int) -> Shapes:
    def moved(at: Array) -> Array:
        longitude = (at[:, 0] / WORLD - 0.5) * 360
        latitude = np.degrees(np.arcsin(np.tanh((0.5 - at[:, 1] / WORLD) * 2 * np.pi)))
        return np.round(np.column_stack([longitude, latitude]), decimals)

    changed: Shapes = shapely.transform(shapes, moved)
    return changed


def step_at(world: Shapes, classes: NDArray[np.uint8], zoom: int) -> Step:
    """The step of a zoom for shapes in world pixels, of which each belongs to a class of colour."""
    scale = 2.0**zoom
    bounds = shapely.bounds(world).reshape(-1, 4)
    size = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]) * scale
    is_dot = size < _SPECK
    kept, stands_for = _one_per_pixel(bounds, is_dot, classes, scale)
    shapes = np.array(world[kept], object)
    is_dot = is_dot[kept]
    middle = (bounds[kept, :2] + bounds[kept, 2:]) / 2
    shapes[is_dot] = shapely.points(middle[is_dot])
    shapes[~is_dot] = _simple(shapes[~is_dot], _OFF / scale)
    return Step(
        zoom,
        kept,
        stands_for,
        is_dot,
        shapes,
        shapely.bounds(shapes).reshape(-1, 4),
        shapely.get_num_coordinates(shapes).astype(np.int64),
        [None] * len(kept),
    )


def _one_per_pixel(
    bounds: Array, is_dot: NDArray[np.bool_], classes: NDArray[np.uint8], scale: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Features that are drawn, and how many each stands for: dots of a class share a pixel."""
    dots = np.flatnonzero(is_dot)
    middle = np.floor((bounds[dots, :2] + bounds[dots, 2:]) / 2 * scale)
    keys = np.column_stack([middle, classes[dots]])
    _, first, n = np.unique(keys, axis=0, return_index=True, return_counts=True)
    stands_for = np.ones(len(bounds), np.int64)
    stands_for[dots] = 0
    stands_for[dots[first]] = n
    kept = np.flatnonzero(stands_for)
    return kept, stands_for[kept]


def _simple(shapes: Shapes, tolerance: float) -> Shapes:
    """Polygons stay valid, so they can be clipped; lines may cross themselves."""
    is_line = shapely.get_dimensions(shapes) == 1
    simple = np.array(shapes, object)
    simple[is_line] = shapely.simplify(shapes[is_line], tolerance, preserve_topology=False)
    simple[~is_line] = shapely.simplify(shapes[~is_line], tolerance, preserve_topology=True)
    return simple


def write_features(
    step: Step, places: NDArray[np.int64], classes: NDArray[np.uint8], labels: list[str] | None
) -> list[bytes]:
    """Features as GeoJSON, those at `places` of the step. `classes` and `labels` are by number."""
    new = [int(place) for place in places if step.texts[place] is None]
    if new:
        geometries = shapely.to_geojson(to_degrees(step.shapes[new], step.decimals))
        for place, geometry in zip(new, geometries, strict=True):
            step.texts[place] = write_feature(step, place, geometry, classes, labels)
    return [text for place in places if (text := step.texts[place]) is not None]


def write_feature(
    step: Step, place: int, geometry: str, classes: NDArray[np.uint8], labels: list[str] | None
) -> bytes:
    """`c` is the class, `t` marks a dot, `n` is how many it stands for, `l` its label.

    Its number is not among them: eighteen thousand of them weigh as much as all else but places.
    """
    number = int(step.numbers[place])
    properties: dict[str, int | str] = {}
    if classes[number]:
        properties["c"] = int(classes[number])
    if step.is_dot[place]:
        properties["t"] = 1
    if step.stands_for[place] > 1:
        properties["n"] = int(step.stands_for[place])
    if labels and labels[number]:
        properties["l"] = labels[number]
    own = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
    return f'{{"type":"Feature","properties":{own},"geometry":{geometry}}}'.encode()
