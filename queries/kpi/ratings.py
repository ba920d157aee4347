"""What reporters said of the solution, as arrays in memory, read from the log as it grows."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, func, select, type_coerce

from data import schema
from data.database import read
from data.store import Store
from data.vocabulary import EventKind
from queries.columns import MISSING, driver_rows
from queries.kpi.cohort import Cohort

UNSOLVED, SOLVED = 0, 1  # MISSING: they did not say
Array = NDArray[Any]


@dataclass(frozen=True)
class Ratings:
    """One row for each time somebody rated, by complaint and then by time. Never changed."""

    seq: int
    complaint_id: Array
    at: Array  # UTC seconds
    stars: Array
    solved: Array

    def last_of(self, cohort: Cohort) -> tuple[Array, Array]:
        """Stars and solved of each complaint as last said by then; MISSING where nobody did."""
        known = np.flatnonzero(self.at <= cohort.instant)
        ids = self.complaint_id[known]
        last = known[np.flatnonzero(np.diff(ids, append=-1))]
        rated, wanted = self.complaint_id[last], cohort["id"]
        place = np.searchsorted(rated, wanted)
        there = place < len(rated)
        there[there] = rated[place[there]] == wanted[there]
        stars, solved = (np.full(len(wanted), MISSING) for _ in range(2))
        stars[there] = self.stars[last[place[there]]]
        solved[there] = self.solved[last[place[there]]]
        return stars, solved


class RatingColumns:
    """Holds the newest Ratings; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        none = np.empty(0, np.int64)
        self._ratings = Ratings(0, none, none, none, none)

    def ratings(self, store: Store) -> Ratings:
        with self._lock:
            self._ratings = _brought_up_to_date(store, self._ratings)
            return self._ratings


def current_ratings(store: Store) -> Ratings:
    columns: RatingColumns = store.kept("kpi ratings", RatingColumns)
    return columns.ratings(store)


def _brought_up_to_date(store: Store, known: Ratings) -> Ratings:
    events = schema.events
    with read(store.engine) as connection:
        seq = connection.scalar(select(func.max(events.c.seq))) or 0
        if seq == known.seq:
            return known
        query = (
            select(events.c.complaint_id, type_coerce(events.c.at, BigInteger), events.c.data)
            .where(events.c.seq > known.seq, events.c.kind == EventKind.RATED)
            .order_by(events.c.seq)
        )
        tables = [_table(block) for block in driver_rows(connection.execute(query))]
    if not tables:
        return Ratings(seq, known.complaint_id, known.at, known.stars, known.solved)
    table = np.concatenate(tables)
    names = ("complaint_id", "at", "stars", "solved")
    columns = {
        name: np.concatenate([getattr(known, name), table[:, place]])
        for place, name in enumerate(names)
    }
    order = np.lexsort((columns["at"], columns["complaint_id"]))  # stable: the log's own order
    return Ratings(seq, **{name: column[order] for name, column in columns.items()})


def _table(rows: Sequence[Any]) -> Array:
    """Complaint, instant, stars and solved. Some drivers have read the JSON already."""
    data = [row[2] for row in rows]
    if all(isinstance(one, str) for one in data):
        data = json.loads(f"[{','.join(data)}]")
    return np.array(
        [(row[0], row[1], *_said(one)) for row, one in zip(rows, data, strict=True)], np.int64
    )


def _said(data: Any) -> tuple[int, int]:
    """Stars and solved; the log may hold what an older program wrote."""
    found = json.loads(data) if isinstance(data, str) else data or {}
    stars, solved = found.get("stars"), found.get("solved")
    return (
        stars if isinstance(stars, int) else MISSING,
        MISSING if solved is None else SOLVED if solved else UNSOLVED,
    )
