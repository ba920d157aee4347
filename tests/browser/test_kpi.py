"""The KPI page in a real browser: figures, the way down, what stands behind, phone and paper."""

import io
import re

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Server, Watched

pytestmark = pytest.mark.xdist_group("browser")
PARTS = 13


def open_page(watched: Watched, query: str = "period=90d") -> Page:
    """Opened, and every part of it drawn."""
    page = watched.open(f"/kpi?{query}", districts=False)
    settled(page)
    return page


def settled(page: Page) -> None:
    expect(page.locator(".kpi-page [data-waits]")).to_have_count(PARTS)
    expect(page.locator(".kpi-page .kpi-drawn:empty")).to_have_count(0, timeout=20_000)
    expect(page.locator(".kpi-page .waiting")).to_have_count(0, timeout=20_000)


def test_the_four_figures_and_all_below_are_there(watched: Watched) -> None:
    page = watched.open("/", districts=False)
    page.locator('.navigation a[data-page="speedometer"]').click()
    page.wait_for_url(re.compile(r"/kpi"))
    settled(page)
    titles = page.locator(".kpi-card .panel-title")
    expect(titles).to_have_text(["Response time", "Officer performance", "Satisfaction", "Users"])
    expect(page.locator("#kpi-response .figure-number")).to_have_text(re.compile(r"\d"))
    expect(page.locator("#kpi-response .target")).to_have_count(4)
    expect(page.locator("#kpi-response .trend-bar")).not_to_have_count(0)
    expect(page.locator("#kpi-satisfaction .figure-number")).to_have_text(re.compile(r"\d\.\d\d"))
    expect(page.locator("#kpi-users .maturity")).to_contain_text("at the end of")
    expect(page.locator("#kpi-survival-chart .main-svg").first).to_be_visible()
    expect(page.locator("#kpi-hours .hour-cell")).to_have_count(7 * 24)
    expect(page.locator("#kpi-about")).to_contain_text("WIB")
    expect(page.locator(".kpi-starting")).to_be_hidden()


def test_a_click_goes_down_to_the_complaints_and_back(watched: Watched) -> None:
    page = open_page(watched)
    before = page.locator("#kpi-response .maturity").inner_text()
    page.locator("#kpi-districts .row-button", has_text="Jakarta Selatan").click()
    expect(page.locator(".path-here")).to_have_text("Jakarta Selatan")
    settled(page)
    assert page.locator("#kpi-response .maturity").inner_text() != before
    expect(page.locator(".sentence")).to_contain_text("Jakarta Selatan")
    assert "district=31.74" in page.url
    expect(page.locator("#kpi-peers .strip-dot.chosen")).to_have_count(1)
    page.locator("#kpi-districts .row-button", has_text="Tebet").first.click()
    expect(page.locator(".path-here")).to_have_text("Tebet")
    settled(page)  # what is drawn anew loses the focus
    page.locator("#kpi-districts .row-button").first.focus()
    page.keyboard.press("Enter")
    complaints = page.locator("#kpi-districts .newest-line")
    expect(complaints.first).to_be_visible()
    page.locator(".kpi-path button", has_text="Jakarta").first.click()
    expect(page.locator(".path-here")).to_have_text("Jakarta")
    page.go_back()
    expect(complaints.first).to_be_visible()
    complaints.first.click()
    page.wait_for_url(re.compile(r"/complaints/"))


def test_an_i_opens_what_stands_behind_by_key_and_escape_closes_it(watched: Watched) -> None:
    page = open_page(watched)
    buttons = page.locator("[data-info]")
    expect(buttons).to_have_count(PARTS)
    for place in range(PARTS):
        button = buttons.nth(place)
        button.focus()
        page.keyboard.press("Enter")
        expect(button).to_have_attribute("aria-expanded", "true")
        popover = page.locator(".kpi-popover:not([hidden])")
        expect(popover).to_have_count(1)
        expect(popover.locator("dt")).to_have_text(["Meaning", "Formula", "Data"])
        box = popover.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 1440
    page.keyboard.press("Escape")
    expect(page.locator(".kpi-popover:not([hidden])")).to_have_count(0)
    expect(buttons.nth(PARTS - 1)).to_be_focused()


def test_every_chart_is_a_table_too(watched: Watched) -> None:
    page = open_page(watched, "period=30d")  # with a period before it
    for name in ("response", "worse", "survival", "on_time", "hours", "months"):
        section = page.locator(f"#kpi-panel-{name}")
        section.locator(".table-toggle").click()
        expect(section.locator("table").first).to_be_visible()
        expect(section.locator(".chart-view:visible, .series:visible")).to_have_count(0)


