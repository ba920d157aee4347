"""Asking across layers in a real browser: conditions, areas, links, back, keys and fingers."""

import csv
import math
import random
import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import shapely
from playwright.sync_api import Browser, Page, expect

from data.store import open_store
from queries.layers.conditions import MOST_POINTS
from tests.browser.conftest import Server, Watched
from tests.layers_given import publish_shapes

pytestmark = pytest.mark.xdist_group("browser")
VIEW = "lat=-6.20000&lon=106.83000&zoom=12"


@pytest.fixture(scope="module", autouse=True)
def layers(server: Server) -> None:
    """60 stations of three states and a flood, over the middle of Jakarta."""
    chance = random.Random(5)
    store = open_store(server.database_url)
    pumps = [
        shapely.Point(chance.uniform(106.74, 106.93), chance.uniform(-6.31, -6.12))
        for _ in range(60)
    ]
    states = ["broken", "working", "in repair: a=b"] * 20
    publish_shapes(store, "stations", pumps, {"state": states, "number": list(range(60))})
    publish_shapes(store, "flood", [shapely.box(106.78, -6.25, 106.86, -6.15)])
    store.engine.dispose()


def places(page: Page) -> dict[str, list[str]]:
    found = parse_qs(urlsplit(page.url).query)
    return {key: found[key] for key in ("near", "far", "inside", "outside", "area") if key in found}


def count(page: Page) -> int:
    words = page.locator(".figure-number").first.inner_text()
    return int(words.replace(",", "")) if re.search(r"\d", words) else 0


def wait_for_places(page: Page, text: str) -> None:
    page.wait_for_function(
        "text => new URLSearchParams(location.search).toString().includes(text)", arg=text
    )


def count_after(page: Page, before: int) -> int:
    number = page.locator(".figure-number").first
    expect(number).not_to_have_text(f"{before:,}", timeout=8_000)
    return count(page)


def at(page: Page, across: float, down: float) -> tuple[float, float]:
    box = page.locator("#map").bounding_box()
    assert box
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def click(page: Page, across: float, down: float) -> None:
    page.mouse.click(*at(page, across, down))


def points_of(text: str) -> list[tuple[float, float]]:
    parts = [part.split(",") for part in text.split(":")[1].split(";")]
    return [(float(part[0]), float(part[1])) for part in parts if len(part) == 2]


def test_near_is_chosen_changed_shown_and_linked(watched: Watched) -> None:
    page = watched.open(f"/?{VIEW}")
    everything = count(page)
    page.locator("#place-add").click()
    row = page.locator(".place-row")
    expect(row).to_have_class(re.compile("draft"))
    assert places(page) == {}
    row.locator("[data-part=layer]").select_option("stations")
    near = count_after(page, everything)
    assert 0 < near < everything
    assert places(page) == {"near": ["stations:200"]}
    expect(page.locator("path.reach:not(.points)")).to_have_count(1)
    row.locator("[data-part=more]").click()
    wait_for_places(page, "stations%3A250")
    wider = count_after(page, near)
    assert wider > near
    row.locator("[data-part=metres]").fill("1000")
    row.locator("[data-part=metres]").press("Enter")
    wait_for_places(page, "stations%3A1000")
    widest = count_after(page, wider)
    row.locator("[data-part=field]").select_option("state")
    assert places(page) == {"near": ["stations:1000"]}  # until a value is chosen
    row.locator("[data-part=value]").select_option("=in repair: a=b")
    wait_for_places(page, "state")
    expect(page.locator("#sentence")).to_contain_text(
        "within 1 km of Stations (state: in repair: a=b)"
    )
    assert 0 < count_after(page, widest) < widest
    link, figures = page.url, page.locator("#figures").inner_text()
    fresh = watched.context.browser.new_context(viewport={"width": 1440, "height": 900})
    again = fresh.new_page()
    fresh.add_cookies([{"name": "pantau_lang", "value": "en", "url": watched.url}])
    again.goto(link)
    expect(again.locator(".figure-number").first).to_have_text(
        figures.split("\n")[1], timeout=15_000
    )
    assert again.locator("#figures").inner_text() == figures
    assert again.url == link
    expect(again.locator("[data-part=value]")).to_have_value("=in repair: a=b")
    fresh.close()


