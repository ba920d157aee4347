"""What lies below the four figures, against pandas, and what was planted."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from data.bulk import Happening, History, record_histories
from data.complaints import NewComplaint
from data.instants import day_of
from data.store import Store
from data.vocabulary import EventKind
from queries.figures import figures
from queries.filters import ComplaintFilter
from queries.kpi.backlog import LIMITS, backlog_by_age
from queries.kpi.clocks import grouped_curves
from queries.kpi.districts import district_peers, districts_below
from queries.kpi.model import change_between
from queries.kpi.services import promises_by_service
from queries.kpi.times import _local_minute, hours_of_week, months_over_years
from queries.kpi.worse import beyond_chance, where_worse
from queries.layers.intervals import difference_interval
from queries.measured import Measured
from queries.measures import duration_summary
from tests.queries.kpi.conftest import lives_until, scope_of

ZONE = ZoneInfo("Asia/Jakarta")
LATER = datetime(2026, 3, 9, 15, tzinfo=ZONE)
WANTED = ComplaintFilter(start=date(2026, 2, 8), end=date(2026, 3, 8))
INSTANTS = [None, LATER]


@pytest.mark.parametrize("as_of", INSTANTS)
def test_promises_are_those_of_the_summary(city: Store, as_of: datetime | None) -> None:
    wanted = WANTED.replace(as_of=as_of)
    found = promises_by_service(city, wanted, scope_of(city, wanted), "en")
    summary = duration_summary(city, wanted, by="service", measure="resolution")
    assert {row.code for row in found.rows} == {
        code for code, row in summary.iterrows() if row["due"] or row["not_due"]
    }
    for row in found.rows:
        expected = summary.loc[row.code]
        assert (row.on_time.n, row.kept, row.not_due) == (
            expected["due"],
            expected["on_time"],
            expected["not_due"],
        )
    assert found.all.n == summary["due"].sum()
    shares = [row.on_time.value for row in found.rows if row.on_time.state == "ok"]
    assert shares == sorted(shares)  # type: ignore[type-var]


@pytest.mark.parametrize("as_of", INSTANTS)
def test_districts_are_those_of_the_summary(city: Store, as_of: datetime | None) -> None:
    wanted = WANTED.replace(as_of=as_of)
    top = districts_below(city, wanted, scope_of(city, wanted))
    assert (top.path, top.level) == ((), "kota")
    summary = duration_summary(city, wanted, by="district", level="kota", measure="response")
    resolution = duration_summary(city, wanted, by="district", level="kota", measure="resolution")
    for row in top.rows:
        assert row.received == summary.loc[row.code, "n"]
        assert row.response_median.value == pytest.approx(
            summary.loc[row.code, "median_seconds"], rel=0.02
        )
        assert row.on_time.n == resolution.loc[row.code, "due"]
        one = figures(city, wanted.replace(districts=(row.code,)))
        assert (row.received, row.open) == (one.received, one.open_now)
    lives = lives_until(city, as_of or datetime.now(UTC))
    days = [life.row.requested_at.astimezone(ZONE).date() for life in lives]
    inside = [
        life for life, day in zip(lives, days, strict=True) if WANTED.start <= day < WANTED.end
    ]  # type: ignore[operator]
    assert top.outside == sum(life.row.district_id is None for life in inside)


def test_the_way_down_ends_at_the_complaints(city: Store) -> None:
    town = WANTED.replace(districts=("10",))
    below = districts_below(city, town, scope_of(city, town))
    assert [d.code for d in below.path] == ["10"]
    assert [row.code for row in below.rows] == ["10.1", "10.2"]
    leaf = WANTED.replace(districts=("10.1",))
    bottom = districts_below(city, leaf, scope_of(city, leaf))
    assert [d.code for d in bottom.path] == ["10", "10.1"]
    assert (bottom.level, bottom.rows) == (None, ())


def test_peers_are_of_the_same_level_and_the_fastest_come_first(city: Store) -> None:
    leaf = WANTED.replace(districts=("10.1",), as_of=LATER)
    peers = district_peers(city, leaf, scope_of(city, leaf))
    assert (peers.level, peers.chosen) == ("kelurahan", "10.1")
    assert {peer.code for peer in peers.rows} == {"10.1", "10.2", "20.1", "20.2"}
    medians = [peer.median.value for peer in peers.rows]
    assert medians == sorted(medians)  # type: ignore[type-var]
    summary = duration_summary(
        city, leaf.replace(districts=()), by="district", level="kelurahan", measure="response"
    )
    for peer in peers.rows:
        assert peer.median.value == pytest.approx(
            summary.loc[peer.code, "median_seconds"], rel=0.02
        )


@pytest.mark.parametrize("as_of", INSTANTS)
def test_the_backlog_is_what_is_open(city: Store, as_of: datetime | None) -> None:
    wanted = WANTED.replace(as_of=as_of)
    scope = scope_of(city, wanted)
    found = backlog_by_age(city, wanted, scope)
    seen = scope.now.seen_at
    ages, late = [], []
    for life in lives_until(city, seen):
        day = life.row.requested_at.astimezone(ZONE).date()
        kinds = {event.kind for event in life.events}
        closed = life.resolved_at() is not None or "rejected" in kinds
        if closed or not WANTED.start <= day < WANTED.end:  # type: ignore[operator]
            continue
        ages.append((seen - life.row.requested_at) / timedelta(days=1))
        due = life.row.resolution_due_at
        late.append(due is not None and due < seen)
    expected = pd.cut(pd.Series(ages), [0, *LIMITS, np.inf], right=False).value_counts(sort=False)
    assert [age.open for age in found.ages] == expected.tolist()
    assert (found.open, found.overdue) == (len(ages), sum(late))
    one = figures(city, wanted)
    assert (found.open, found.overdue, found.received) == (
        one.open_now,
        one.overdue_now,
        one.received,
    )


def test_hours_and_months_are_those_of_pandas(city: Store) -> None:
    wanted = WANTED.replace(as_of=LATER)
    scope = scope_of(city, wanted)
    lives = lives_until(city, LATER)
    local = pd.Series([life.row.requested_at for life in lives]).dt.tz_convert(ZONE)
    inside = local[(local.dt.date >= WANTED.start) & (local.dt.date < WANTED.end)]
    hours = hours_of_week(city, wanted, scope)
    grid = np.zeros((7, 24), int)
    np.add.at(grid, (inside.dt.weekday, inside.dt.hour), 1)
    assert np.array_equal(hours.counts, grid)
    assert hours.days == (4,) * 7
    assert hours.mean(0, 9) == grid[0, 9] / 4
    months = {(m.year, m.month): m for m in months_over_years(city, wanted, scope)}
    february = local[local.dt.month == 2]
    march = local[(local.dt.month == 3) & (local.dt.date < LATER.date())]
    assert (months[2026, 2].received, months[2026, 2].days) == (len(february), 28)
    assert (months[2026, 3].received, months[2026, 3].days) == (len(march), 8)
    assert set(months) == {(2026, 2), (2026, 3)}


def test_hours_are_right_where_clocks_are_changed() -> None:
    zone = ZoneInfo("Europe/Berlin")
    begin = int(datetime(2026, 3, 27, tzinfo=UTC).timestamp()) // 60
    minutes = np.concatenate(
        [begin + np.arange(0, 4 * 1440, 17), begin + 210 * 1440 + np.arange(0, 4 * 1440, 17)]
    )
    local = [datetime.fromtimestamp(int(m) * 60, UTC).astimezone(zone) for m in minutes]
    days = np.asarray([day_of(one.date()) for one in local])
    found = _local_minute(minutes, days, zone)
    assert found.tolist() == [one.hour * 60 + one.minute for one in local]


def plant(store: Store, begin: datetime, service: str, district: str, n: int, slow: int) -> None:
    """`n` complaints over ten days of which `slow` are answered after two days."""
    planted = []
    for index in range(n):
        at = begin + timedelta(hours=index * 240 / n)
        new = NewComplaint(
            service_code=service,
            channel_code="app",
            requested_at=at,
            district_code=district,
            source="planted",
            external_id=f"{begin:%d%H}{service}{district}{index}",
        )
        wait = timedelta(hours=48 if index < slow else 2)
        planted.append(History(new, [Happening(EventKind.ACKNOWLEDGED, at + wait)]))
    assert record_histories(store, planted).refused == []


@pytest.mark.parametrize(("after", "overdue"), [(0, 0), (1, 1)])
def test_what_is_due_this_second_is_not_overdue_yet(
    any_store: Store, after: int, overdue: int
) -> None:
    at = datetime(2026, 2, 10, 3, tzinfo=ZONE).astimezone(UTC)
    new = NewComplaint(service_code="garbage", channel_code="app", requested_at=at)
    assert record_histories(any_store, [History(new, [])]).refused == []
    wanted = WANTED.replace(as_of=at + timedelta(hours=24, seconds=after))
    assert backlog_by_age(any_store, wanted, scope_of(any_store, wanted)).overdue == overdue
    assert figures(any_store, wanted).overdue_now == overdue


def test_what_got_worse_is_named_and_noise_is_counted(any_store: Store) -> None:
    then, now = (datetime(2026, 2, day, tzinfo=ZONE).astimezone(UTC) for day in (1, 11))
    plant(any_store, then, "garbage", "10.1", 100, 5)
    plant(any_store, now, "garbage", "10.1", 100, 40)  # fell by 35 points
    plant(any_store, then, "garbage", "10.2", 100, 30)
    plant(any_store, now, "garbage", "10.2", 100, 34)  # may be chance
    plant(any_store, then, "flood", "20.1", 100, 50)
    plant(any_store, now, "flood", "20.1", 100, 10)  # better
    plant(any_store, then, "noise", "20.2", 19, 0)
    plant(any_store, now, "noise", "20.2", 100, 100)  # too few to compare
    wanted = ComplaintFilter(start=date(2026, 2, 11), end=date(2026, 2, 21))
    scope = scope_of(any_store, wanted)
    found = where_worse(any_store, wanted, scope, "en")
    districts, services = found.districts, found.services
    assert districts is not None and services is not None
    assert [one.code for one in districts.worse] == ["10.1"]
    assert [one.code for one in districts.better] == ["20.1"]
    assert (districts.compared, districts.unsure, districts.too_few) == (3, 1, 1)
    assert [one.code for one in services.worse] == ["garbage"]
    (fall,) = districts.worse
    assert fall.change.change == pytest.approx(-0.35)
    bounds = difference_interval(
        fall.now.value,  # type: ignore[arg-type]
        (fall.now.low, fall.now.high),  # type: ignore[arg-type]
        fall.change.was.value,  # type: ignore[arg-type]
        (fall.change.was.low, fall.change.was.high),  # type: ignore[arg-type]
    )
    assert (fall.change.low, fall.change.high) == pytest.approx(bounds)
    assert fall.change.high is not None and fall.change.high < 0


def test_where_nothing_changed_nobody_is_named() -> None:
    """On one page in twenty somebody may be; and one who fell is named among all the others."""
    dice, places, named = np.random.default_rng(1), 267, []

    def month(wait_hours: float = 12) -> list[Measured]:
        groups = np.repeat(np.arange(places), dice.integers(20, 150, places))
        seconds = dice.exponential(12 * 3600, len(groups)).astype(int)
        seconds[groups == 7] *= int(wait_hours / 12)
        happened = np.ones(len(groups), bool)
        return grouped_curves(groups, places, seconds, happened).done_within(86_400)

    for _page in range(40):
        changes = [change_between(*two) for two in zip(month(), month(), strict=True)]
        assert sum(change.is_sure for change in changes) > 2
        named.append(beyond_chance(changes).any())
    assert sum(named) <= 4
    changes = [change_between(*two) for two in zip(month(96), month(), strict=True)]
    assert beyond_chance(changes)[7] and beyond_chance(changes).sum() <= 3
    assert beyond_chance([]).tolist() == []


def test_the_surest_fall_is_named_first(any_store: Store) -> None:
    """Not the steepest of few: 500 that fell by 30 points before 20 that fell by 50."""
    then, now = (datetime(2026, 2, day, tzinfo=ZONE).astimezone(UTC) for day in (1, 11))
    for district, n, was, slow in (("10.1", 20, 2, 12), ("10.2", 500, 50, 200)):
        plant(any_store, then, "garbage", district, n, was)
        plant(any_store, now, "garbage", district, n, slow)
    wanted = ComplaintFilter(start=date(2026, 2, 11), end=date(2026, 2, 21))
    found = where_worse(any_store, wanted, scope_of(any_store, wanted), "en").districts
    assert found is not None and [one.code for one in found.worse] == ["10.2", "10.1"]


def test_without_a_beginning_nothing_is_compared(city: Store) -> None:
    scope = scope_of(city, ComplaintFilter())
    assert (scope.before, scope.year, scope.why_not) == (None, None, "unbounded")
    found = where_worse(city, ComplaintFilter(), scope, "en")
    assert (found.basis, found.districts) == (None, None)
    status = WANTED.replace(statuses=("resolved",))
    assert scope_of(city, status).why_not == "status"
    early = ComplaintFilter(start=date(2026, 2, 1), end=date(2026, 2, 8))
    assert scope_of(city, early).why_not == "records"
