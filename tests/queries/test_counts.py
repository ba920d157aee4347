"""`count_by` against a plain count of the raw events, for whatever filter and instant."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data import schema
from data.bulk import History, record_histories
from data.complaints import NewComplaint, resolve
from data.database import read
from data.durations import to_bin
from data.store import Store
from data.vocabulary import EventKind, Status
from queries.axes import PLACE_DISTRICT, PLACE_OUTSIDE, PLACE_UNKNOWN
from queries.counts import count_by
from queries.counts_sql import count_in_database
from queries.figures import figures
from queries.filters import ComplaintFilter
from tests.queries.random_city import BEGIN, DAYS, HISTORIES, lives


@pytest.fixture
def city(any_store: Store) -> Store:
    assert record_histories(any_store, HISTORIES).refused == []
    assert figures(any_store, ComplaintFilter()).different < len(HISTORIES) - 10
    return any_store


def plain_facts(life: dict[str, Any], as_of: datetime) -> dict[str, Any] | None:
    """What a person would say of one complaint at an instant, by walking through its events."""
    events = [event for event in life["events"] if event.at <= as_of]
    if not events:
        return None
    row = life["row"]
    status, unit, responded, resolved, rating = Status.WAITING, events[0].unit_id, None, None, None
    for event in events[1:]:
        kind = EventKind(event.kind)
        if kind in (EventKind.ACKNOWLEDGED, EventKind.STARTED, EventKind.RESOLVED):
            responded = responded or event.at
        if kind is EventKind.ACKNOWLEDGED:
            status = Status.ASSIGNED
        if kind is EventKind.STARTED:
            status = Status.IN_PROGRESS
        if kind is EventKind.TRANSFERRED:
            status, unit = Status.ASSIGNED, event.unit_id
        if kind is EventKind.RESOLVED:
            status, resolved = Status.RESOLVED, event.at
        if kind is EventKind.REOPENED:
            status, resolved = Status.ASSIGNED, None
        if kind is EventKind.RATED:
            rating = event.data["stars"]
    begin = row.requested_at
    due = row.resolution_due_at
    place = PLACE_UNKNOWN if row.latitude is None else PLACE_OUTSIDE
    return {
        "service_id": row.service_id,
        "status": int(status),
        "channel_id": row.channel_id,
        "unit_id": unit,
        "district_id": row.district_id,
        "day": (begin + timedelta(hours=7)).toordinal() - datetime(1970, 1, 1).toordinal(),
        "rating": rating,
        "is_repeat": int(row.duplicate_of is not None),
        "overdue": int(status.is_open and due is not None and due < as_of),
        "place": place if row.district_id is None else PLACE_DISTRICT,
        "response_outcome": int(responded is not None),
        "response_bin": responded and to_bin((responded - begin).total_seconds()),
        "resolution_outcome": int(resolved is not None),
        "resolution_bin": resolved and to_bin((resolved - begin).total_seconds()),
        "resolution_sla": 0
        if due is None
        else 1
        if due > as_of
        else 2
        if resolved is not None and resolved <= due
        else 3,
        "text": next(h for h in HISTORIES if h.new.external_id == row.external_id).new.description,
    }


AXES = (
    *("service_id", "status", "channel_id", "unit_id", "district_id", "day", "rating", "overdue"),
    "is_repeat",
    *("place", "response_outcome", "response_bin", "resolution_outcome", "resolution_bin"),
    "resolution_sla",
)


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


@st.composite
def filters(draw: st.DrawFn) -> ComplaintFilter:
    days = st.integers(0, DAYS)
    first, length = draw(days), draw(st.integers(1, DAYS))
    begin = BEGIN.date() + timedelta(days=first)
    bounded = draw(st.booleans())
    instant = BEGIN + timedelta(seconds=draw(st.integers(0, (DAYS + 30) * 86400)))
    return ComplaintFilter(
        start=begin if bounded else None,
        end=begin + timedelta(days=length) if bounded else None,
        services=draw(some("garbage", "flood", "noise")),
        groups=draw(some("roads", "water")),
        statuses=draw(some("waiting", "assigned", "in_progress", "resolved")),
        channels=draw(some("app", "email")),
        units=draw(some("dbm", "kel-10.1")),
        districts=draw(some("10", "20.1", "20.2")),
        overdue=draw(st.booleans()) and draw(st.booleans()),
        text=draw(st.sampled_from([None, None, None, "SAMPAH", "100%", "_"])),
        as_of=draw(st.sampled_from([None, instant])),
    )


def wanted(facts: dict[str, Any], chosen: ComplaintFilter, store: Store) -> bool:
    reference = store.reference()
    service = reference.services[facts["service_id"]]
    codes = set()
    if facts["district_id"]:
        leaf = reference.districts[facts["district_id"]]
        codes = {leaf.code, reference.districts[leaf.parent_id or 0].code}
    unit = reference.units[facts["unit_id"]].code if facts["unit_id"] else None
    day = datetime(1970, 1, 1).date() + timedelta(days=facts["day"])
    return all(
        (
            chosen.start is None or chosen.start <= day,
            chosen.end is None or day < chosen.end,
            not (chosen.services or chosen.groups)
            or service.service_code in chosen.services
            or service.group_code in chosen.groups,
            not chosen.statuses or Status(facts["status"]).code in chosen.statuses,
            not chosen.channels or reference.channels[facts["channel_id"]].code in chosen.channels,
            not chosen.units or unit in chosen.units,
            not chosen.districts or bool(codes & set(chosen.districts)),
            not chosen.overdue or facts["overdue"] == 1,
            chosen.text is None or chosen.text.lower() in facts["text"].lower(),
        )
    )


def as_counter(frame: Any, axes: list[str]) -> Counter[tuple[Any, ...]]:
    rows = frame.astype(object).where(frame.notna(), None).itertuples(index=False)
    return Counter({tuple(row[: len(axes)]): int(row[len(axes)]) for row in rows if row[-1]})


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(chosen=filters(), axes=st.lists(st.sampled_from(AXES), max_size=4, unique=True))
def test_counts_equal_a_plain_count(city: Store, chosen: ComplaintFilter, axes: list[str]) -> None:
    instant = chosen.as_of or datetime.now(UTC).replace(second=0, microsecond=0)
    told = city.cache.setdefault("test-lives", None) or lives(city)
    city.cache["test-lives"] = told
    expected: Counter[tuple[Any, ...]] = Counter()
    for life in told:
        facts = plain_facts(life, instant)
        if facts is not None and wanted(facts, chosen, city):
            expected[tuple(facts[axis] for axis in axes)] += 1
    assert as_counter(count_by(city, axes, chosen), axes) == expected
    assert as_counter(count_in_database(city, axes, chosen, "complaints"), axes) == expected


def test_an_arrival_changes_the_next_count(city: Store) -> None:
    assert count_by(city, [], ComplaintFilter())["n"].iloc[0] == len(HISTORIES)
    record_histories(city, [History(NewComplaint(service_code="noise", channel_code="app"), [])])
    assert count_by(city, [], ComplaintFilter())["n"].iloc[0] == len(HISTORIES) + 1


def test_the_past_does_not_change_when_the_present_does(city: Store) -> None:
    past = ComplaintFilter(as_of=BEGIN + timedelta(days=12))
    before = as_counter(count_by(city, ["status"], past), ["status"])
    with read(city.engine) as connection:
        table = schema.complaints
        waiting = connection.execute(
            select(table.c.service_request_id).where(table.c.status == int(Status.WAITING))
        ).scalars()
        numbers = list(waiting)
    for number in numbers[:10]:
        resolve(city, number)
    assert as_counter(count_by(city, ["status"], past), ["status"]) == before


def test_an_unknown_axis_is_named(city: Store) -> None:
    with pytest.raises(ValueError, match="'colour'"):
        count_by(city, ["colour"], ComplaintFilter())
