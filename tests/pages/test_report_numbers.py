"""One number everywhere: PDF, spreadsheet, CSV, page and address say the same of every unit."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from components.report_tables import subjects_view
from data.bulk import record_histories
from data.evaluation.editions import find_edition
from data.i18n import use_language
from data.store import Store
from queries.evaluation.model import COMPONENTS, Evaluation
from reports.evaluation.components import components
from reports.evaluation.fairness_page import cutoffs_of, fairness_page, rule_titles
from reports.evaluation.lifecycle import draft_edition, issue_edition, material_of_edition
from reports.evaluation.material import Material
from reports.evaluation.tables import subject_tables
from tests.queries.random_city import HISTORIES

SEEN = datetime(2026, 4, 10, 5, tzinfo=UTC)
_FIRST_SHEET = 2  # city, units; no officers
STEM = "pantau-evaluation-2026-03"


@pytest.fixture
def address(store: Store) -> str:
    assert record_histories(store, HISTORIES).refused == []
    draft = draft_edition(store, "2026-03", by="Biro", seen_at=SEEN)
    number = issue_edition(store, draft.id, by="Biro").id
    return f"/api/evaluations/{number}/files"


def texts(node: Any) -> Iterator[str]:
    """All that a drawn component says, in order."""
    if isinstance(node, (list, tuple)):
        for one in node:
            yield from texts(one)
    elif isinstance(node, (str, int, float)):
        yield str(node)
    elif isinstance(node, dict):  # a plain element, see components.plain
        yield from texts(node["props"].get("children"))
    elif node is not None:
        yield from texts(getattr(node, "children", None))


def squeezed(words: str) -> str:
    return re.sub(r"[\s·\u200b]+", "", words)


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_number_is_the_same_everywhere(
    app: Flask, client: FlaskClient, store: Store, address: str, language: str
) -> None:
    told = Evaluation.from_json(client.get(f"{address}/evaluation.json").get_data(as_text=True))
    pdf = client.get(f"{address}/{STEM}-{language}.pdf").data
    in_pdf = squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))
    lines = csv.DictReader(
        io.StringIO(client.get(f"{address}/{STEM}-{language}.csv").get_data(as_text=True))
    )
    in_csv = {(line["code"], line["component"]): line for line in lines}
    xlsx = client.get(f"{address}/{STEM}-{language}.xlsx").data
    book = openpyxl.load_workbook(io.BytesIO(xlsx))
    material = material_of_edition(store, find_edition(store, 1))
    with app.test_request_context("/reports/1"), use_language(language):
        page = squeezed("".join(texts(subjects_view(subject_tables(material)[0]))))
        written = {component.code: component.text for component in components()}
    assert len(told.units) > 4 and told.officers == ()
    for place, code in enumerate(COMPONENTS):
        sheet = book.worksheets[_FIRST_SHEET + place]
        rows = {row[0].value: row for row in sheet.iter_rows(min_row=3)}
        hours = 3600 if code == "median_response" else 1
        for unit in told.units:
            own, line = unit.components[code], in_csv[unit.code, code]
            assert line["value"] == ("" if own.value is None else str(own.value))
            assert (int(line["n"]), int(line["cases"])) == (own.n, unit.n)
            assert float(line["score"]) == unit.score
            value, n = rows[unit.code][3].value, rows[unit.code][6].value
            assert n == own.n
            assert value == (None if own.value is None else pytest.approx(own.value / hours))
            if own.value is not None:
                with use_language(language):
                    shown = squeezed(written[code](own.value))
                assert shown in in_pdf and shown in page, (unit.code, code)
    with use_language(language):
        rows = [squeezed(_row_text(row)) for row in subject_tables(material)[0]["rows"]]
    _check_marks(material)
    for row in rows:
        assert row in in_pdf, row
        assert row in page, row


def _check_marks(material: Material) -> None:
    """As many units are marked under each other rule as are said to stand elsewhere."""
    found = fairness_page(material)
    rules = list(rule_titles(cutoffs_of(material.evaluation.fairness)))
    for place, rule in enumerate(rules[1:], start=1):
        marked = sum(row["cells"][place][1] for row in found["rows"])
        moved = material.evaluation.fairness.moved
        assert marked == moved.get(rule, moved.get(f"cutoff_{rule}")), rule


def _row_text(row: dict[str, Any]) -> str:
    """The first cells of a unit's row, as both the page and the PDF set them."""
    return f"{row['name']}{row['about']}{row['n']}"


def test_the_list_of_editions_says_the_figures_own_maturity(
    client: FlaskClient, address: str
) -> None:
    [listed] = client.get("/api/evaluations.json").get_json()
    told = json.loads(client.get(f"{address}/evaluation.json").data)
    assert listed["maturity"] == told["maturity"]
    assert listed["through_seq"] == told["through_seq"]
