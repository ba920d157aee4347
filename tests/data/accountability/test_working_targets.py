"""Targets in working hours: what is promised at receipt, to the next unit, and by a later calendar.

In the tiny city a damaged road is to be resolved within 336 working hours (Monday to Thursday
08:00-16:00, Friday 08:00-11:30 and 13:00-16:30: 39 a week), and answered within 24 plain hours.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from data import complaints, schema
from data.bulk import Happening, History, record_histories
from data.city import init_city, read_pack
from data.database import read
from data.snapshots import snapshot_at
from data.store import Store
from data.vocabulary import EventKind
from tests.conftest import CITIES

ZONE = ZoneInfo("Asia/Jakarta")
RECEIVED = datetime(
    2026, 10, 29, 15, tzinfo=ZONE
)  # Thursday; the city's offices are shut on Friday


def report(store: Store, **said: object) -> str:
    new = complaints.NewComplaint(
        service_code="damaged-road",
        channel_code="app",
        requested_at=RECEIVED,
        latitude=-6.19,
        longitude=106.81,
        **said,  # type: ignore[arg-type]
    )
    return complaints.receive(store, new).service_request_id


def stored(store: Store, table: str = "complaints") -> list[dict[str, object]]:
    found = schema.metadata.tables[table]
    key = found.c.id if table == "complaints" else found.c.ordinal
    with read(store.engine) as connection:
        return [dict(row._mapping) for row in connection.execute(select(found).order_by(key))]


def working_hours(store: Store, start: datetime, end: object) -> float:
    calendar = store.reference().calendar_for("working")
    assert calendar is not None
    assert isinstance(end, datetime)
    return calendar.between(int(start.timestamp()), int(end.timestamp())) / 3600


def test_a_target_in_working_hours_skips_nights_and_days_off(any_store: Store) -> None:
    report(any_store)
    (row,) = stored(any_store)
    assert row["response_due_at"] == RECEIVED + timedelta(hours=24)
    assert row["response_calendar_id"] is None
    # 1 h on Thursday, Friday off, then 8 weeks of 39 h are 313 h; 23 h are left from 28 December.
    # No holiday of 2026 falls in between but Christmas, a Friday of 7 h: 30 h are left.
    due = row["resolution_due_at"]
    assert isinstance(due, datetime)
    assert due.astimezone(ZONE) == datetime(2026, 12, 31, 14, tzinfo=ZONE)
    assert row["resolution_calendar_id"] == any_store.reference().calendar_id == 1


def test_what_a_source_says_is_due_runs_as_it_says(any_store: Store) -> None:
    report(any_store, resolution_due_at=RECEIVED + timedelta(days=3))
    (row,) = stored(any_store)
    assert row["resolution_due_at"] == RECEIVED + timedelta(days=3)
    assert row["resolution_calendar_id"] is None


def test_the_next_unit_has_all_the_working_hours_from_its_own_start(any_store: Store) -> None:
    request = report(any_store)
    handed = datetime(2026, 11, 6, 12, tzinfo=ZONE)  # at noon, in the break of a Friday
    complaints.transfer(any_store, request, "dsda", at=handed)
    first, second = stored(any_store, "spells")
    assert first["ended_at"] == second["started_at"] == handed
    assert working_hours(any_store, RECEIVED, first["resolution_due_at"]) == 336
    assert working_hours(any_store, handed, second["resolution_due_at"]) == 336
    assert second["response_due_at"] == handed + timedelta(hours=24)


def test_histories_and_the_past_have_the_same_deadlines(any_store: Store) -> None:
    handed = RECEIVED + timedelta(days=8)
    new = complaints.NewComplaint(
        service_code="damaged-road", channel_code="app", requested_at=RECEIVED, unit_code="dbm"
    )
    happenings = [
        Happening(EventKind.TRANSFERRED, handed, unit_code="dsda"),
        Happening(EventKind.RESOLVED, handed + timedelta(days=5)),
    ]
    assert record_histories(any_store, [History(new, happenings)]).created == 1
    snapshot_at(any_store, handed + timedelta(days=1))
    now_there, then_there = stored(any_store, "spells"), stored(any_store, "past_spells")
    due = [spell["resolution_due_at"] for spell in now_there]
    assert due == [spell["resolution_due_at"] for spell in then_there]
    assert working_hours(any_store, handed, due[1]) == 336


def test_a_promise_keeps_the_calendar_it_was_made_by(any_store: Store, tmp_path: Path) -> None:
    """Other hours are for what comes after; a hand-over of before is told by those of before."""
    request = report(any_store)
    before = stored(any_store)[0]["resolution_due_at"]
    shutil.copytree(CITIES / "tiny", tmp_path / "pack")
    toml = tmp_path / "pack" / "city.toml"
    toml.write_text(toml.read_text().replace("08:00-16:00", "08:00-12:00"))
    init_city(any_store.engine, read_pack(tmp_path / "pack"))
    any_store.forget()
    report(any_store)
    complaints.transfer(any_store, request, "dsda", at=RECEIVED + timedelta(days=8))
    old, new = stored(any_store)
    assert (old["resolution_calendar_id"], new["resolution_calendar_id"]) == (1, 2)
    assert old["resolution_due_at"] == before
    assert before < new["resolution_due_at"]  # type: ignore[operator]
    (spell,) = [spell for spell in stored(any_store, "spells") if spell["ordinal"] == 1]
    first = any_store.reference().calendars[1]
    assert isinstance(spell["resolution_due_at"], datetime)
    end = int(spell["resolution_due_at"].timestamp())
    assert first.between(int((RECEIVED + timedelta(days=8)).timestamp()), end) == 336 * 3600
    # Put back, the former calendar is in force again, and is not stored twice.
    init_city(any_store.engine, read_pack(CITIES / "tiny"))
    any_store.forget()
    assert any_store.reference().calendar_id == 1
    with read(any_store.engine) as connection:
        count = select(func.count()).select_from(schema.working_calendars)
        assert connection.scalar(count) == 2
