"""Who was in office at an instant, one at a time and many at once; and hand-overs by hand."""

import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from data.accountability.officers import keep_terms
from data.accountability.term_checks import HEAD, Told
from data.bulk import record_histories
from data.complaints import NewComplaint, append, receive
from data.instants import from_epoch, to_epoch
from data.store import Store
from data.vocabulary import EventKind
from queries.accountability import officers_in_office, terms_by_unit
from queries.filters import ComplaintFilter
from queries.handovers import handovers_by_unit, read_handovers
from tests.queries.random_city import BEGIN, make_histories
from tests.scattered import NOON

ZONE = ZoneInfo("Asia/Jakarta")


def term(store: Store, unit: str, name: str, first: date, last: date | None, **more: str) -> Told:
    return Told(
        line=1,
        unit_id=store.reference().unit_by_code[unit].id,
        unit_code=unit,
        post_code=more.get("post_code", HEAD),
        titles={},
        officer_code=name.lower(),
        officer_name=name,
        from_date=first,
        until_date=last,
    )


@pytest.fixture
def staffed(any_store: Store) -> Store:
    """Angsana changes its head in June 2026, with a day of nobody; Cemara has a deputy."""
    keep_terms(
        any_store,
        [
            term(any_store, "kel-10.1", "Budi", date(2025, 1, 1), date(2026, 6, 29)),
            term(any_store, "kel-10.1", "Sari", date(2026, 7, 1), None),
            term(any_store, "kel-20.1", "Adi", date(2025, 1, 1), None, post_code="deputy"),
            term(any_store, "kel-20.1", "Tono", date(2026, 1, 1), date(2026, 3, 31)),
            term(any_store, "dbm", "Adi", date(2024, 1, 1), date(2024, 12, 31), post_code="acting"),
        ],
    )
    return any_store


@pytest.mark.parametrize(
    ("unit", "local", "names"),
    [
        ("kel-10.1", "2024-12-31T23:59:59", []),
        ("kel-10.1", "2025-01-01T00:00:00", ["Budi"]),  # still 2024 in UTC
        ("kel-10.1", "2026-06-29T23:59:59", ["Budi"]),
        ("kel-10.1", "2026-06-30T00:00:00", []),
        ("kel-10.1", "2026-07-01T00:00:00", ["Sari"]),
        ("kel-10.1", "2036-07-01T00:00:00", ["Sari"]),
        ("kel-20.1", "2026-02-01T12:00:00", ["Tono", "Adi"]),
        ("kel-20.1", "2026-04-01T00:00:00", ["Adi"]),
        ("dbm", "2024-06-01T00:00:00", ["Adi"]),
        ("dsda", "2026-07-01T00:00:00", []),
    ],
)
def test_who_is_in_office_changes_at_local_midnight(
    staffed: Store, unit: str, local: str, names: list[str]
) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=ZONE)
    unit_id = staffed.reference().unit_by_code[unit].id
    assert [found.officer_name for found in officers_in_office(staffed, unit_id, at)] == names


def test_many_instants_at_once_are_answered_as_one_by_one(staffed: Store) -> None:
    """The head answers for a unit; a post that is vacant is not filled by a deputy."""
    chance = random.Random(5)
    found = terms_by_unit(staffed)
    units = [chance.choice([0, 99, *staffed.reference().units]) for _ in range(400)]
    years = [to_epoch(datetime(year, 1, 1, tzinfo=ZONE)) for year in (2023, 2028)]
    instants = [chance.randrange(*years) for _ in range(390)]
    instants += [int(edge) + by for edge in found.start for by in (-1, 0)]
    asked = list(zip(units, instants, strict=True))
    places = found.term_at(units, instants).tolist()
    officers = found.officer_at(units, instants).tolist()
    for (unit, at), place, officer in zip(asked, places, officers, strict=True):
        there = officers_in_office(staffed, unit, from_epoch(at))
        leading = "acting" if unit == staffed.reference().unit_by_code["dbm"].id else HEAD
        expected = [held for held in there if held.post_code == leading]
        assert [found.terms[place]] == expected if place >= 0 else expected == []
        assert officer == (expected[0].officer_id if expected else 0)
    assert len(set(officers)) == 5  # Budi, Sari, Tono, Adi and nobody were all met


def test_a_city_without_officers_has_nobody(any_store: Store) -> None:
    assert terms_by_unit(any_store).officer_at([1, 2], [0, 10**9]).tolist() == [0, 0]


