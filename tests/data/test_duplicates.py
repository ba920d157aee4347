"""Repeats are linked to the first complaint of their group, as a plain search would link them."""

import math
import multiprocessing
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz
from sqlalchemy import delete, event, func, select, update

from data import schema
from data.bulk import Happening, History, record_histories
from data.complaints import NewComplaint, append, receive, resolve
from data.database import read, write
from data.firsts import WITHIN_METRES, metres_between
from data.likeness import ALIKE_FROM, are_alike, plain_words
from data.linking import link_stored
from data.store import Store, open_store
from data.vocabulary import EventKind
from tests.data.likeness_pairs import ALIKE, DIFFERENT

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
METRE = 1 / 111_195  # degrees of latitude


def report(metres: float = 0.0, hours: float = 0.0, **changes: Any) -> NewComplaint:
    """A complaint so far to the north, so much later."""
    fields = {
        "service_code": "flood",
        "channel_code": "app",
        "requested_at": NOON + timedelta(hours=hours),
        "latitude": -6.19 + metres * METRE,
        "longitude": 106.81,
        "description": "Banjir setinggi lutut",
    }
    return NewComplaint(**(fields | changes))


def links(store: Store) -> dict[str, str | None]:
    """service_request_id → that of the first of its group."""
    complaints = schema.complaints
    first = complaints.alias()
    with read(store.engine) as connection:
        rows = connection.execute(
            select(
                complaints.c.service_request_id, first.c.service_request_id, complaints.c.is_repeat
            ).outerjoin_from(complaints, first, first.c.id == complaints.c.duplicate_of)
        ).all()
    assert all(is_repeat == (root is not None) for _, root, is_repeat in rows)
    return {number: root for number, root, _ in rows}


def numbers_of(store: Store, *reports: NewComplaint) -> list[str]:
    return [receive(store, one).service_request_id for one in reports]


def test_seven_people_report_one_flood(any_store: Store) -> None:
    first, *others = numbers_of(any_store, *[report(5 * n, n / 2) for n in range(7)])
    assert links(any_store) == {first: None} | dict.fromkeys(others, first)


@pytest.mark.parametrize(
    ("other", "is_repeat"),
    [
        (report(49.5), True),
        (report(50.5), False),
        (report(0, 24), True),
        (report(0, 24.001), False),
        (report(0, -0.001), False),
        (report(service_code="noise"), False),
        (report(channel_code="email"), True),
        (report(description="Perahu karet dicuri orang"), False),
        (report(description="BANJIR, setinggi dada!"), True),
        (report(description=None), True),
        (report(description=" ?! "), True),
        (report(latitude=None, longitude=None), False),
        (report(latitude=None, longitude=None, district_code="10.1"), False),
        (report(longitude=106.81 + 49 * METRE / math.cos(math.radians(6.19))), True),
        (report(longitude=106.81 + 51 * METRE / math.cos(math.radians(6.19))), False),
    ],
)
def test_what_counts_as_a_repeat(store: Store, other: NewComplaint, is_repeat: bool) -> None:
    first, second = numbers_of(store, report(), other)
    assert links(store)[second] == (first if is_repeat else None)


def test_a_first_without_text_is_repeated_by_anything_there(store: Store) -> None:
    first, second, third = numbers_of(
        store, report(description=None), report(description="Banjir"), report(description="Hujan")
    )
    assert links(store) == {first: None, second: first, third: first}


def test_a_group_cannot_wander(store: Store) -> None:
    """Each is 40 m and 20 hours from the one before: all are compared with the first."""
    numbers = numbers_of(store, *[report(40 * n, 10 * n) for n in range(5)])
    found = links(store)
    assert [found[number] for number in numbers] == [
        None,
        numbers[0],
        None,
        numbers[2],
        None,
    ]


def test_a_repeat_is_stored_whole_and_lives_its_own_life(any_store: Store) -> None:
    first, second = numbers_of(any_store, report(), report(3, 1))
    resolve(any_store, second, at=NOON + timedelta(hours=2))
    with read(any_store.engine) as connection:
        table = schema.complaints
        rows = connection.execute(select(table.c.service_request_id, table.c.status))
        status = {number: code for number, code in rows}
        assert connection.scalar(select(func.count()).select_from(schema.complaint_details)) == 2
    assert status[first] != status[second]
    assert links(any_store)[second] == first