def test_the_count_is_what_the_server_counts_and_far_is_the_rest(watched: Watched) -> None:
    page = watched.open("/?period=all&near=stations:500")
    near = count(page)
    page.locator("[data-part=kind]").select_option("far")
    far = count_after(page, near)
    assert places(page) == {"far": ["stations:500"]}
    page.locator("[data-part=remove]").click()
    count_after(page, far)
    rows = {
        query: list(csv.DictReader(page.request.get(address + query).text().splitlines()))
        for address in (f"{watched.url}/export/complaints.csv?period=all",)
        for query in ("", "&near=stations:500")
    }
    assert len(rows["&near=stations:500"]) == near
    assert near + far == sum(bool(row["lat"]) for row in rows[""])


def test_inside_offers_polygons_alone(watched: Watched) -> None:
    page = watched.open("/?near=stations:200")
    page.locator("[data-part=kind]").select_option("outside")
    wait_for_places(page, "period")
    expect(page.locator(".place-row")).to_have_class(re.compile("draft"))
    offered = page.locator("[data-part=layer] option").all_inner_texts()
    assert offered == ["Choose a layer", "Flood"]
    page.wait_for_function("() => !location.search.includes('near')")
    page.locator("[data-part=layer]").select_option("flood")
    wait_for_places(page, "outside=flood")
    expect(page.locator("#sentence")).to_contain_text("outside Flood")
    page.locator("#filter-reset").click()
    expect(page.locator(".place-row")).to_have_count(0)
    page.wait_for_function("() => !location.search.includes('outside')")


def test_what_means_nothing_is_told_and_left_out(watched: Watched) -> None:
    bad = "near=nowhere:200&near=stations:x&inside=stations&area=circle:1,2"
    bad += "&near=stations:1:colour=red"
    page = watched.open(f"/?{bad}&near=stations:300")
    expect(page.locator("#notice-line")).to_contain_text("near=nowhere:200")
    for part in (
        "near=stations:x",
        "inside=stations",
        "area=circle:1,2",
        "near=stations:1:colour=red",
    ):
        expect(page.locator("#notice-line")).to_contain_text(part)
    assert places(page) == {"near": ["stations:300"]}
    expect(page.locator(".place-row")).to_have_count(1)


def test_areas_are_drawn_changed_undone_and_removed(watched: Watched) -> None:
    with watched.page.expect_response(re.compile("layers/flood/features")):
        page = watched.open(f"/?{VIEW}&layers=districts&overlay=flood")
    everything = count(page)
    page.locator("#draw-polygon").click()
    for corner in ((0.45, 0.3), (0.7, 0.3), (0.7, 0.6)):
        click(page, *corner)
    click(page, 0.48, 0.5)  # on the flood
    page.keyboard.press("Backspace")
    expect(page.locator(".overlay-card")).to_have_count(0)
    expect(page.locator("#draw-measure")).to_contain_text("km²")
    click(page, 0.9, 0.9)
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(page.locator(".area-handle.vertex")).to_have_count(3)
    inside = count_after(page, everything)
    assert 0 < inside < everything
    assert "district=" not in page.url  # the clicks were for the drawing alone
    (text,) = places(page)["area"]
    assert len(points_of(text)) == 3

    page.locator("#draw-circle").click()
    click(page, 0.4, 0.75)
    click(page, 0.44, 0.75)
    page.wait_for_function("() => location.search.includes('area=circle')")
    both = count_after(page, inside)
    assert both > inside
    page.locator("#draw-corridor").click()
    for corner in ((0.5, 0.7), (0.6, 0.8)):
        click(page, *corner)
    page.mouse.dblclick(*at(page, 0.7, 0.7))
    page.wait_for_function("() => location.search.includes('area=corridor')")
    expect(page.locator(".area-row")).to_have_count(3)
    expect(page.locator("path.area-shape")).to_have_count(3)  # the corridor's from the server
    assert len(places(page)["area"]) == 3
    expect(page.locator("#sentence")).to_contain_text("in 3 drawn areas")

    before = places(page)["area"][2]
    handle = page.locator(".area-handle.vertex").nth(1).bounding_box()
    assert handle
    page.mouse.move(handle["x"] + 13, handle["y"] + 13)
    page.mouse.down()
    page.mouse.move(handle["x"] + 13, handle["y"] + 73, steps=4)
    page.mouse.up()
    page.wait_for_function("text => !location.search.includes(text)", arg=before)
    page.wait_for_timeout(500)  # steps within 400 ms are one
    page.go_back()
    page.wait_for_function("text => location.search.includes(text)", arg=before)
    page.wait_for_timeout(900)
    page.go_back()
    expect(page.locator(".area-row")).to_have_count(2)
    expect(page.locator(".figure-number").first).to_have_text(f"{both:,}")
    page.locator(".area-row .icon-button[aria-label='Remove this area']").first.click()
    expect(page.locator(".area-row")).to_have_count(1)
    page.locator(".area-row [data-part=more]").click()
    page.wait_for_function("() => /area=circle:[^&]*;\\d+000&/.test(location.search)")


