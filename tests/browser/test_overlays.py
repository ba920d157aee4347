"""City layers on the map: switched, ordered, faded, asked; and the link that shows the same."""

from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from playwright.sync_api import Page, expect

from data.layers.catalogue import remove, replace
from data.store import Store, open_store
from tests.browser.conftest import Server, Watched
from tests.layer_files import put_layer, table_of

pytestmark = pytest.mark.xdist_group("browser")
VIEW = "lat=-6.2&lon=106.83&zoom=13"
MIDDLE = (106.83, -6.2)
_DRAWN = """(code) => { const part = pantau.overlays.parts.get(code);
  return Boolean(part && part.about); }"""
_SPOT = """([lon, lat]) => { const box = pantau.map.instance.getContainer().getBoundingClientRect();
  const at = pantau.map.instance.latLngToContainerPoint([lat, lon]);
  return [box.left + at.x, box.top + at.y]; }"""
# Whether the canvas of a layer holds any colour around a place.
_INK = """([code, lon, lat]) => { const part = pantau.overlays.parts.get(code);
  const canvas = part.picture.getContainer(), ratio = window.devicePixelRatio;
  const at = pantau.map.instance.latLngToLayerPoint([lat, lon]);
  const low = part.picture._bounds.min;
  const data = canvas.getContext("2d").getImageData(
    (at.x - low.x - 4) * ratio, (at.y - low.y - 4) * ratio, 8 * ratio, 8 * ratio).data;
  return data.some((value, i) => i % 4 === 3 && value > 60); }"""


@pytest.fixture(scope="module")
def city(server: Server) -> Iterator[Store]:
    """Three layers that meet in the middle of the view."""
    store = open_store(server.database_url)
    longitude, latitude = MIDDLE
    put_layer(
        store,
        "pumps",
        [shapely.Point(longitude, latitude), shapely.Point(longitude + 0.02, latitude)],
        {"name": ["Pump <i>One</i>", "Pump Two"], "power": [1.5, None]},
        style={"icon": "pump"},
        names={"en": "Pumps", "id": "Pompa"},
    )
    put_layer(
        store,
        "roads",
        [shapely.LineString([(longitude - 0.03, latitude), (longitude + 0.03, latitude)])],
        {"name": ["Long Road"]},
    )
    put_layer(
        store,
        "floods",
        list(shapely.box(longitude - 0.01, latitude - np.array([0.01, 0.03]), longitude + 0.01,
                         latitude + np.array([0.01, -0.02]))),
        {"depth": ["2 m", "1 m"]},
        style={"by": {"field": "depth"}},
    )  # fmt: skip
    yield store
    store.engine.dispose()


def wait_for(page: Page, *codes: str) -> None:
    for code in codes:
        page.wait_for_function(_DRAWN, arg=code)


def row(page: Page, code: str) -> str:
    return f".overlay-row[data-code='{code}']"


def open_map(watched: Watched, query: str = "") -> Page:
    page = watched.open(f"/?layers=districts&{VIEW}{query}")
    page.wait_for_selector(".overlay-row")
    return page


def order_of(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "[...pantau.overlays.parts.values()]"
        ".sort((a, b) => a.picture.getContainer().style.zIndex - b.picture.getContainer()"
        ".style.zIndex).map((part) => part.code)"
    )
    return found


@pytest.mark.usefixtures("city")
def test_layers_come_go_and_change_places_and_the_link_says_so(watched: Watched) -> None:
    page = open_map(watched)
    assert "overlay" not in page.url
    for code in ("roads", "pumps"):
        page.click(f"{row(page, code)} input[type=checkbox]")
        wait_for(page, code)
    assert "&overlay=roads,pumps&" in page.url
    assert order_of(page) == ["roads", "pumps"]
    assert page.evaluate(_INK, ["roads", MIDDLE[0] - 0.01, MIDDLE[1]])
    assert not page.evaluate(_INK, ["roads", MIDDLE[0] - 0.01, MIDDLE[1] + 0.01])
    page.click(f"{row(page, 'roads')} button[title='Draw further up']")
    assert order_of(page) == ["pumps", "roads"]
    assert "&overlay=pumps,roads&" in page.url
    assert page.evaluate("document.activeElement.title") == "Draw further up"
    page.locator(f"{row(page, 'pumps')} .overlay-opacity").fill("40")
    assert "&overlay=pumps:40,roads&" in page.url
    faded = page.evaluate("pantau.overlays.parts.get('pumps').picture.getContainer().style.opacity")
    assert faded == "0.4"
    page.click(f"{row(page, 'roads')} input[type=checkbox]")
    page.wait_for_function("() => !pantau.overlays.parts.has('roads')")
    assert "&overlay=pumps:40&" in page.url


