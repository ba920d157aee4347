"""What a cohort is compared with."""

from datetime import date

from data.instants import date_of
from data.store import Store
from queries.counts import count_by
from queries.filters import ComplaintFilter
from queries.views import local_today, seen_at

COMPARISONS = ("off", "before", "year")


def compared_with(
    store: Store, complaint_filter: ComplaintFilter, comparison: str
) -> ComplaintFilter | None:
    """The filter of the period before, or of the same dates a year before.

    None for 'off', for a period without a beginning, and where records do not reach back over all
    of the earlier period: half a period would look like growth.
    """
    if comparison == "off":
        return None
    today = local_today(store)
    a_year_ago = comparison == "year"
    other = complaint_filter.year_before(today) if a_year_ago else complaint_filter.before(today)
    began = records_begin(store)
    covered = other and other.start and began and other.start >= began
    return other if covered else None


def whole_days(store: Store, complaint_filter: ComplaintFilter) -> ComplaintFilter | None:
    """The same without the day that is not over yet: part of a day would look like a fall.

    None where no whole day is left, and for a period without a beginning.
    """
    last = seen_at(complaint_filter).astimezone(store.reference().city.time_zone).date()
    start, end = complaint_filter.dates(local_today(store))
    end = min(end or last, last)
    if start is None or start >= end:
        return None
    return complaint_filter.replace(period=None, start=start, end=end)


def records_begin(store: Store) -> date | None:
    """The local date of the first complaint there is; None where there is none."""
    counts = count_by(store, ["day"], ComplaintFilter())
    return None if counts.empty else date_of(int(counts["day"].min()))
