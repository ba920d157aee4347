"""The spreadsheet and the CSV of an evaluation hold its very numbers, typed."""

import csv
import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl import Workbook

from data.i18n import use_language
from queries.evaluation.model import COMPONENTS, DIFFERENCES, STATES, SUBJECT_KINDS
from queries.measured import Measured
from reports.evaluation.components import components
from reports.evaluation.material import Material
from reports.evaluation.sheets import all_sheets
from reports.evaluation.tables_csv import cases_csv, figures_csv
from reports.evaluation.workbook import evaluation_workbook, sheet_name
from tests.reports.evaluation_sample import HOSTILE_NAMES, METHOD, make_evaluation

UNITS = [(f"kel-{i:02d}", f"Kelurahan Contoh {i:02d}", "district_office") for i in range(40)]
HOSTILE = [(f"u-{i}", name, "agency") for i, name in enumerate(HOSTILE_NAMES)]


@pytest.fixture(scope="module")
def material() -> Material:
    return Material(make_evaluation([*UNITS, *HOSTILE]), METHOD)


def opened(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def rows_of(page: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in page.iter_rows(min_row=3)]


def of(component: str, measured: Measured) -> list[float | None]:
    hours = 3600 if component == "median_response" else 1
    numbers = (measured.value, measured.low, measured.high)
    return [None if number is None else number / hours for number in numbers]


@pytest.mark.parametrize("language", ["en", "id"])
def test_each_component_has_a_sheet_with_its_numbers(material: Material, language: str) -> None:
    book = opened(evaluation_workbook(material, language))
    offset = 3  # city, units, officers
    subjects = (*material.evaluation.units, *material.evaluation.officers)
    for place, code in enumerate(COMPONENTS):
        rows = rows_of(book.worksheets[offset + place])
        assert len(rows) == len(subjects)
        for row, subject in zip(rows, subjects, strict=True):
            found = subject.components[code]
            assert row[0] == subject.code
            assert row[3:6] == pytest.approx(of(code, found)), (code, subject.code)
            assert row[6] == found.n
            assert row[11] == pytest.approx(subject.parts.get(code))


def test_the_sheet_of_units_is_typed_frozen_and_filtered(material: Material) -> None:
    page = opened(evaluation_workbook(material, "en"))["Units"]
    assert page.freeze_panes == "C3"
    assert page.auto_filter.ref.startswith("A2:")
    heads = [cell.value for cell in page[2]]
    for row, unit in zip(page.iter_rows(min_row=3), material.evaluation.units, strict=True):
        cells = dict(zip(heads, row, strict=True))
        assert cells["Cases"].value == unit.n and cells["Cases"].data_type == "n"
        assert cells["Score"].value == pytest.approx(unit.score)
        assert cells["Score"].number_format == "0.0"
        rank = (cells["Rank from"].value, cells["Rank to"].value)
        assert rank == (unit.rank or (None, None))
        assert (cells["Ranked"].value == "ranked") == unit.is_ranked
        assert cells["Resolved"].number_format == "0.0%"


def test_flags_and_fairness_are_whole(material: Material) -> None:
    book = opened(evaluation_workbook(material, "en"))
    cases = [case for flag in material.evaluation.flags for case in flag.cases]
    assert [row[2] for row in rows_of(book["Flagged cases"])] == cases
    fairness = rows_of(book["Fairness"])
    for row, found in zip(fairness, material.evaluation.fairness.rows, strict=True):
        assert row[4:8] == [
            found.score_rank,
            found.standardised_rank,
            found.raw_rank,
            found.former_points_rank,
        ]
    funnel = rows_of(book["Funnel plot"])
    assert [row[4] for row in funnel] == pytest.approx(
        [point.ratio for point in material.evaluation.funnel.points]
    )


def test_the_method_sheet_is_the_method(material: Material) -> None:
    page = opened(evaluation_workbook(material, "en"))["Method"]
    column = [cell.value for cell in page["A"] if cell.value]
    lines = [line for line in METHOD.splitlines() if line]
    assert column[-len(lines) :] == lines
    assert material.fingerprint in [cell.value for cell in page["B"]]


def test_text_that_looks_like_a_formula_stays_text(material: Material) -> None:
    content = evaluation_workbook(material, "en")
    names = {row[0]: row[1] for row in rows_of(opened(content)["Units"])}
    for code, name, _kind in HOSTILE:
        if "\x07" not in name:
            assert names[code] == name
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) > len(COMPONENTS)
        assert not any(b"<f>" in archive.read(name) for name in sheets)
        assert not any("hyperlink" in name or "rels/sheet" in name for name in archive.namelist())


