"""Working time against a count of every minute, on clocks that change and on days off."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from data.accountability.calendar import WorkingCalendar

ZONES = (
    "Asia/Jakarta",
    "America/New_York",
    "America/Havana",  # changes its clocks at midnight
    "Australia/Lord_Howe",  # by half an hour
    "Africa/Casablanca",  # four times a year
    "Pacific/Apia",  # left out a whole day, 30 December 2011
)


def open_minutes(calendar: WorkingCalendar, start: int, end: int) -> list[int]:
    """The minutes (epoch seconds) in which the clock on the wall shows working time."""
    found = []
    for at in range(start, end, 60):
        local = datetime.fromtimestamp(at, UTC).astimezone(calendar.zone)
        second = (local.hour * 60 + local.minute) * 60
        hours = calendar.hours[local.weekday()]
        if local.date() not in calendar.holidays and any(a <= second < b for a, b in hours):
            found.append(at)
    return found


@st.composite
def _hours(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    edges = draw(st.lists(st.integers(0, 96), max_size=4, unique=True).map(sorted))
    edges = edges[: len(edges) // 2 * 2]
    return tuple((edges[i] * 900, edges[i + 1] * 900) for i in range(0, len(edges), 2))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[WorkingCalendar, int]:
    """A calendar, and a minute within a few days of a change of its clocks, or of any date."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    near = draw(
        st.sampled_from(
            [
                date(2011, 12, 29),
                date(2026, 3, 7),
                date(2026, 3, 21),
                date(2026, 4, 4),
                date(2026, 10, 31),
                date(2026, 12, 31),
            ]
        )
        | st.dates(date(1999, 1, 1), date(2030, 1, 1))
    )
    hours = draw(st.tuples(*[_hours()] * 7).filter(any))
    off = draw(st.frozensets(st.integers(-1, 5), max_size=3))
    holidays = frozenset(near + timedelta(days=days) for days in off)
    midnight = int(datetime(near.year, near.month, near.day, tzinfo=UTC).timestamp())
    start = midnight + 60 * draw(st.integers(-1500, 1500))
    return WorkingCalendar(1, zone, hours, holidays), start


@settings(max_examples=150, deadline=None)
@given(calendars(), st.integers(0, 4 * 1440))
def test_between_counts_every_minute(drawn: tuple[WorkingCalendar, int], minutes: int) -> None:
    calendar, start = drawn
    end = start + 60 * minutes
    assert calendar.between(start, end) == 60 * len(open_minutes(calendar, start, end))


@settings(max_examples=150, deadline=None)
@given(calendars(), st.integers(1, 1200))
def test_add_ends_with_the_last_minute_it_needs(
    drawn: tuple[WorkingCalendar, int], wanted: int
) -> None:
    calendar, start = drawn
    minutes = open_minutes(calendar, start, start + 6 * 86_400)
    end = calendar.add(start, 60 * wanted)
    if wanted <= len(minutes):
        assert end == minutes[wanted - 1] + 60
    else:
        assert end > start + 6 * 86_400


@settings(max_examples=200, deadline=None)
@given(calendars(), st.integers(1, 400 * 86_400), st.integers(0, 59))
@example((WorkingCalendar(1, ZoneInfo("UTC"), (((0, 86_400),),) * 7, frozenset()), -1), 86_400, 0)
def test_what_is_added_lies_between(
    drawn: tuple[WorkingCalendar, int], seconds: int, odd: int
) -> None:
    """To the second, over years and over the edges of what is kept."""
    calendar, start = drawn
    end = calendar.add(start + odd, seconds)
    assert calendar.between(start + odd, end) == seconds
    assert calendar.between(start + odd, end - 1) == seconds - 1  # not a second later than needed


def at(zone: str, text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def office(zone: str, holidays: frozenset[date] = frozenset()) -> WorkingCalendar:
    nine_to_five = ((8 * 3600, 16 * 3600),)
    return WorkingCalendar(1, ZoneInfo(zone), (nine_to_five,) * 5 + ((), ()), holidays)


def test_a_deadline_at_closing_time_is_that_day_and_not_the_next_morning() -> None:
    jakarta = office("Asia/Jakarta")
    friday = at("Asia/Jakarta", "2026-10-02T12:00")
    assert jakarta.add(friday, 4 * 3600) == at("Asia/Jakarta", "2026-10-02T16:00")
    assert jakarta.add(friday, 4 * 3600 + 1) == at("Asia/Jakarta", "2026-10-05T08:00") + 1
    assert jakarta.add(friday, 0) == friday


def test_a_holiday_and_a_weekend_stop_the_clock() -> None:
    long_weekend = office("Asia/Jakarta", frozenset({date(2026, 10, 5)}))
    friday = at("Asia/Jakarta", "2026-10-02T15:00")
    assert long_weekend.add(friday, 2 * 3600) == at("Asia/Jakarta", "2026-10-06T09:00")
    saturday, monday = (at("Asia/Jakarta", f"2026-10-{day}T00:00") for day in ("03", "06"))
    assert long_weekend.between(saturday, monday) == 0
    assert long_weekend.between(monday, saturday) == 0


def test_a_night_shift_is_an_hour_shorter_or_longer_when_the_clocks_change() -> None:
    nights = WorkingCalendar(1, ZoneInfo("America/New_York"), (((0, 6 * 3600),),) * 7, frozenset())
    spring, autumn = at("America/New_York", "2026-03-08"), at("America/New_York", "2026-11-01")
    assert nights.between(spring, spring + 12 * 3600) == 5 * 3600
    assert nights.between(autumn, autumn + 12 * 3600) == 7 * 3600


def test_working_days_after_the_end_of_a_month() -> None:
    """Seven after 30 April 2026: not the Friday that is a holiday, nor the weekends."""
    jakarta = office("Asia/Jakarta", frozenset({date(2026, 5, 1)}))
    assert jakarta.add_days(date(2026, 4, 30), 7) == date(2026, 5, 12)
    assert jakarta.add_days(date(2026, 4, 30), 0) == date(2026, 4, 30)
    assert not jakarta.is_working_day(date(2026, 5, 1))
    assert jakarta.is_working_day(date(2026, 5, 4))
