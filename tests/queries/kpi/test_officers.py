"""Units against their case mix: the monthly evaluation, a walk through the log, planted cities."""

import math
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy.stats import chi2, norm
from scipy.stats.mstats import winsorize

from data.bulk import Happening, History, record_histories
from data.complaints import NewComplaint
from data.evaluation.method import method_versions
from data.store import Store
from data.vocabulary import EventKind
from queries.evaluation.evaluate import evaluate
from queries.evaluation.model import Funnel
from queries.filters import ComplaintFilter
from queries.kpi.officers import UnitResult, officers_kpi, unit_results
from tests.queries.kpi.conftest import Life, lives_until, scope_of
from tests.queries.unlike_coins import exact_z

ZONE = ZoneInfo("Asia/Jakarta")
LATER = datetime(2026, 3, 9, 15, tzinfo=ZONE)
WANTED = ComplaintFilter(start=date(2026, 2, 8), end=date(2026, 3, 8))
Counts = dict[tuple[int, int], list[int]]
FIRST = datetime(2026, 2, 8, 17, tzinfo=UTC)


def spells(life: Life) -> list[tuple[int, datetime, datetime | None, datetime | None, bool]]:
    """Unit, start, end, resolved at and whether rejected, of each time a unit had the case."""
    found: list[list[Any]] = []
    for event in life.events:
        takes = event.kind in ("received", "assigned", "transferred")
        if takes and event.unit_id is not None and (not found or found[-1][0] != event.unit_id):
            if found:
                found[-1][2] = event.at
            found.append([event.unit_id, event.at, None, None, False])
        if not found:
            continue
        if event.kind == "resolved":
            found[-1][3] = event.at
        elif event.kind == "reopened":
            found[-1][3], found[-1][4] = None, False
        elif event.kind == "rejected":
            found[-1][4] = True
    return [tuple(one) for one in found]  # type: ignore[misc]


def tally(store: Store, seen: datetime) -> tuple[Counts, dict[int, int]]:
    """Due and kept by unit and service; and of each unit the cases that were its own to resolve."""
    counts: Counts = defaultdict(lambda: [0, 0])
    own: dict[int, int] = defaultdict(int)
    for life in lives_until(store, seen):
        day = life.row.requested_at.astimezone(ZONE).date()
        if not WANTED.start <= day < WANTED.end:  # type: ignore[operator]
            continue
        promised = life.row.resolution_due_at
        allowed = promised and promised - life.row.requested_at
        for unit, start, end, resolved, rejected in spells(life):
            own[unit] += resolved is not None or not (rejected or end)
            if allowed is None:
                continue
            due = start + allowed
            # Handed over after it had resolved the case, its clock has stopped already.
            freed = end is not None and end <= due and resolved is None
            if rejected or due > seen or freed:
                continue
            counts[unit, life.row.service_id][0] += 1
            counts[unit, life.row.service_id][1] += bool(resolved and resolved <= due)
    return counts, own


