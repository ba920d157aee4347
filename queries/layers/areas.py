"""Which complaints are in an area drawn on the map."""

import threading
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from queries.filters import FilterError
from queries.layers.conditions import Area
from queries.layers.parallel import in_blocks
from queries.layers.plane import Plane
from queries.layers.positions import Positions, growth, nowhere

Array = NDArray[Any]


def area_shape(plane: Plane, area: Area) -> Any:
    """The area on the city's plane, in metres; of a circle the middle, of a corridor the line.

    Raises FilterError where it is not on the plane.
    """
    x, y = plane.to_metres(*np.array(area.points, float).T)
    points = np.column_stack([x, y])
    if not np.isfinite(points).all():
        raise FilterError(f"area {str(area)[:80]!r} is half the Earth away; draw it in the city")
    if area.kind == "polygon":
        return shapely.make_valid(shapely.polygons(points))
    return shapely.points(points[0]) if area.kind == "circle" else shapely.linestrings(points)


class AreaReach:
    """Who is within one area, kept in step with the complaints. Safe to share between threads."""

    def __init__(self, plane: Plane, area: Area) -> None:
        self._lock = threading.Lock()
        self._shape, self._metres = area_shape(plane, area), area.metres or 0.0
        shapely.prepare(self._shape)
        self._kept = nowhere(plane), np.empty(0, bool)

    @property
    def nbytes(self) -> int:
        return self._kept[1].nbytes

    def within(self, positions: Positions) -> Array:
        """Whether each complaint is in the area, or touches it. Not to change."""
        with self._lock:
            known, mask = self._kept
            if known is not positions:
                grown = growth(known, positions)
                mask = grown.carried(mask, False)
                rows = self._boxed(positions, positions.on_plane(grown.fresh))
                if len(rows):
                    x, y = positions.x[rows], positions.y[rows]
                    mask[rows] = np.concatenate(in_blocks(self._touches, x, y))
                self._kept = positions, mask
            return mask

    def follow(self, positions: Positions) -> None:
        self.within(positions)

    def _boxed(self, positions: Positions, rows: Array) -> Array:
        west, south, east, north = shapely.bounds(self._shape)
        x, y, metres = positions.x[rows], positions.y[rows], self._metres
        inside = (x >= west - metres) & (x <= east + metres)
        inside &= (y >= south - metres) & (y <= north + metres)
        return rows[inside]

    def _touches(self, x: Array, y: Array) -> Array:
        if not self._metres:
            return shapely.intersects_xy(self._shape, x, y)
        points = shapely.points(np.column_stack([x, y]))
        return shapely.dwithin(self._shape, points, self._metres)
