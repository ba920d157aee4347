"""When people report: hour by weekday, and month by year."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from data.instants import date_of, day_of
from data.store import Store
from queries.comparison import records_begin
from queries.filters import ComplaintFilter
from queries.kpi.cohort import cohort_of, select_cohort, select_everyone
from queries.kpi.model import Scope, Window

_MINUTES_A_DAY = 1440
Array = NDArray[Any]


@dataclass(frozen=True)
class Hours:
    """Complaints received by weekday (0: Monday) and local hour; how many such days there were."""

    counts: tuple[tuple[int, ...], ...]  # 7 × 24
    days: tuple[int, ...]  # 7

    def mean(self, weekday: int, hour: int) -> float:
        """Complaints an hour."""
        return self.counts[weekday][hour] / self.days[weekday] if self.days[weekday] else 0.0


@dataclass(frozen=True)
class Month:
    year: int
    month: int
    received: int
    days: int  # of the month that records cover

    @property
    def a_day(self) -> float:
        return self.received / self.days


def hours_of_week(store: Store, complaint_filter: ComplaintFilter, scope: Scope) -> Hours:
    """In the city's own time."""
    cohort = select_cohort(store, complaint_filter, scope.now)
    zone = store.reference().city.time_zone
    day, minute = cohort["day"].astype(np.int64), cohort["minute"].astype(np.int64)
    hour = _local_minute(minute, day, zone) // 60
    weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
    counts = np.bincount(weekday * 24 + hour, minlength=7 * 24).reshape(7, 24)
    seen = scope.now.seen_at.astimezone(zone).date()
    first = max(filter(None, (scope.now.start, records_begin(store))), default=seen)
    end = min(scope.now.end or seen + timedelta(days=1), seen + timedelta(days=1))
    span = np.arange(day_of(first), max(day_of(end), day_of(first)))
    days = np.bincount((span + 3) % 7, minlength=7)
    return Hours(tuple(tuple(int(n) for n in row) for row in counts), tuple(int(n) for n in days))


def _local_minute(minute: Array, day: Array, zone: ZoneInfo) -> Array:
    """Minutes since local midnight; zones change their offset on few days."""
    found = np.zeros(len(minute), np.int64)
    if not len(minute):
        return found
    first = int(day.min())
    offsets = {one: _offsets(one, zone) for one in np.unique(day).tolist()}
    table = np.full((int(day.max()) - first + 1, 2), 0)
    for one, pair in offsets.items():
        table[one - first] = pair
    begin, end = table[day - first].T
    found = minute + begin - day * _MINUTES_A_DAY
    for place in np.flatnonzero(begin != end):  # on the day of a change each for itself
        instant = datetime.fromtimestamp(int(minute[place]) * 60, UTC).astimezone(zone)
        found[place] = instant.hour * 60 + instant.minute
    return np.clip(found, 0, _MINUTES_A_DAY - 1)


def _offsets(day: int, zone: ZoneInfo) -> tuple[int, int]:
    """Minutes ahead of UTC when a local date begins, and when it ends."""
    midnight = datetime.combine(date_of(day), datetime.min.time(), zone)
    offsets = (at.utcoffset() for at in (midnight, midnight + timedelta(days=1)))
    begin, end = (int((offset or timedelta()).total_seconds() // 60) for offset in offsets)
    return begin, end


def months_over_years(
    store: Store, complaint_filter: ComplaintFilter, scope: Scope
) -> tuple[Month, ...]:
    """Every month that records cover, oldest first; of the filter all but the period counts."""
    everyone = select_everyone(store, complaint_filter)
    cohort = cohort_of(everyone, Window(None, None, scope.now.seen_at))
    zone = store.reference().city.time_zone
    today, began = scope.now.seen_at.astimezone(zone).date(), records_begin(store)
    if began is None or not len(cohort):
        return ()
    per_day = np.bincount(np.maximum(cohort["day"] - day_of(began), 0))
    found = []
    first = began.replace(day=1)
    while first <= today:
        length = calendar.monthrange(first.year, first.month)[1]
        after = first + timedelta(days=length)
        begin, end = max(first, began), min(after, today)  # today is not over yet
        if begin < end:
            n = int(per_day[_span(begin, end, began)].sum())
            found.append(Month(first.year, first.month, n, (end - begin).days))
        first = after
    return tuple(found)


def _span(begin: date, end: date, origin: date) -> slice:
    return slice((begin - origin).days, (end - origin).days)
