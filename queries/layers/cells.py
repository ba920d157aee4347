"""Complaints by the cells of the plane that they occupy: many answers are one for a whole cell."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from queries.layers.edges import Edges
from queries.layers.positions import CELL_METRES, CELL_REACH

Array = NDArray[Any]
_FEW = 4_096  # so many places are looked at one by one
_OFFSET = 1 << 31  # the plane is less than 2^32 cells wide


@dataclass(frozen=True)
class Cells:
    """The cells that some places occupy: their middles, and the cell of each place."""

    x: Array
    y: Array
    of_place: Array


def cells_of(x: Array, y: Array) -> Cells:
    key = _key(x) * (2 * _OFFSET) + _key(y)
    keys, of_place = np.unique(key, return_inverse=True)
    east, north = np.divmod(keys, 2 * _OFFSET)
    return Cells(
        (east.astype(float) - _OFFSET + 0.5) * CELL_METRES,
        (north.astype(float) - _OFFSET + 0.5) * CELL_METRES,
        of_place.astype(np.int32),
    )


def _key(metres: Array) -> Array:
    return (np.floor(metres / CELL_METRES) + _OFFSET).astype(np.uint64)


def bounds_by_cell(edges: Edges, x: Array, y: Array) -> tuple[Array, Array]:
    """Metres that each place is at least, and at most, away from the nearest edge."""
    if len(x) <= _FEW:
        return edges.bounds(x, y)
    cells = cells_of(x, y)
    low, high = edges.bounds(cells.x, cells.y, CELL_REACH)
    return low[cells.of_place], high[cells.of_place]