@pytest.mark.usefixtures("city")
def test_a_link_shows_the_same_picture_in_a_fresh_browser(watched: Watched) -> None:
    page = open_map(watched, "&overlay=floods:70,gone,pumps,roads:20,x:300")
    wait_for(page, "floods", "pumps", "roads")
    page.wait_for_function("() => location.search.includes('overlay=floods:70,pumps,roads:20&')")
    assert order_of(page) == ["floods", "pumps", "roads"]
    legends = page.locator(".overlay-legend")
    assert legends.nth(0).inner_text().strip() == "Roads"
    assert page.locator(".overlay-legend .legend-range").all_inner_texts() == ["1 m", "2 m"]
    # What means nothing is said: what is no layer by its form at once, what is gone a moment later.
    page.wait_for_function(
        "() => document.getElementById('notice-line').textContent.includes('overlay=gone')"
    )


@pytest.mark.usefixtures("city")
def test_a_click_tells_all_of_a_feature_as_text_and_spares_the_district(watched: Watched) -> None:
    page = open_map(watched, "&overlay=floods,roads,pumps")
    wait_for(page, "floods", "pumps", "roads")
    x, y = page.evaluate(_SPOT, list(MIDDLE))
    page.mouse.move(x + 3, y)
    page.wait_for_selector(".overlay-tip")
    assert page.locator(".overlay-tip strong").inner_text() == "Pump <i>One</i>"
    page.mouse.click(x + 3, y)
    page.wait_for_selector(".overlay-card h3")
    assert page.locator(".overlay-card h3").inner_text() == "Pump <i>One</i>"
    assert page.locator(".overlay-card i:not([class])").count() == 0
    assert page.locator(".overlay-card dd").all_inner_texts() == ["Pump <i>One</i>", "1.5"]
    page.wait_for_timeout(400)  # longer than a click on a district waits for a second one
    assert "district=" not in page.url
    x, y = page.evaluate(_SPOT, [MIDDLE[0] + 0.015, MIDDLE[1]])
    page.mouse.click(x, y)
    page.wait_for_function(
        "() => document.querySelector('.overlay-card h3').textContent === 'Long Road'"
    )
    assert "km" in page.locator(".overlay-card dd").last.inner_text()
    page.keyboard.press("Escape")
    assert page.locator(".overlay-card").count() == 0
    x, y = page.evaluate(_SPOT, [MIDDLE[0] + 0.015, MIDDLE[1] - 0.006])
    page.mouse.click(x, y)  # none of ours there
    page.wait_for_function("() => location.search.includes('district=')")


@pytest.mark.usefixtures("city")
def test_a_search_flies_to_what_it_found(watched: Watched) -> None:
    page = open_map(watched, "&overlay=pumps")
    wait_for(page, "pumps")
    page.click(f"{row(page, 'pumps')} button[title='Search in this layer']")
    page.keyboard.type("pump t")
    page.click(".overlay-hit")
    page.wait_for_function("() => location.search.includes('zoom=16')")
    assert page.evaluate("pantau.view.lon") == pytest.approx(MIDDLE[0] + 0.02, abs=0.001)
    assert page.locator(".overlay-card h3").inner_text() == "Pump Two"
    page.locator(".overlay-search input").fill("zzz")
    page.wait_for_selector(".overlay-found .legend-note")


def test_a_layer_that_is_replaced_is_fetched_anew(watched: Watched, city: Store) -> None:
    page = open_map(watched, "&overlay=roads")
    wait_for(page, "roads")
    away = [MIDDLE[0], MIDDLE[1] + 0.01]
    assert not page.evaluate(_INK, ["roads", *away])
    longitude, latitude = away
    line = shapely.LineString([(longitude - 0.01, latitude), (longitude + 0.01, latitude)])
    replace(city, "roads", table_of([line], {"name": ["Other"]}), file_name="other.geojson")
    page.wait_for_timeout(1_100)  # a process may be a second behind the catalogue
    page.evaluate("pantau.overlays.look()")  # what it does by itself every quarter of a minute
    page.wait_for_function(_INK, arg=["roads", *away])


