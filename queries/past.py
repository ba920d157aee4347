"""The facts of every complaint as they stood at a past instant, as arrays in memory.

Most complaints are today what they were then: these are taken from the present ones, and only the
others are read. A later question about the same instant reads what the log has gained since.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, func, not_, or_, select

from data import schema
from data.snapshots import unchanged_since
from data.store import Store
from queries.cache import Cache
from queries.columns import Facts, current_facts, driver_rows, fact_columns, read_changed
from queries.filters import ComplaintFilter
from queries.views import looking

_KEPT = 2  # instants; each as large as the present
Array = NDArray[Any]
Query = Select[tuple[Any, ...]]


class Known(Protocol):
    """Arrays that are in step with the log up to event `seq`."""

    @property
    def seq(self) -> int: ...


K = TypeVar("K", bound=Known)


@dataclass(frozen=True)
class Difference:
    """Where the past is another than what is known of it; read through `connection`."""

    connection: Connection
    seq: int  # of the newest event there is
    ids: Array  # of the complaints that differ, ascending; some were not there then
    _differs: ColumnElement[bool]  # of `complaints`
    _unchanged: ColumnElement[bool]  # of `complaints`: it stood then as it stands now
    _snapshot_id: int | None

    def queries(
        self, present: Query, past: Query, snapshot_id: ColumnElement[int]
    ) -> tuple[Query, ...]:
        """What reads those that differ: of those that stand as they stood, and of those replayed,
        whose snapshot is in the column `snapshot_id`. Both are joined with `complaints`."""
        if self._snapshot_id is None:
            return (present.where(self._differs),)
        return (
            present.where(self._differs, self._unchanged),
            past.where(self._differs, snapshot_id == self._snapshot_id),
        )


class _Held(Generic[K]):
    """What is known of one instant."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.known: K | None = None
        self.version = ""  # of the reference


def at_instant(
    store: Store,
    complaint_filter: ComplaintFilter,
    name: str,
    present: Callable[[Store], K],
    changed: Callable[[K, Difference], K],
) -> K:
    """As it stood at the filter's `as_of`, known up to its `through_seq`; kept under that name.

    `present` gives the same as it stands now, `changed` what is known with a difference read in.
    Safe to share between threads.
    """
    pasts: Cache = store.kept(name, lambda: Cache(_KEPT))
    held: _Held[K] = pasts.get((complaint_filter.as_of, complaint_filter.through_seq), _Held)
    version = store.reference().version
    with held.lock:
        known, is_present = held.known, False
        if known is None or held.version != version:
            known, is_present = present(store), True
        elif known.seq == store.latest_seq():
            return known
        with _differing(store, complaint_filter, known.seq, is_present=is_present) as found:
            held.known, held.version = changed(known, found), version
        return held.known


@contextmanager
def _differing(
    store: Store, complaint_filter: ComplaintFilter, seq: int, *, is_present: bool
) -> Iterator[Difference]:
    """`is_present`: known is how things stood at event `seq`, not how they did at the instant."""
    complaints = schema.complaints
    as_of, through_seq = complaint_filter.as_of, complaint_filter.through_seq
    assert as_of is not None
    everything = ComplaintFilter(as_of=as_of, through_seq=through_seq)
    unchanged = unchanged_since(as_of, through_seq)
    differs: ColumnElement[bool] = complaints.c.last_seq > seq
    with looking(store, everything) as (connection, view):
        if is_present and view.snapshot_id is not None:
            differs = or_(differs, not_(unchanged))
        ids = connection.execute(select(complaints.c.id).where(differs).order_by(complaints.c.id))
        yield Difference(
            connection,
            connection.scalar(select(func.max(schema.events.c.seq))) or 0,
            np.array([row[0] for block in driver_rows(ids) for row in block], np.int64),
            differs,
            unchanged,
            view.snapshot_id,
        )


def past_facts(store: Store, complaint_filter: ComplaintFilter) -> Facts:
    """Of the complaints that were there at the filter's `as_of`, as known up to its `through_seq`.

    `requested_at`, `duplicate_of` and the coordinates are those of today.
    """
    return at_instant(store, complaint_filter, "past facts", current_facts, _differing_facts)


def _differing_facts(known: Facts, found: Difference) -> Facts:
    complaints, past = schema.complaints, schema.past_complaints
    kept = ~np.isin(known.ids, found.ids, assume_unique=True)
    columns = {name: column[kept] for name, column in known.columns.items()}
    rest = Facts(known.seq, known.version, known.ids[kept], columns)
    joined = past.join(complaints, complaints.c.id == past.c.id)
    queries = found.queries(
        select(*fact_columns(complaints)),
        select(*fact_columns(past)).select_from(joined),
        past.c.snapshot_id,
    )
    return read_changed(found.connection, rest, found.seq, *queries)
