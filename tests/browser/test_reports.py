"""Evaluations in a real browser: none yet, then one, contested, and pages of all its units."""

import io
import zipfile
from datetime import date

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from data.evaluation.editions import list_editions
from data.store import open_store
from queries.evaluation.due import last_month
from reports.evaluation.lifecycle import draft_edition
from tests.browser.conftest import Server, Watched

pytestmark = pytest.mark.xdist_group("browser")


def test_from_an_empty_list_to_all_pages_of_units(watched: Watched, server: Server) -> None:
    store = open_store(server.database_url)
    if not list_editions(store):
        page = watched.open("/reports", districts=False)
        expect(page.locator(".empty-note")).to_contain_text("No month is evaluated yet.")
        expect(page.locator(".countdown-number")).to_contain_text("working day")
    edition = draft_edition(store, last_month(date.today()), by="Biro")
    store.engine.dispose()
    page = watched.open(f"/reports/{edition.id}", districts=False)
    expect(page.locator("#report-summary")).to_contain_text("complaints were received in")

    expect(page.locator("[aria-busy=true]")).to_have_count(0)  # nothing looks as if it were to come

    table = page.locator(".report-table.subjects").first
    rows = table.locator("tbody tr:not(.unranked-title)")
    wanted = rows.nth(2).locator("th .note").inner_text()
    page.locator(".report-find").first.fill(wanted.upper())
    expect(rows.filter(visible=True)).to_have_count(1)
    expect(page.locator(".report-table.weights")).to_contain_text("Kaplan–Meier")

    options = page.locator(".report-page-of option")
    expect(options).not_to_have_count(0)
    n = options.count() - 1
    assert n > 20
    with page.expect_download(timeout=120_000) as download:
        page.locator("[data-report-pages]").click()
        expect(page.locator(".report-pages-progress span")).to_contain_text(f"of {n} pages")
        expect(page.locator("[data-report-stop]")).to_be_visible()
    content = download.value.path().read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == len(set(names)) == n
        page_one = PdfReader(io.BytesIO(archive.read(names[0])))
        assert len(page_one.pages) == 1
    expect(page.locator(".report-pages-progress span")).to_contain_text(f"{n} pages, ")

    page.locator("[data-report-pages]").click()
    page.locator("[data-report-stop]").click()
    expect(page.locator(".report-pages-progress")).to_be_hidden()
    expect(page.locator("[data-report-pages]")).to_be_enabled()

    page.locator(".objection-fold summary").click()
    form = page.locator("[data-report-objection]")
    form.locator("[name=by]").fill("Lurah Contoh")
    form.locator("[name=text]").fill("Bukan kasus kami")
    form.locator("button[type=submit]").click()
    expect(page.locator("#report-objections")).to_contain_text("Bukan kasus kami")
    expect(page.locator(".article-head")).to_contain_text("contested")
