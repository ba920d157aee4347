"""Everything can be reached and told without a mouse, and nothing behind a drawer."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched

pytestmark = pytest.mark.xdist_group("browser")
_FOCUSED = "document.activeElement"


def focused_label(page: Page) -> str:
    return str(page.evaluate(f"{_FOCUSED}.getAttribute('aria-label')"))


def test_the_districts_are_a_table_whose_rows_filter(watched: Watched) -> None:
    page = watched.open("/?level=kota&layers=districts")
    expect(page.locator("path.district")).to_have_count(6)
    assert page.locator("path.district:not([tabindex='-1'])").count() == 0
    page.locator(".legend-box .table-toggle").click()
    rows = page.locator("#district-table tbody tr")
    expect(rows).to_have_count(6)
    page.locator("#district-table [data-sort=n]").click()
    expect(page.locator("#district-table [aria-sort=descending]")).to_have_text("n")
    counts = [int(n.replace(",", "")) for n in rows.locator("td:nth-of-type(2)").all_inner_texts()]
    assert counts == sorted(counts, reverse=True)
    rows.locator("button").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"district=31\.7\d"))
    expect(rows.locator("button[aria-pressed=true]")).to_have_count(1)
    assert page.evaluate(f"{_FOCUSED}.getAttribute('aria-pressed')") == "true"


def test_marks_are_one_stop_and_keep_the_focus_when_drawn_anew(watched: Watched) -> None:
    page = watched.open("/?layers=points")
    page.wait_for_selector(".point-frame[tabindex='0']")
    assert page.locator(".point-frame[tabindex='0']").count() == 1
    page.locator(".point-frame[tabindex='0']").focus()
    first = focused_label(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    second = focused_label(page)
    assert second != first and "complaints" in second
    page.evaluate("document.activeElement.dataset.old = '1'; pantau.map.drawnWords = ''")
    page.evaluate("pantau.map.refreshPoints()")
    page.wait_for_function("() => !document.querySelector('.point-frame[data-old]')")
    page.wait_for_function(f"() => {_FOCUSED}.classList.contains('point-frame')")
    assert focused_label(page) == second


def test_enter_on_a_mark_opens_its_card_and_escape_closes_it(watched: Watched) -> None:
    page = watched.open("/?layers=points&lat=-6.20000&lon=106.83000&zoom=16")
    page.locator(".point-frame[tabindex='0']:has(.point)").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".complaint-card")).to_be_visible(timeout=8_000)
    assert page.locator("[id=complaint-card]").count() == 1
    page.keyboard.press("Escape")
    expect(page.locator(".complaint-card")).to_have_count(0)


def test_the_map_can_be_skipped(watched: Watched) -> None:
    page = watched.open()
    page.locator("#map-frame .skip-link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#figures-column")).to_be_focused()
    assert "#" not in page.url


def test_the_drawer_holds_the_focus_and_gives_it_back(watched: Watched) -> None:
    watched.page.set_viewport_size({"width": 390, "height": 844})
    page = watched.open()
    toggle = page.locator("#filter-toggle")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#filter-close")).to_be_focused()
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(f"{_FOCUSED} === document.body || !!{_FOCUSED}.closest('#filters')")
    page.keyboard.press("Escape")
    expect(toggle).to_be_focused()
    expect(toggle).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize(("width", "height"), [(768, 900), (1000, 800), (1150, 800)])
def test_boxes_over_the_map_never_cover_one_another(
    watched: Watched, width: int, height: int
) -> None:
    watched.page.set_viewport_size({"width": width, "height": height})
    page = watched.open()
    boxes = [page.locator(f".{name}-box").bounding_box() for name in ("measure", "layer", "legend")]
    frame = page.locator("#map-frame").bounding_box()
    assert frame and frame["width"] >= 440
    for index, box in enumerate(boxes):
        assert box and box["x"] >= frame["x"]
        assert box["x"] + box["width"] <= frame["x"] + frame["width"]
        for other in boxes[index + 1 :]:
            assert other and (
                box["x"] + box["width"] <= other["x"]
                or other["x"] + other["width"] <= box["x"]
                or box["y"] + box["height"] <= other["y"]
                or other["y"] + other["height"] <= box["y"]
            )
