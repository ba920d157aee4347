"""Importing: which rows are stored, which are refused, and that nothing is lost silently."""

from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from data import schema
from data.city import touch_reference
from data.database import read, write
from data.imports.run import WrongCity
from data.spreadsheets import safe_text, without_guard
from data.store import Store, open_store
from data.vocabulary import Status
from tests.data.import_files import (
    COLUMNS,
    csv_text,
    objects,
    open_row,
    rejected,
    row,
    take,
    write_csv,
    write_json,
    write_preset,
    write_xlsx,
)


def statuses(store: Store) -> dict[str, str]:
    complaints = schema.complaints
    with read(store.engine) as connection:
        rows = connection.execute(select(complaints.c.external_id, complaints.c.status))
        return {key: Status(status).code for key, status in rows}


def test_an_import_can_be_repeated(any_store: Store, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row(number) for number in range(120)])
    assert take(any_store, path).stored == 120
    seq = any_store.latest_seq()
    assert seq == 240
    write_csv(path, [row(number) for number in range(123)])
    report = take(any_store, path)
    assert (report.read, report.stored, report.already_there) == (123, 3, 120)
    assert any_store.latest_seq() == seq + 6


def test_postgresql_knows_the_size_of_its_table_after_the_first_batch(
    postgresql_tiny_url: str, tmp_path: Path
) -> None:
    store = open_store(postgresql_tiny_url)
    path = write_csv(tmp_path / "a.csv", [row(number) for number in range(1_100)])
    assert take(store, path).stored == 1_100
    with read(store.engine) as connection:
        size = connection.scalar(text("SELECT reltuples FROM pg_class WHERE relname='complaints'"))
    assert size == 1_100, "or every lookup of ids reads the whole table"
    assert take(store, path).already_there == 1_100
    store.engine.dispose()


def test_the_same_number_of_another_source_is_another_complaint(
    store: Store, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "a.csv", [row("1")])
    assert take(store, path).stored == 1
    assert take(store, path, write_preset(tmp_path)).stored == 1


def test_a_dry_run_says_the_same_and_stores_nothing(store: Store, tmp_path: Path) -> None:
    rows = [row("1"), row("2", requested=""), row("1"), row("3", latitude="", longitude="")]
    path = write_csv(tmp_path / "a.csv", rows)
    counts = []
    for pretend in (True, False):
        report = take(store, path, pretend=pretend)
        counts.append((report.read, report.stored, report.refused, report.without_coordinates))
        assert bool(store.latest_seq()) is not pretend
    assert counts == [(4, 2, 2, 1)] * 2


def test_the_limit_is_of_rows_read(store: Store, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row(number) for number in range(9)])
    assert take(store, path, limit=4).read == 4
    assert take(store, path, limit=6).already_there == 4


REFUSALS = [
    (row(""), "no id of its own"),
    (row("x" * 201), "its id is no id"),
    (row("1", requested=""), "does not say when it was received"),
    (row("1", requested="yesterday"), "requested: 'yesterday' is not a time like iso"),
    (row("1", requested="2026-02-30 10:00:00"), "requested: '2026-02-30 10:00:00' is not a time"),
    (
        open_row("1", requested="2099-01-01 08:00:00"),
        "received at 2099-01-01 01:00:00+00:00, which lies in",
    ),
    (row("1", closed="2099-01-01 08:00:00"), "01:00:00+00:00, which lies in the future"),
    (row("1", closed="2026-02-28 07:00:00"), "before it was received"),
    (row("1", closed=""), "its status is 'closed', but it does not say since when"),
    (row("1", status="open"), "its status is 'open', but it was closed at"),
    (row("1", status="kaput"), "status 'kaput' is not one of open, closed, resolved, rejected"),
    (row("1", service=""), "names no service"),
    (row("1", service="ufo"), "service 'ufo' is not one of this city's 4; name its code in"),
    (row("1", latitude=""), "one coordinate without the other"),
    (row("1", latitude="north"), "latitude 'north' is not a number"),
    (row("1", longitude="1068.1"), "longitude 1068.1 is not in degrees"),
    (row("1", latitude="nan"), "latitude 'nan' is not a number"),
    (row("1", latitude="-6_1.5"), "latitude '-6_1.5' is not a number"),
    (row("1", latitude="-６.1"), "is not a number"),
    (row("1", latitude="-96.19"), "not degrees on Earth"),
    (row("1", description="x" * 20_001), "description has 20,001 characters; at most 20,000 fit"),
    (row("1")[:-1], "it has 8 cells where the header has 9"),
    ([*row("1"), "stray"], "it has 10 cells where the header has 9"),
]