@pytest.mark.usefixtures("city")
def test_a_small_move_asks_for_nothing_and_a_large_one_once(
    watched: Watched,
) -> None:
    page = open_map(watched, "&overlay=roads")
    wait_for(page, "roads")
    asked: list[str] = []
    page.on(
        "request", lambda one: asked.append(one.url) if "/features.geojson" in one.url else None
    )
    page.evaluate("pantau.map.instance.panBy([12, 8], { animate: false })")
    page.wait_for_timeout(200)
    assert asked == []
    page.evaluate("pantau.map.instance.panBy([3000, 0], { animate: false })")
    page.wait_for_function("() => pantau.overlays.parts.get('roads').features.length === 0")
    assert len(asked) == 1


@pytest.fixture
def many(city: Store) -> Iterator[Store]:
    """So many layers that the list folds."""
    codes = [f"posts-{n}" for n in range(8)]
    for code in codes:
        put_layer(city, code, [shapely.Point(*MIDDLE)], names={"en": code.capitalize()})
    yield city
    for code in codes:
        remove(city, code)


@pytest.mark.usefixtures("many")
def test_of_many_layers_the_chosen_are_in_sight_and_the_others_folded(watched: Watched) -> None:
    page = watched.open(f"/?layers=districts&{VIEW}&overlay=roads")
    page.wait_for_selector(row(page, "roads"))
    others = page.locator(".overlay-rest > summary")
    expect(others).to_have_text("Other layers (10)")
    expect(page.locator(row(page, "pumps"))).not_to_be_visible()
    others.click()
    page.locator(".overlay-filter").fill("sts-7")
    expect(page.locator(".overlay-others .overlay-row:visible")).to_have_count(1)
    page.locator(row(page, "posts-7")).locator("input[type=checkbox]").check()
    expect(page.locator(".overlay-chosen .overlay-row")).to_have_count(2)
    expect(page.locator(".overlay-none")).to_be_visible()
    page.locator(".overlay-filter").fill("")
    page.reload()
    page.wait_for_selector(row(page, "roads"))
    expect(page.locator(row(page, "pumps"))).to_be_visible()  # it stays unfolded


@pytest.mark.usefixtures("city")
def test_keys_switch_the_layers_that_bear_them(watched: Watched) -> None:
    page = open_map(watched)
    for code, key in (("floods", "4"), ("pumps", "5"), ("roads", "6")):
        expect(page.locator(f"{row(page, code)} kbd")).to_have_text(key)
        page.keyboard.press(key)
        expect(page.locator(f"{row(page, code)} input[type=checkbox]")).to_be_checked()
    assert "&overlay=floods,pumps,roads&" in page.url
    page.keyboard.press("5")
    assert "&overlay=floods,roads&" in page.url
    page.keyboard.press("7")  # nothing bears it
    assert "&overlay=floods,roads&" in page.url


_OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('.place-name span')]
    .filter((name) => name.style.visibility !== 'hidden')
    .map((name) => [name.textContent, name.getBoundingClientRect()]);
  return [boxes.length, boxes.flatMap(([one, a], at) => boxes.slice(at + 1)
    .filter(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
    .map(([other]) => one + ' / ' + other))]; }"""


@pytest.mark.parametrize("level", ["kota", "kecamatan", "kelurahan"])
@pytest.mark.parametrize("zoom", [10, 11, 12.5])
def test_no_name_lies_over_another_on_a_phone(watched: Watched, level: str, zoom: float) -> None:
    watched.page.set_viewport_size({"width": 390, "height": 844})
    page = watched.open(f"/?layers=districts&level={level}&lat=-6.2&lon=106.83&zoom={zoom:g}")
    page.wait_for_selector(".place-name span")
    page.wait_for_timeout(400)
    shown, overlaps = page.evaluate(_OVERLAPS)
    assert overlaps == []
    assert 2 <= shown <= 12
