"""The edges of shapes on a plane, and how far each of many places is from the nearest of them.

Edges are cut into short pieces, and the middles of the pieces put into a k-d tree. A piece of
half-length h whose middle is D away is itself between D - h and D away: that decides most
questions, and tells how many neighbours must be looked at for the exact answer.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from data.layers.model import Shapes
from queries.layers.parallel import in_blocks, joined

Array = NDArray[Any]

TIE_METRES = 1e-6  # features whose distances differ by less are equally near
_PIECE_METRES = 20.0
_MOST_CUTS = 500_000  # pieces more than there are edges
_FIRST_NEIGHBOURS, _MOST_NEIGHBOURS = 8, 128
NOWHERE = -1


class Edges:
    """Lines, outlines of polygons and points; `numbers` has the feature of each shape."""

    def __init__(self, shapes: Shapes, numbers: Array) -> None:
        start, end, feature = _segments(shapes, numbers)
        length = np.hypot(*(end - start).T)
        longest = max(_PIECE_METRES, float(length.sum()) / _MOST_CUTS)
        cuts = np.maximum(np.ceil(length / longest), 1).astype(np.int64)
        self._start, self._along, self._feature = start, end - start, feature
        self._segment = np.repeat(np.arange(len(start)), cuts)
        number = np.arange(len(self._segment)) - np.repeat(np.cumsum(cuts) - cuts, cuts)
        share = (number + 0.5) / cuts[self._segment]
        middles = start[self._segment] + self._along[self._segment] * share[:, np.newaxis]
        self._half = float((length / cuts).max(initial=0.0)) / 2
        self._tree = cKDTree(middles) if len(middles) else None

    @property
    def nbytes(self) -> int:
        pieces = len(self._segment)
        return pieces * 64 + self._start.nbytes + self._along.nbytes + self._feature.nbytes

    def bounds(self, x: Array, y: Array, reach: float = 0.0) -> tuple[Array, Array]:
        """Metres that no place within `reach` of each of these is nearer, or farther, than."""
        if self._tree is None:
            far = np.full(len(x), np.inf)
            return far, far
        tree = self._tree
        parts = in_blocks(lambda *xy: (tree.query(np.column_stack(xy))[0],), x, y)
        middle = joined(parts, 0, np.float64)
        slack = reach + TIE_METRES
        return np.maximum(middle - self._half - slack, 0.0), middle + slack

    def nearest(self, x: Array, y: Array) -> tuple[Array, Array]:
        """The distance of each place in metres, and the feature, the lowest of equally near ones.

        Infinite, and NOWHERE, where there are no edges.
        """
        if self._tree is None:
            return np.full(len(x), np.inf), np.full(len(x), NOWHERE, np.int32)
        parts = in_blocks(lambda *xy: self._nearest(np.column_stack(xy)), x, y)
        return joined(parts, 0, np.float64), joined(parts, 1, np.int32)

    def _nearest(self, places: Array) -> tuple[Array, Array]:
        assert self._tree is not None
        distance = np.empty(len(places))
        feature = np.empty(len(places), np.int32)
        left = np.arange(len(places))
        pieces = len(self._segment)
        wanted = _FIRST_NEIGHBOURS
        while len(left) and wanted <= _MOST_NEIGHBOURS:
            number = min(wanted, pieces)
            middle, found = self._tree.query(places[left], k=np.arange(1, number + 1))
            best, lowest = self._of_candidates(places[left, np.newaxis], self._segment[found])
            distance[left], feature[left] = best, lowest
            # Pieces beyond the last neighbour are farther away than its middle less their half.
            sure = middle[:, -1] - self._half > best + 2 * TIE_METRES
            left = left[~sure] if number < pieces else left[:0]
            wanted *= 4
        for row in left:  # in the middle of a circle all pieces are equally near
            radius = distance[row] + self._half + 2 * TIE_METRES
            segments = self._segment[self._tree.query_ball_point(places[row], radius)]
            best, lowest = self._of_candidates(places[row, np.newaxis], segments[np.newaxis])
            distance[row], feature[row] = best[0], lowest[0]
        return distance, feature

    def _of_candidates(self, places: Array, segments: Array) -> tuple[Array, Array]:
        """Least distance and lowest feature, from (n, 1, 2) places and (n, k) segments."""
        start, along = self._start[segments], self._along[segments]
        far_x, far_y = (places - start)[..., 0], (places - start)[..., 1]
        east, north = along[..., 0], along[..., 1]
        square = east * east + north * north
        share = (far_x * east + far_y * north) / np.where(square > 0, square, 1.0)
        share = np.clip(share, 0.0, 1.0)
        metres = np.hypot(far_x - share * east, far_y - share * north)
        best = metres.min(axis=1)
        tied = metres <= best[:, np.newaxis] + TIE_METRES
        feature = np.where(tied, self._feature[segments], np.iinfo(np.int32).max)
        return best, feature.min(axis=1)


def _segments(shapes: Shapes, numbers: Array) -> tuple[Array, Array, Array]:
    """Starts, ends and features of all edges; a point is an edge without length.

    What has no place on the plane is left out; of edges drawn twice the lowest feature stays.
    """
    shapes, numbers = _simple_parts(shapes, numbers)
    kind = shapely.get_type_id(shapes)
    rings, of = shapely.get_rings(shapes[kind == 3], return_index=True)
    lines = np.concatenate([shapes[(kind == 1) | (kind == 2)], rings])
    line_numbers = np.concatenate([numbers[(kind == 1) | (kind == 2)], numbers[kind == 3][of]])
    corners, line = shapely.get_coordinates(lines, return_index=True)
    follows = line[1:] == line[:-1]
    points = shapely.get_coordinates(shapes[kind == 0])
    start = np.concatenate([corners[:-1][follows], points])
    end = np.concatenate([corners[1:][follows], points])
    feature = np.concatenate([line_numbers[line[:-1][follows]], numbers[kind == 0]])
    on_plane = np.isfinite(start).all(axis=1) & np.isfinite(end).all(axis=1)
    return _without_doubles(start[on_plane], end[on_plane], feature[on_plane].astype(np.int32))


def _simple_parts(shapes: Shapes, numbers: Array) -> tuple[Shapes, Array]:
    while (shapely.get_type_id(shapes) > 3).any():  # collections may hold collections
        shapes, of = shapely.get_parts(shapes, return_index=True)
        numbers = numbers[of]
    return shapes, numbers


def _without_doubles(start: Array, end: Array, feature: Array) -> tuple[Array, Array, Array]:
    if not len(start):
        return start, end, feature
    turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    low = np.where(turned[:, np.newaxis], end, start)
    high = np.where(turned[:, np.newaxis], start, end)
    order = np.lexsort((feature, high[:, 1], high[:, 0], low[:, 1], low[:, 0]))
    low, high = low[order], high[order]
    first = np.ones(len(order), bool)
    first[1:] = (low[1:] != low[:-1]).any(axis=1) | (high[1:] != high[:-1]).any(axis=1)
    return low[first], high[first], feature[order][first]
