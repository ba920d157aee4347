"""Periods that roll with the day, as local dates. An end is always exclusive."""

from datetime import date, timedelta

PERIODS = ("today", "7d", "30d", "90d", "12m", "month", "last-month", "year", "all")
_ROLLING_DAYS = {"today": 1, "7d": 7, "30d": 30, "90d": 90}


def period_dates(period: str, today: date) -> tuple[date | None, date | None]:
    """First date and the one after the last. 'all' is open at both ends."""
    tomorrow = today + timedelta(days=1)
    if period in _ROLLING_DAYS:
        return tomorrow - timedelta(days=_ROLLING_DAYS[period]), tomorrow
    if period == "12m":
        return years_before(tomorrow, 1), tomorrow
    if period == "month":
        return today.replace(day=1), tomorrow
    if period == "last-month":
        first = today.replace(day=1)
        return (first - timedelta(days=1)).replace(day=1), first
    if period == "year":
        return today.replace(month=1, day=1), tomorrow
    return None, None


def same_dates_a_year_before(start: date, end: date) -> tuple[date, date]:
    return years_before(start, 1), years_before(end, 1)


def years_before(day: date, years: int) -> date:
    """The same calendar date; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