def report(store: Store, service: str = "garbage", at: datetime = NOON) -> str:
    new = NewComplaint(
        service_code=service, channel_code="app", requested_at=at, district_code="10.1"
    )
    return receive(store, new).service_request_id


def hand(store: Store, request: str, unit: str, at: datetime) -> None:
    append(store, request, EventKind.TRANSFERRED, at=at, unit_code=unit)


def by_code(store: Store, frame: pd.DataFrame) -> dict[str, tuple[float, ...]]:
    units = store.reference().units
    return {units[int(key)].code: tuple(frame.loc[key].tolist()) for key in frame.index}


def test_hand_overs_are_counted_for_both_sides(any_store: Store) -> None:
    first, second, third = (report(any_store) for _ in range(3))
    noise = report(any_store, "noise")  # nothing was promised
    hour = timedelta(hours=1)
    hand(any_store, first, "dbm", NOON + 12 * hour)  # half of the 24 h, and no more
    hand(any_store, second, "dbm", NOON + 12 * hour + timedelta(seconds=1))
    hand(any_store, second, "kel-10.1", NOON + 13 * hour)  # and back
    hand(any_store, third, "dsda", NOON + 30 * hour)
    hand(any_store, noise, "dbm", NOON + 900 * hour)
    append(any_store, third, EventKind.ASSIGNED, at=NOON + 31 * hour, unit_code="dsda")  # it has it
    frame = handovers_by_unit(any_store, ComplaintFilter())
    assert list(frame.columns) == [
        "received",
        "passed_on",
        "late_on_arrival",
        "mean_held_seconds",
    ]
    found = by_code(any_store, frame)
    mean = (12 + 12 + 30 + 900) * 3600 / 4 + 0.25
    assert found["kel-10.1"] == (1, 4, 1, mean)
    assert found["dbm"] == (3, 1, 1, 3599)
    assert found["dsda"][:3] == (1, 0, 1)
    assert pd.isna(found["dsda"][3])


def test_a_period_has_the_hand_overs_that_happened_in_it(any_store: Store) -> None:
    request, hour = report(any_store), timedelta(hours=1)
    for number, unit in enumerate(["dbm", "dsda", "kel-10.1"], start=1):
        hand(any_store, request, unit, NOON + number * hour)
    frame = read_handovers(
        any_store, ComplaintFilter(), since=NOON + 2 * hour, until=NOON + 3 * hour
    )
    assert frame["at"].tolist() == [to_epoch(NOON + 2 * hour)]
    assert frame["service_request_id"].tolist() == [request]
    assert frame["held_seconds"].tolist() == [3600]
    only = read_handovers(any_store, ComplaintFilter(units=("kel-10.1",)))
    assert len(only) == 2
    past = read_handovers(any_store, ComplaintFilter(as_of=NOON + 90 * timedelta(minutes=1)))
    assert past["at"].tolist() == [to_epoch(NOON + hour)]
    assert read_handovers(any_store, ComplaintFilter(end=date(2020, 1, 1))).empty
    assert handovers_by_unit(any_store, ComplaintFilter(end=date(2020, 1, 1))).empty


def test_half_of_a_working_deadline_is_told_in_working_hours(any_store: Store) -> None:
    """168 of the 336 hours for a road; on the wall most of the way is still to go, or is not."""
    thursday = datetime(2026, 10, 29, 15, tzinfo=ZONE)
    first, second = (report(any_store, "damaged-road", thursday) for _ in range(2))
    calendar = any_store.reference().calendar_for("working")
    assert calendar is not None
    half = calendar.add(to_epoch(thursday), 168 * 3600)
    hand(any_store, first, "dsda", from_epoch(half))
    hand(any_store, second, "dsda", from_epoch(half + 1))
    frame = read_handovers(any_store, ComplaintFilter())
    assert dict(zip(frame["service_request_id"], frame["is_late"], strict=True)) == {
        first: False,
        second: True,
    }


def test_a_random_city_has_as_many_received_as_passed_on(any_store: Store) -> None:
    record_histories(any_store, make_histories(3, 300))
    as_of = BEGIN + timedelta(days=12)
    for complaint_filter in (ComplaintFilter(), ComplaintFilter(as_of=as_of)):
        frame = handovers_by_unit(any_store, complaint_filter)
        assert frame["received"].sum() == frame["passed_on"].sum() > 20
        assert (frame["late_on_arrival"] <= frame["received"]).all()
