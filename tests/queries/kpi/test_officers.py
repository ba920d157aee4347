"""Units against their case mix: a walk through the log, scipy's limits, and planted cities."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from scipy.stats import chi2

from data.bulk import Happening, History, record_histories
from data.complaints import NewComplaint
from data.store import Store
from data.vocabulary import EventKind
from queries.filters import ComplaintFilter
from queries.kpi.officers import UnitResult, officers_kpi, unit_results
from tests.queries.kpi.conftest import Life, lives_until, scope_of

ZONE = ZoneInfo("Asia/Jakarta")
LATER = datetime(2026, 3, 9, 15, tzinfo=ZONE)
WANTED = ComplaintFilter(start=date(2026, 2, 8), end=date(2026, 3, 8))
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


def tally(store: Store, seen: datetime) -> dict[tuple[int, int], list[int]]:
    """Due and late by unit and service."""
    counts: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for life in lives_until(store, seen):
        day = life.row.requested_at.astimezone(ZONE).date()
        if not WANTED.start <= day < WANTED.end or life.row.resolution_due_at is None:  # type: ignore[operator]
            continue
        allowed = life.row.resolution_due_at - life.row.requested_at
        for unit, start, end, resolved, rejected in spells(life):
            due = start + allowed
            # Handed over after it had resolved the case, its clock has stopped already.
            freed = end is not None and end <= due and resolved is None
            if rejected or due > seen or freed:
                continue
            counts[unit, life.row.service_id][0] += 1
            counts[unit, life.row.service_id][1] += not (resolved and resolved <= due)
    return counts


def test_observed_and_expected_are_those_of_the_log(city: Store) -> None:
    wanted = WANTED.replace(as_of=LATER)
    counts = tally(city, LATER)
    due, late = defaultdict(int), defaultdict(int)
    for (_unit, service), (n, missed) in counts.items():
        due[service] += n
        late[service] += missed
    found = {one.unit.id: one for one in unit_results(city, wanted, scope_of(city, wanted))}
    assert set(found) == {unit for unit, _service in counts}
    for unit, one in found.items():
        mine = {service: c for (u, service), c in counts.items() if u == unit}
        observed = sum(c[1] for c in mine.values())
        expected = sum(c[0] * late[service] / due[service] for service, c in mine.items())
        assert (one.due, one.observed) == (sum(c[0] for c in mine.values()), observed)
        assert one.expected == pytest.approx(expected)
        assert one.late.value == pytest.approx(observed / expected)
        assert one.late.low == pytest.approx(
            chi2.ppf(0.025, 2 * observed) / 2 / expected if observed else 0
        )
        assert one.late.high == pytest.approx(chi2.ppf(0.975, 2 * observed + 2) / 2 / expected)
    kpi = officers_kpi(city, wanted, scope_of(city, wanted))
    assert kpi.maturity["due"] == sum(due.values())
    assert kpi.maturity["late"] == sum(late.values())
    places = [one.place for one in found.values()]
    for place in ("better", "as_expected", "worse", "too_few"):
        assert kpi.maturity[place] == places.count(place)


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
    assert one.late.value == pytest.approx(1) and other.late.value == pytest.approx(1)
    assert agency.late.value == pytest.approx(1)
    assert {unit.place for unit in found.values()} == {"as_expected"}
    assert agency.observed / agency.due > 4 * one.observed / one.due


def test_who_gets_cases_late_is_not_blamed_and_who_kept_them_is(any_store: Store) -> None:
    plan = _Plan()
    plan.add("garbage", "10.1", 100, late=0, hand="dbm")
    plan.add("garbage", "20.1", 100, late=0.2)
    found = planted(any_store, plan)
    assert (found["dbm"].due, found["dbm"].observed, found["dbm"].place) == (100, 0, "better")
    assert (found["kel-10.1"].observed, found["kel-10.1"].place) == (100, "worse")


def test_nineteen_cases_are_not_judged(any_store: Store) -> None:
    plan = _Plan()
    plan.add("garbage", "10.1", 19, late=1)
    plan.add("garbage", "20.1", 300, late=0.05)
    found = planted(any_store, plan)
    assert found["kel-10.1"].place == "too_few"
    assert found["kel-10.1"].late.state == "too_few"


def test_a_district_is_measured_by_the_whole_city(any_store: Store) -> None:
    plan = _Plan()
    plan.add("garbage", "10.1", 100, late=0.6)
    plan.add("garbage", "20.1", 300, late=0.1)
    planted(any_store, plan)
    wanted = ComplaintFilter(districts=("10.1",))
    (one,) = unit_results(any_store, wanted, scope_of(any_store, wanted))
    assert one.expected == pytest.approx(100 * (60 + 30) / 400)
    assert one.place == "worse"
    by_unit = ComplaintFilter(units=("kel-10.1",))
    (same,) = unit_results(any_store, by_unit, scope_of(any_store, by_unit))
    assert (same.due, same.expected) == (one.due, pytest.approx(one.expected))
