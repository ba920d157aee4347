"""Which part of the world a picture shows, and what of heat and points lies in it."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely

from data.geography import TILE_ZOOM
from data.store import Store
from queries.boundaries import boundaries
from queries.heat_field import TILE_PIXELS, HeatField
from queries.points import Bounds
from reports.drawing import widened, world
from reports.map_layers import Box, Points
from reports.picture_theme import STATUS_MARKS

_MARGIN = 0.04  # around what is shown, as a share of it
_FAR = 4.0  # median deviations; an island beyond them is shown in the small map alone
_SMALLEST = 1e-5  # world units, about 400 m
_HEAT_PIXELS = 1_000  # across, at least
_HEAT_MAX_ZOOM = 18


def to_world(shapes: np.ndarray) -> np.ndarray:
    """Shapes in degrees to Web-Mercator world units, y northward."""
    return shapely.transform(shapes, world)


def shapes_of(store: Store, codes: Sequence[str]) -> np.ndarray:
    """The shapes of districts of any level, in world units."""
    reference = store.reference()
    found = []
    for level in sorted({reference.district_by_code[code].level for code in codes}):
        known = boundaries(store, level)
        found += [
            shape
            for district, shape in zip(known.districts, known.shapes, strict=True)
            if district.code in codes
        ]
    return to_world(np.asarray(found, dtype=object))


def frame_of(store: Store, shapes: np.ndarray, bounds: Bounds | None) -> Box:
    """The part of the world to show: `bounds`, else the shapes but for those far off."""
    if bounds is not None:
        (west, south), (east, north) = world(
            np.array([[bounds.west, bounds.south], [bounds.east, bounds.north]])
        ).tolist()
        return widened((west, south, east, north))
    city = store.reference().city
    if len(shapes):
        west, south, east, north = shapely.total_bounds(_near(shapes)).tolist()
    else:
        west, south = east, north = world(np.array([[city.longitude, city.latitude]]))[0].tolist()
    margin = max(_MARGIN * max(east - west, north - south), _SMALLEST)
    return widened((west - margin, south - margin, east + margin, north + margin))


def _near(shapes: np.ndarray) -> np.ndarray:
    """The shapes but for those far off, such as islands, that would shrink all others."""
    if len(shapes) < 3:
        return shapes
    centres = shapely.get_coordinates(shapely.centroid(shapes))
    distance = np.abs(centres - np.median(centres, axis=0))
    usual = np.maximum(np.median(distance, axis=0), 1e-12)
    near = (distance <= _FAR * usual).all(axis=1)
    return shapes[near] if near.any() else shapes


def heat_zoom(frame: Box) -> int:
    """The zoom whose tiles fill a picture of this frame."""
    zoom = math.ceil(math.log2(_HEAT_PIXELS / TILE_PIXELS / (frame[2] - frame[0])))
    return min(max(zoom, 0), _HEAT_MAX_ZOOM)


def heat_in(field: HeatField, frame: Box) -> tuple[np.ndarray, Box]:
    """RGBA pixels of the heat over a frame, and the box they cover."""
    west, south, east, north = frame
    zoom = heat_zoom(frame)
    tiles = 1 << zoom
    first_x, last_x = (min(max(math.floor(x * tiles), 0), tiles - 1) for x in (west, east))
    first_y, last_y = (min(max(math.floor((1 - y) * tiles), 0), tiles - 1) for y in (north, south))
    across, down = last_x - first_x + 1, last_y - first_y + 1
    pixels = field.draw(zoom, first_x, first_y, across=across, down=down)
    box = (
        first_x / tiles,
        1 - (first_y + down) / tiles,
        (first_x + across) / tiles,
        1 - first_y / tiles,
    )
    return pixels, box


def points_of(counts: pd.DataFrame) -> list[Points]:
    """From columns x, y, status, n: the places to mark for each kind of status."""
    placed = counts.dropna(subset=["x", "y"])
    size = float(1 << TILE_ZOOM)
    found = []
    for mark in STATUS_MARKS:
        own = placed[placed["status"].isin([int(status) for status in mark.statuses])]
        cells = own.groupby(["x", "y"])["n"].sum().reset_index()
        x, y, n = (cells[name].to_numpy(dtype=float) for name in ("x", "y", "n"))
        found.append(Points(mark, (x + 0.5) / size, 1 - (y + 0.5) / size, n))
    return found
