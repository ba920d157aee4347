"""Saved views and layers by keyboard alone, also where the page is twice as large."""

from collections.abc import Iterator

import pytest
import shapely
from playwright.sync_api import Page, expect

from data.layers.catalogue import remove
from data.store import open_store
from tests.browser.conftest import Server, Watched
from tests.layer_files import put_layer

pytestmark = pytest.mark.xdist_group("browser")
TWICE = {"width": 720, "height": 450}  # 1440 × 900 at 200 %
_NAMES = ("Rivers", "Roads", "Garbage")
# What has the focus, and whether anything lies over it or it cannot be told.
_FOCUS = """() => { const one = document.activeElement, box = one.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const isSeen = Boolean(top) && (one.contains(top) || top.contains(one));
  const label = one.labels && one.labels.length ? one.labels[0].textContent : '';
  const name = one.getAttribute('aria-label') || label || one.textContent || one.title;
  return [one.tagName, (name || '').trim(), isSeen]; }"""


@pytest.fixture(scope="module")
def layer(server: Server) -> Iterator[str]:
    store = open_store(server.database_url)
    points = [shapely.Point(106.83, -6.2), shapely.Point(106.85, -6.2)]
    put_layer(store, "keyed", points, {"name": ["One", "Two"]})
    yield "keyed"
    remove(store, "keyed")
    store.engine.dispose()


@pytest.fixture
def views(watched: Watched) -> Page:
    """Three views of this browser, on their page; the first has an alert."""
    page = watched.open("/layers", districts=False)
    for name in _NAMES:
        limit = 0 if name == "Garbage" else None
        body = {"name": name, "search": "", "figure": "open", "alert_above": limit}
        made = page.request.post(
            f"{watched.url}/api/views", data=body, headers={"Origin": watched.url}
        )
        assert made.status == 201
    page = watched.open("/views", districts=False)
    expect(page.locator(".view-card")).to_have_count(3)
    return page


def card(page: Page, name: str) -> str:
    return f".view-card:has-text('{name}')"


def press(page: Page, name: str, action: str) -> None:
    page.locator(f"{card(page, name)} [data-view-action={action}]").focus()
    page.keyboard.press("Enter")


def focused(page: Page) -> str:
    return str(page.evaluate(_FOCUS)[1])


def test_who_presses_a_button_that_goes_stays_where_it_was(watched: Watched, views: Page) -> None:
    page = views
    page.once("dialog", lambda dialog: dialog.accept())
    page.wait_for_selector(f"{card(page, 'Garbage')} [data-view-action=seen]", timeout=70_000)
    press(page, "Garbage", "seen")
    expect(page.locator("[data-view-action=seen]")).to_have_count(0)
    assert focused(page) == "Garbage"
    press(page, "Rivers", "delete")
    expect(page.locator(".view-card")).to_have_count(2)
    assert focused(page) == "Roads"


def test_a_view_is_changed_and_deleted_without_a_mouse(views: Page) -> None:
    page = views
    press(page, "Roads", "change")
    expect(page.locator("#view-dialog")).to_be_visible()
    assert focused(page) == "Name"
    page.keyboard.press("Control+A")
    page.keyboard.type("Streets")
    page.keyboard.press("Enter")
    expect(page.locator("#view-dialog")).not_to_be_visible()
    expect(page.locator(card(page, "Streets"))).to_have_count(1)
    assert focused(page) == "Change"
    press(page, "Streets", "change")
    page.keyboard.press("Escape")
    expect(page.locator("#view-dialog")).not_to_be_visible()
    assert focused(page) == "Change"


@pytest.mark.usefixtures("views", "layer")
@pytest.mark.parametrize("place", ["/layers", "/layers/keyed", "/views"])
def test_twice_as_large_nothing_hides_what_has_the_focus(watched: Watched, place: str) -> None:
    watched.page.set_viewport_size(TWICE)
    page = watched.open(place, districts=False)
    page.emulate_media(reduced_motion="reduce")  # no waiting until a page has rolled
    page.wait_for_selector(".text-page h2, .text-page h1")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == TWICE["width"]
    seen = []
    for _step in range(60):
        page.keyboard.press("Tab")
        tag, name, is_seen = page.evaluate(_FOCUS)
        if tag == "BODY":
            break
        if tag != "INPUT" or name:  # a drop zone's field lies behind its words
            assert name, seen
        assert is_seen or tag == "INPUT", (name, seen)
        seen.append(name)
    assert len(seen) > 10


def test_twice_as_large_the_map_is_not_covered_by_its_boxes(watched: Watched) -> None:
    watched.page.set_viewport_size(TWICE)
    page = watched.open("/")
    for box in page.locator("#map-frame details.map-box").all():
        assert box.get_attribute("open") is None