def test_csv_holds_the_same_numbers(material: Material) -> None:
    lines = list(csv.DictReader(io.StringIO(figures_csv(material, "id").decode())))
    subjects = (*material.evaluation.units, *material.evaluation.officers)
    assert len(lines) == len(subjects) * (len(COMPONENTS) + 1)
    by_key = {(line["code"], line["component"]): line for line in lines}
    for subject in subjects:
        for code in COMPONENTS:
            line, found = by_key[subject.code, code], subject.components[code]
            for name in ("value", "low", "high"):
                number = getattr(found, name)
                assert line[name] == ("" if number is None else str(number))
            assert int(line["n"]) == found.n
    titles = {line["component"]: line["title"] for line in lines}
    assert titles["satisfaction"] == "Kepuasan"


@pytest.mark.parametrize("is_demo", [False, True])
def test_tables_of_made_up_data_say_so(material: Material, is_demo: bool) -> None:
    found = replace(material, is_demo=is_demo)
    *sheets, method = opened(evaluation_workbook(found, "en")).worksheets
    assert all(("Demo data, made up" in page["A1"].value) == is_demo for page in sheets)
    assert ("Demo data, made up" in [cell.value for cell in method["B"]]) == is_demo
    for content in (figures_csv(found, "id"), cases_csv(found, "id")):
        lines = csv.DictReader(io.StringIO(content.decode()))
        assert {line["demo"] for line in lines} == {str(int(is_demo))}


def test_csv_codes_are_the_same_in_every_language(material: Material) -> None:
    for make in (figures_csv, cases_csv):
        told = [
            [{**line, "title": ""} for line in csv.DictReader(io.StringIO(content.decode()))]
            for content in (make(material, "id"), make(material, "en"))
        ]
        assert told[0] == told[1]
    lines = csv.DictReader(io.StringIO(figures_csv(material, "id").decode()))
    for line in lines:
        assert line["kind"] in SUBJECT_KINDS and line["ranked"] in ("1", "0")
        assert line["state"] in STATES and line["differs"] in ("", *DIFFERENCES)


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_name_of_a_sheet_is_cut(material: Material, language: str) -> None:
    with use_language(language):
        names = [sheet.name for sheet in all_sheets(material)]
    book = opened(evaluation_workbook(material, language))
    assert [page.title for page in book.worksheets][:-1] == names


def test_csv_cells_are_no_formulas(material: Material) -> None:
    for content in (figures_csv(material, "en"), cases_csv(material, "en")):
        for line in csv.reader(io.StringIO(content.decode())):
            assert not any(cell.startswith(("=", "@", "+")) for cell in line)
    cases = list(csv.DictReader(io.StringIO(cases_csv(material, "en").decode())))
    assert [line["service_request_id"] for line in cases] == [
        case for flag in material.evaluation.flags for case in flag.cases
    ]


def test_names_of_sheets_fit_what_excel_allows() -> None:
    long = "a/b:c*d?e[f]g\\" + "x" * 40
    first = sheet_name(long, [])
    second = sheet_name(long, [first])
    assert len(first) <= 31 and len(second) <= 31 and first.lower() != second.lower()
    assert not set("[]:*?/\\") & set(first + second)
    assert len({component.code for component in components()}) == len(COMPONENTS)


def test_libreoffice_opens_the_workbook(material: Material, tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    path = tmp_path / "evaluation.xlsx"
    path.write_bytes(evaluation_workbook(material, "id"))
    home = f"-env:UserInstallation=file://{tmp_path}/profile"
    sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"
    command = [program, home, "--headless", "--convert-to", sheet, "--outdir", str(tmp_path)]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=240)
    (converted,) = tmp_path.glob("*.csv")
    lines = list(csv.reader(io.StringIO(converted.read_text(encoding="utf-8"))))
    for line, unit in zip(lines[2:], material.evaluation.units, strict=True):
        assert line[0] == unit.code
        assert int(line[4].replace(".", "").replace(",", "")) == unit.n
