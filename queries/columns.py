"""The present facts of every complaint as arrays in memory, kept in step with the event log.

Counting a million rows here takes tens of milliseconds, where SQL takes seconds. Questions about
the past and about texts are for the database.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, CursorResult, func, select, type_coerce

from data import schema
from data.database import read
from data.store import Store

MISSING = -1
_NAMES = ("requested_at", "duplicate_of", *schema.FACT_COLUMNS)
_WIDE = {
    name: np.int64 for name in _NAMES if name.endswith("_at")
}  # UTC seconds; all others fit in 32 bits
_PLACES = ("latitude", "longitude")  # float degrees, NaN for none
_NOWHERE = 999.0  # of what the database has no value for
_READ_ROWS = 50_000

Array = NDArray[Any]


@dataclass(frozen=True)
class Facts:
    """Complaints as of event `seq`, under the boundaries of `version`. Never changed."""

    seq: int
    version: str
    ids: Array  # ascending
    columns: dict[str, Array]  # facts, requested_at, duplicate_of, _PLACES; MISSING for none

    def __len__(self) -> int:
        return len(self.ids)


class Columns:
    """Holds the newest Facts; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts: Facts | None = None

    def facts(self, store: Store) -> Facts:
        """Facts up to the newest event there is now."""
        version = store.reference().version
        with self._lock:
            known = self._facts
            if known is None or known.version != version:
                known = Facts(0, version, np.empty(0, np.int64), _empty_columns())
            self._facts = _brought_up_to_date(store, known)
            return self._facts


def current_facts(store: Store) -> Facts:
    """The columns this process keeps, brought up to date."""
    columns: Columns = store.kept("columns", Columns)
    return columns.facts(store)


def _empty_columns() -> dict[str, Array]:
    whole = {name: np.empty(0, _WIDE.get(name, np.int32)) for name in _NAMES}
    return whole | {name: np.empty(0, np.float64) for name in _PLACES}


def _brought_up_to_date(store: Store, known: Facts) -> Facts:
    complaints = schema.complaints
    names = ("id", *_NAMES, *_PLACES)
    chosen = [
        func.coalesce(type_coerce(complaints.c[name], BigInteger), MISSING)
        for name in names[: -len(_PLACES)]
    ] + [func.coalesce(complaints.c[name], _NOWHERE) for name in _PLACES]
    with read(store.engine) as connection:
        seq = connection.scalar(select(func.max(schema.events.c.seq))) or 0
        if seq == known.seq:
            return known
        query = select(*chosen)
        if known.seq:
            query = query.where(complaints.c.last_seq > known.seq)
        result = connection.execute(query)
        # One conversion for a whole block of tuples: at a million rows this is most of the wait.
        # Every integer here is below 2^53, which a float holds exactly.
        blocks = [np.array(rows, np.float64) for rows in _blocks(result)]
    if not blocks:
        return Facts(seq, known.version, known.ids, known.columns)
    table = np.concatenate(blocks)
    changed = {name: table[:, place] for place, name in enumerate(names)}
    changed["id"] = changed["id"].astype(np.int64)
    for name in _PLACES:
        changed[name][changed[name] == _NOWHERE] = np.nan
    return _merged(known, seq, changed)


def _blocks(result: "CursorResult[*tuple[Any, ...]]") -> Iterator[Sequence[Any]]:
    """Rows as the driver gives them, without a Row object each."""
    cursor = result.cursor
    while cursor is not None and (rows := cursor.fetchmany(_READ_ROWS)):
        yield rows


def _merged(known: Facts, seq: int, changed: dict[str, Array]) -> Facts:
    order = np.argsort(changed["id"], kind="stable")
    ids = changed["id"][order]
    place = np.searchsorted(known.ids, ids)
    there = place < len(known.ids)
    there[there] = known.ids[place[there]] == ids[there]
    new = ~there
    columns = {}
    for name, old in known.columns.items():
        values = changed[name][order]
        merged = np.concatenate([old, values[new].astype(old.dtype)])
        merged[place[there]] = values[there].astype(old.dtype)
        columns[name] = merged
    all_ids = np.concatenate([known.ids, ids[new]])
    if len(known.ids) and new.any() and ids[new][0] < known.ids[-1]:
        resort = np.argsort(all_ids, kind="stable")
        all_ids = all_ids[resort]
        columns = {name: column[resort] for name, column in columns.items()}
    return Facts(seq, known.version, all_ids, columns)
