"""What is kept of a layer and all complaints: who is inside, who is how far."""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from queries.layers.distances import Distances
from queries.layers.features import KeptLayer
from queries.layers.holding import Holding, holding_nothing, pairs_by_cell
from queries.layers.positions import Positions, growth, nowhere
from queries.layers.targets import Targets

Array = NDArray[Any]


class Reach:
    """Of some features of one version of a layer. Safe to share between threads.

    Every question brings it up to date with the positions it is asked for, by those complaints
    that are new or have moved; only what was asked for is kept.
    """

    def __init__(self, layer: KeptLayer, numbers: Array) -> None:
        self._lock = threading.Lock()
        self._layer, self._numbers = layer, numbers
        self._targets: Targets | None = None
        self._holding: tuple[Positions, Holding] | None = None
        self._distances: tuple[Positions, Distances] | None = None

    @property
    def nbytes(self) -> int:
        held = 0 if self._holding is None else self._holding[1].nbytes
        far = 0 if self._distances is None else self._distances[1].nbytes
        return held + far + (0 if self._targets is None else self._targets.nbytes)

    def inside(self, positions: Positions) -> Array:
        """Whether each complaint is inside, or touches, a polygon."""
        found = np.zeros(len(positions), bool)
        found[self.holding(positions).rows] = True
        return found

    def holding(self, positions: Positions) -> Holding:
        """Which features hold which complaints. Not to change."""
        with self._lock:
            return self._held(positions)

    def within(self, positions: Positions, metres: float) -> Array:
        """Whether each complaint is within so many metres of a feature."""
        with self._lock:
            return self._far(positions).within(positions, self._on(positions), metres)

    def nearest(self, positions: Positions, metres: float) -> Array:
        """The nearest feature within so many metres, else NOWHERE; int32, one per complaint."""
        with self._lock:
            return self._far(positions).nearest(positions, self._on(positions), metres)

    def follow(self, positions: Positions) -> None:
        """Bring up to date what is kept."""
        with self._lock:
            if self._holding is not None:
                self._held(positions)
            if self._distances is not None:
                self._far(positions)

    def _on(self, positions: Positions) -> Targets:
        assert positions.plane is self._layer.plane
        if self._targets is None:
            self._targets = Targets(self._layer, self._numbers)
        return self._targets

    def _held(self, positions: Positions) -> Holding:
        known, kept = self._holding or (nowhere(positions.plane), holding_nothing())
        if known is not positions:
            targets = self._on(positions)
            kept = kept.grown(
                positions,
                growth(known, positions),
                lambda x, y: pairs_by_cell(targets.polygons, targets.edges, x, y),
            )
            self._holding = positions, kept
        return kept

    def _far(self, positions: Positions) -> Distances:
        known, kept = self._distances or (nowhere(positions.plane), Distances())
        if known is not positions:
            held = self._held(positions)
            kept = kept.grown(
                positions,
                growth(known, positions),
                self._on(positions),
                (held.rows, held.features),
            )
            self._distances = positions, kept
        return kept
