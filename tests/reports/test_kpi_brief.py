"""The KPI brief: one page, with the numbers that the KPI report answers."""

import io
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader

from data.bulk import record_histories
from data.i18n import format_duration, format_percent, use_language
from data.store import Store
from queries.filters import ComplaintFilter
from queries.kpi.report import kpi_report
from reports.kpi_brief import Fall, Figure, KpiBrief, Panel, Shift, brief_of, kpi_brief_pdf
from reports.kpi_brief_page import change_text
from tests.queries.random_city import make_histories
from tests.reports.evaluation_sample import HOSTILE_NAMES

PERIOD = ComplaintFilter(start=date(2026, 2, 25), end=date(2026, 3, 12))
PANELS = ("response", "officers", "satisfaction", "users", "worse")


def page_text(pdf: bytes) -> str:
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", page.extract_text())


@pytest.fixture
def filled(store: Store) -> Store:
    record_histories(store, make_histories(3, 400))
    return store


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_page_has_the_numbers_of_the_report(filled: Store, language: str) -> None:
    report = kpi_report(filled, PERIOD, language, PANELS)
    text = page_text(kpi_brief_pdf(brief_of(report, "WIB"), language))
    first, _p90, day, _week = report["kpis"]["response"]["indicators"]
    with use_language(language):
        assert format_duration(first["now"]["value"]) in text
        assert format_percent(day["now"]["value"]) in text
    assert report["sentence"] in text
    assert f"n {first['now']['n']}" in text
    assert "WIB" in text


def test_the_command_writes_it(app: Flask, filled: Store, tmp_path: Path) -> None:
    out = tmp_path / "brief.pdf"
    arguments = ["kpi", "brief", "--out", str(out), "--start", "2026-02-25", "--end", "2026-03-12"]
    result = app.test_cli_runner().invoke(args=[*arguments, "--language", "en"])
    assert result.exit_code == 0, result.output
    assert "KPI brief" in page_text(out.read_bytes())
    refused = app.test_cli_runner().invoke(args=[*arguments, "--service", "nothing"])
    assert refused.exit_code == 1 and "nothing" in refused.output


def test_the_same_brief_gives_the_same_bytes(filled: Store) -> None:
    brief = brief_of(kpi_report(filled, PERIOD, "id", PANELS), "WIB")
    assert kpi_brief_pdf(brief, "id") == kpi_brief_pdf(brief, "id")


def test_a_brief_without_anything_is_a_page(store: Store) -> None:
    report = kpi_report(store, PERIOD, "en", PANELS)
    assert "Response time" in page_text(kpi_brief_pdf(brief_of(report), "en"))
    made_up = page_text(kpi_brief_pdf(brief_of(report, is_demo=True), "en"))
    assert made_up.count("DEMO DATA, MADE UP") == 2  # above, and in the footer


def test_however_much_there_is_it_is_one_page_and_no_markup() -> None:
    figure = Figure("satisfied", "share", "higher", 0.5, 0.4, 0.6, 40, "ok", 0.8, False)
    falls = tuple(Fall(name, 0.5, 40, -0.1) for name in HOSTILE_NAMES)
    brief = KpiBrief(
        city='#eval("1+1")',
        sentence="*bold* " + "long words of a filter " * 40,
        seen_at=datetime(2026, 11, 1, tzinfo=UTC),
        zone_abbreviation="UTC",
        panels=tuple(Panel(code, (figure,) * 5, (0.1, None, 0.4)) for code in "abcd"),
        districts=falls,
        services=falls[::-1],
        received=10,
        open=3,
    )
    text = page_text(kpi_brief_pdf(brief, "id"))
    assert '#eval("1+1")' in text and "*bold*" in text


def test_a_change_that_may_be_chance_is_marked() -> None:
    assert change_text(Shift(0.02, -0.01, 0.05, 0.5), "share") == "≈ +2.0 points"
    assert change_text(Shift(0.02, 0.01, 0.03, 0.5, is_sure=True), "share") == "+2.0 points"
    assert change_text(Shift(50, None, None, 1000), "count") == "+5.0%"
    assert change_text(None, "share") == "–"


def test_without_a_period_before_it_says_so_and_not_that_none_got_worse(filled: Store) -> None:
    whole = kpi_report(filled, ComplaintFilter(), "en", PANELS)
    text = page_text(kpi_brief_pdf(brief_of(whole), "en"))
    assert "no period before it to compare with" in text and "none beyond chance" not in text
    later = ComplaintFilter(start=date(2026, 3, 3), end=date(2026, 3, 10))
    compared = kpi_report(filled, later, "en", PANELS)
    assert compared["details"]["worse"]["districts"] is not None
    assert "no period before it" not in page_text(kpi_brief_pdf(brief_of(compared), "en"))
