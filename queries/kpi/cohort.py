"""The complaints of a filter, whatever their date, and how they stood at an instant.

A response, once given, stays: so how a period stood earlier can be read off what is known now.
Only a resolution may be undone: complaints reopened since count as unresolved then, too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, func, select, type_coerce

from data import schema
from data.durations import from_bins
from data.instants import day_of
from data.store import Store
from data.vocabulary import Outcome
from queries.cache import Cache
from queries.columns import MISSING, Facts, driver_rows
from queries.filters import ComplaintFilter
from queries.kpi.model import Window
from queries.present import Present, select_past, select_present
from queries.views import looking, seen_at, stamp_of

_KEPT = 4
_AT_ONCE = timedelta(minutes=1)  # one look, though each of its parts asks the clock
Array = NDArray[Any]


@dataclass(frozen=True)
class Cohort:
    """Complaints received in a window, as seen from its instant; arrays of like length."""

    everyone: Present
    chosen: Array  # positions in `everyone`
    window: Window

    def __len__(self) -> int:
        return len(self.chosen)

    def __getitem__(self, name: str) -> Array:
        return self.everyone[name][self.chosen]

    @property
    def instant(self) -> int:
        return int(self.window.seen_at.timestamp())

    @property
    def is_past(self) -> bool:
        """Whether it is seen from an instant before that of which its complaints are known."""
        return self.window.seen_at < self.everyone.seen_at - _AT_ONCE

    def clock(self, measure: str) -> tuple[Array, Array]:
        """Seconds (integers) and whether it happened, of 'response' or 'resolution'.

        Rejected complaints are censored when they were rejected, which is known to 1%.
        """
        done = self["responded_at" if measure == "response" else "resolved_at"]
        begun = self["requested_at"]
        happened = (done != MISSING) & (done <= self.instant)
        stop = np.where(happened, done, self.instant)
        rejected_at = self.rejected_at(measure)
        stop = np.where(~happened & (rejected_at != MISSING), rejected_at, stop)
        return np.maximum(stop - begun, 0), happened

    def rejected_at(self, measure: str = "resolution") -> Array:
        """Instants by `instant`, MISSING for all others."""
        return rejection_instants(
            self[f"{measure}_outcome"],
            self[f"{measure}_bin"],
            self["requested_at"],
            self.instant,
            is_past=self.is_past,
        )

    @cached_property
    def is_open(self) -> Array:
        """Neither resolved nor rejected."""
        done = self["resolved_at"]
        closed = (done != MISSING) & (done <= self.instant)
        return ~closed & (self.rejected_at() == MISSING)

    def where(self, mask: Array) -> "Cohort":
        return Cohort(self.everyone, self.chosen[mask], self.window)


def rejection_instants(
    outcome: Array, bins: Array, begun: Array, instant: int, *, is_past: bool
) -> Array:
    """When clocks that began at `begun` were rejected, to 1%; MISSING for all others, and after.

    `is_past`: what is known is later than the instant, so that some were not rejected yet.
    """
    found = np.full(len(outcome), MISSING, np.int64)
    was = np.flatnonzero(outcome == int(Outcome.REJECTED))
    at = begun[was] + np.rint(from_bins(np.maximum(bins[was], 0))).astype(np.int64)
    found[was] = np.where(at <= instant, at, MISSING if is_past else instant)
    return found


def timeless(complaint_filter: ComplaintFilter) -> ComplaintFilter:
    """The same over all time."""
    return complaint_filter.replace(period=None, start=None, end=None)


def select_everyone(store: Store, complaint_filter: ComplaintFilter) -> Present:
    """Complaints of any date that the filter selects; the same object while nothing changes."""
    wanted = timeless(complaint_filter)
    key = (wanted, seen_at(wanted), stamp_of(store, wanted), store.latest_seq())
    cache: Cache = store.kept("kpi complaints", lambda: Cache(_KEPT))

    def select_now() -> Present:
        select_in_memory = select_present if wanted.as_of is None else select_past
        present = select_in_memory(store, wanted)
        return _from_database(store, wanted) if present is None else present

    return cache.get(key, select_now)


def select_cohort(store: Store, complaint_filter: ComplaintFilter, window: Window) -> Cohort:
    """Of the filter everything but its period counts. Raises FilterError."""
    return cohort_of(select_everyone(store, complaint_filter), window)


def cohort_of(everyone: Present, window: Window) -> Cohort:
    day = everyone["day"]
    mask = everyone["requested_at"] <= int(window.seen_at.timestamp())
    if window.start is not None:
        mask &= day >= day_of(window.start)
    if window.end is not None:
        mask &= day < day_of(window.end)
    return Cohort(everyone, np.flatnonzero(mask), window)


def _from_database(store: Store, complaint_filter: ComplaintFilter) -> Present:
    """For texts: what they select is for the database to find."""
    complaints = schema.complaints
    names = ("id", *schema.FACT_COLUMNS)
    with looking(store, complaint_filter) as (connection, view):
        facts = view.facts
        source: Any = facts
        if facts is not complaints:
            source = facts.join(complaints, complaints.c.id == facts.c.id)
        columns = [_whole(facts.c[name]) for name in names]
        query = select(*columns, _whole(complaints.c.requested_at)).select_from(source)
        rows = driver_rows(connection.execute(query.where(view.condition)))
        blocks = [np.array(block, np.float64).astype(np.int64) for block in rows]
        instant: datetime = view.seen_at
    table = np.concatenate([np.empty((0, len(names) + 1), np.int64), *blocks])
    table = table[np.argsort(table[:, 0])]  # by id, as in memory
    found = {name: table[:, place] for place, name in enumerate((*names, "requested_at"))}
    facts_found = Facts(0, "", found.pop("id"), found)
    return Present(facts_found, None, instant)


def _whole(column: Any) -> Any:
    return func.coalesce(type_coerce(column, BigInteger), MISSING)