def test_observed_expected_and_limits_are_those_of_the_log(city: Store) -> None:
    wanted = WANTED.replace(as_of=LATER)
    counts, own = tally(city, LATER)
    due, kept = defaultdict(int), defaultdict(int)
    for (_unit, service), (n, good) in counts.items():
        due[service] += n
        kept[service] += good
    found = {one.unit.id: one for one in unit_results(city, wanted, scope_of(city, wanted))}
    assert set(found) == {unit for unit, _service in counts}
    z = {}
    for unit, one in found.items():
        mine = {service: c for (u, service), c in counts.items() if u == unit}
        observed = sum(c[1] for c in mine.values())
        chances = {service: kept[service] / due[service] for service in mine}
        expected = sum(c[0] * chances[service] for service, c in mine.items())
        assert (one.due, one.observed) == (sum(c[0] for c in mine.values()), observed)
        assert one.expected == pytest.approx(expected, abs=1e-4)
        assert one.ratio.value == pytest.approx(observed / expected, abs=1e-5)
        low = chi2.ppf(0.025, 2 * observed) / 2 / expected if observed else 0
        assert one.ratio.low == pytest.approx(low, abs=1e-5)
        high = chi2.ppf(0.975, 2 * observed + 2) / 2 / expected
        assert one.ratio.high == pytest.approx(high, abs=1e-5)
        assert (one.differs is None) == (own[unit] < 24)
        if one.differs is not None:
            coins = [(c[0], chances[service]) for service, c in mine.items()]
            z[unit] = exact_z(coins)[observed]
    phi = winsorised_phi(list(z.values()))
    for unit, one in found.items():
        if unit in z:
            assert one.z == pytest.approx(z[unit] / math.sqrt(phi), abs=0.05)
            is_far = abs(z[unit] / math.sqrt(phi)) > norm.ppf(0.999)
            assert (one.differs != "as_expected") == is_far
    kpi = officers_kpi(city, wanted, scope_of(city, wanted))
    assert kpi.maturity["due"] == sum(due.values())
    assert kpi.maturity["late"] == sum(due.values()) - sum(kept.values())
    assert kpi.maturity["phi"] == pytest.approx(phi, rel=0.02)
    sides = [one.differs for one in found.values()]
    for side in ("better", "as_expected", "worse"):
        assert kpi.maturity[side] == sides.count(side)
    assert kpi.maturity["too_few"] == sides.count(None)


def winsorised_phi(z: list[float]) -> float:
    """Spiegelhalter's factor of the variance; 1 where it may be chance."""
    held = winsorize(np.array(z), limits=(0.1, 0.1))
    phi = float((held**2).mean())
    return phi if phi > 1 + 2 * math.sqrt(2 / len(z)) else 1.0


def test_a_month_is_judged_as_its_evaluation_judges_it(city: Store) -> None:
    check_month(city)


def check_month(city: Store) -> Funnel:
    """One rule: whatever of a unit both of them say is the same to the last decimal."""
    wanted = ComplaintFilter(start=date(2026, 2, 1), end=date(2026, 3, 1), as_of=LATER)
    evaluation = evaluate(city, "2026-02", seen_at=LATER, method=method_versions()[-1])
    shown = {one.unit.code: one for one in unit_results(city, wanted, scope_of(city, wanted))}
    judged = {unit.code: unit for unit in evaluation.units}
    funnel = {point.code: point for point in evaluation.funnel.points}
    assert funnel and set(shown) == {code for code, unit in judged.items() if unit.on_time_share.n}
    for code, one in shown.items():
        unit = judged[code]
        assert one.ratio == unit.components["on_time_ratio"]
        assert one.differs == unit.differs
        assert (one.due, one.observed) == (
            unit.on_time_share.n,
            round(unit.on_time_share.value * unit.on_time_share.n),  # type: ignore[operator]
        )
        if code in funnel:
            point = funnel[code]
            mine = (one.expected, one.low998, one.high998, one.z)
            assert mine == (point.expected, point.low998, point.high998, point.z)
    kpi = officers_kpi(city, wanted, scope_of(city, wanted))
    assert kpi.maturity["phi"] == evaluation.funnel.phi
    assert kpi.headline.now.n == len(funnel)
    return evaluation.funnel


def test_a_period_before_is_seen_from_its_own_instant(city: Store) -> None:
    """Rejections are known to 1%, reopenings undo a promise: else it is what was seen then."""
    wanted = ComplaintFilter(start=date(2026, 2, 22), end=date(2026, 3, 8), as_of=LATER)
    scope = scope_of(city, wanted)
    assert scope.before is not None
    earlier = ComplaintFilter(
        start=date(2026, 2, 8), end=date(2026, 2, 22), as_of=scope.before.seen_at
    )
    then = officers_kpi(city, earlier, scope_of(city, earlier)).headline.now
    kpi = officers_kpi(city, wanted, scope)
    assert kpi.headline.before is not None
    was = kpi.headline.before.was
    assert was.n == then.n
    assert was.value == pytest.approx(then.value, abs=1 / max(then.n, 1) + 1e-9)


