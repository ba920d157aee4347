"""Durations against lifelines, on clocks that a plain walk through the events starts and stops."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from data.bulk import Happening, History, record_histories
from data.complaints import NewComplaint
from data.store import Store
from data.vocabulary import EventKind
from queries.filters import ComplaintFilter
from queries.measures import duration_summary
from tests.queries.lifelines_oracle import quantile
from tests.queries.random_city import BEGIN, HISTORIES, lives

INSTANTS = [None, BEGIN + timedelta(days=9, hours=5), BEGIN + timedelta(days=25)]
STOPS = {
    "response": (EventKind.ACKNOWLEDGED, EventKind.STARTED, EventKind.RESOLVED),
    "resolution": (EventKind.RESOLVED,),
}
Clock = tuple[str, float, bool]  # group, seconds, whether what it waits for happened


@pytest.fixture
def city(any_store: Store) -> Store:
    assert record_histories(any_store, HISTORIES).refused == []
    return any_store


def citizen_clocks(store: Store, measure: str, as_of: datetime) -> list[Clock]:
    """One clock per complaint, by service: it runs on whoever has the case."""
    clocks = []
    for life in lives(store):
        events = [event for event in life["events"] if event.at <= as_of]
        if not events:
            continue
        stopped = None
        for event in events[1:]:
            if event.kind in STOPS[measure]:
                stopped = event.at if measure == "resolution" else (stopped or event.at)
            if event.kind == EventKind.REOPENED and measure == "resolution":
                stopped = None
        code = store.reference().services[life["row"].service_id].service_code
        begin = life["row"].requested_at
        clocks.append((code, ((stopped or as_of) - begin).total_seconds(), stopped is not None))
    return clocks


def unit_clocks(store: Store, measure: str, as_of: datetime) -> list[Clock]:
    """One clock per unit and hand-over: stopped at the hand-off for the first, new for the next."""
    clocks: list[Clock] = []
    units = store.reference().units
    for life in lives(store):
        events = [event for event in life["events"] if event.at <= as_of]
        unit, begin, stopped = None, None, None

        def close(end: datetime, unit: Any, begin: Any, stopped: Any) -> None:
            if unit is not None:
                seconds = ((stopped or end) - begin).total_seconds()
                clocks.append((units[unit].code, seconds, stopped is not None))

        for event in events:
            takes_over = event.kind in (EventKind.RECEIVED, EventKind.TRANSFERRED)
            if takes_over and event.unit_id is not None and event.unit_id != unit:
                close(event.at, unit, begin, stopped)
                unit, begin, stopped = event.unit_id, event.at, None
            if event.kind in STOPS[measure]:
                stopped = event.at if measure == "resolution" else (stopped or event.at)
            if event.kind == EventKind.REOPENED and measure == "resolution":
                stopped = None
        close(as_of, unit, begin, stopped)
    return clocks


@pytest.mark.parametrize("as_of", INSTANTS)
@pytest.mark.parametrize("measure", ["response", "resolution"])
@pytest.mark.parametrize("by", ["service", "unit"])
def test_medians_and_intervals_equal_lifelines(
    city: Store, by: str, measure: str, as_of: datetime | None
) -> None:
    summary = duration_summary(city, ComplaintFilter(as_of=as_of), by=by, measure=measure)
    instant = as_of or datetime.now(UTC)
    clocks = (citizen_clocks if by == "service" else unit_clocks)(city, measure, instant)
    assert set(summary.index) == {group for group, _, _ in clocks}
    for group in summary.index:
        seconds = [duration for key, duration, _ in clocks if key == group]
        happened = [event for key, _, event in clocks if key == group]
        fitter = KaplanMeierFitter().fit(seconds, happened)
        row = summary.loc[group]
        assert (row["n"], row["events"]) == (len(seconds), sum(happened))
        assert row["censored"] == len(seconds) - sum(happened)
        columns = ("median_seconds", "median_low", "median_high")
        expected = dict(zip(columns, quantile(fitter), strict=True))
        expected["p90_seconds"] = quantile(fitter, 0.1)[0]
        for column, value in expected.items():
            mine = np.inf if np.isnan(row[column]) else row[column]
            assert mine == pytest.approx(value, rel=0.01, abs=61), (group, column)


def test_open_old_cases_never_improve_a_response_time(store: Store) -> None:
    def garbage(days_ago: int, answered: bool) -> History:
        at = BEGIN - timedelta(days=days_ago)
        new = NewComplaint(
            service_code="garbage", channel_code="app", requested_at=at, district_code="10.1"
        )
        happening = Happening(EventKind.STARTED, at + timedelta(hours=1 + days_ago % 7))
        return History(new, [happening] if answered else [])

    record_histories(store, [garbage(day, True) for day in range(40)])
    before = duration_summary(store, ComplaintFilter(), by="unit").loc["kel-10.1"]
    record_histories(store, [garbage(day + 200, False) for day in range(15)])
    after = duration_summary(store, ComplaintFilter(), by="unit").loc["kel-10.1"]
    assert after["median_seconds"] >= before["median_seconds"]
    assert after["p90_seconds"] >= before["p90_seconds"] or np.isnan(after["p90_seconds"])
    assert after["n"] == before["n"] + 15


def test_nothing_done_is_not_reached(store: Store) -> None:
    at = BEGIN
    new = NewComplaint(service_code="noise", channel_code="app", requested_at=at)
    record_histories(store, [History(new, [])] * 3)
    row = duration_summary(store, ComplaintFilter()).loc["all"]
    assert np.isnan(row["median_seconds"]) and np.isnan(row["p90_seconds"])
    assert (row["n"], row["due"]) == (3, 0) and np.isnan(row["on_time_share"])


def test_promises_count_once_their_time_has_passed(store: Store) -> None:
    def garbage(*happenings: Happening) -> History:  # due after 24 hours
        return History(
            NewComplaint(service_code="garbage", channel_code="app", requested_at=BEGIN),
            list(happenings),
        )

    def resolved(hours: int) -> Happening:
        return Happening(EventKind.RESOLVED, BEGIN + timedelta(hours=hours))

    rejected = Happening(EventKind.REJECTED, BEGIN + timedelta(hours=2))
    record_histories(
        store,
        [garbage(resolved(3)), garbage(resolved(24)), garbage(resolved(25)), garbage()]
        + [garbage(rejected)],
    )

    def kept(hours: int) -> tuple[int, int, int, int]:
        instant = BEGIN + timedelta(hours=hours)
        row = duration_summary(store, ComplaintFilter(as_of=instant), measure="resolution")
        return tuple(int(row[name].iloc[0]) for name in ("due", "on_time", "not_due", "rejected"))  # type: ignore[return-value]

    assert kept(23) == (0, 0, 4, 1)
    assert kept(24) == (4, 2, 0, 1)
    assert kept(1000) == (4, 2, 0, 1)


def test_what_cannot_be_asked_is_named(store: Store) -> None:
    for wrong in ({"by": "colour"}, {"measure": "speed"}, {"by": "district", "level": "province"}):
        with pytest.raises(ValueError, match=f"'{list(wrong.values())[-1]}'"):
            duration_summary(store, ComplaintFilter(), **wrong)  # type: ignore[arg-type]
