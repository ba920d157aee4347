"""The present facts of every complaint as arrays in memory, kept in step with the event log.

Counting a million rows here takes tens of milliseconds, where SQL takes seconds. How they stood at
a past instant is in `queries.past`; questions about texts are for the database.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    CursorResult,
    FromClause,
    Select,
    func,
    select,
    type_coerce,
)

from data import schema
from data.database import read
from data.store import Store

MISSING = -1
_NAMES = ("requested_at", "duplicate_of", *schema.FACT_COLUMNS)
_WIDE = {
    name: np.int64 for name in _NAMES if name.endswith("_at")
}  # UTC seconds; all others fit in 32 bits
_PLACES = ("latitude", "longitude")  # float degrees, NaN for none
_WHOLE = ("id", *_NAMES)
_READ = (*_WHOLE, *_PLACES)
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
    with read(store.engine) as connection:
        seq = connection.scalar(select(func.max(schema.events.c.seq))) or 0
        if seq == known.seq:
            return known
        query = select(*fact_columns(complaints))
        if known.seq:
            query = query.where(complaints.c.last_seq > known.seq)
        return read_changed(connection, known, seq, query)


def fact_columns(facts: FromClause) -> list[Any]:
    """What `read_changed` selects: facts as `complaints` has them or as another table does, which
    is joined with it; what no event changes is of `complaints`."""
    complaints = schema.complaints
    own = [whole(facts.c[name] if name in facts.c else complaints.c[name]) for name in _WHOLE]
    return own + [func.coalesce(complaints.c[name], _NOWHERE) for name in _PLACES]


def read_changed(
    connection: Connection, known: Facts, seq: int, *queries: Select[tuple[Any, ...]]
) -> Facts:
    """What is known, with what the queries of `fact_columns` find added or put in its place."""
    blocks = [_typed(rows) for query in queries for rows in driver_rows(connection.execute(query))]
    if not blocks:
        return Facts(seq, known.version, known.ids, known.columns)
    changed = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    for name in _PLACES:
        changed[name][changed[name] == _NOWHERE] = np.nan
    return _merged(known, seq, changed)


def _typed(rows: Sequence[Any]) -> dict[str, Array]:
    """Columns of a block of rows, while the processor still has it at hand.

    One conversion for all of it: every integer here is below 2^53, which a float holds exactly.
    """
    table = np.array(rows, np.float64)
    return {name: table[:, place].astype(_type_of(name)) for place, name in enumerate(_READ)}


def _type_of(name: str) -> Any:
    if name in _PLACES:
        return np.float64
    return np.int64 if name == "id" else _WIDE.get(name, np.int32)


def whole(column: "ColumnElement[Any]") -> Any:
    """A column of whole numbers, MISSING for none: asked only where there may be none, for at a
    million rows that asking is a third of the wait."""
    number = type_coerce(column, BigInteger)
    return func.coalesce(number, MISSING) if getattr(column, "nullable", True) else number


def driver_rows(result: "CursorResult[*tuple[Any, ...]]") -> Iterator[Sequence[Any]]:
    """Blocks of rows as the driver gives them: a Row object each would be most of the wait."""
    cursor = result.cursor
    while cursor is not None and (rows := cursor.fetchmany(_READ_ROWS)):
        yield rows


def _sorted(changed: dict[str, Array], order: Array) -> dict[str, Array]:
    """All but the ids; as they are where they come in order."""
    is_sorted = bool((np.diff(order) > 0).all())
    return {
        name: values if is_sorted else values[order]
        for name, values in changed.items()
        if name != "id"
    }


def _merged(known: Facts, seq: int, changed: dict[str, Array]) -> Facts:
    order = np.argsort(changed["id"], kind="stable")
    if not len(known.ids):
        return Facts(seq, known.version, changed["id"][order], _sorted(changed, order))
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
