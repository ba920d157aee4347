"""Where complaints are on the city's plane, and which of them are new there since before."""

import threading
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.store import Store
from queries.columns import Facts
from queries.layers.plane import Plane, plane_of

CELL_METRES = 38.0  # about a Web-Mercator tile at zoom 20
CELL_REACH = CELL_METRES / 2**0.5  # from the middle of a cell to its corners
Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Positions:
    """Of the complaints `ids`, ascending. The same object as long as none comes or moves."""

    plane: Plane
    ids: Array
    latitude: Array  # NaN for none
    longitude: Array
    x: Array  # metres on the plane; NaN for none, infinite for what is beyond the plane
    y: Array

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def placed(self) -> Array:
        """Whether each complaint has coordinates."""
        return ~np.isnan(self.latitude)

    def on_plane(self, rows: Array) -> Array:
        """Those of the rows that have a place on the plane."""
        return rows[np.isfinite(self.x[rows]) & np.isfinite(self.y[rows])]


@dataclass(frozen=True)
class Growth:
    """How the rows of older positions stand among newer ones."""

    number: int  # of newer rows
    row_of: Array | None  # the newer row of each older one, -1 for none; None: the same
    fresh: Array  # newer rows that are new, or whose complaint has moved

    def carried(self, values: Array, missing: Any) -> Array:
        """A value per older row as one per newer row, `missing` for the fresh ones."""
        grown = np.full(self.number, missing, values.dtype)
        if self.row_of is None:
            grown[: len(values)] = values
        else:
            there = self.row_of >= 0
            grown[self.row_of[there]] = values[there]
        grown[self.fresh] = missing
        return grown

    def carried_rows(self, rows: Array) -> tuple[Array, Array]:
        """Older row numbers as newer ones; and which of them are still true."""
        moved = rows if self.row_of is None else self.row_of[rows]
        is_fresh = np.zeros(self.number + 1, bool)  # -1 looks up the last entry
        is_fresh[self.fresh] = is_fresh[-1] = True
        return moved, ~is_fresh[moved]


@lru_cache(maxsize=1)  # all that is kept grows by the same
def growth(old: Positions, new: Positions) -> Growth:
    n = len(old)
    same: Array
    if n <= len(new) and np.array_equal(new.ids[:n], old.ids):
        row_of, rows = None, np.arange(n)
        latitude, longitude = new.latitude[:n], new.longitude[:n]
        same = _equal(old.latitude, latitude) & _equal(old.longitude, longitude)
    else:
        place = np.minimum(np.searchsorted(new.ids, old.ids), max(len(new) - 1, 0))
        there = new.ids[place] == old.ids if len(new) else np.zeros(n, bool)
        row_of, rows = np.where(there, place, -1), place
        same = np.zeros(n, bool)
        found = place[there]
        same[there] = _equal(old.latitude[there], new.latitude[found])
        same[there] &= _equal(old.longitude[there], new.longitude[found])
    is_fresh = np.ones(len(new), bool)
    is_fresh[rows[same]] = False
    return Growth(len(new), row_of, np.flatnonzero(is_fresh))


def _equal(one: Array, other: Array) -> Array:
    return (one == other) | (np.isnan(one) & np.isnan(other))


def nowhere(plane: Plane) -> Positions:
    """Of no complaints."""
    none = np.empty(0)
    return Positions(plane, np.empty(0, np.int64), none, none, none, none)


def positions_after(known: Positions, facts: Facts) -> Positions:
    """Of the complaints of `facts`: `known` itself where nothing has come or moved."""
    latitude, longitude = facts.columns["latitude"], facts.columns["longitude"]
    bare = Positions(known.plane, facts.ids, latitude, longitude, latitude, longitude)
    grown = growth.__wrapped__(known, bare)
    if not len(grown.fresh) and len(known) == len(bare):
        return known
    x, y = grown.carried(known.x, np.nan), grown.carried(known.y, np.nan)
    placed = grown.fresh[bare.placed[grown.fresh]]
    x[placed], y[placed] = known.plane.to_metres(longitude[placed], latitude[placed])
    return Positions(known.plane, facts.ids, latitude, longitude, x, y)


class _Newest:
    """The newest positions; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts: Facts | None = None
        self._positions: Positions | None = None

    def of(self, facts: Facts, plane: Plane) -> Positions:
        with self._lock:
            known = self._positions
            if known is None or known.plane is not plane:
                known = nowhere(plane)
            elif self._facts is facts:
                return known
            if self._facts is not None and facts.seq < self._facts.seq:
                return positions_after(known, facts)  # of a question asked a little earlier
            self._facts, self._positions = facts, positions_after(known, facts)
            return self._positions


def positions_of(store: Store, facts: Facts) -> Positions:
    """Where the complaints of `facts` are, row by row."""
    newest: _Newest = store.kept("positions", _Newest)
    return newest.of(facts, plane_of(store))
