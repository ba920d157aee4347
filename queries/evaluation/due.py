"""When the evaluation of a month is due: so many working days after the month's end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from data.reference import Reference
from queries.evaluation.month import MonthError, month_bounds

WORKING_DAYS = 7
_SATURDAY = 5
_LONGEST = 400  # days; a calendar of holidays alone must not search for ever


@dataclass(frozen=True)
class Due:
    """Local dates. `working_days_left` counts from the day after today: 0 on the day itself,
    and below 0 so many working days late."""

    month: str
    ends: date  # the month's last day
    on: date
    working_days_left: int


def last_month(today: date) -> str:
    """The month before today's, such as '2026-10'."""
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"


def due_of(reference: Reference, month: str, today: date) -> Due:
    """Raises MonthError for a month that is none."""
    zone = reference.city.time_zone
    ends = month_bounds(month, zone)[1].astimezone(zone).date() - timedelta(days=1)
    days = list(islice(_working_days(reference, ends + timedelta(days=1)), WORKING_DAYS))
    if len(days) < WORKING_DAYS:
        raise MonthError(f"after {month} come no {WORKING_DAYS} working days; mend the calendar")
    on = days[-1]
    if today <= on:
        return Due(month, ends, on, _between(reference, today, on))
    return Due(month, ends, on, -_between(reference, on, today))


def is_working_day(reference: Reference, day: date) -> bool:
    """By the city's calendar, else from Monday to Friday."""
    calendar = reference.calendar_for("working")
    if calendar is None:
        return day.weekday() < _SATURDAY
    return bool(calendar.hours[day.weekday()]) and day not in calendar.holidays


def _working_days(reference: Reference, first: date) -> Iterator[date]:
    for ahead in range(_LONGEST):
        day = first + timedelta(days=ahead)
        if is_working_day(reference, day):
            yield day


def _between(reference: Reference, after: date, until: date) -> int:
    """Working days later than `after`, `until` among them."""
    return sum(
        is_working_day(reference, after + timedelta(days=ahead))
        for ahead in range(1, (until - after).days + 1)
    )
