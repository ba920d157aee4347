"""The values behind the choropleth, against what a person would work out."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.stats import binomtest, poisson

from data.bulk import Happening, History, record_histories
from data.complaints import NewComplaint
from data.store import Store
from data.vocabulary import EventKind
from queries.districts import (
    MEASURES,
    district_differences,
    district_values,
)
from queries.figures import daily_series, figures, service_bars
from queries.filters import ComplaintFilter
from queries.values import poisson_interval, wilson_interval

BEGIN = datetime(2026, 3, 1, 3, tzinfo=UTC)


def garbage(district: str, hours: float | None, *, days: int = 0, stars: int = 0) -> History:
    at = BEGIN + timedelta(days=days)
    new = NewComplaint(
        service_code="garbage", channel_code="app", requested_at=at, district_code=district
    )
    if hours is None:
        return History(new, [])
    done = at + timedelta(hours=hours)
    happenings = [Happening(EventKind.RESOLVED, done)]
    if stars:
        happenings.append(Happening(EventKind.RATED, done, data={"stars": stars}))
    return History(new, happenings)


@pytest.fixture
def city(any_store: Store) -> Store:
    histories = [garbage("10.1", 2, stars=1 + n % 5) for n in range(30)]
    histories += [garbage("10.2", 30) for _ in range(25)]
    histories += [garbage("20.1", None) for _ in range(22)]
    histories += [garbage("20.2", 1) for _ in range(5)]
    histories += [garbage("10.1", 4, days=-10) for _ in range(40)]
    assert record_histories(any_store, histories).refused == []
    return any_store


MARCH = ComplaintFilter(start=BEGIN.date(), end=BEGIN.date() + timedelta(days=1))


def by_code(store: Store, measure: str, level: str = "kelurahan") -> dict[str, tuple[float, str]]:
    frame = district_values(store, MARCH, measure=measure, level=level)
    return {row.code: (row.value, row.state) for row in frame.itertuples()}


def test_every_district_has_a_value_or_says_why_not(city: Store) -> None:
    median = by_code(city, "median_response")
    assert median["10.1"] == (pytest.approx(2 * 3600, rel=0.01), "ok")
    assert median["20.1"][1] == "not_reached" and np.isnan(median["20.1"][0])
    assert median["20.2"][1] == "too_few"
    assert by_code(city, "on_time_share")["10.1"] == (1.0, "ok")
    assert by_code(city, "on_time_share")["10.2"] == (0.0, "ok")
    assert by_code(city, "per_10000")["10.1"] == (pytest.approx(15.0), "ok")
    assert by_code(city, "per_10000")["20.2"][1] == "too_few"  # and no population either
    assert by_code(city, "open_backlog")["20.1"] == (22.0, "ok")
    assert by_code(city, "satisfaction")["10.1"] == (pytest.approx(3.0), "ok")
    assert by_code(city, "satisfaction")["10.2"][1] == "none"


@pytest.mark.parametrize("measure", MEASURES)
def test_upper_levels_sum_their_parts(city: Store, measure: str) -> None:
    upper = district_values(city, MARCH, measure=measure, level="kota")
    lower = district_values(city, MARCH, measure=measure, level="kelurahan")
    lower["parent"] = lower["code"].str[:2]
    assert dict(zip(upper["code"], upper["n"], strict=True)) == dict(
        lower.groupby("parent")["n"].sum()
    )


def test_a_comparison_needs_both_sides(city: Store) -> None:
    earlier = ComplaintFilter(
        start=BEGIN.date() - timedelta(days=10), end=BEGIN.date() - timedelta(days=9)
    )
    frame = district_differences(
        city, MARCH, earlier, measure="median_response", level="kelurahan"
    ).set_index("code")
    assert frame.loc["10.1", "value"] == pytest.approx(-2 * 3600, rel=0.02)
    assert frame.loc["10.1", "state"] == "ok"
    assert frame.loc["10.2", "state"] == "none"


def test_the_figures_add_up(city: Store) -> None:
    found = figures(city, MARCH)
    assert (found.received, found.open_now, found.overdue_now) == (82, 22, 22)
    assert (found.due, found.on_time, found.not_due) == (82, 35, 0)
    assert found.median_response_seconds == pytest.approx(30 * 3600, rel=0.01)
    assert np.isnan(found.p90_response_seconds)
    series = daily_series(city, ComplaintFilter(start=datetime(2026, 2, 27).date()))
    assert list(series["n"][:3]) == [0, 0, 82]
    assert service_bars(city, MARCH, "en").to_dict("records") == [
        {"code": "garbage", "name": "Garbage", "n": 82}
    ]


def test_an_empty_city_has_no_figures_and_no_errors(store: Store) -> None:
    found = figures(store, ComplaintFilter(period="all"))
    assert found.received == 0 and np.isnan(found.on_time_share)
    assert daily_series(store, ComplaintFilter(period="all")).empty
    for measure in MEASURES:
        frame = district_values(store, ComplaintFilter(), measure=measure, level="kota")
        assert set(frame["state"]) == {"none"}


def test_intervals_are_those_of_the_books() -> None:
    low, high = wilson_interval(np.array([7, 0]), np.array([20, 0]))
    book = binomtest(7, 20).proportion_ci(method="wilson")
    assert (low[0], high[0]) == (pytest.approx(book.low), pytest.approx(book.high))
    assert np.isnan(low[1])
    low, high = poisson_interval(np.array([12, 0]))
    assert poisson.sf(11, low[0]) == pytest.approx(0.025)
    assert poisson.cdf(12, high[0]) == pytest.approx(0.025)
    assert low[1] == 0.0
