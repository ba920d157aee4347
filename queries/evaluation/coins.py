"""Cases that each had a chance of their own, as unlike coins."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CoinCounts:
    """How many of each kind each unit has, (units, kinds), at least one; and the chance of each
    kind, between 0 and 1."""

    n: Floats
    chance: Floats

    @cached_property
    def total(self) -> Floats:
        return self.n.sum(axis=1)

    @cached_property
    def variance(self) -> Floats:
        """Of the number kept, by chance alone."""
        return (self.n * self.chance * (1 - self.chance)).sum(axis=1)