class _Plan:
    def __init__(self) -> None:
        self.histories: list[History] = []

    def add(self, service: str, district: str, n: int, *, late: float, hand: str = "") -> None:
        """`n` cases of which a share is late by a day; `hand` to another unit, long overdue."""
        for index in range(n):
            number = len(self.histories)
            at = FIRST + timedelta(hours=number % 400)
            new = NewComplaint(
                service_code=service,
                channel_code="app",
                requested_at=at,
                district_code=district,
                source="planted",
                external_id=str(number),
            )
            allowed = {"garbage": 24, "damaged-road": 336, "flood": 48}[service]
            happenings = []
            if hand:
                at += timedelta(hours=allowed + 50)
                happenings.append(Happening(EventKind.TRANSFERRED, at, unit_code=hand))
            is_late = index < round(n * late)
            at += timedelta(hours=allowed + 24 if is_late else 1)
            happenings.append(Happening(EventKind.RESOLVED, at))
            self.histories.append(History(new, happenings))


def planted(store: Store, plan: _Plan) -> dict[str, UnitResult]:
    assert record_histories(store, plan.histories).refused == []
    wanted = ComplaintFilter()
    return {one.unit.code: one for one in unit_results(store, wanted, scope_of(store, wanted))}


def test_equal_skill_and_other_cases_come_out_equal(any_store: Store) -> None:
    """Flood is late for both half the time, garbage hardly: only the mix differs."""
    plan = _Plan()
    plan.add("garbage", "10.1", 190, late=0.1)
    plan.add("garbage", "20.1", 190, late=0.1)
    plan.add("flood", "10.1", 100, late=0.5)
    found = planted(any_store, plan)
    one, other = found["kel-10.1"], found["kel-20.1"]
    agency = found["dsda"]
    assert one.ratio.value == pytest.approx(1) and other.ratio.value == pytest.approx(1)
    assert agency.ratio.value == pytest.approx(1)
    assert {unit.differs for unit in found.values()} == {"as_expected"}
    late = [(unit.due - unit.observed) / unit.due for unit in (agency, one)]
    assert late[0] > 4 * late[1]


def test_who_gets_cases_late_is_not_blamed_and_who_kept_them_is(any_store: Store) -> None:
    plan = _Plan()
    plan.add("garbage", "10.1", 100, late=0, hand="dbm")
    for district in ("10.2", "20.1", "20.2"):
        plan.add("garbage", district, 100, late=0.2)
    found = planted(any_store, plan)
    assert (found["dbm"].due, found["dbm"].observed) == (100, 100)
    assert found["dbm"].ratio.value > 1 and found["dbm"].differs != "worse"  # type: ignore[operator]
    assert found["kel-10.1"].observed == 0
    assert min(found.values(), key=lambda one: one.ratio.value or 0).unit.code == "kel-10.1"


def test_too_few_to_rank_are_too_few_to_judge(any_store: Store) -> None:
    """Nor do they widen the limits of others; in the evaluation of the month as well."""
    plan = _Plan()
    plan.add("garbage", "10.1", 19, late=1)
    plan.add("garbage", "10.2", 23, late=1)
    plan.add("garbage", "20.1", 60, late=0.05)
    plan.add("garbage", "20.2", 24, late=0.05)
    found = planted(any_store, plan)
    assert found["kel-10.1"].differs is None and found["kel-10.2"].differs is None
    assert found["kel-10.1"].ratio.state == "too_few"
    assert found["kel-10.2"].ratio.state == "ok"
    assert [point.code for point in check_month(any_store).points] == ["kel-20.1", "kel-20.2"]


def test_a_district_is_measured_by_the_whole_city(any_store: Store) -> None:
    """Rates and overdispersion are the city's: a part of it never contradicts the whole."""
    plan = _Plan()
    plan.add("garbage", "10.1", 100, late=0.6)
    plan.add("garbage", "20.1", 300, late=0.1)
    whole = planted(any_store, plan)["kel-10.1"]
    for wanted in (ComplaintFilter(districts=("10.1",)), ComplaintFilter(units=("kel-10.1",))):
        (one,) = unit_results(any_store, wanted, scope_of(any_store, wanted))
        assert one.expected == pytest.approx(100 * (40 + 270) / 400)
        assert one == whole