@pytest.mark.parametrize(("cells", "reason"), REFUSALS, ids=[reason for _, reason in REFUSALS])
def test_a_row_is_refused_with_its_reason(
    store: Store, tmp_path: Path, cells: list[str], reason: str
) -> None:
    path = write_csv(tmp_path / "a.csv", [row("before"), cells, row("after")])
    report = take(store, path)
    assert (report.read, report.stored, report.refused) == (3, 2, 1)
    [refusal] = rejected(report)
    assert reason in refusal["reason"]
    assert refusal["external_id"] == cells[0]
    assert set(statuses(store)) == {"before", "after"}


def test_an_id_that_comes_twice_is_told(store: Store, tmp_path: Path) -> None:
    report = take(store, write_csv(tmp_path / "a.csv", [row("1"), row("1", closed="")]))
    assert report.stored == 1
    assert rejected(report)[0]["reason"] == "its id '1' is that of line 2 already"


def test_refused_rows_can_be_mended_and_imported(store: Store, tmp_path: Path) -> None:
    south = {"latitude": "-6,19", "longitude": "106,81", "description": "-x =y"}
    path = write_csv(tmp_path / "a.csv", [row("1"), row("2", service="ufo", **south)])
    report = take(store, path, write_preset(tmp_path, 'decimal = ","'))
    assert report.rejects == tmp_path / "a.csv.rejects.csv"
    mended = tmp_path / "mended.csv"
    text = report.rejects.read_text(encoding="utf-8-sig")
    mended.write_text(text.replace("ufo", "flood"), encoding="utf-8")
    assert take(store, mended, write_preset(tmp_path, 'decimal = ","')).stored == 1
    with read(store.engine) as connection:
        found = connection.scalars(select(schema.complaint_details.c.description)).all()
    assert "-x =y" in found
    assert take(store, write_csv(path, [row("1")])).refused == 0
    assert not report.rejects.exists(), "a former run's refusals would mislead"


def test_refused_rows_keep_a_column_that_is_called_reason(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv_text([[*row("", description="x"), "Sanitation"]], [*COLUMNS, "reason"]))
    [refusal] = rejected(take(store, path))
    assert refusal["reason"] == "Sanitation"
    assert "no id of its own" in refusal["refused_because"]


HOSTILE = '=HYPERLINK("http://evil.example","click")'


def test_refused_rows_are_safe_to_open_in_a_spreadsheet(store: Store, tmp_path: Path) -> None:
    cells = row("=1+1", requested=HOSTILE, service="@SUM(A1)", description="+cmd|' /C calc'!A0")
    [refusal] = rejected(take(store, write_csv(tmp_path / "a.csv", [cells])))
    assert refusal["external_id"] == "'=1+1"
    assert refusal["requested"] == "'" + HOSTILE
    assert refusal["service"] == "'@SUM(A1)"
    assert refusal["description"] == "'+cmd|' /C calc'!A0"
    assert refusal["latitude"] == "-6.19", "a number is no formula"


FORMULAS = ["=1", "+a", "-a", "@a", "\tx", "\rx", "-1+1", "=", "--1", "'=1", "''-a"]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_disarmed_and_come_back(text: str) -> None:
    assert safe_text(text) == "'" + text
    assert without_guard(safe_text(text)) == text


@pytest.mark.parametrize("text", ["-6.19", "-6,1754", "+62812", "'", "'a", "'-6,18", "", "a"])
def test_numbers_and_words_come_back_as_they_are(text: str) -> None:
    assert without_guard(safe_text(text)) == text
    assert safe_text(text) == text or text.startswith("'-")


def test_hostile_cells_are_stored_inert_or_refused(any_store: Store, tmp_path: Path) -> None:
    rows = [
        row("script", description="<script>alert(1)</script>"),
        row("formula", description=HOSTILE),
        row("nul", description="a\0b"),
        row("id\0", description="x"),
        row("quote", description='"; DROP TABLE complaints; --\n\nline'),
        row("huge", description="x" * 10_000_000),
        row("after"),
    ]
    report = take(any_store, write_csv(tmp_path / "a.csv", rows))
    assert (report.read, report.stored, report.refused) == (7, 5, 2)
    complaints, details = schema.complaints, schema.complaint_details
    with read(any_store.engine) as connection:
        found = dict(
            connection.execute(
                select(complaints.c.external_id, details.c.description).join_from(
                    complaints, details
                )
            ).all()
        )
    assert found["script"] == "<script>alert(1)</script>"
    assert found["formula"] == HOSTILE
    assert found["nul"] == "a\N{REPLACEMENT CHARACTER}b"
    assert found["quote"] == '"; DROP TABLE complaints; --\n\nline'
    assert "after" in found


