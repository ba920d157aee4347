"""How far complaints are from the nearest feature: bounds for all, exact where a question asks."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from queries.layers.cells import bounds_by_cell
from queries.layers.edges import NOWHERE, TIE_METRES
from queries.layers.positions import Growth, Positions
from queries.layers.targets import Targets

Array = NDArray[Any]
WITHIN, NEAREST = "within", "nearest"  # what may be asked
_MOST_ASKED = 16


class Distances:
    """Metres between which the distance of each complaint lies; equal where it is known.

    Whatever the metres, a question costs a comparison but for complaints between the bounds.
    Those are then found exactly, once. Complaints without a place are infinitely far.
    """

    def __init__(self) -> None:
        self._low, self._high = np.empty(0), np.empty(0)
        self._feature = np.empty(0, np.int32)  # the nearest one, where the distance is known
        self._asked: dict[tuple[str, float], None] = {}  # newest last

    @property
    def nbytes(self) -> int:
        return self._low.nbytes + self._high.nbytes + self._feature.nbytes

    def grown(
        self, positions: Positions, growth: Growth, targets: Targets, held: tuple[Array, Array]
    ) -> "Distances":
        """Brought up to date, also with the answers to what was asked before.

        `held` are the rows inside polygons, ascending, and the polygons: they are 0 m away.
        """
        kept = Distances()
        kept._low = growth.carried(self._low, np.inf)
        kept._high = growth.carried(self._high, np.inf)
        kept._feature = growth.carried(self._feature, NOWHERE)
        fresh = positions.on_plane(growth.fresh)
        bounds = bounds_by_cell(targets.edges, positions.x[fresh], positions.y[fresh])
        kept._low[fresh], kept._high[fresh] = bounds
        rows, first = np.unique(held[0], return_index=True)
        kept._low[rows] = kept._high[rows] = 0.0
        kept._feature[rows] = held[1][first]
        for question, metres in self._asked:
            kept._refine(positions, targets, question, metres)
        return kept

    def within(self, positions: Positions, targets: Targets, metres: float) -> Array:
        """Whether each complaint is within so many metres of a feature."""
        self._refine(positions, targets, WITHIN, metres)
        return self._closer(positions, targets, metres)

    def nearest(self, positions: Positions, targets: Targets, metres: float) -> Array:
        """The nearest feature of each complaint, NOWHERE where it is farther than the metres."""
        self._refine(positions, targets, NEAREST, metres)
        return np.where(self._closer(positions, targets, metres), self._feature, NOWHERE)

    def _closer(self, positions: Positions, targets: Targets, metres: float) -> Array:
        """Who is within the metres. On the brink shapely decides: it rounds another way."""
        within: Array = self._high <= metres
        brink = np.flatnonzero((np.abs(self._high - metres) <= TIE_METRES) & (self._high > 0))
        within[brink] = targets.within(positions.x[brink], positions.y[brink], metres)
        return within

    def _refine(self, positions: Positions, targets: Targets, question: str, metres: float) -> None:
        self._asked.pop((question, metres), None)
        self._asked[question, metres] = None
        while len(self._asked) > _MOST_ASKED:
            del self._asked[next(iter(self._asked))]
        unknown = (self._low <= metres) & (self._low < self._high)
        if question == WITHIN:
            unknown &= self._high > metres
        rows = np.flatnonzero(unknown)
        if len(rows):
            distance, feature = targets.edges.nearest(positions.x[rows], positions.y[rows])
            self._low[rows] = self._high[rows] = distance
            self._feature[rows] = feature
