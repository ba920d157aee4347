"""Lists of officers as offices write them: read whole, or not at all and told why."""

from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select

from data.accountability.listing import read_terms
from data.accountability.officer_file import read_officers
from data.accountability.officers import Kept, OfficerError, keep_terms
from data.accountability.tables import officers, posts, terms
from data.database import read
from data.imports.table import TableError
from data.store import Store

INDONESIAN = """\
Daftar Lurah;;;;
Unit Kerja;Jabatan;Nama Pejabat;TMT;s.d.
Kelurahan Angsana;Lurah Angsana;Budi Contoh, S.Sos;1 Januari 2025;30-06-2026
kel-10.1;Plt. Lurah Angsana;Sari Contoh;01/07/2026;
10.2;Lurah Beringin;Tono Contoh;3 Feb 2024;sekarang
"""
ENGLISH = """\
unit,post,officer,from,until
kel-10.1,Head of Angsana,"Budi Contoh, S.Sos",2025-01-01,2026-06-30
kel-10.1,Head of Angsana,Sari Contoh,2026-07-01,
kel-10.2,Head of Beringin,Tono Contoh,2024-02-03,
"""


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "officers.csv"
    path.write_text(text, encoding=encoding)
    return path


def imported(store: Store, path: Path, *, replace: bool = False) -> Kept:
    return keep_terms(store, read_officers(path, store.reference()), replace=replace)


def known(store: Store, at: datetime | None = None) -> list[tuple[str, str, date, date | None]]:
    units = store.reference().units
    with read(store.engine) as connection:
        return [
            (units[term.unit_id].code, term.officer_name, term.from_date, term.until_date)
            for term in read_terms(connection, at)
        ]


EXPECTED = [
    ("kel-10.1", "Budi Contoh, S.Sos", date(2025, 1, 1), date(2026, 6, 30)),
    ("kel-10.1", "Sari Contoh", date(2026, 7, 1), None),
    ("kel-10.2", "Tono Contoh", date(2024, 2, 3), None),
]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_an_indonesian_list_is_read(any_store: Store, tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, INDONESIAN, encoding)
    assert imported(any_store, path) == Kept(added=3)
    assert known(any_store) == EXPECTED
    with read(any_store.engine) as connection:
        titles = connection.scalars(select(posts.c.titles).order_by(posts.c.id)).all()
    assert titles == [{"id": "Lurah Angsana"}, {"id": "Lurah Beringin"}]  # an acting one is that


def test_both_languages_are_of_one_post_and_repeating_changes_nothing(
    any_store: Store, tmp_path: Path
) -> None:
    imported(any_store, written(tmp_path, INDONESIAN))
    assert imported(any_store, written(tmp_path, ENGLISH)) == Kept(unchanged=3)
    assert imported(any_store, written(tmp_path, ENGLISH)) == Kept(unchanged=3)
    assert known(any_store) == EXPECTED
    with read(any_store.engine) as connection:
        titles = connection.scalars(select(posts.c.titles).order_by(posts.c.id)).first()
        numbers = [
            connection.scalar(select(func.count()).select_from(table))
            for table in (posts, officers, terms)
        ]
    assert titles == {"id": "Lurah Angsana", "en": "Head of Angsana"}
    assert numbers == [2, 3, 3]


