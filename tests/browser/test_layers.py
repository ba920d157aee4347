"""Layers come and go with their switch, however quick the hand."""

import pytest
from playwright.sync_api import Route

from data.city import touch_reference
from data.database import write
from data.store import open_store
from tests.browser.conftest import Server, Watched

pytestmark = pytest.mark.xdist_group("browser")
# The westernmost shape, far islands aside, begins where the legend ends.
_WEST_IS_SEEN = """() => {
  const legend = document.querySelector(".legend-box").getBoundingClientRect();
  const paths = [...document.querySelectorAll("path.district")];
  const shapes = paths.map((path) => path.getBoundingClientRect());
  const city = shapes.filter((shape) => shape.top > 96);
  return city.length >= 5 && city.every((shape) => shape.left > legend.right);
}"""


def test_no_heat_stays_when_it_is_switched_off_while_new_tiles_load(watched: Watched) -> None:
    page = watched.open("/?layers=heat")
    page.wait_for_selector(".leaflet-heat-pane img.leaflet-tile-loaded", state="attached")
    held: list[Route] = []  # never answered: the new layer stays about to load
    page.route("**/tiles/heat/**", lambda route: held.append(route))
    page.locator(".bar").first.click()
    page.wait_for_function("() => document.querySelectorAll('.leaflet-heat-pane > *').length > 1")
    page.keyboard.press("3")
    page.wait_for_function("() => document.documentElement.dataset.layers === ''")
    page.wait_for_function("() => !document.querySelector('.leaflet-heat-pane > *')", timeout=2_000)
    assert held
    page.unroute_all(behavior="ignoreErrors")


def test_a_wall_shows_the_city_beside_the_legend_and_its_link_stays_short(
    watched: Watched,
) -> None:
    watched.page.set_viewport_size({"width": 1920, "height": 1080})
    page = watched.open("/?wall=1&level=kota")
    page.wait_for_function(_WEST_IS_SEEN)
    assert "zoom=" not in page.url


def test_other_boundaries_load_the_page_anew_with_the_same_view(
    watched: Watched, server: Server
) -> None:
    page = watched.open("/?status=waiting&layers=districts")
    address = page.url
    page.evaluate("document.body.dataset.old = '1'")
    store = open_store(server.database_url)
    with write(store.engine) as connection:
        touch_reference(connection)
    store.engine.dispose()
    page.wait_for_selector("body:not([data-old]) path.district", state="attached", timeout=20_000)
    assert page.url == address


def test_a_list_that_is_drawn_anew_keeps_its_rows_and_the_focus(watched: Watched) -> None:
    page = watched.open("/?layers=districts")
    bar = page.locator(".bar").nth(2)
    name = bar.locator(".bar-name").inner_text()
    bar.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".bar.chosen[aria-pressed=true]")
    assert page.evaluate("document.activeElement.matches('.bar.chosen')")
    assert page.locator(".bar.chosen .bar-name").inner_text() == name
    page.keyboard.press("Enter")
    page.wait_for_selector(".bar[aria-pressed=true]", state="detached")
