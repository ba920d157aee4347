"""Groups of complaints about one problem, against a plain walk through the rows."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from data import schema
from data.bulk import History, record_histories
from data.complaints import NewComplaint, receive, resolve
from data.database import read
from data.store import Store
from data.vocabulary import EventKind
from queries.counts import count_by
from queries.counts_sql import count_in_database
from queries.districts import district_values
from queries.figures import figures
from queries.filters import ComplaintFilter
from queries.repeats import MOST_REPORTED_COLUMNS, most_reported
from queries.timeline import complaint_page
from tests.queries.random_city import BEGIN, HISTORIES
from tests.scattered import NOON

METRE = 1 / 111_195


def report(number: int, hours: float = 0.0, **changes: Any) -> NewComplaint:
    """At place `number`, which is far from every other."""
    fields = {
        "service_code": "flood",
        "channel_code": "app",
        "requested_at": NOON + timedelta(hours=hours),
        "latitude": -6.195 + 200 * number * METRE,
        "longitude": 106.81,
    }
    return NewComplaint(**(fields | changes))


@pytest.fixture
def city(any_store: Store) -> Store:
    """Three problems: of 4 people, of 3 people that is resolved, of 1 person with 5 reports."""
    reports = [
        *[report(0, n, account_id=f"budi{n}") for n in range(4)],
        *[report(1, n, phone=f"08{n}") for n in range(3)],
        *[report(2, n, device_id="d") for n in range(5)],
        report(3),
    ]
    for one in reports:
        receive(any_store, one)
    for number in ("5", "6", "7"):
        resolve(any_store, number, at=NOON + timedelta(hours=10))
    return any_store


def test_open_problems_come_by_people(city: Store) -> None:
    found = most_reported(city, ComplaintFilter(), 10)
    assert list(found.columns) == list(MOST_REPORTED_COLUMNS)
    assert found[["service_request_id", "reports", "people"]].to_numpy().tolist() == [
        ["1", 4, 4],
        ["8", 5, 1],
    ]
    assert found["service_code"].tolist() == ["flood", "flood"]
    assert found["requested_at"].iloc[0] == NOON
    assert found["seconds"].iloc[0] > 0
    assert most_reported(city, ComplaintFilter(), 1)["service_request_id"].tolist() == ["8"]


def test_a_problem_is_open_while_any_of_its_complaints_is(city: Store) -> None:
    resolve(city, "1")
    assert "1" in set(most_reported(city, ComplaintFilter(), 10)["service_request_id"])
    for number in ("2", "3", "4"):
        resolve(city, number)
    assert "1" not in set(most_reported(city, ComplaintFilter(), 10)["service_request_id"])


def test_the_filter_chooses_problems(city: Store) -> None:
    for nothing in (
        ComplaintFilter(services=("noise",)),
        ComplaintFilter(statuses=("resolved",)),
        ComplaintFilter(text="nobody wrote this"),
        ComplaintFilter(as_of=NOON - timedelta(days=1)),
    ):
        assert most_reported(city, nothing, 10).empty


def test_a_text_chooses_problems_too(city: Store) -> None:
    found = most_reported(city, ComplaintFilter(text="3"), 10)
    assert found[["service_request_id", "reports"]].to_numpy().tolist() == [["1", 4]]


def test_the_past_knows_what_was_reported_by_then(city: Store) -> None:
    past = ComplaintFilter(as_of=NOON + timedelta(hours=2))
    found = most_reported(city, past, 10)
    by_number = dict(zip(found["service_request_id"], found["reports"], strict=True))
    assert by_number == {"1": 3, "5": 3, "8": 3}
    assert found["seconds"].tolist() == [7200.0] * 3


def test_a_complaint_names_the_others(city: Store) -> None:
    first, third = complaint_page(city, "1"), complaint_page(city, "3")
    assert first is not None and third is not None
    assert first.repeated is not None and third.repeated is not None
    assert (first.repeated.people, first.repeated.is_first) == (4, True)
    assert (third.repeated.people, third.repeated.is_first) == (4, False)
    assert [m.service_request_id for m in third.repeated.members] == ["1", "2", "4"]
    assert "budi" not in repr(third)
    alone = complaint_page(city, "13")
    assert alone is not None and alone.repeated is None


def test_a_hundred_members_are_counted_and_fifty_named(any_store: Store) -> None:
    record_histories(any_store, [History(report(0, n / 10), []) for n in range(100)])
    view = complaint_page(any_store, "60")
    assert view is not None and view.repeated is not None
    assert (view.repeated.reports, view.repeated.people) == (100, 100)
    assert len(view.repeated.members) == 50


def test_different_problems_are_counted(city: Store) -> None:
    found = figures(city, ComplaintFilter())
    assert (found.received, found.different) == (13, 4)


def test_the_share_of_repeats_by_district(any_store: Store) -> None:
    record_histories(
        any_store,
        [History(report(0, n, latitude=-6.19), []) for n in range(24)]
        + [History(report(0, n / 10, latitude=-6.21, longitude=106.83), []) for n in range(5)],
    )
    found = district_values(any_store, ComplaintFilter(), measure="repeat_share", level="kelurahan")
    rows = found.set_index("code")
    assert rows.loc["10.1", ["value", "n", "state"]].tolist() == [23 / 24, 24, "ok"]
    assert rows.loc["10.1", "low"] < 23 / 24 < rows.loc["10.1", "high"] <= 1
    assert sorted(rows["state"]) == ["none", "none", "ok", "too_few"]


@pytest.mark.parametrize("days", [None, 8, 14])
def test_open_problems_equal_a_plain_walk(any_store: Store, days: int | None) -> None:
    """In memory, in the database and for a past instant."""
    crowded = [crowd(place, history) for place, history in enumerate(HISTORIES)]
    assert record_histories(any_store, crowded).refused == []
    as_of = None if days is None else BEGIN + timedelta(days=days)
    chosen = ComplaintFilter(services=("flood", "garbage"), as_of=as_of)
    expected = naive_groups(any_store, chosen, as_of)
    found = most_reported(any_store, chosen, 1_000)
    assert dict(zip(found["service_request_id"], found["reports"], strict=True)) == expected
    assert len(expected) > 3
    by_text = most_reported(any_store, chosen.replace(text="a"), 1_000)
    assert set(by_text["service_request_id"]) <= set(expected)
    axes = ["is_repeat", "status"]
    counts = [
        count_by(any_store, axes, chosen),
        count_in_database(any_store, axes, chosen, "complaints"),
    ]
    sums = [{tuple(row[:2]): row[2] for row in frame.itertuples(index=False)} for frame in counts]
    assert sums[0] == sums[1]


def crowd(place: int, history: History) -> History:
    """The same life where many others are."""
    fields = vars(history.new) | {
        "latitude": -6.19 + place % 3 * 0.001,
        "longitude": 106.81,
        "district_code": None,
        "description": None,
        "external_id": str(place),
    }
    return History(NewComplaint(**fields), history.happenings)


def naive_groups(store: Store, chosen: ComplaintFilter, as_of: datetime | None) -> dict[str, int]:
    with read(store.engine) as connection:
        rows = connection.execute(select(schema.complaints)).all()
        events = connection.execute(select(schema.events).order_by(schema.events.c.at)).all()
    is_open: dict[int, bool] = {}
    for event in events:
        if as_of is None or event.at <= as_of:
            if event.kind in (EventKind.RECEIVED, EventKind.REOPENED):
                is_open[event.complaint_id] = True
            if event.kind == EventKind.RESOLVED:
                is_open[event.complaint_id] = False
    there = [row for row in rows if row.id in is_open]
    sizes = Counter(row.duplicate_of or row.id for row in there)
    codes = {s.id: s.service_code for s in store.reference().services.values()}
    open_now = {
        row.duplicate_of or row.id
        for row in there
        if is_open[row.id] and codes[row.service_id] in chosen.services
    }
    return {str(first): sizes[first] for first in open_now if sizes[first] > 1}
