"""Components against lifelines, scipy and statsmodels, on clocks told by a plain walk."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter, NelsonAalenFitter
from scipy.stats import chi2
from scipy.stats.mstats import winsorize
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from data.bulk import record_histories
from data.evaluation.method import read_method
from data.instants import from_epoch, to_epoch
from data.reference import Reference, Service
from data.store import Store
from data.vocabulary import EventKind
from queries.evaluation.evaluate import evaluate
from queries.evaluation.funnel import overdispersion
from queries.evaluation.model import Evaluation
from queries.measured import Measured
from tests.queries.lifelines_oracle import quantile
from tests.queries.random_city import make_histories
from tests.queries.unlike_coins import exact_z

MONTH = "2026-02"
BEGIN, END = (datetime(2026, month, 1, tzinfo=UTC) - timedelta(hours=7) for month in (2, 3))
SEEN_AT = datetime(2026, 3, 12, 9, tzinfo=UTC)
_ACTS = (EventKind.ACKNOWLEDGED, EventKind.STARTED, EventKind.RESOLVED)


@dataclass
class Clock:
    """One unit's time with one complaint, by a walk of its own through the history."""

    unit: str
    service: str
    begin: datetime
    due: datetime | None
    end: datetime | None = None
    answered: datetime | None = None
    resolved: datetime | None = None
    closings: list[datetime] = field(default_factory=list)
    reopened: list[tuple[datetime, datetime]] = field(default_factory=list)  # closed, reopened
    stars: int | None = None


@pytest.fixture
def city(any_store: Store) -> Store:
    assert record_histories(any_store, make_histories(11, 500)).refused == []
    return any_store


@pytest.fixture
def clocks(city: Store) -> list[Clock]:
    reference = city.reference()
    found = []
    for history in make_histories(11, 500):
        new = history.new
        assert new.requested_at is not None
        if not BEGIN <= new.requested_at < END:
            continue
        service = reference.service_by_code[new.service_code]
        district = _district(city, new)
        first = reference.route(service, district)

        def start(unit: str, at: datetime, service: Service = service) -> Clock:
            return Clock(unit, service.service_code, at, _deadline(reference, service, at))

        own: list[Clock] = []
        if first is not None:
            own.append(start(reference.units[first].code, new.requested_at))
        for event in history.happenings:
            if event.at > SEEN_AT:
                break
            if event.unit_code and not (own and own[-1].unit == event.unit_code):
                if own:
                    own[-1].end = event.at
                own.append(start(event.unit_code, event.at))
            if own:
                _walk(own[-1], event)
        found += own
    return found


def _deadline(reference: Reference, service: Service, at: datetime) -> datetime | None:
    hours, calendar = service.resolution_hours, reference.calendar_for(service.resolution_basis)
    if hours is None:
        return None
    if calendar is None:
        return at + timedelta(hours=hours)
    return from_epoch(calendar.add(to_epoch(at), round(hours * 3600)))


def _district(store: Store, new: Any) -> int | None:
    if new.district_code:
        return store.reference().district_by_code[new.district_code].id
    if new.latitude is None:
        return None
    located = store.locator().locate_many(np.array([new.latitude]), np.array([new.longitude]))
    return int(located[0]) or None


def _walk(clock: Clock, event: Any) -> None:
    if event.kind in _ACTS:
        clock.answered = clock.answered or event.at
    if event.kind is EventKind.RESOLVED:
        clock.resolved = event.at
        clock.closings.append(event.at)
    if event.kind is EventKind.REOPENED:
        clock.resolved = None
        clock.reopened.append((clock.closings[-1], event.at))
    if event.kind is EventKind.RATED:
        clock.stars = event.data["stars"]


@pytest.fixture
def found(city: Store) -> Evaluation:
    return evaluate(city, MONTH, seen_at=SEEN_AT)


def seconds(clock: Clock) -> float:
    return ((clock.answered or clock.end or SEEN_AT) - clock.begin).total_seconds()


def by_unit(clocks: list[Clock]) -> dict[str, list[Clock]]:
    groups = defaultdict(list)
    for clock in clocks:
        groups[clock.unit].append(clock)
    return groups


