"""When complaints of each channel arrived lately, kept in step with the event log.

Complaints stored more than 30 days after their citizens reported were loaded from an archive: they
say nothing of a channel's days and are left out of everything here but `loaded`.

The index `ix_events_arrivals` has one entry for each complaint, so only the days looked at are
read, once; afterwards what is new since.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, Connection, literal_column, select, type_coerce

from data import schema
from data.database import read
from data.instants import now, to_epoch
from data.store import Store
from queries.columns import Facts, current_facts

WINDOW_DAYS = 37  # thirty days to learn a rhythm from, and a week to notice that it broke
ARCHIVE_SECONDS = 30 * 86_400
_TRIM_DAYS = 2  # what has aged longer than this is let go
_LOOKUP = 500  # ids in one question
_LATEST = 5_000  # complaints of a channel that are asked for one by one

Array = NDArray[Any]


@dataclass(frozen=True)
class Arrivals:
    """Complaints stored since `since`, as of event `seq`, in the log's order; never changed."""

    seq: int
    since: int  # UTC seconds
    channel: Array
    recorded: Array  # UTC seconds
    requested: Array  # UTC seconds

    def of(self, channel_id: int) -> tuple[Array, Array]:
        """When the complaints of one channel were stored, and when their citizens reported."""
        mine = (self.channel == channel_id) & ~_is_archive(self.recorded, self.requested)
        return self.recorded[mine], self.requested[mine]

    def loaded(self, channel_id: int) -> int:
        """Complaints of one channel that came from an archive."""
        return int(_is_archive(self.recorded, self.requested)[self.channel == channel_id].sum())


def _is_archive(recorded: Array, requested: Array) -> Array:
    return recorded - requested > ARCHIVE_SECONDS


class _Window:
    """Holds the newest Arrivals; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._arrivals: Arrivals | None = None

    def arrivals(self, store: Store, facts: Facts) -> Arrivals:
        since = to_epoch(now() - timedelta(days=WINDOW_DAYS))
        with self._lock:
            known = self._arrivals
            if known is None or known.since < since - _TRIM_DAYS * 86_400 or known.seq > facts.seq:
                known = _first(store, facts, since)
            elif known.seq < facts.seq:
                known = _grown(store, facts, known)
            self._arrivals = known
            return known


def recent_arrivals(store: Store) -> Arrivals:
    """What this process knows of the last WINDOW_DAYS days, brought up to date."""
    window: _Window = store.kept("arrivals", _Window)
    return window.arrivals(store, current_facts(store))


def older_arrivals(store: Store, channel_id: int) -> Array:
    """When the last complaints of a channel were stored that has none in the window.

    UTC seconds, ascending; at most 5,000 of them, none where it never had any.
    """
    facts = current_facts(store)
    ids = facts.ids[facts.columns["channel_id"] == channel_id][-_LATEST:]
    kept: dict[tuple[int, int], Array] = store.kept("older-arrivals", dict)
    if not len(ids):
        return np.empty(0, np.int64)
    key = (channel_id, int(ids[-1]))
    if key not in kept:
        kept[key] = _recorded(store, ids)
    return kept[key]


_RECEIVED = schema.events.c.kind == literal_column("'received'")  # as the partial index has it
_COLUMNS = (
    schema.events.c.complaint_id,
    type_coerce(schema.events.c.recorded_at, BigInteger),
    type_coerce(schema.events.c.at, BigInteger),
)


def _first(store: Store, facts: Facts, since: int) -> Arrivals:
    recorded = type_coerce(schema.events.c.recorded_at, BigInteger)
    rows = _rows(store, lambda query: query.where(recorded >= since))
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    return _arrivals(facts, since, rows)


def _grown(store: Store, facts: Facts, known: Arrivals) -> Arrivals:
    seq = schema.events.c.seq
    rows = _rows(store, lambda query: query.where(seq > known.seq, seq <= facts.seq))
    new = _arrivals(facts, known.since, rows)
    return Arrivals(
        facts.seq,
        known.since,
        *(
            np.concatenate([getattr(known, name), getattr(new, name)])
            for name in ("channel", "recorded", "requested")
        ),
    )


def _rows(store: Store, narrow: Callable[[Any], Any]) -> Array:
    with read(store.engine) as connection:
        return _table(connection, narrow(select(*_COLUMNS).where(_RECEIVED)))


def _table(connection: Connection, query: Any) -> Array:
    cursor = connection.execute(query).cursor
    found = cursor.fetchall() if cursor is not None else []
    return np.array(found, np.int64).reshape(-1, len(_COLUMNS))


def _arrivals(facts: Facts, since: int, rows: Array) -> Arrivals:
    """Without those that were stored after `facts`: they come with the next look."""
    place = np.searchsorted(facts.ids, rows[:, 0])
    there = place < len(facts.ids)
    there[there] = facts.ids[place[there]] == rows[there, 0]
    rows = rows[there]
    channel = facts.columns["channel_id"][place[there]]
    return Arrivals(facts.seq, since, channel, rows[:, 1], rows[:, 2])


def _recorded(store: Store, ids: Array) -> Array:
    found = []
    with read(store.engine) as connection:
        for start in range(0, len(ids), _LOOKUP):
            wanted = [int(one) for one in ids[start : start + _LOOKUP]]
            query = select(*_COLUMNS).where(_RECEIVED, schema.events.c.complaint_id.in_(wanted))
            rows = _table(connection, query)
            found.append(rows[~_is_archive(rows[:, 1], rows[:, 2]), 1])
    return np.sort(np.concatenate(found))