def test_officers_are_a_table_too_once_some_have_cases_enough(watched: Watched) -> None:
    section = open_page(watched).locator("#kpi-panel-officers")
    section.locator(".table-toggle").click()
    expect(section.locator("table").first).to_be_visible()
    expect(section.locator(".chart-view:visible")).to_have_count(0)


def test_a_service_is_filtered_by_a_click_and_old_pictures_stay(watched: Watched) -> None:
    page = open_page(watched)
    page.locator("#kpi-on_time .bar", has_text="Garbage").click()
    expect(page.locator("#kpi-on_time .bar.chosen")).to_have_count(1)
    settled(page)
    assert "service=garbage" in page.url
    page.evaluate(
        """() => { window.seen = []; const place = document.querySelector('#kpi-panel-response');
        new MutationObserver(() => window.seen.push(
          [place.classList.contains('waiting'), place.innerText.length])).observe(
          place, { attributes: true, attributeFilter: ['class'] }); }"""
    )
    page.evaluate("() => window.pantau.setPeriod('30d')")
    expect(page.locator(".sentence")).not_to_contain_text("August")
    settled(page)
    seen = page.evaluate("() => window.seen")
    assert seen[0][0] is True  # dimmed, and still there
    assert all(length > 40 for _waits, length in seen)


@pytest.mark.parametrize("query", ["period=12m", "period=30d&district=31.74.07", "q=nothing-such"])
def test_a_phone_scrolls_down_and_never_sideways(watched: Watched, query: str) -> None:
    watched.page.set_viewport_size({"width": 390, "height": 844})
    page = open_page(watched, query)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for section in page.locator(".kpi-page .panel").all():
        box = section.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.locator("[data-info]").first.click()
    box = page.locator(".kpi-popover:not([hidden])").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("query", ["period=90d", "period=90d&district=31.75"])
def test_it_prints_on_one_page(watched: Watched, server: Server, language: str, query: str) -> None:
    watched.context.add_cookies([{"name": "pantau_lang", "value": language, "url": server.url}])
    page = open_page(watched, query)
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(printed.pages) == 1
    width, height = (float(side) / 72 * 25.4 for side in printed.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    words = printed.pages[0].extract_text()
    for title in {"en": ("Satisfaction", "Users"), "id": ("Kepuasan", "Pengguna")}[language]:
        assert title in words


def test_the_page_speaks_indonesian(watched: Watched, server: Server) -> None:
    watched.context.add_cookies([{"name": "pantau_lang", "value": "id", "url": server.url}])
    page = open_page(watched)
    expect(page.locator(".kpi-card .panel-title").first).to_have_text("Waktu respons")
    words = page.locator(".kpi-page").inner_text()
    assert not re.search(r"\b(the|of|within|late|median response|answered)\b", words)


def test_the_brief_is_of_what_is_seen(watched: Watched) -> None:
    """One page, of the filter chosen on the page, also after a click further down."""
    page = open_page(watched)
    page.locator("#kpi-districts .row-button", has_text="Jakarta Selatan").click()
    expect(page.locator(".path-here")).to_have_text("Jakarta Selatan")
    settled(page)
    figure = page.locator("#kpi-response .figure-number").inner_text()
    with page.expect_download() as download:
        page.locator("a[data-export='kpi.pdf']").click()
    assert re.fullmatch(r"pantau_jakarta_kpi_.*\.pdf", download.value.suggested_filename)
    (paper,) = PdfReader(download.value.path()).pages
    words = re.sub(r"\s+", " ", paper.extract_text())
    assert "complaints in Jakarta Selatan" in words
    assert re.sub(r"\s+", " ", figure) in words


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize(("width", "query"), [(1440, "period=30d"), (1920, "period=30d&wall=1")])
def test_nothing_leaves_its_frame(
    watched: Watched, server: Server, language: str, width: int, query: str
) -> None:
    watched.context.add_cookies([{"name": "pantau_lang", "value": language, "url": server.url}])
    watched.page.set_viewport_size({"width": width, "height": 1080})
    page = open_page(watched, query)
    content = page.locator("#content")
    assert content.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    cards = page.locator(".kpi-card").all()
    boxes = [card.bounding_box() for card in cards]
    assert all(box is not None and box["x"] + box["width"] <= width for box in boxes)
    if width == 1920:  # on a wall nobody scrolls
        assert all(box is not None and box["y"] + box["height"] <= 1080 for box in boxes)
    lines = page.locator(".trend-scale").evaluate_all(
        "all => all.map((one) => one.scrollWidth - one.clientWidth)"
    )
    assert max(lines) <= 1