def is_like(measured: Measured, *expected: float) -> bool:
    given = (measured.value, measured.low, measured.high)
    return [np.nan if x is None else x for x in given] == pytest.approx(
        list(expected), abs=2e-6, nan_ok=True
    )


def test_medians_and_bounds_equal_lifelines(found: Evaluation, clocks: list[Clock]) -> None:
    groups = by_unit(clocks)
    assert [unit.code for unit in found.units] == sorted(groups)
    assert sum(len(own) for own in groups.values()) > 200
    for unit in found.units:
        own = groups[unit.code]
        fitter = KaplanMeierFitter().fit(
            [seconds(clock) for clock in own], [clock.answered is not None for clock in own]
        )
        expected = [np.nan if np.isinf(x) else x for x in quantile(fitter)]
        assert unit.n == len(own)
        assert is_like(unit.components["median_response"], *expected), unit.code


def judged(clocks: list[Clock]) -> pd.DataFrame:
    """Whether each kept its promise, of those whose time had come and who had it then."""
    rows = [
        (clock.unit, clock.service, clock.resolved is not None and clock.resolved <= clock.due)
        for clock in clocks
        if clock.due is not None
        and clock.due <= SEEN_AT
        and not (clock.end is not None and clock.end - clock.begin <= (clock.due - clock.begin) / 2)
    ]
    return pd.DataFrame(rows, columns=["unit", "service", "kept"])


def test_standardised_ratios_and_limits_equal_scipy_and_statsmodels(
    found: Evaluation, clocks: list[Clock]
) -> None:
    cases = judged(clocks)
    cases["usual"] = cases.groupby("service")["kept"].transform("mean")
    table = cases.groupby("unit").agg(
        observed=("kept", "sum"), expected=("usual", "sum"), n=("kept", "size")
    )
    assert len(table) == 6 and table["n"].sum() > 100
    for unit in found.units:
        observed, expected, n = table.loc[unit.code]
        ratio = unit.components["on_time_ratio"]
        assert ratio.n == n
        low, high = confint_poisson(observed, expected, method="exact-c")
        garwood = [chi2.ppf(0.975, 2 * observed + 2) / 2 / expected]
        garwood.insert(0, chi2.ppf(0.025, 2 * observed) / 2 / expected if observed else 0.0)
        # Expected cases are summed in millionths.
        expected_bounds = (observed / expected, *garwood)
        given = (ratio.value, ratio.low, ratio.high)
        assert given == pytest.approx(expected_bounds, rel=1e-5, abs=1e-6)
        assert given[2] == pytest.approx(high, rel=1e-5)
        assert observed == 0 or given[1] == pytest.approx(low, rel=1e-5, abs=1e-6)
    funnel = {point.code: point for point in found.funnel.points}
    for code, point in funnel.items():
        kinds = cases["usual"][cases["unit"] == code].value_counts()
        z = exact_z(list(zip(kinds, kinds.index, strict=True))) / np.sqrt(found.funnel.phi)
        assert point.z == pytest.approx(z[point.observed], abs=0.05)
        for limit, end in ((-1.959964, point.low95), (1.959964, point.high95)):
            kept = np.interp(limit, z, range(len(z)))
            assert end * point.expected == pytest.approx(kept, abs=0.05)


def test_expected_answers_are_the_hazard_of_lifelines(
    found: Evaluation, clocks: list[Clock]
) -> None:
    expected: dict[str, float] = defaultdict(float)
    for service in {clock.service for clock in clocks}:
        own = [clock for clock in clocks if clock.service == service]
        times = [seconds(clock) for clock in own]
        fitter = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(
            times, [clock.answered is not None for clock in own]
        )
        hazard = fitter.cumulative_hazard_at_times(times).to_numpy()
        for clock, gathered in zip(own, hazard, strict=True):
            expected[clock.unit] += gathered
    answered = {
        code: sum(clock.answered is not None for clock in own)
        for code, own in by_unit(clocks).items()
    }
    for unit in found.units:
        low, high = confint_poisson(answered[unit.code], expected[unit.code], method="exact-c")
        ratio = unit.ratios["median_response"]
        given = (ratio.value, ratio.low, ratio.high)
        assert given == pytest.approx(
            (answered[unit.code] / expected[unit.code], low, high), rel=1e-4
        )
    assert sum(expected.values()) == pytest.approx(sum(answered.values()))


