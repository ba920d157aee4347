"""The period one looks at and those it is compared with: like with like.

A period before, and the same dates a year before, are seen from an instant that lies as many days
after them as now lies after the period chosen. Younger complaints have had less time, in both.
"""

from datetime import date, timedelta

from data.store import Store
from queries.comparison import compared_with
from queries.filters import ComplaintFilter
from queries.kpi.model import Scope, Window
from queries.views import local_today, seen_at


def read_scope(store: Store, complaint_filter: ComplaintFilter) -> Scope:
    """Earlier windows are missing where `why_not` says."""
    start, end = complaint_filter.dates(local_today(store))
    window = Window(start, end, seen_at(complaint_filter))
    if start is None:
        return Scope(window, None, None, "unbounded")
    if complaint_filter.statuses or complaint_filter.overdue:
        # How they stood then is not how they stand now.
        return Scope(window, None, None, "status")
    seen = window.seen_at.astimezone(store.reference().city.time_zone).date()
    last = min(end or seen + timedelta(days=1), seen + timedelta(days=1))
    if start >= last:
        return Scope(window, None, None, "records")
    bounded = complaint_filter.replace(period=None, start=start, end=last)
    before, year = (_earlier(store, bounded, window, last, c) for c in ("before", "year"))
    return Scope(window, before, year, None if before and year else "records")


def _earlier(
    store: Store, bounded: ComplaintFilter, window: Window, last: date, comparison: str
) -> Window | None:
    """`last` is the day after the period, or after the day one looks from."""
    other = compared_with(store, bounded, comparison)
    if other is None or other.end is None:
        return None
    return Window(other.start, other.end, window.seen_at - (last - other.end))