def test_an_area_is_drawn_and_changed_by_keys_alone(watched: Watched) -> None:
    page = watched.open(f"/?{VIEW}&layers=districts")
    page.locator("#draw-polygon").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".draw-cross")).to_be_visible()
    expect(page.locator("#map")).to_be_focused()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(" ")
        page.keyboard.press(key)
        page.keyboard.press(key)
        page.wait_for_timeout(700)  # the map glides
    page.keyboard.press(" ")
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('area=polygon')")
    (text,) = places(page)["area"]
    assert len(points_of(text)) == 4
    handle = page.locator(".area-handle.vertex").first
    handle.focus()
    page.keyboard.press("Shift+ArrowUp")
    page.wait_for_function("text => !location.search.includes(text)", arg=text)
    moved = points_of(places(page)["area"][0])
    assert moved[1:] == points_of(text)[1:] and moved[0][1] > points_of(text)[0][1]
    expect(page.locator(".area-handle.vertex").first).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.locator(".area-handle.vertex")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.locator(".area-handle")).to_have_count(0)
    page.locator("#draw-circle").focus()
    page.keyboard.press("Enter")
    page.keyboard.press(" ")
    page.keyboard.press("Escape")
    expect(page.locator("#draw-bar")).to_be_hidden()
    assert len(places(page)["area"]) == 1


def test_a_finger_draws_on_a_phone(server: Server, browser: Browser) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{server.url}/?period=all&layers=districts")
    page.wait_for_selector("path.district", state="attached", timeout=20_000)
    page.locator("#map-frame").scroll_into_view_if_needed()
    page.locator("#draw-polygon").tap()
    for corner in ((0.3, 0.4), (0.7, 0.4), (0.5, 0.7)):
        page.touchscreen.tap(*at(page, *corner))
        page.wait_for_timeout(350)
    page.locator("#draw-done").tap()
    page.wait_for_function("() => location.search.includes('area=polygon')")
    assert len(points_of(places(page)["area"][0])) == 3
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("#filter-toggle").tap()
    page.locator(".area-row [aria-label]").last.tap()
    page.wait_for_function("() => !location.search.includes('area=')")
    context.close()


def test_the_largest_drawing_survives_link_reload_and_export(watched: Watched) -> None:
    """Every address that the page itself makes of it is one that the server takes."""
    corners = [math.tau * n / MOST_POINTS for n in range(MOST_POINTS)]
    ring = [
        f"{round(106.83 + math.cos(a) / 20, 5)},{round(-6.2 + math.sin(a) / 20, 5)}"
        for a in corners
    ]
    page = watched.open("/?period=all&area=polygon:" + quote(";".join(ring)))
    page.wait_for_function("() => location.search.includes('area=polygon')")
    page.reload()
    page.wait_for_selector("path.district", state="attached")
    assert places(page) == {"area": ["polygon:" + ";".join(ring)]}
    for name in ("complaints.csv", "map.svg"):
        address = page.locator(f"a[data-export='{name}']").get_attribute("href")
        assert watched.context.request.get(page.url.split("/?")[0] + str(address)).status == 200


def test_a_view_too_long_for_a_link_is_said_to_be(watched: Watched) -> None:
    half = f"{MOST_POINTS // 2 * '106.83000,-6.20000;'}106.84000,-6.21000"
    page = watched.open(f"/?period=all&area=polygon:{half}")
    areas = [f"area=polygon:{half};106.8{n}000,-6.22000" for n in range(5, 8)]
    page.evaluate("areas => pantau.places.setAreas(areas)", areas)
    expect(page.locator("#notice-line")).to_contain_text("too long for a link")