@pytest.mark.parametrize(
    "places",
    [
        [(-16.5, 180.0), (-16.5, -180.0)],
        [(-16.5, 179.9999), (-16.5, -179.9999)],
        [(60.0, 25.0), (60.0, 25.00088)],
        [(85.0, 10.0), (85.0, 10.005)],
    ],
)
def test_neighbours_are_found_anywhere_on_earth(
    any_store: Store, places: list[tuple[float, float]]
) -> None:
    assert metres_between(*places[0], *places[1]) < WITHIN_METRES
    first, second = numbers_of(
        any_store, *[report(latitude=lat, longitude=lon) for lat, lon in places]
    )
    assert links(any_store)[second] == first


@pytest.mark.parametrize("latitude", [90.0, 89.9999, -90.0, 85.06, -85.06])
@pytest.mark.parametrize("longitude", [-180.0, 0.0, 180.0])
def test_the_ends_of_the_earth_are_stored_too(
    store: Store, latitude: float, longitude: float
) -> None:
    place = {"latitude": latitude, "longitude": longitude}
    first, second = numbers_of(store, report(**place), report(**place))
    assert links(store) == {first: None, second: first}
    assert record_histories(store, [History(report(**place), [])]).created == 1
    assert link_stored(store).repeats == 2


def test_the_pairs_by_which_the_threshold_was_chosen() -> None:
    def judged(one: str, other: str) -> bool:
        return are_alike(plain_words(one), plain_words(other))

    assert [pair for pair in ALIKE if not judged(*pair)] == []
    assert [pair for pair in DIFFERENT if judged(*pair)] == []


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_mutual_and_deaf_to_case_and_signs(one: str, other: str) -> None:
    words, others = plain_words(one), plain_words(other)
    assert are_alike(words, others) == are_alike(others, words)
    assert are_alike(words, words)
    assert plain_words(words) == words


TEXTS = (None, "", "Banjir di jalan", "banjir dalam", "Lampu mati", "Pohon tumbang", "!!")


@st.composite
def cities(draw: st.DrawFn) -> list[NewComplaint]:
    """Reports so near to each other that many are repeats, in any order."""
    spots = st.integers(0, 6).map(lambda n: n * 21.0)
    return [
        report(
            draw(spots),
            draw(st.integers(0, 60)),
            longitude=106.81 + draw(spots) * METRE,
            service_code=draw(st.sampled_from(["flood", "noise"])),
            description=draw(st.sampled_from(TEXTS)),
            **({"latitude": None} if draw(st.integers(0, 9)) == 0 else {}),
        )
        for _ in range(draw(st.integers(1, 40)))
    ]


def naive_links(reports: list[NewComplaint]) -> list[int | None]:
    """By comparing everything with everything, in order of time."""
    found: list[int | None] = [None] * len(reports)
    order = sorted(range(len(reports)), key=lambda place: (reports[place].requested_at, place))
    firsts: list[int] = []
    for place in order:
        one = reports[place]
        if one.latitude is None:
            continue
        for first in firsts:
            other = reports[first]
            words, others = plain_words(one.description), plain_words(other.description)
            if (
                one.service_code == other.service_code
                and one.requested_at - other.requested_at <= timedelta(hours=24)
                and _cosine_metres(one, other) <= 50
                and (not words or not others or fuzz.token_set_ratio(words, others) >= ALIKE_FROM)
            ):
                found[place] = first
                break
        else:
            firsts.append(place)
    return found