def test_shares_and_stars_equal_statsmodels(found: Evaluation, clocks: list[Clock]) -> None:
    fortnight = timedelta(days=14)
    for unit in found.units:
        own = by_unit(clocks)[unit.code]
        closed = [c for c in own if c.closings and c.closings[0] + fortnight <= SEEN_AT]
        again = sum(any(at <= closing + fortnight for closing, at in c.reopened) for c in closed)
        to_resolve = [c for c in own if c.resolved or c.end is None]
        counts = {
            "reopened_share": (again, len(closed)),
            "resolution_share": (sum(c.resolved is not None for c in own), len(to_resolve)),
            "handover_share": (sum(c.end is not None for c in own), len(own)),
        }
        for name, (part, whole) in counts.items():
            share = unit.components[name]
            assert share.n == whole, name
            if whole:
                low, high = proportion_confint(part, whole, method="wilson")
                assert is_like(share, part / whole, low, high), name
        stars = [c.stars for c in own if c.stars is not None]
        mean = unit.components["satisfaction"]
        assert mean.n == len(stars)
        if stars:
            votes = [*stars, 1, 5]
            half = 1.959964 * np.std(votes, ddof=1) / np.sqrt(len(votes))
            low, high = max(1, np.mean(votes) - half), min(5, np.mean(votes) + half)
            assert is_like(mean, *map(float, (np.mean(stars), low, high)))


def test_overdispersion_is_the_mean_of_winsorised_squares() -> None:
    z = np.random.default_rng(4).normal(0, 2.5, 101)
    expected = float((winsorize(z, limits=(0.1, 0.1)) ** 2).mean())
    assert overdispersion(z, 0.1) == (pytest.approx(expected), True)
    assert overdispersion(z / 10, 0.1) == (1.0, False)
    assert overdispersion(z[:1], 0.1) == (1.0, False)
    # By chance alone the mean of n squares has a standard deviation of about √(2 ÷ n).
    for over, is_beyond in ((1.9, False), (2.1, True)):
        phi = 1 + over * np.sqrt(2 / 101)
        assert overdispersion(z * np.sqrt(phi / expected), 0.1)[1] == is_beyond


def test_backlog_counts_what_was_there_and_what_stayed(found: Evaluation, city: Store) -> None:
    """At either end of the month, of every complaint there is."""
    reference = city.reference()
    open_then: dict[bool, dict[str, int]] = {False: defaultdict(int), True: defaultdict(int)}
    for history in make_histories(11, 500):
        for is_end, instant in ((False, BEGIN), (True, END)):
            unit = reference.route(
                reference.service_by_code[history.new.service_code], _district(city, history.new)
            )
            code = None if unit is None else reference.units[unit].code
            is_open = history.new.requested_at < instant  # type: ignore[operator]
            for event in history.happenings:
                if event.at >= instant:
                    break
                code = event.unit_code or code
                if event.kind is EventKind.RESOLVED:
                    is_open = False
                elif event.kind is EventKind.REOPENED:
                    is_open = True
            if is_open and code is not None:
                open_then[is_end][code] += 1
    assert sum(open_then[True].values()) > 20
    for unit_ in found.units:
        change = open_then[True][unit_.code] - open_then[False][unit_.code]
        found_ = unit_.components["backlog_change"]
        assert found_.value == pytest.approx(change / unit_.n, abs=1e-6)
        # None came and none went: up to 3.7 of either may be expected (Garwood).
        least = 3.688 / unit_.n
        assert found_.low <= found_.value - least < found_.value + least <= found_.high  # type: ignore[operator]


def test_the_method_is_that_of_its_name(found: Evaluation) -> None:
    method = read_method("1.0")
    for unit in found.units:
        weighted = sum(method.weights[part] * points for part, points in unit.parts.items())
        assert set(unit.parts) == set(method.weights)
        assert unit.score == pytest.approx(weighted / 100, abs=1e-5)