def test_a_workbook_with_real_dates_is_read(any_store: Store, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Kode Unit", "Nama", "Mulai", "Sampai"])
    sheet.append(["kel-10.1", "Budi Contoh, S.Sos", date(2025, 1, 1), datetime(2026, 6, 30)])
    sheet.append(["kel-10.1", "Sari Contoh", "1 Juli 2026", None])
    sheet.append(["kel-10.2", "Tono Contoh", datetime(2024, 2, 3), "-"])
    book.save(tmp_path / "officers.xlsx")
    imported(any_store, tmp_path / "officers.xlsx")
    assert known(any_store) == EXPECTED


_HEAD = "unit,post,officer,from,until\n"
WRONG = [
    ("kel-9,,A,2025-01-01,", "line 2: unit 'kel-9' is not one of Kota Uji's 6 units; write a code"),
    ("kel-10.1,,,2025-01-01,", "line 2: the officer has no name; write it"),
    ("kel-10.1,,A,,", "line 2: A has no first day in office; write it under 'from'"),
    ("kel-10.1,,A,soon,", "line 2: from 'soon' is not a date; write it like 2026-10-31"),
    ("kel-10.1,,A,31/02/2025,", "line 2: from '31/02/2025' is not a date"),
    ("kel-10.1,,A,1025-01-01,", "line 2: from 1025-01-01 is not from 1945 to 2100; mend its year"),
    ("kel-10.1,,A,2025-02-01,2025-01-31", "until 2025-01-31, which is earlier; put the dates in"),
    ("kel-10.1,,196812311990031001,2025-01-01,", "an employee number tells a date of birth"),
    (f"kel-10.1,,{'A' * 201},2025-01-01,", "is longer than 200 characters"),
    ("kel-10.1,,A\x07,2025-01-01,", "has a character that cannot be printed; take it out"),
    (
        "kel-10.1,,A,2025-01-01,2025-06-30\nkel-10.1,,B,2025-06-30,",
        "line 3: B from 2025-06-30 overlaps the term of line 2: A has the same post of kel-10.1 "
        "from 2025-01-01 until 2025-06-30, that day included; mend one of them",
    ),
    (
        "kel-10.1,,A,2025-01-01,\nkel-10.1,,B,2025-02-01,2025-02-28\nkel-10.1,,C,2025-03-01,",
        "line 4: C from 2025-03-01 overlaps the term of line 2: A",  # though B lies between
    ),
    ("kel-10.1,Lurah,A,2025-01-01,2025-01-31\nkel-10.1,Camat,B,2025-02-01,", "give each a post_co"),
    ("", "has no officers below its headings; add a row"),
]


@pytest.mark.parametrize(("rows", "message"), WRONG)
def test_what_cannot_be_is_told_and_nothing_is_stored(
    store: Store, tmp_path: Path, rows: str, message: str
) -> None:
    path = written(
        tmp_path, f"{_HEAD}{rows}\nkel-20.1,,Good Contoh,2025-01-01,\n" if rows else _HEAD
    )
    with pytest.raises(OfficerError) as caught:
        imported(store, path)
    assert message in str(caught.value)
    with read(store.engine) as connection:
        for table in (posts, officers, terms):
            assert connection.scalar(select(func.count()).select_from(table)) == 0


def test_every_wrong_row_has_its_line(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, _HEAD + "x,,A,2025-01-01,\nkel-10.1,,B,2025-01-01,\ny,,C,soon,\n")
    with pytest.raises(OfficerError) as caught:
        imported(store, path)
    assert [problem.line for problem in caught.value.problems] == [2, 4]


def test_two_people_of_one_code_are_told(store: Store, tmp_path: Path) -> None:
    rows = "unit,officer_code,officer,from\nkel-10.1,1,A,2025-01-01\nkel-10.2,1,B,2025-01-01\n"
    with pytest.raises(OfficerError, match="officer_code '1' is B here and A in line 2"):
        imported(store, written(tmp_path, rows))


def test_a_file_without_the_columns_says_which(store: Store, tmp_path: Path) -> None:
    with pytest.raises(OfficerError, match=r"lacks a column for from \(also from date"):
        imported(store, written(tmp_path, "unit,officer\nkel-10.1,A\n"))
    (tmp_path / "officers.pdf").write_bytes(b"%PDF-1.7 x")
    with pytest.raises(TableError, match="is a PDF"):
        read_officers(tmp_path / "officers.pdf", store.reference())


def test_a_successor_needs_the_last_day_of_the_former(any_store: Store, tmp_path: Path) -> None:
    imported(any_store, written(tmp_path, _HEAD + "kel-10.1,,A,2025-01-01,\n"))
    successor = "kel-10.1,,B,2026-07-01,\n"
    with pytest.raises(OfficerError, match=r"line 2: B .* that is stored: A .*give its last day"):
        imported(any_store, written(tmp_path, _HEAD + successor))
    assert [row[1] for row in known(any_store)] == ["A"]
    both = _HEAD + "kel-10.1,,A,2025-01-01,2026-06-30\n" + successor
    assert imported(any_store, written(tmp_path, both)) == Kept(added=1, changed=1)
    assert [row[1:] for row in known(any_store)] == [
        ("A", date(2025, 1, 1), date(2026, 6, 30)),
        ("B", date(2026, 7, 1), None),
    ]


def test_replace_withdraws_what_the_file_leaves_out(any_store: Store, tmp_path: Path) -> None:
    rows = _HEAD + "kel-10.1,,A,2025-01-01,\nkel-10.2,,C,2025-01-01,\n"
    imported(any_store, written(tmp_path, rows))
    other = written(tmp_path, _HEAD + "kel-10.1,,B,2025-01-01,\n")
    assert imported(any_store, other, replace=True) == Kept(added=1, withdrawn=1)
    assert [row[1] for row in known(any_store)] == ["B", "C"]  # other posts are left alone


def test_one_can_ask_what_was_known_then(any_store: Store, tmp_path: Path) -> None:
    imported(any_store, written(tmp_path, _HEAD + "kel-10.1,,A,2025-01-01,\n"))
    then = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    with any_store.engine.begin() as connection:
        connection.execute(terms.update().values(recorded_at=then))
    imported(any_store, written(tmp_path, _HEAD + "kel-10.1,,A,2025-01-01,2025-12-31\n"))
    assert [row[3] for row in known(any_store, then)] == [None]
    assert [row[3] for row in known(any_store)] == [date(2025, 12, 31)]
    assert known(any_store, datetime.fromisoformat("2025-12-31T23:59:59+00:00")) == []


def test_the_commands_import_list_and_export(app: Flask, store: Store, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    path = written(tmp_path, INDONESIAN)
    assert (
        "3 terms can be stored" in run(args=["officers", "import", str(path), "--dry-run"]).output
    )
    assert known(store) == []
    assert "3 terms added" in run(args=["officers", "import", str(path)]).output
    listed = run(args=["officers", "list", "--at", "2026-07-01"]).output
    assert "kel-10.1\thead Lurah Angsana\tSari Contoh\t2026-07-01 – …" in listed
    assert "Budi" not in listed
    assert "4 of 6 units have nobody on 2026-07-01" in listed
    out = tmp_path / "out.csv"
    assert run(args=["officers", "export", "--out", str(out)]).exit_code == 0
    again = run(args=["officers", "import", str(out), "--replace"])
    assert "0 terms added, 0 changed, 0 withdrawn, 3 as they were" in again.output
    wrong = run(args=["officers", "import", str(written(tmp_path, _HEAD + "x,,A,2025-01-01,\n"))])
    assert wrong.exit_code == 1
    assert "nothing was stored from officers.csv:\nline 2: unit 'x' is not one of" in wrong.output
    assert "is not a date" in run(args=["officers", "list", "--at", "soon"]).output


def test_all_that_is_wrong_is_told_at_once_and_by_a_dry_run_too(
    app: Flask, store: Store, tmp_path: Path
) -> None:
    imported(store, written(tmp_path, _HEAD + "kel-10.1,,A,2025-01-01,\n"))
    path = written(tmp_path, _HEAD + "Angsana,,B,2025-03-01,2025-03-05\nx,,C,2025-01-01,\n")
    run = app.test_cli_runner().invoke
    for more in ([], ["--dry-run"]):
        said = run(args=["officers", "import", str(path), *more])
        assert said.exit_code == 1
        assert "line 2: B from 2025-03-01 overlaps the term that is stored: A" in said.output
        assert "line 3: unit 'x' is not one of" in said.output
    assert len(known(store)) == 1


def test_a_place_names_the_unit_that_answers_for_it(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path, "Kelurahan,Nama Pejabat,TMT\n Angsana ,Budi,2025-01-01\n")
    imported(store, path)
    assert [row[0] for row in known(store)] == ["kel-10.1"]


def test_a_name_that_looks_like_a_formula_comes_back_as_it_was(
    app: Flask, store: Store, tmp_path: Path
) -> None:
    imported(store, written(tmp_path, _HEAD + "kel-10.1,=Lurah,@Budi,2025-01-01,\n"))
    out = tmp_path / "out.csv"
    app.test_cli_runner().invoke(args=["officers", "export", "--out", str(out)])
    assert ",'=Lurah,budi,'@Budi," in out.read_text()
    assert imported(store, out) == Kept(unchanged=1)
    assert [row[1] for row in known(store)] == ["@Budi"]