def test_a_quote_that_never_closes_is_told_and_what_came_before_is_kept(
    store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    text = csv_text([row("1")]) + '2,"never closed\n' + "x" * 70_000_000
    path.write_text(text, encoding="utf-8")
    report = take(store, path)
    assert report.stored == 1
    assert report.stopped is not None
    assert "a.csv, line" in report.stopped


def test_words_are_found_by_code_name_or_the_presets_own_table(
    store: Store, tmp_path: Path
) -> None:
    preset = write_preset(tmp_path, '[values.service]\n"rubbish heap" = "garbage"')
    words = ["garbage", "Sampah", " GARBAGE ", "Rubbish  Heap"]
    rows = [row(number, service=word) for number, word in enumerate(words)]
    assert take(store, write_csv(tmp_path / "a.csv", rows), preset).stored == 4


def test_what_the_city_lacks_is_added_where_the_preset_says_so(
    any_store: Store, tmp_path: Path
) -> None:
    preset = write_preset(
        tmp_path, 'create_missing = ["service", "unit", "channel"]', unit="department"
    )
    columns = [*COLUMNS, "department"]
    rows = [
        [*row("1", service="Tikus & Kecoa", channel="Twitter/X"), "Dinas Baru"],
        [*row("2", service="tikus & kecoa", channel="Twitter X"), "Dinas Baru"],
        [*row("3", service="Tikus Kecoa", channel="app"), "dsda"],
    ]
    path = tmp_path / "a.csv"
    path.write_text(csv_text(rows, columns), encoding="utf-8")
    planned = take(any_store, path, preset, pretend=True).added
    assert len(any_store.reference().services) == 4
    report = take(any_store, path, preset)
    assert report.added == planned
    assert report.added == {
        "service": ["Tikus & Kecoa", "Tikus Kecoa"],
        "unit": ["Dinas Baru"],
        "channel": ["Twitter/X", "Twitter X"],
    }
    reference = any_store.reference()
    service = reference.service_by_code["tikus-kecoa"]
    assert (service.names, service.group_code) == ({"id": "Tikus & Kecoa"}, "other")
    assert reference.units[service.agency_id or 0].name == "Dinas Baru"
    assert {"tikus-kecoa-2", "dinas-baru", "twitter-x", "twitter-x-2"} <= (
        reference.service_by_code.keys()
        | reference.unit_by_code.keys()
        | reference.channel_by_code.keys()
    )


def test_rejected_complaints_are_rejected(store: Store, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row("1", status="Rejected"), open_row("2"), row("3")])
    take(store, path)
    assert statuses(store) == {"1": "rejected", "2": "waiting", "3": "resolved"}


def test_places_are_counted_as_they_are(store: Store, tmp_path: Path) -> None:
    rows = [
        row("in"),
        row("out", latitude="-7", longitude="110"),
        row("zero", latitude="0", longitude="0.0"),
        row("none", latitude="", longitude=""),
    ]
    report = take(store, write_csv(tmp_path / "a.csv", rows))
    assert (report.stored, report.outside, report.without_coordinates) == (4, 1, 2)


def test_a_district_by_code_or_name_places_what_has_no_coordinates(
    store: Store, tmp_path: Path
) -> None:
    records = objects([row("1", latitude="", longitude=""), row("2", latitude="", longitude="")])
    records[0]["district"], records[1]["district"] = "20.1", "dadap"
    assert take(store, write_json(tmp_path / "a.json", records)).stored == 2
    reference, complaints = store.reference(), schema.complaints
    with read(store.engine) as connection:
        ids = connection.scalars(select(complaints.c.district_id).order_by(complaints.c.id)).all()
    assert [reference.districts[key or 0].name for key in ids] == ["Cemara", "Dadap"]


def test_a_name_of_two_districts_is_refused_and_its_code_is_not(
    store: Store, tmp_path: Path
) -> None:
    with write(store.engine) as connection:
        connection.execute(
            update(schema.districts)
            .where(schema.districts.c.code.in_(["10.1", "20.2"]))
            .values(name="Utara")
        )
        touch_reference(connection)
    store.forget()
    records = objects([row(number, latitude="", longitude="") for number in range(3)])
    for record, district in zip(records, ["utara", "20.2", "Beringin"], strict=True):
        record["district"] = district
    report = take(store, write_json(tmp_path / "a.json", records))
    assert report.stored == 2
    assert rejected(report)[0]["reason"] == "district 'utara' is ambiguous; use its code"


def test_another_citys_file_is_noticed_before_anything_is_stored(
    store: Store, tmp_path: Path
) -> None:
    rows = [row(number, latitude="42.32", longitude="-71.08") for number in range(30)]
    path = write_csv(tmp_path / "a.csv", rows)
    with pytest.raises(WrongCity, match="none of the first 30 places lies in Kota Uji"):
        take(store, path)
    assert store.latest_seq() == 0
    assert take(store, path, force=True).outside == 30


def test_refused_rows_of_a_workbook(store: Store, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [row(5, closed=None), row(6)])
    [refusal] = rejected(take(store, path))
    assert (refusal["external_id"], refusal["closed"]) == ("5", "")
