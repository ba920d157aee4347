"""Importing: what kinds of file are read, and how wrong ones are told."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from data import schema
from data.database import read
from data.imports.mapping import MissingColumns
from data.imports.table import TableError
from data.store import Store
from tests.data.import_files import (
    COLUMNS,
    csv_text,
    objects,
    open_row,
    row,
    take,
    write_csv,
    write_json,
    write_preset,
    write_xlsx,
    write_zip,
)

ROWS = [row("a-1"), open_row("a-2", description="Café – “banjir” 🌊")]


def descriptions(store: Store) -> dict[str, str]:
    complaints, details = schema.complaints, schema.complaint_details
    with read(store.engine) as connection:
        rows = connection.execute(
            select(complaints.c.external_id, details.c.description).join_from(complaints, details)
        )
        return {key: text for key, text in rows}


EXPECTED = {"a-1": "Sampah menumpuk", "a-2": "Café – “banjir” 🌊"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_in_any_unicode(store: Store, tmp_path: Path, encoding: str) -> None:
    report = take(store, write_csv(tmp_path / "a.csv", ROWS, encoding))
    assert (report.read, report.stored, report.closed) == (2, 2, 1)
    assert descriptions(store) == EXPECTED


def test_csv_as_spreadsheets_of_europe_write_it(store: Store, tmp_path: Path) -> None:
    """Windows-1252, semicolons, decimal commas, day first, the line ends of an old Macintosh."""
    preset = write_preset(
        tmp_path, 'decimal = ","\ndatetime_formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]'
    )
    rows = [
        row(
            "1",
            requested="02/03/2026 08:15",
            closed="03/03/2026",
            description="Café –",
            latitude="-6,19",
            longitude="106,81",
        )
    ]
    path = tmp_path / "a.csv"
    path.write_bytes(csv_text(rows, delimiter=";", lineterminator="\r").encode("cp1252"))
    report = take(store, path, preset)
    assert (report.stored, report.outside) == (1, 0)
    assert report.format == "CSV, cp1252, semicolon-separated"
    assert descriptions(store) == {"1": "Café –"}
    assert report.earliest == datetime.fromisoformat("2026-03-02T08:15+07:00")


def test_a_broken_letter_spoils_no_other(store: Store, tmp_path: Path) -> None:
    text = csv_text([row("1", description="café – naïve"), row("2", description="cut?")])
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode().replace(b"cut?", b"cut\xc3"))
    assert take(store, path).format == "CSV, utf-8 with broken letters: 1, comma-separated"
    assert descriptions(store) == {"1": "café – naïve", "2": "cut\N{REPLACEMENT CHARACTER}"}


def test_zipped_csv(store: Store, tmp_path: Path) -> None:
    members = {"__MACOSX/._a.csv": "x", "folder/a.csv": csv_text(ROWS)}
    assert take(store, write_zip(tmp_path / "a.zip", members)).stored == 2
    assert descriptions(store) == EXPECTED


def test_xlsx_with_real_dates_and_numbers(store: Store, tmp_path: Path) -> None:
    cells = row(
        7001.0,
        requested=datetime(2026, 3, 1, 8, 0),
        closed=datetime(2026, 3, 1, 20, 30),
        latitude=-6.19,
        longitude=106.81,
    )
    path = write_xlsx(tmp_path / "a.xlsx", [cells, [None] * 9, open_row("x-2", closed=None)])
    report = take(store, path)
    assert (report.read, report.stored, report.closed, report.outside) == (2, 2, 1, 0)
    assert set(descriptions(store)) == {"7001", "x-2"}
    assert report.earliest == datetime.fromisoformat("2026-03-01T08:00+07:00")


def test_a_sheet_is_chosen_by_the_preset(store: Store, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ROWS)
    preset = write_preset(tmp_path, 'sheet = "Aduan"')
    with pytest.raises(TableError, match="no sheet 'Aduan'; it has Sheet"):
        take(store, path, preset)


@pytest.mark.parametrize("shape", ["array", "object", "lines", "key"])
def test_json_of_every_shape(store: Store, tmp_path: Path, shape: str) -> None:
    path, records = tmp_path / "a.json", objects(ROWS)
    preset = write_preset(tmp_path, 'records = "answer.rows"' if shape == "key" else "")
    if shape == "lines":
        path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    else:
        content = {
            "array": records,
            "object": {"count": 2, "rows": records},
            "key": {"answer": {"rows": records, "others": records}},
        }
        write_json(path, content[shape])
    assert take(store, path, preset).stored == 2
    assert descriptions(store) == EXPECTED


def test_nested_json_is_reached_by_dots(store: Store, tmp_path: Path) -> None:
    record = objects(ROWS)[1]
    record["location"] = {"lat": record.pop("latitude"), "lng": float(record.pop("longitude"))}
    path = write_json(tmp_path / "a.json", [record])
    preset = write_preset(tmp_path, latitude="location.lat", longitude="location.lng")
    assert take(store, path, preset).outside == 0


def test_the_columns_may_have_other_names_and_cases(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv_text(ROWS, [f" {name.upper()} " for name in COLUMNS]), encoding="utf-8")
    assert take(store, path).stored == 2


def test_missing_columns_are_named_and_so_are_those_found(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,when,what\n1,2,3\n", encoding="utf-8")
    with pytest.raises(MissingColumns) as error:
        take(store, path, "boston311")
    message = str(error.value)
    assert "case_enquiry_id, open_dt, target_dt or sla_target_dt" in message
    assert message.endswith("columns are: id, when, what")
    assert store.latest_seq() == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \r\n\n", "is empty"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "old Excel file"),
        (b"<html><body>404</body></html>", "XML or HTML"),
        (bytes(range(256)) * 40, "is not text"),
        (b"PK\x03\x04 cut off", "damaged or incomplete archive"),
        (b"[1, 2, 3]", "not a list of objects"),
        (b'[{"a": 1', "is not JSON"),
        (b'{"a": 1}\n{"a": \n', "line 2 is not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": [{"b": 1}], "c": [{"b": 1}]}', "holds 2 lists"),
        (b"[]", "holds no records"),
    ],
)
def test_a_wrong_file_gets_one_clear_sentence(
    store: Store, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=message) as error:
        take(store, path)
    assert "wrong.csv" in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "wrong.csv.rejects.csv").exists()


def test_an_archive_must_hold_one_table(store: Store, tmp_path: Path) -> None:
    two = {"a.csv": csv_text(ROWS), "b.csv": csv_text(ROWS)}
    with pytest.raises(TableError, match=r"exactly one CSV or JSON file; it holds 2 \(a.csv, b.cs"):
        take(store, write_zip(tmp_path / "two.zip", two))


def test_a_truncated_archive_is_told(store: Store, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", ROWS)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(TableError, match="damaged or incomplete archive"):
        take(store, path)


def test_a_file_that_is_not_there_or_a_folder(store: Store, tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.csv", tmp_path):
        with pytest.raises(TableError, match="cannot be opened"):
            take(store, path)


def test_an_encoding_the_preset_names_is_held_to(store: Store, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [row("1", description="Café")], "cp1252")
    with pytest.raises(TableError, match="is not utf-8: it fails near byte"):
        take(store, path, write_preset(tmp_path, 'encoding = "utf-8"'))
    with pytest.raises(TableError, match="'klingon' of the preset is unknown"):
        take(store, path, write_preset(tmp_path, 'encoding = "klingon"'))
