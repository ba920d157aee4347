"""Response times against lifelines, on clocks that a walk through the log starts and stops."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from data.store import Store
from queries.filters import ComplaintFilter
from queries.kpi.clocks import grouped_curves
from queries.kpi.model import measured
from queries.kpi.response import response_kpi
from queries.kpi.services import TIMES, survival_by_service
from queries.measured import Measured
from tests.queries.kpi.conftest import Life, lives_until, scope_of
from tests.queries.kpi.lives import BEGIN, END
from tests.queries.lifelines_oracle import quantile

ZONE = ZoneInfo("Asia/Jakarta")
RESPONSES = ("acknowledged", "started", "submitted", "resolved")
THREE_WEEKS = ComplaintFilter(start=date(2026, 2, 22), end=date(2026, 3, 8))
LATER = datetime(2026, 3, 8, 3, tzinfo=ZONE)


def clocks(lives: list[Life], seen: datetime) -> tuple[list[float], list[bool]]:
    seconds, happened = [], []
    for life in lives:
        stop = life.first(*RESPONSES)
        end = stop or life.first("rejected") or seen
        seconds.append((end - life.row.requested_at).total_seconds())
        happened.append(stop is not None)
    return seconds, happened


def received(lives: list[Life], start: date, end: date) -> list[Life]:
    return [life for life in lives if start <= life.row.requested_at.astimezone(ZONE).date() < end]


def fitted(lives: list[Life], seen: datetime) -> KaplanMeierFitter:
    return KaplanMeierFitter().fit(*clocks(lives, seen))


def check_against(fit: KaplanMeierFitter, found: dict[str, Measured], n: int) -> None:
    for code, share in (("response_median", 0.5), ("response_p90", 0.1)):
        expected, low, _high = quantile(fit, share)
        one = found[code]
        assert one.n == n
        # Rejections are known to 1%: a bound may move to the next answer, no further.
        assert one.value == pytest.approx(expected, rel=0.02)
        if np.isfinite(low):
            assert one.low == pytest.approx(low, rel=0.02)
    for code, seconds in (
        ("response_within_24_hours", 86_400),
        ("response_within_7_days", 604_800),
    ):
        assert found[code].value == pytest.approx(1 - float(fit.predict(seconds)), abs=1e-3)


@pytest.mark.parametrize("as_of", [None, LATER])
def test_the_figures_are_those_of_lifelines(city: Store, as_of: datetime | None) -> None:
    wanted = THREE_WEEKS.replace(as_of=as_of)
    scope = scope_of(city, wanted)
    kpi = response_kpi(city, wanted, scope)
    lives = received(lives_until(city, scope.now.seen_at), date(2026, 2, 22), date(2026, 3, 8))
    found = {one.code: one.now for one in kpi.indicators}
    check_against(fitted(lives, scope.now.seen_at), found, len(lives))
    waiting = sum(life.first(*RESPONSES) is None for life in lives)
    assert kpi.maturity["without_response"] == waiting
    assert kpi.maturity["received"] == len(lives)


def test_the_period_before_is_seen_as_many_days_after(city: Store) -> None:
    """What memory makes of the past is what the log itself says of that instant."""
    wanted = THREE_WEEKS.replace(as_of=LATER)
    scope = scope_of(city, wanted)
    assert scope.before is not None
    assert scope.before.seen_at == LATER - timedelta(days=14)
    kpi = response_kpi(city, wanted, scope)
    then = scope.before.seen_at
    lives = received(lives_until(city, then), date(2026, 2, 8), date(2026, 2, 22))
    was = {one.code: one.before.was for one in kpi.indicators if one.before is not None}
    check_against(fitted(lives, then), was, len(lives))
    headline = kpi.headline
    assert headline.before is not None and headline.before.change == pytest.approx(
        headline.now.value - headline.before.was.value  # type: ignore[operator]
    )


def test_old_open_cases_never_improve_anything(city: Store) -> None:
    kpi = response_kpi(city, ComplaintFilter(), scope_of(city, ComplaintFilter()))
    lives = lives_until(city, END + timedelta(days=400))
    assert kpi.headline.now.n == len(lives)
    assert sum(point.value.n for point in kpi.trend) == len(lives)


def test_curves_by_service_are_those_of_lifelines(city: Store) -> None:
    wanted = ComplaintFilter(start=date(2026, 2, 8), end=date(2026, 3, 8), as_of=LATER)
    scope = scope_of(city, wanted)
    curves = survival_by_service(city, wanted, scope, "en")
    lives = received(lives_until(city, LATER), date(2026, 2, 8), date(2026, 3, 8))
    services = city.reference().services
    assert curves[0].code == "all"
    assert len(curves) == 5
    for curve in curves:
        mine = [
            life
            for life in lives
            if curve.code in ("all", services[life.row.service_id].service_code)
        ]
        fit = fitted(mine, LATER)
        assert curve.n == len(mine)
        bounds = fit.confidence_interval_
        for place, seconds in enumerate(TIMES):
            value, low = curve.waiting[place], curve.low[place]
            last = max(clocks(mine, LATER)[0])
            if value is None:
                assert seconds > last
                continue
            assert value == pytest.approx(float(fit.predict(seconds)), abs=0.01)
            before = bounds[bounds.index <= seconds].iloc[-1]
            if 0 < value < 1:
                assert low == pytest.approx(float(before.iloc[0]), abs=0.01)


def test_groups_at_once_are_as_one_by_one() -> None:
    dice = np.random.default_rng(5)
    groups = dice.integers(-1, 6, 4_000)
    groups[groups == 4] = 3  # nobody in one of them
    seconds = dice.integers(0, 300, 4_000) * 60
    happened = dice.random(4_000) < 0.7
    curves = grouped_curves(groups, 6, seconds, happened)
    medians, late = curves.quantiles(0.5), curves.quantiles(0.1)
    for group in range(6):
        mine = groups == group
        assert curves.n[group] == mine.sum()
        if not mine.any():
            assert medians[group].state == "none"
            continue
        fit = KaplanMeierFitter().fit(seconds[mine], happened[mine])
        found = medians[group]
        assert (found.value, found.low, found.high) == quantile(fit)
        tenth = quantile(fit, 0.1)[0]
        assert late[group].value == (None if np.isinf(tenth) else tenth)
        for when in (0, 59, 60, 7_200, 17_940):
            done = curves.done_within(when)[group]
            assert done.value == pytest.approx(1 - float(fit.predict(when)), abs=1e-12)


def test_where_nobody_or_everybody_is_done_there_is_still_doubt() -> None:
    curves = grouped_curves(np.zeros(30, int), 1, np.arange(30) + 10, np.ones(30, bool))
    none, everybody = curves.done_within(5)[0], curves.done_within(50)[0]
    assert (none.value, none.low) == (0.0, 0.0) and 0.05 < none.high < 0.15  # type: ignore[operator]
    assert everybody.value == 1.0 and 0.85 < everybody.low < 0.95  # type: ignore[operator]


def test_what_nobody_was_watched_for_is_not_reached() -> None:
    curves = grouped_curves(np.zeros(40, int), 1, np.full(40, 100), np.arange(40) < 10)
    assert curves.done_within(101)[0].state == "not_reached"
    assert curves.done_within(100)[0].value == pytest.approx(0.25)
    assert curves.quantiles(0.5)[0].state == "not_reached"
    assert measured(0.5, np.nan, np.nan, 3).state == "too_few"


def test_a_period_without_complaints_is_empty(any_store: Store) -> None:
    kpi = response_kpi(any_store, ComplaintFilter(), scope_of(any_store, ComplaintFilter()))
    assert {one.now.state for one in kpi.indicators} == {"none"}
    assert kpi.headline.meets_target is None
    assert BEGIN < END
