"""An evaluation is due seven working days after its month, by the city's own calendar."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from data.accountability.calendar import WorkingCalendar
from data.reference import Reference
from data.store import Store
from queries.evaluation.due import Due, due_of, is_working_day, last_month
from queries.evaluation.month import MonthError


def in_force(store: Store, *holidays: date) -> Reference:
    """Open from Monday to Friday but on holidays."""
    reference = store.reference()
    hours = (((28_800, 57_600),),) * 5 + ((), ())
    calendar = WorkingCalendar(99, reference.city.time_zone, hours, frozenset(holidays))
    return replace(reference, calendars={99: calendar}, calendar_id=99)


@pytest.mark.parametrize(
    ("holidays", "on"),
    [
        ((), date(2026, 11, 10)),  # 1 November 2026 is a Sunday
        ((date(2026, 11, 4),), date(2026, 11, 11)),
        ((date(2026, 11, 10), date(2026, 11, 11)), date(2026, 11, 12)),
        ((date(2026, 11, 8),), date(2026, 11, 10)),  # on a Sunday it takes nothing away
    ],
)
def test_holidays_and_weekends_are_no_working_days(
    store: Store, holidays: tuple[date, ...], on: date
) -> None:
    due = due_of(in_force(store, *holidays), "2026-10", date(2026, 11, 1))
    assert (due.on, due.ends, due.working_days_left) == (on, date(2026, 10, 31), 7)


def test_the_countdown_goes_down_by_working_days_and_below_nought(store: Store) -> None:
    reference = in_force(store, date(2026, 11, 4))
    left = {
        day: due_of(reference, "2026-10", day).working_days_left
        for day in (date(2026, 11, 1) + timedelta(days=ahead) for ahead in range(15))
    }
    assert left[date(2026, 11, 1)] == 7
    assert left[date(2026, 11, 3)] == left[date(2026, 11, 4)] == 5
    assert left[date(2026, 11, 11)] == 0
    assert left[date(2026, 11, 13)] == left[date(2026, 11, 15)] == -2
    ordered = [left[day] for day in sorted(left)]
    assert ordered == sorted(ordered, reverse=True)


def test_without_a_calendar_weekdays_count(store: Store) -> None:
    reference = replace(store.reference(), calendar_id=None)
    assert is_working_day(reference, date(2026, 11, 6))
    assert not is_working_day(reference, date(2026, 11, 7))
    assert due_of(reference, "2026-12", date(2027, 1, 1)) == Due(
        "2026-12", date(2026, 12, 31), date(2027, 1, 11), 6
    )


def test_the_month_before_is_found_across_the_year() -> None:
    assert last_month(date(2027, 1, 1)) == "2026-12"
    assert last_month(date(2026, 3, 31)) == "2026-02"


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "", "٢٠٢٦-01", "0000-01"])
def test_a_month_that_is_none_is_refused(store: Store, month: str) -> None:
    with pytest.raises(MonthError, match="write it as 2026-10"):
        due_of(store.reference(), month, date(2026, 11, 1))


def test_a_calendar_of_holidays_alone_does_not_search_for_ever(store: Store) -> None:
    days = (date(2026, 10, 1) + timedelta(days=ahead) for ahead in range(900))
    with pytest.raises(MonthError, match="come no 7 working days; mend the calendar"):
        due_of(in_force(store, *days), "2026-10", date(2026, 11, 1))
