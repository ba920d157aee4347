"""Importing: local times as instants, through the hours that clocks repeat and leave out."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from data import schema
from data.database import read
from data.imports.clock import Clock
from data.imports.day_first import read_day_first
from data.imports.preset import PresetError, load_preset, preset_names
from data.store import Store
from data.vocabulary import EventKind
from tests.data.import_files import objects, row, take, write_csv, write_json, write_preset

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2011-07-01 01:32:33", "2011-07-01T05:32:33Z"),
        ("2011-12-01T01:32:33.9", "2011-12-01T06:32:33Z"),
        ("2011-07-01T01:32:33+02:00", "2011-06-30T23:32:33Z"),
        ("2011-07-01T01:32:33Z", "2011-07-01T01:32:33Z"),
        ("2011-07-01", "2011-07-01T04:00:00Z"),
        (datetime(2011, 7, 1, 1, 32), "2011-07-01T05:32:00Z"),
        (date(2011, 7, 1), "2011-07-01T04:00:00Z"),
        ("2059-12-31 19:00:00", "2060-01-01T00:00:00Z"),
        (" ", None),
        (None, None),
    ],
)
def test_times_without_a_zone_are_local(cell: Any, expected: str | None) -> None:
    found = Clock(NEW_YORK).read(cell)
    assert found == (None if expected is None else datetime.fromisoformat(expected))


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%d.%m.%Y %H:%M", "01.03.2026 07:00"),
        ("epoch", "1772323200"),
        ("epoch_ms", "1772323200000"),
        ("spreadsheet", "46082.291666666664"),
    ],
)
def test_times_in_other_writings(form: str, text: str) -> None:
    clock = Clock(ZoneInfo("Asia/Jakarta"), (form,))
    assert clock.read(text) == datetime(2026, 3, 1, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0001-01-01 00:00:00", "99999-01-01", "12", "31/12/2011", "nan"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        Clock(ZoneInfo("Asia/Jakarta")).read(text)


def test_of_an_hour_that_comes_twice_the_first_is_taken() -> None:
    clock = Clock(NEW_YORK)
    opened = clock.read("2011-11-06 01:50:00")
    assert opened == datetime(2011, 11, 6, 5, 50, tzinfo=UTC)
    # Closed by the wall clock 40 minutes before it was opened: it was the second time round.
    closed = clock.read("2011-11-06 01:10:00", not_before=opened)
    assert closed == datetime(2011, 11, 6, 6, 10, tzinfo=UTC)
    assert (clock.repeated, clock.skipped) == (2, 0)


def test_an_hour_that_is_left_out_is_moved_on() -> None:
    clock = Clock(NEW_YORK)
    assert clock.read("2011-03-13 02:30:00") == datetime(2011, 3, 13, 7, 30, tzinfo=UTC)
    assert (clock.repeated, clock.skipped) == (0, 1)


def test_the_presets_zone_comes_before_the_citys(store: Store, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row("1")])
    assert take(store, path).earliest == datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
    preset = write_preset(tmp_path, 'time_zone = "America/New_York"')
    report = take(store, path, preset)
    assert report.earliest == datetime(2026, 3, 1, 13, 0, tzinfo=UTC)


def test_doubtful_hours_are_counted(store: Store, tmp_path: Path) -> None:
    preset = write_preset(tmp_path, 'time_zone = "America/New_York"')
    cells = row("1", requested="2025-11-02 01:30:00", closed="2026-03-08 02:15:00")
    report = take(store, write_csv(tmp_path / "a.csv", [cells]), preset)
    assert (report.stored, report.repeated_times, report.skipped_times) == (1, 1, 1)


def test_earlier_acts_are_events_of_their_own(store: Store, tmp_path: Path) -> None:
    [record] = objects([row("1")])
    record |= {"acknowledged": "2026-03-01 09:00:00", "started": "2026-03-01 10:00:00"}
    record |= {"due": "2026-03-02 08:00:00", "closing_note": "Diangkut"}
    take(store, write_json(tmp_path / "a.json", [record]))
    complaints, events = schema.complaints, schema.events
    with read(store.engine) as connection:
        happened = connection.execute(
            select(events.c.kind, events.c.at, events.c.note).order_by(events.c.seq)
        ).all()
        complaint = connection.execute(select(complaints)).one()
    assert [(kind, at.hour, note) for kind, at, note in happened] == [
        (EventKind.RECEIVED, 1, None),
        (EventKind.ACKNOWLEDGED, 2, None),
        (EventKind.STARTED, 3, None),
        (EventKind.RESOLVED, 13, "Diangkut"),
    ]
    assert complaint.responded_at == datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    assert complaint.resolution_due_at == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_presets_that_ship_are_sound() -> None:
    assert {"boston311", "plain", "qlue-pull", "nyc311", "open311"} <= set(preset_names())
    for name in preset_names():
        assert load_preset(name).title
    assert load_preset("boston311").time_zone == NEW_YORK
    assert load_preset("plain").time_zone is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("columns = 3", "must be a table"),
        ('zone = "x"', "unknown key zone"),
        ('source = "x"\n[columns]\nexternal_id = "a"', "say which column is requested"),
        ('source = "x"\n[columns]\nrequested = 3', "columns.requested must be a text"),
        ('[columns]\nid = "a"', "not id"),
        ('[columns]\nstatus = "a"', "must say what the words mean"),
        ('[statuses]\ndone = "done"', "may say open, closed, rejected"),
        ('time_zone = "Mars/Base"', "time_zone 'Mars/Base' is unknown"),
        ("time_zone = ", "cannot be read"),
        ('create_missing = ["district"]', "create_missing may hold"),
        ('optional = ["service"]', "optional may hold"),
    ],
)
def test_a_preset_of_ones_own_is_checked(tmp_path: Path, text: str, message: str) -> None:
    base = {
        "source": '"own"',
        "columns": '{ external_id = "i", requested = "r", service = "s", channel = "c" }',
    }
    lines = [
        f"{key} = {value}"
        for key, value in base.items()
        if not any(line.startswith((f"{key} =", f"[{key}]")) for line in text.splitlines())
    ]
    if "[columns]" in text and "external_id" not in text:
        text += '\nexternal_id = "i"\nservice = "s"\nchannel = "c"'
        text += "" if "requested" in text else '\nrequested = "r"'
    path = tmp_path / "own.toml"
    path.write_text("\n".join([*lines, text]), encoding="utf-8")
    with pytest.raises(PresetError, match=message):
        load_preset(str(path))


def test_an_unknown_preset_lists_those_there_are() -> None:
    with pytest.raises(PresetError, match="'bostn' is not one of boston311, chicago311"):
        load_preset("bostn")
    with pytest.raises(PresetError, match="cannot be read"):
        load_preset("/nowhere/own.toml")
    with pytest.raises(PresetError, match="is not one of"):
        load_preset("../../secrets")


@pytest.mark.parametrize(
    "zone", ["Asia/Jakarta", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]
)
def test_every_half_hour_of_a_year_is_the_instant_the_zone_says(zone: str) -> None:
    """Offsets are looked up once a day; days on which the clocks change are not spared."""
    clock, here = Clock(ZoneInfo(zone)), ZoneInfo(zone)
    wall = datetime(2025, 1, 1)
    while wall.year == 2025:
        read = clock.read(wall.isoformat())
        assert read == wall.replace(tzinfo=here, fold=0).astimezone(UTC), wall
        wall += timedelta(minutes=30)
    doubtful = {"Asia/Jakarta": (0, 0), "Australia/Lord_Howe": (1, 1)}.get(zone, (2, 2))
    assert (clock.repeated, clock.skipped) == doubtful


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3/2/2026", "2026-02-03T00:00"),
        ("03-02-26 7:05", "2026-02-03T07:05"),
        ("3.2.2026 14.05", "2026-02-03T14:05"),
        ("3 Pebruari 2026", "2026-02-03T00:00"),
        ("Jum'at, 03 Agustus 2025 pukul 10.15 WITA", "2025-08-03T10:15+08:00"),
        ("03/Mei/2026 10:15:59", "2026-05-03T10:15:59"),
    ],
)
def test_dates_with_the_day_first(text: str, expected: str) -> None:
    assert read_day_first(text) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "text", ["2/13/2026", "31/2/2026", "3/2", "2026/2/3", "3 Foo 2026", "x", ""]
)
def test_no_dates_with_the_day_first(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_day_first(text)
