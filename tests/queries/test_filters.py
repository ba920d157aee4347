"""A filter is its URL, its dates and its sentence."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store import Store
from queries.filters import ComplaintFilter, FilterError
from queries.periods import PERIODS

TODAY = date(2026, 11, 23)
CODES = st.lists(st.text(min_size=1, max_size=8), max_size=3, unique=True).map(tuple)
DATES = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@st.composite
def filters(draw: st.DrawFn) -> ComplaintFilter:
    start = draw(st.none() | DATES)
    offset = timezone(timedelta(minutes=draw(st.integers(-14 * 60, 14 * 60))))
    as_of = draw(
        st.none()
        | st.datetimes(datetime(1901, 1, 1), datetime(2999, 1, 1), timezones=st.just(offset))
    )
    return ComplaintFilter(
        period=draw(st.none() | st.sampled_from(PERIODS)),
        start=start,
        end=start and start + timedelta(days=draw(st.integers(1, 900))),
        services=draw(CODES),
        groups=draw(CODES),
        statuses=draw(st.sampled_from([(), ("waiting",), ("resolved", "rejected")])),
        channels=draw(CODES),
        units=draw(CODES),
        districts=draw(CODES),
        overdue=draw(st.booleans()),
        text=draw(st.none() | st.text(st.characters(exclude_characters="\0"), min_size=1)),
        as_of=as_of,
        through_seq=as_of and draw(st.none() | st.integers(0, 2**63 - 1)),
    )


@given(filters())
def test_a_filter_survives_its_url(one: ComplaintFilter) -> None:
    assert ComplaintFilter.from_query(one.to_query()) == one.replace(
        text=one.text and one.text[:200]
    )


@given(st.text(max_size=60))
def test_any_address_is_a_filter_or_a_clear_error(query: str) -> None:
    try:
        ComplaintFilter.from_query(query)
    except FilterError as error:
        assert str(error)


def test_defaults_leave_no_trace_in_the_url() -> None:
    assert ComplaintFilter().to_query() == ""
    assert ComplaintFilter(period="30d", services=("garbage",)).to_query() == (
        "period=30d&service=garbage"
    )


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("period=fortnight", "period 'fortnight' is not one of today, 7d"),
        ("start=31-10-2026", "start '31-10-2026' is not a date such as 2026-10-31"),
        ("start=2026-10-02&end=2026-10-01", "start 2026-10-02 is not before end 2026-10-01"),
        ("as_of=2026-10-01T00:00:00", "lacks its offset"),
        ("through=7", "through 7 lacks its as_of; give both"),
        ("as_of=2026-10-01T00:00:00Z&through=-1", "through -1 is not the number of an event"),
        ("as_of=2026-10-01T00:00:00Z&through=x", "through 'x' is not a whole number"),
        ("overdue=yes", "overdue 'yes' is neither 0 nor 1"),
        ("status=lost", "status 'lost' is not one of waiting"),
    ],
)
def test_what_cannot_be_meant_is_named(query: str, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        ComplaintFilter.from_query(query)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("today", date(2026, 11, 23), date(2026, 11, 24)),
        ("7d", date(2026, 11, 17), date(2026, 11, 24)),
        ("12m", date(2025, 11, 24), date(2026, 11, 24)),
        ("month", date(2026, 11, 1), date(2026, 11, 24)),
        ("last-month", date(2026, 10, 1), date(2026, 11, 1)),
        ("year", date(2026, 1, 1), date(2026, 11, 24)),
        ("all", None, None),
    ],
)
def test_periods_roll_with_the_day(period: str, start: date | None, end: date | None) -> None:
    assert ComplaintFilter(period=period).dates(TODAY) == (start, end)


def test_comparisons_are_as_long_and_a_year_apart() -> None:
    week = ComplaintFilter(period="7d", services=("garbage",))
    before, year_before = week.before(TODAY), week.year_before(TODAY)
    assert before is not None and year_before is not None
    assert (before.start, before.end) == (date(2026, 11, 10), date(2026, 11, 17))
    assert (year_before.start, year_before.end) == (date(2025, 11, 17), date(2025, 11, 24))
    assert before.services == ("garbage",)
    assert ComplaintFilter(period="all").before(TODAY) is None
    leap = ComplaintFilter(start=date(2024, 2, 29), end=date(2024, 3, 1)).year_before(TODAY)
    assert leap is not None and leap.start == date(2023, 2, 28)


@pytest.mark.parametrize(
    ("wanted", "language", "sentence"),
    [
        (ComplaintFilter(), "en", "All complaints in Kota Uji, all time"),
        (
            ComplaintFilter(
                services=("flood", "garbage"),
                districts=("10",),
                start=date(2026, 10, 1),
                end=date(2026, 10, 31),
            ),
            "en",
            "Flood and Garbage in Utara, 1–30 October 2026",
        ),
        (
            ComplaintFilter(groups=("roads",), period="today", overdue=True, channels=("app",)),
            "en",
            "Roads in Kota Uji, 23 November 2026; overdue; via Aplikasi",
        ),
        (
            ComplaintFilter(
                period="7d", as_of=datetime(2026, 11, 22, 17, 0, tzinfo=UTC), text="bau"
            ),
            "en",
            "All complaints in Kota Uji, 17–23 November 2026; containing “bau”; "
            "as of 23 Nov 2026, 00:00 WIB",
        ),
        (
            ComplaintFilter(services=("flood",), period="7d"),
            "id",
            "Banjir di Kota Uji, 17–23 November 2026",
        ),
    ],
)
def test_the_sentence_says_all_of_it(
    store: Store, wanted: ComplaintFilter, language: str, sentence: str
) -> None:
    assert wanted.describe(store.reference(), language, TODAY) == sentence


def test_codes_of_another_city_are_refused(store: Store) -> None:
    with pytest.raises(FilterError, match="service 'snow' is not known in Kota Uji"):
        ComplaintFilter(services=("snow",)).check(store.reference())


@pytest.mark.parametrize(
    "query", ["start=2027-03-01", "start=1900-01-01", "start=1900-01-01&end=2999-12-31"]
)
def test_dates_at_the_edges_are_compared_with_nothing(query: str) -> None:
    one = ComplaintFilter.from_query(query)
    assert one.before(TODAY) is None
    assert one.year_before(TODAY) is None
