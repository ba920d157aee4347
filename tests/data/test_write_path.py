"""One transaction an event, on both databases."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import shapely
from sqlalchemy import Select, func, select

from data import complaints, schema
from data.bulk import Happening, History, record_histories
from data.city import put_geometries, touch_reference
from data.complaints import (
    Idempotency,
    IdempotencyConflict,
    NewComplaint,
    NoSuchComplaint,
    NotAllowed,
    OutsideCity,
    UnknownCode,
    receive,
)
from data.database import read, write
from data.keys import create_key, find_key
from data.store import Store, open_store
from data.vocabulary import EventKind, Status

BEGIN = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def garbage(**changes: object) -> NewComplaint:
    fields = {
        "service_code": "garbage",
        "channel_code": "app",
        "latitude": -6.19,
        "longitude": 106.81,
        "requested_at": BEGIN,
    }
    return NewComplaint(**(fields | changes))  # type: ignore[arg-type]


def row_of(store: Store, service_request_id: str) -> object:
    with read(store.engine) as connection:
        table = schema.complaints
        return connection.execute(
            select(table).where(table.c.service_request_id == service_request_id)
        ).one()


def test_a_complaint_is_located_routed_and_due(any_store: Store) -> None:
    receipt = receive(any_store, garbage())
    row = row_of(any_store, receipt.service_request_id)
    reference = any_store.reference()
    assert reference.districts[row.district_id].code == "10.1"
    assert reference.units[row.unit_id].code == "kel-10.1"
    assert row.response_due_at == BEGIN + timedelta(hours=6)
    assert row.resolution_due_at == BEGIN + timedelta(hours=24)
    assert row.status == Status.WAITING


def test_the_local_day_begins_at_local_midnight(any_store: Store) -> None:
    before = datetime(2026, 2, 28, 16, 59, 59, tzinfo=UTC)  # 23:59:59 in Jakarta
    days = [
        row_of(any_store, receive(any_store, garbage(requested_at=at)).service_request_id).day
        for at in (before, before + timedelta(seconds=1))
    ]
    assert days[1] == days[0] + 1


def test_a_life_is_folded_into_its_row(any_store: Store) -> None:
    number = receive(any_store, garbage()).service_request_id
    hour = timedelta(hours=1)
    complaints.acknowledge(any_store, number, at=BEGIN + hour)
    complaints.transfer(any_store, number, "dbm", at=BEGIN + 2 * hour)
    complaints.start(any_store, number, at=BEGIN + 3 * hour)
    complaints.resolve(any_store, number, at=BEGIN + 5 * hour)
    complaints.reopen(any_store, number, at=BEGIN + 6 * hour)
    assert row_of(any_store, number).resolved_at is None
    complaints.resolve(any_store, number, at=BEGIN + 9 * hour)
    complaints.rate(any_store, number, 4, at=BEGIN + 10 * hour)
    row = row_of(any_store, number)
    assert row.responded_at == BEGIN + hour
    assert row.resolved_at == BEGIN + 9 * hour
    assert (row.status, row.rating) == (Status.RESOLVED, 4)
    with read(any_store.engine) as connection:
        spells = connection.execute(select(schema.spells).order_by("ordinal")).all()
        seqs = connection.execute(select(schema.events.c.seq).order_by("seq")).scalars().all()
    first, second = spells
    assert first.ended_at == second.started_at == BEGIN + 2 * hour
    assert first.responded_at == BEGIN + hour
    assert second.responded_at == BEGIN + 3 * hour
    assert first.resolved_at is None and second.resolved_at == BEGIN + 9 * hour
    assert seqs == list(range(1, 9))


def test_an_event_reported_late_takes_its_place_in_time(any_store: Store) -> None:
    number = receive(any_store, garbage()).service_request_id
    complaints.resolve(any_store, number, at=BEGIN + timedelta(hours=5))
    complaints.acknowledge(any_store, number, at=BEGIN + timedelta(hours=1))
    row = row_of(any_store, number)
    assert row.responded_at == BEGIN + timedelta(hours=1)
    assert row.status == Status.RESOLVED


@pytest.mark.parametrize("kind", [EventKind.REOPENED, EventKind.SENT_BACK, EventKind.RATED])
def test_what_cannot_happen_leaves_no_trace(any_store: Store, kind: EventKind) -> None:
    number = receive(any_store, garbage()).service_request_id
    with pytest.raises(NotAllowed, match=kind):
        complaints.append(any_store, number, kind)
    assert any_store.latest_seq() == 1


def test_nothing_happens_before_the_receipt(any_store: Store) -> None:
    number = receive(any_store, garbage()).service_request_id
    with pytest.raises(NotAllowed, match="before the complaint was received"):
        complaints.resolve(any_store, number, at=BEGIN - timedelta(seconds=1))


def test_wrong_complaints_are_refused_by_name(any_store: Store) -> None:
    with pytest.raises(UnknownCode, match="'xyz' is not one of this city's 4 services"):
        receive(any_store, garbage(service_code="xyz"))
    with pytest.raises(OutsideCity, match="outside Kota Uji"):
        receive(any_store, garbage(latitude=0.0, longitude=0.0), require_inside=True)
    with pytest.raises(NoSuchComplaint, match="'404'"):
        complaints.start(any_store, "404")
    assert any_store.latest_seq() == 0


def test_a_complaint_without_coordinates_is_located_by_its_district(any_store: Store) -> None:
    new = garbage(latitude=None, longitude=None, district_code="20.2")
    row = row_of(any_store, receive(any_store, new).service_request_id)
    assert any_store.reference().districts[row.district_id].code == "20.2"
    assert row.x is None


def test_a_retry_gives_the_first_receipt(any_store: Store) -> None:
    key = find_key(any_store, create_key(any_store, "app", "app"))
    assert key is not None
    once = Idempotency(key.id, "abc", "fingerprint")
    first = receive(any_store, garbage(), idempotency=once)
    again = receive(any_store, garbage(), idempotency=once)
    assert again.service_request_id == first.service_request_id
    assert (first.created, again.created) == (True, False)
    with pytest.raises(IdempotencyConflict, match="'abc'"):
        receive(any_store, garbage(), idempotency=Idempotency(key.id, "abc", "other"))


def test_writers_side_by_side_leave_no_gap(any_url: str) -> None:
    stores = [open_store(any_url) for _ in range(2)]  # as two server processes would

    def post(store: Store) -> None:
        for _ in range(15):
            receive(store, garbage())

    threads = [threading.Thread(target=post, args=(store,)) for store in stores * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with read(stores[0].engine) as connection:
        seqs = connection.execute(select(schema.events.c.seq).order_by("seq")).scalars().all()
        total = connection.scalar(select(func.count()).select_from(schema.complaints))
    for store in stores:
        store.engine.dispose()
    assert seqs == list(range(1, 61))
    assert total == 60


def test_many_at_once_equal_one_by_one(any_store: Store) -> None:
    at = BEGIN + timedelta(hours=1)
    new = garbage(source="old", external_id="1")
    histories = [
        History(new, [Happening(EventKind.STARTED, at), Happening(EventKind.RESOLVED, at)]),
        History(new, []),
        History(garbage(service_code="nothing"), []),
    ]
    result = record_histories(any_store, histories)
    assert (result.created, result.skipped) == (1, 1)
    assert [position for position, _ in result.refused] == [2]
    one = receive(any_store, garbage()).service_request_id
    complaints.start(any_store, one, at=at)
    complaints.resolve(any_store, one, at=at)
    bulk, single = row_of(any_store, "1"), row_of(any_store, one)
    for name in schema.FACT_COLUMNS:
        if name != "is_repeat":  # the second says what the first said
            assert getattr(bulk, name) == getattr(single, name), name
    assert (bulk.is_repeat, single.is_repeat) == (0, 1)
    assert record_histories(any_store, histories[:1]).skipped == 1


def test_a_complaint_is_located_by_the_boundaries_in_force_when_it_is_stored(
    any_store: Store, any_url: str
) -> None:
    assert any_store.locator().locate(-6.19, 106.81)  # knows the boundaries, for a second
    other = open_store(any_url)
    ids = {code: district.id for code, district in other.reference().district_by_code.items()}
    with write(other.engine) as connection:  # the two districts change places
        shapes = {
            code: shapely.from_geojson(connection.scalar(geometry_of(code)))
            for code in ("10.1", "20.2")
        }
        put_geometries(connection, {"10.1": shapes["20.2"], "20.2": shapes["10.1"]}, ids)
        touch_reference(connection)
    other.engine.dispose()
    row = row_of(any_store, receive(any_store, garbage()).service_request_id)
    assert row.district_id == ids["20.2"]


def geometry_of(code: str) -> Select[tuple[str]]:
    return select(schema.districts.c.geometry).where(schema.districts.c.code == code)
