"""The facts of every complaint as they stood at a past instant, as arrays in memory.

Most complaints are today what they were then: these are taken from the present ones, and only the
others are read. A later question about the same instant reads what the log has gained since.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, and_, func, not_, or_, select, true

from data import schema
from data.snapshots import unchanged_since
from data.store import Store
from queries.cache import Cache
from queries.columns import Facts, current_facts, driver_rows, fact_columns, read_changed
from queries.filters import ComplaintFilter
from queries.views import looking

KEPT_INSTANTS = 2  # instants; each as large as the present
Array = NDArray[Any]


@dataclass(frozen=True)
class Difference:
    """Where the past is another than what is known of it; read through `connection`."""

    connection: Connection
    seq: int  # of the newest event there is
    ids: Array  # of the complaints that differ, ascending; some were not there then
    still: ColumnElement[bool]  # of `complaints`: differs, and stood then as it stands now
    replayed: tuple[int, ColumnElement[bool]] | None  # the snapshot; of `complaints`: differs


@contextmanager
def differing(
    store: Store, complaint_filter: ComplaintFilter, seq: int, *, is_present: bool
) -> Iterator[Difference]:
    """What to read for the filter's instant, knowing it up to event `seq`.

    `is_present`: what is known is how things stood at that event, not how they did at the instant.
    """
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
            and_(differs, true() if view.snapshot_id is None else unchanged),
            None if view.snapshot_id is None else (view.snapshot_id, differs),
        )


class _Past:
    """Holds the facts of one instant; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts: Facts | None = None

    def facts(self, store: Store, complaint_filter: ComplaintFilter) -> Facts:
        version = store.reference().version
        with self._lock:
            known = self._facts
            is_new = known is None or known.version != version
            if known is None or is_new:
                known = current_facts(store)
            elif known.seq == store.latest_seq():
                return known
            self._facts = _brought_up_to_date(store, complaint_filter, known, is_present=is_new)
            return self._facts


def past_facts(store: Store, complaint_filter: ComplaintFilter) -> Facts:
    """Of the complaints that were there at the filter's `as_of`, as known up to its `through_seq`.

    `requested_at`, `duplicate_of` and the coordinates are those of today.
    """
    pasts: Cache = store.kept("past facts", lambda: Cache(KEPT_INSTANTS))
    past: _Past = pasts.get((complaint_filter.as_of, complaint_filter.through_seq), _Past)
    return past.facts(store, complaint_filter)


def _brought_up_to_date(
    store: Store, complaint_filter: ComplaintFilter, known: Facts, *, is_present: bool
) -> Facts:
    complaints, past = schema.complaints, schema.past_complaints
    with differing(store, complaint_filter, known.seq, is_present=is_present) as found:
        kept = ~np.isin(known.ids, found.ids, assume_unique=True)
        columns = {name: column[kept] for name, column in known.columns.items()}
        rest = Facts(known.seq, known.version, known.ids[kept], columns)
        queries = [select(*fact_columns(complaints)).where(found.still)]
        if found.replayed is not None:
            snapshot_id, differs = found.replayed
            joined = past.join(complaints, complaints.c.id == past.c.id)
            query = select(*fact_columns(past)).select_from(joined)
            queries.append(query.where(past.c.snapshot_id == snapshot_id, differs))
        return read_changed(found.connection, rest, found.seq, *queries)
