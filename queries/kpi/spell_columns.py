"""What time each unit had each complaint, as arrays in memory, kept in step with the event log.

A unit that got a complaint back has one row still: from when it first got it, by its first
deadline, until it had it no more. Those of the present, and as `queries.past` does it those of a
past instant.
"""

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, FromClause, Select, func, select

from data import schema
from data.database import read
from data.store import Store
from queries.columns import MISSING, driver_rows, whole
from queries.filters import ComplaintFilter
from queries.past import Difference, at_instant

_NAMES = (
    "complaint_id",
    "unit_id",
    "started_at",
    "ended_at",
    "resolution_outcome",
    "resolution_due_at",
    "resolved_at",
)
_FIRST = ("started_at", "resolution_due_at")  # else how it ended counts
Array = NDArray[Any]


@dataclass(frozen=True)
class Spells:
    """As of event `seq`, in order of complaint and unit; MISSING for none. Never changed."""

    seq: int
    columns: dict[str, Array]

    def __getitem__(self, name: str) -> Array:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.columns["complaint_id"])


class SpellColumns:
    """Holds the newest Spells; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spells = Spells(0, _table([]))

    def spells(self, store: Store) -> Spells:
        with self._lock:
            self._spells = _brought_up_to_date(store, self._spells)
            return self._spells


def select_spells(store: Store, complaint_filter: ComplaintFilter) -> Spells:
    """All spells as they stand at the filter's instant."""
    if complaint_filter.as_of is None:
        return _current_spells(store)
    return at_instant(
        store, complaint_filter, "kpi past spells", _current_spells, _differing_spells
    )


def _current_spells(store: Store) -> Spells:
    columns: SpellColumns = store.kept("kpi spells", SpellColumns)
    return columns.spells(store)


def _brought_up_to_date(store: Store, known: Spells) -> Spells:
    spells = schema.spells
    with read(store.engine) as connection:
        seq = connection.scalar(select(func.max(schema.events.c.seq))) or 0
        if seq == known.seq:
            return known
        query = select(*_columns(spells))
        if known.seq:
            query = _of_complaints(spells).where(schema.complaints.c.last_seq > known.seq)
        new = _read(connection, query)
    return _replaced(known, seq, new["complaint_id"], new)


def _differing_spells(known: Spells, found: Difference) -> Spells:
    past = schema.past_spells
    queries = found.queries(_of_complaints(schema.spells), _of_complaints(past), past.c.snapshot_id)
    return _replaced(known, found.seq, found.ids, _read(found.connection, *queries))


def _replaced(known: Spells, seq: int, ids: Array, new: dict[str, Array]) -> Spells:
    """The spells of these complaints are the new ones."""
    old, new = known["complaint_id"], _by_unit(new)
    gone = np.isin(old, ids) if len(old) else np.zeros(0, bool)
    joined = {name: np.concatenate([known[name][~gone], new[name]]) for name in _NAMES}
    order = np.argsort(joined["complaint_id"], kind="stable")  # quick: nearly all of it is
    return Spells(seq, {name: column[order] for name, column in joined.items()})


def _columns(spells: FromClause) -> list[Any]:
    return [whole(spells.c[name]) for name in _NAMES]


def _of_complaints(spells: FromClause) -> Select[tuple[Any, ...]]:
    complaints = schema.complaints
    joined = spells.join(complaints, complaints.c.id == spells.c.complaint_id)
    return select(*_columns(spells)).select_from(joined)


def _read(connection: Connection, *queries: Select[tuple[Any, ...]]) -> dict[str, Array]:
    rows = (block for query in queries for block in driver_rows(connection.execute(query)))
    return _table([np.array(block, np.float64) for block in rows])  # below 2^53, so exact


def _table(blocks: list[Array]) -> dict[str, Array]:
    table = np.concatenate(blocks) if blocks else np.empty((0, len(_NAMES)))
    return {name: table[:, place].astype(_kind(name)) for place, name in enumerate(_NAMES)}


def _kind(name: str) -> Any:
    return np.int64 if name.endswith(("_at", "_id")) and name != "unit_id" else np.int16


def _by_unit(columns: dict[str, Array]) -> dict[str, Array]:
    """One row for each complaint and unit, of one for each spell; in their order."""
    complaint, unit, ended = (columns[name] for name in ("complaint_id", "unit_id", "ended_at"))
    order = np.lexsort((ended == MISSING, ended, columns["started_at"], unit, complaint))
    is_first = np.ones(len(order), bool)
    for key in (complaint[order], unit[order]):
        is_first[1:] &= key[1:] == key[:-1]
    is_first[1:] = ~is_first[1:]
    first = np.flatnonzero(is_first)
    last = np.append(first[1:], len(order))[: len(first)] - 1
    return {
        name: column[order][first if name in _FIRST else last] for name, column in columns.items()
    }
