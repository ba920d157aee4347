"""A cohort is compared only with a period that records cover."""

from datetime import date, timedelta

from data.bulk import History, record_histories
from data.complaints import NewComplaint
from data.instants import local_midnight
from data.store import Store
from queries.comparison import compared_with, whole_days
from queries.filters import ComplaintFilter
from queries.views import local_today

BEGAN = date(2026, 3, 1)


def record_from(store: Store, day: date) -> None:
    at = local_midnight(day, store.reference().city.time_zone)
    new = NewComplaint(service_code="noise", channel_code="app", requested_at=at)
    record_histories(store, [History(new, [])])


def test_half_a_period_is_no_comparison(store: Store) -> None:
    record_from(store, BEGAN)
    length = timedelta(days=10)
    covered = ComplaintFilter(start=BEGAN + length, end=BEGAN + 2 * length)
    other = compared_with(store, covered, "before")
    assert other is not None and (other.start, other.end) == (BEGAN, BEGAN + length)
    day_short = covered.replace(start=covered.start and covered.start - timedelta(days=1))
    assert compared_with(store, day_short, "before") is None
    assert compared_with(store, covered, "year") is None
    record_from(store, BEGAN - timedelta(days=400))
    assert compared_with(store, covered, "year") is not None


def test_nothing_is_compared_with_nothing(store: Store) -> None:
    assert compared_with(store, ComplaintFilter(period="7d"), "before") is None
    record_from(store, BEGAN)
    assert compared_with(store, ComplaintFilter(period="all"), "before") is None
    assert compared_with(store, ComplaintFilter(period="7d"), "off") is None


def test_today_is_left_out_of_whole_days(store: Store) -> None:
    today = local_today(store)
    week = whole_days(store, ComplaintFilter(period="7d", services=("noise",)))
    assert week == ComplaintFilter(start=today - timedelta(days=6), end=today, services=("noise",))
    assert whole_days(store, ComplaintFilter(period="today")) is None
    assert whole_days(store, ComplaintFilter(period="all")) is None
    assert whole_days(store, ComplaintFilter(start=today + timedelta(days=9))) is None
    past = ComplaintFilter(start=BEGAN, end=BEGAN + timedelta(days=3))
    assert whole_days(store, past) == past