def _cosine_metres(one: NewComplaint, other: NewComplaint) -> float:
    a, b = math.radians(one.latitude or 0), math.radians(other.latitude or 0)
    turn = math.radians((one.longitude or 0) - (other.longitude or 0))
    vectors = [
        (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
        for lat, lon in ((a, turn), (b, 0.0))
    ]
    return 2 * 6_371_008.8 * math.asin(math.dist(*vectors) / 2)


def empty(store: Store) -> None:
    with write(store.engine) as connection:
        connection.execute(update(schema.complaints).values(duplicate_of=None))
        for table in (
            schema.spells,
            schema.events,
            schema.complaint_details,
            schema.complaints,
        ):
            connection.execute(delete(table))


def linked_places(store: Store) -> list[int | None]:
    found = links(store)
    return [None if found[n] is None else int(found[n]) - 1 for n in sorted(found, key=int)]


SLOW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SLOW
@given(reports=cities())
def test_linking_as_they_come_equals_a_plain_search(any_store: Store, reports: Any) -> None:
    empty(any_store)
    in_time = sorted(reports, key=lambda one: one.requested_at)
    numbers_of(any_store, *in_time)
    assert linked_places(any_store) == naive_links(in_time)


@SLOW
@given(reports=cities(), size=st.integers(1, 40), in_time=st.booleans())
def test_batches_equal_a_plain_search(
    any_store: Store, reports: Any, size: int, in_time: bool
) -> None:
    """In order of time whatever the batches; in any order after linking anew."""
    empty(any_store)
    if in_time:
        reports = sorted(reports, key=lambda one: one.requested_at)
    for start in range(0, len(reports), size):
        batch = [History(one, []) for one in reports[start : start + size]]
        assert record_histories(any_store, batch).refused == []
    if not in_time and size < len(reports):
        link_stored(any_store)
    assert linked_places(any_store) == naive_links(reports)


def test_a_small_batch_among_many_is_looked_up_row_by_row(any_store: Store) -> None:
    crowd = [History(report(60 * n, n / 10), []) for n in range(200)]
    assert record_histories(any_store, crowd).created == 200
    batch = [History(report(60 * n + 5, 20.5, source="b", external_id=str(n)), []) for n in (3, 9)]
    assert record_histories(any_store, batch).created == 2
    found = links(any_store)
    assert (found["201"], found["202"]) == ("4", "10")


def test_linking_what_is_stored_can_be_repeated(any_store: Store) -> None:
    numbers = numbers_of(any_store, *[report(5 * n, n) for n in range(4)], report(400))
    resolve(any_store, numbers[1], at=NOON + timedelta(hours=5))
    before = links(any_store)
    with write(any_store.engine) as connection:
        connection.execute(update(schema.complaints).values(duplicate_of=None, is_repeat=0))
    result = link_stored(any_store)
    assert (result.complaints, result.repeats, result.changed) == (5, 3, 3)
    assert links(any_store) == before
    assert link_stored(any_store).changed == 0


def test_an_older_report_that_arrives_late_becomes_the_first_when_all_is_linked_anew(
    any_store: Store,
) -> None:
    second, third = numbers_of(any_store, report(0, 5), report(0, 6))
    (first,) = numbers_of(any_store, report(0, 0))
    assert links(any_store) == {first: None, second: None, third: second}
    assert link_stored(any_store).changed == 2
    assert links(any_store) == {first: None, second: first, third: first}


def test_the_command_says_how_many(app: Flask, store: Store) -> None:
    numbers_of(store, report(), report(1), report(2))
    with write(store.engine) as connection:
        connection.execute(update(schema.complaints).values(duplicate_of=None, is_repeat=0))
    run = app.test_cli_runner().invoke
    said = run(args=["complaints", "link-duplicates"])
    assert (said.exit_code, said.output) == (
        0,
        "3 complaints with a place, 2 of them repeat an earlier one; "
        "2 links are new or different\n",
    )
    assert "0 links are new" in run(args=["complaints", "link-duplicates"]).output


def test_many_threads_and_stores_agree_on_the_first(any_store: Store, any_url: str) -> None:
    other = open_store(any_url)

    def send(store: Store) -> None:
        for _ in range(10):
            receive(store, report())

    threads = [threading.Thread(target=send, args=(store,)) for store in (any_store, other) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    other.engine.dispose()
    found = links(any_store)
    assert len(found) == 60
    assert found["1"] is None and set(list(found.values())) == {None, "1"}
    assert sum(root is None for root in found.values()) == 1


def _send(url: str, number: int) -> None:
    store = open_store(url)
    for _ in range(number):
        receive(store, report())
    store.engine.dispose()


def test_processes_agree_on_the_first(any_url: str, any_store: Store) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_send, args=(any_url, 15)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=90)
        assert process.exitcode == 0
    found = links(any_store)
    assert len(found) == 30 and sum(root is None for root in found.values()) == 1


def test_events_leave_the_link_alone(any_store: Store) -> None:
    batch = [
        History(report(), []),
        History(report(1, 1), [Happening(EventKind.RESOLVED, NOON + timedelta(hours=3))]),
    ]
    record_histories(any_store, batch)
    before = links(any_store)
    for kind in (EventKind.REOPENED, EventKind.RESOLVED):
        append(any_store, "2", kind)
    assert links(any_store) == before == {"1": None, "2": "1"}


def test_the_lookup_walks_the_index(store: Store) -> None:
    """50 steps down an index that begins with place, day, service: never the whole table."""
    record_histories(store, [History(report(60 * n, n), []) for n in range(3)])
    seen: list[tuple[str, Any]] = []

    def keep(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "json_each" in statement:
            seen.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", keep)
    receive(store, report(0, 5))
    event.remove(store.engine, "before_cursor_execute", keep)
    statement, parameters = seen[0]
    with read(store.engine) as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        plan = " ".join(row.detail for row in rows)
    columns = "x=? AND y=? AND day=? AND service_id=? AND is_repeat=?"
    assert f"c USING INDEX ix_complaints_tile_facts ({columns})" in plan
    assert "SCAN c" not in plan
