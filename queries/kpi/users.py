"""Users: registered, active on a day, and reporting for the first time.

What apps report of a day knows neither place nor service: of the filter only the period and the
channels count there. First-time reporters are counted among the complaints of the whole filter.
"""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import func, select

from data import schema
from data.database import read
from data.instants import day_of
from data.store import Store
from queries.comparison import records_begin
from queries.filters import ComplaintFilter
from queries.kpi.cohort import cohort_of, select_everyone, timeless
from queries.kpi.comparing import indicators
from queries.kpi.model import Kpi, Scope, Window, counted
from queries.kpi.reporters import ACQUAINTANCE, current_reporters
from queries.kpi.trend import trend_parts
from queries.measured import NOTHING, Measured
from queries.values import poisson_interval

_UNITS: dict[str, tuple[str, str, str | None]] = {
    "registered_users": ("count", "higher", "registered_users"),
    "active_users": ("count", "higher", "active_users"),
    "active_a_day": ("count", "higher", None),
    "first_time_reporters": ("count", "higher", "first_time_reporters"),
}


@dataclass(frozen=True)
class Usage:
    """Whole days that apps reported, oldest first; people of all their channels together."""

    days: tuple[date, ...]
    registered: tuple[int, ...]
    active: tuple[int, ...]

    def within(self, start: date | None, end: date | None) -> "Usage":
        chosen = [
            place
            for place, day in enumerate(self.days)
            if (start is None or day >= start) and (end is None or day < end)
        ]
        return Usage(
            tuple(self.days[place] for place in chosen),
            tuple(self.registered[place] for place in chosen),
            tuple(self.active[place] for place in chosen),
        )


def read_usage(store: Store, complaint_filter: ComplaintFilter, seen: date) -> Usage:
    """Up to the day before `seen`: that one is not over yet."""
    usage = schema.app_usage
    query = (
        select(
            usage.c.date,
            func.sum(usage.c.registered_users),
            func.sum(usage.c.active_users),
        )
        .where(usage.c.date < seen)
        .group_by(usage.c.date)
        .order_by(usage.c.date)
    )
    if complaint_filter.channels:
        channels = store.reference().channel_by_code
        ids = [channels[code].id for code in complaint_filter.channels if code in channels]
        query = query.where(usage.c.channel_id.in_(ids))
    with read(store.engine) as connection:
        rows = connection.execute(query).all()
    return Usage(
        tuple(row[0] for row in rows),
        tuple(int(row[1]) for row in rows),
        tuple(int(row[2]) for row in rows),
    )


def users_kpi(store: Store, complaint_filter: ComplaintFilter, scope: Scope) -> Kpi:
    """Registered and active people at the end of the period; the trend is of the active."""
    zone = store.reference().city.time_zone
    seen = scope.now.seen_at.astimezone(zone).date()
    usage = read_usage(store, complaint_filter, seen)
    everyone, reporters = select_everyone(store, complaint_filter), current_reporters(store)
    began = records_begin(store) or seen

    def measure(window: Window) -> dict[str, Measured]:
        found = usage_values(usage, window, zone)
        first = NOTHING
        if window is scope.now or _is_known_before(began, window):
            first = _arrivals(*reporters.of(cohort_of(everyone, window)))
        return found | {"first_time_reporters": first}

    parts = trend_parts(store, scope.now)
    values = []
    place = parts.of(np.asarray([day_of(day) for day in usage.days], np.int64))
    active = np.asarray(usage.active, float)
    for part in range(len(parts)):
        values.append(_mean_a_day(active[place == part]))
    now = usage.within(scope.now.start, scope.now.end)
    return Kpi(
        "users",
        indicators(store, scope, _UNITS, measure),
        tuple(point for point in parts.points(values) if point.value.is_known),
        parts.step,
        maturity={
            "day": now.days[-1].isoformat() if now.days else None,
            "days": len(now.days),
            "is_narrowed": _is_narrowed(complaint_filter),
            "records_begin": None if _is_known_before(began, scope.now) else began.isoformat(),
            "without_account": len(cohort_of(everyone, scope.now))
            - reporters.of(cohort_of(everyone, scope.now))[1],
        },
    )


def _is_known_before(began: date, window: Window) -> bool:
    """Whether records reach back far enough to tell who is new: when they begin, everybody is."""
    return window.start is not None and window.start - began >= ACQUAINTANCE


def _arrivals(first: int, with_account: int) -> Measured:
    """New people among complaints with an account, as a Poisson count."""
    if not with_account:
        return NOTHING
    low, high = poisson_interval(np.asarray(first))
    return Measured(float(first), float(low), float(high), with_account, "ok")


def _is_narrowed(complaint_filter: ComplaintFilter) -> bool:
    """Whether the filter asks for what apps do not say of their users."""
    return (
        timeless(complaint_filter).replace(channels=(), as_of=None, through_seq=None)
        != ComplaintFilter()
    )


def usage_values(usage: Usage, window: Window, zone: ZoneInfo) -> dict[str, Measured]:
    """Of the last day in the window that was over then, and the mean of all of them."""
    seen = window.seen_at.astimezone(zone).date()
    found = usage.within(window.start, min(window.end or seen, seen))
    if not found.days:
        return dict.fromkeys(("registered_users", "active_users", "active_a_day"), NOTHING)
    return {
        "registered_users": counted(found.registered[-1]),
        "active_users": counted(found.active[-1]),
        "active_a_day": _mean_a_day(np.asarray(found.active, float)),
    }


def _mean_a_day(active: np.ndarray) -> Measured:
    """Its n are days."""
    if not len(active):
        return NOTHING
    return Measured(float(active.mean()), None, None, len(active), "ok")
