"""The period one looks at and those it is compared with: like with like.

A period before, and the same dates a year before, are seen from an instant that lies as many days
after them as now lies after the period chosen. Younger complaints have had less time, in both.
"""

from datetime import timedelta

from data.instants import now
from data.store import Store
from queries.comparison import compared_with
from queries.filters import ComplaintFilter
from queries.kpi.model import Scope, Window
from queries.views import local_today, seen_at


def read_scope(store: Store, complaint_filter: ComplaintFilter) -> Scope:
    """Earlier windows are missing where `why_not` says."""
    today = local_today(store)
    start, end = complaint_filter.dates(today)
    window = Window(start, end, seen_at(complaint_filter))
    if start is None:
        return Scope(window, None, None, "unbounded")
    if complaint_filter.statuses or complaint_filter.overdue:
        # How they stood then is not how they stand now.
        return Scope(window, None, None, "status")
    before = _earlier(store, complaint_filter, window, "before")
    year = _earlier(store, complaint_filter, window, "year")
    return Scope(window, before, year, None if before and year else "records")


def _earlier(
    store: Store, complaint_filter: ComplaintFilter, window: Window, comparison: str
) -> Window | None:
    other = compared_with(store, complaint_filter, comparison)
    if other is None or other.end is None:
        return None
    end = window.end or local_today(store) + timedelta(days=1)
    shift = end - other.end
    return Window(other.start, other.end, min(window.seen_at, now()) - shift)
