"""Where on the map: Web-Mercator tiles and the district that holds a point."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from sqlalchemy import Connection, select

from data.schema import districts

TILE_ZOOM = 20
TILES = 1 << TILE_ZOOM
MAX_LATITUDE = 85.0511
# Schematic boundaries only approximate the city: a point this far outside still belongs to it.
_SCHEMATIC_TOLERANCE_METRES = 2_500.0
_METRES_PER_DEGREE = 111_320.0


def to_tiles(latitude: ArrayLike, longitude: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Degrees to tile numbers x (eastward) and y (southward) at zoom 20, as int arrays."""
    lat = np.radians(np.clip(np.asarray(latitude, float), -MAX_LATITUDE, MAX_LATITUDE))
    x = (np.asarray(longitude, float) + 180.0) / 360.0 * TILES
    y = (1.0 - np.arcsinh(np.tan(lat)) / np.pi) / 2.0 * TILES
    return (
        np.clip(np.floor(x), 0, TILES - 1).astype(int),
        np.clip(np.floor(y), 0, TILES - 1).astype(int),
    )


def to_tile(latitude: float, longitude: float) -> tuple[int, int]:
    x, y = to_tiles([latitude], [longitude])
    return int(x[0]), int(y[0])


def tile_centers(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Latitudes and longitudes at the middle of zoom-20 tiles."""
    longitude = (np.asarray(x) + 0.5) / TILES * 360.0 - 180.0
    mercator = np.pi * (1.0 - 2.0 * (np.asarray(y) + 0.5) / TILES)
    return np.degrees(np.arctan(np.sinh(mercator))), longitude


class Locator:
    """Finds the leaf district of a point. Points on a shared border go to the lower id."""

    def __init__(self, ids: list[int], shapes: list[Any], tolerance_metres: float) -> None:
        order = np.argsort(ids)
        self._ids = np.asarray(ids, dtype=int)[order]
        self._shapes = np.asarray(shapes, dtype=object)[order]
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        self._tolerance = tolerance_metres / _METRES_PER_DEGREE

    @property
    def has_boundaries(self) -> bool:
        return len(self._ids) > 0

    def locate(self, latitude: float, longitude: float) -> int | None:
        return int(self.locate_many([latitude], [longitude])[0]) or None

    def locate_many(self, latitude: ArrayLike, longitude: ArrayLike) -> NDArray[Any]:
        """District ids, int array of the input's length; 0 where no district holds the point."""
        points = shapely.points(np.asarray(longitude, float), np.asarray(latitude, float))
        found = np.zeros(len(points), dtype=int)
        if not self.has_boundaries:
            return found
        point_index, shape_index = self._tree.query(points, predicate="intersects")
        # Later writes win, so write in descending order: the lowest id stays.
        order = np.argsort(-shape_index, kind="stable")
        found[point_index[order]] = self._ids[shape_index[order]]
        if self._tolerance:
            self._reach_outside(points, found)
        return found

    def _reach_outside(self, points: NDArray[Any], found: NDArray[Any]) -> None:
        outside = np.flatnonzero(found == 0)
        if outside.size:
            near, shape_index = self._tree.query_nearest(
                points[outside], max_distance=self._tolerance, all_matches=False
            )
            found[outside[near]] = self._ids[shape_index]


def load_locator(connection: Connection, *, leaf_level: int, schematic: bool) -> Locator:
    rows = connection.execute(
        select(districts.c.id, districts.c.geometry).where(
            districts.c.level == leaf_level, districts.c.geometry.is_not(None)
        )
    ).all()
    return Locator(
        [row.id for row in rows],
        list(shapely.from_geojson([row.geometry for row in rows])) if rows else [],
        _SCHEMATIC_TOLERANCE_METRES if schematic else 0.0,
    )
