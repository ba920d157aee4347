"""Which polygons hold which complaints, as pairs of row and feature."""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from data.layers.model import Shapes
from queries.layers.cells import cells_of
from queries.layers.edges import NOWHERE, Edges
from queries.layers.parallel import in_blocks, joined
from queries.layers.positions import CELL_REACH, Growth, Positions

Array = NDArray[Any]
_FEW = 4_096


class Polygons:
    """The polygons of a layer on the plane, prepared; `numbers` has the feature of each."""

    def __init__(self, shapes: Shapes, numbers: Array) -> None:
        self._shapes, self._numbers = shapes, numbers.astype(np.int32)
        shapely.prepare(shapes)
        self._tree = shapely.STRtree(shapes)

    def __len__(self) -> int:
        return len(self._shapes)

    def pairs(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Places, and the features that hold or touch each: ascending, int32."""
        rows = np.arange(len(x), dtype=np.int32)
        parts = in_blocks(self._pairs, x, y, rows)
        return joined(parts, 0, np.int32), joined(parts, 1, np.int32)

    def _pairs(self, x: Array, y: Array, rows: Array) -> tuple[Array, Array]:
        points = shapely.points(np.column_stack([x, y]))
        place, found = self._tree.query(points)
        by_shape = np.argsort(found, kind="stable")  # one prepared polygon after another
        place, found = place[by_shape], found[by_shape]
        holds = shapely.intersects_xy(self._shapes[found], x[place], y[place])
        place, feature = place[holds], self._numbers[found[holds]]
        order = np.lexsort((feature, place))
        return rows[place[order]], feature[order]


def pairs_by_cell(polygons: Polygons, edges: Edges, x: Array, y: Array) -> tuple[Array, Array]:
    """`Polygons.pairs`: a cell that no edge crosses asks once for all of its places.

    `edges` are those of the polygons, at least.
    """
    if not len(polygons):
        return np.empty(0, np.int32), np.empty(0, np.int32)
    if len(x) <= _FEW:
        return polygons.pairs(x, y)
    cells = cells_of(x, y)
    low, _ = edges.bounds(cells.x, cells.y, CELL_REACH)
    quiet = np.flatnonzero(low > 0)
    crossed = np.flatnonzero(low[cells.of_place] <= 0)
    of_cell, cell_feature = polygons.pairs(cells.x[quiet], cells.y[quiet])
    spread = _spread(quiet[of_cell], cell_feature, cells.of_place, len(cells.x))
    of_place, feature = polygons.pairs(x[crossed], y[crossed])
    rows = np.concatenate([spread[0], crossed[of_place].astype(np.int32)])
    features = np.concatenate([spread[1], feature])
    order = np.lexsort((features, rows))
    return rows[order], features[order]


def _spread(cell: Array, feature: Array, of_place: Array, cells: int) -> tuple[Array, Array]:
    """Pairs of cell and feature as pairs of place and feature; cells ascending."""
    count = np.bincount(cell, minlength=cells)
    first = np.cumsum(count) - count
    times = count[of_place]
    rows = np.repeat(np.arange(len(of_place), dtype=np.int32), times)
    step = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
    return rows, feature[first[of_place[rows]] + step]


class Holding:
    """The pairs for complaints; made anew, not changed, by `grown`.

    `first` has the lowest feature of each complaint, NOWHERE for none; `further` the places of
    the pairs where polygons overlap, `further_of` how many of them each complaint has.
    """

    def __init__(self, number: int, rows: Array, features: Array) -> None:
        self.rows, self.features = rows, features  # ascending
        self.further = np.flatnonzero(rows[1:] == rows[:-1]) + 1
        self.further_of = np.bincount(rows[self.further], minlength=number)
        is_first = np.ones(len(rows), bool)
        is_first[self.further] = False
        self.first = np.full(number, NOWHERE, np.int32)
        self.first[rows[is_first]] = features[is_first]

    @property
    def nbytes(self) -> int:
        pairs = self.rows.nbytes + self.features.nbytes + self.further.nbytes
        return pairs + self.first.nbytes + self.further_of.nbytes

    def further_features(self, rows: Array) -> tuple[Array, Array]:
        """For complaints in any order: their features but the first, and of which place each is."""
        some = np.flatnonzero(self.further_of[rows])
        times = self.further_of[rows[some]]
        place = np.repeat(some, times)
        step = np.arange(len(place)) - np.repeat(np.cumsum(times) - times, times)
        begin = np.searchsorted(self.rows, rows[some]) + 1
        return self.features[np.repeat(begin, times) + step], place

    def grown(
        self,
        positions: Positions,
        growth: Growth,
        pairs: Callable[[Array, Array], tuple[Array, Array]],
    ) -> "Holding":
        """Brought up to date: `pairs` is asked of the fresh complaints alone."""
        fresh = positions.on_plane(growth.fresh)
        place, feature = pairs(positions.x[fresh], positions.y[fresh])
        rows, true = growth.carried_rows(self.rows)
        rows = np.concatenate([rows[true], fresh[place]]).astype(np.int32)
        features = np.concatenate([self.features[true], feature])
        if (rows[1:] < rows[:-1]).any():
            order = np.argsort(rows, kind="stable")
            rows, features = rows[order], features[order]
        return Holding(len(positions), rows, features)


def holding_nothing() -> Holding:
    """Of no complaints."""
    return Holding(0, np.empty(0, np.int32), np.empty(0, np.int32))
