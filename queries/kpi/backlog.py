"""What is still open, by how long it has been."""

from dataclasses import dataclass

import numpy as np

from data.store import Store
from queries.columns import MISSING
from queries.filters import ComplaintFilter
from queries.kpi.cohort import select_cohort
from queries.kpi.model import Scope

_DAY = 86_400
LIMITS = (1, 3, 7, 14, 30, 90)  # days


@dataclass(frozen=True)
class Age:
    """Open complaints at least `from_days` and under `to_days` old (None: without end)."""

    from_days: int
    to_days: int | None
    open: int
    overdue: int


@dataclass(frozen=True)
class Backlog:
    received: int
    open: int
    overdue: int
    ages: tuple[Age, ...]


def backlog_by_age(store: Store, complaint_filter: ComplaintFilter, scope: Scope) -> Backlog:
    """Of the complaints received in the period."""
    cohort = select_cohort(store, complaint_filter, scope.now)
    still = cohort.where(cohort.is_open)
    age = (still.instant - still["requested_at"]) / _DAY
    due = still["resolution_due_at"]
    late = (due != MISSING) & (due < still.instant)
    place = np.searchsorted(np.asarray(LIMITS), age, side="right")
    n, overdue = (
        np.bincount(place[mask], minlength=len(LIMITS) + 1)
        for mask in (np.ones(len(place), bool), late)
    )
    ages = tuple(
        Age(begin, end, int(n[index]), int(overdue[index]))
        for index, (begin, end) in enumerate(zip((0, *LIMITS), (*LIMITS, None), strict=True))
    )
    return Backlog(len(cohort), len(still), int(late.sum()), ages)
