"""The map page in a real browser: it draws, filters, remembers and follows."""

import json
import re
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener
from xml.etree.ElementTree import fromstring

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, Watched

pytestmark = pytest.mark.xdist_group("browser")
_OPENER = build_opener(ProxyHandler({}))


def received(page: Page) -> str:
    return page.locator(".figure-number").first.inner_text()


def wait_for_other_figures(page: Page, before: str) -> None:
    expect(page.locator(".figure-number").first).not_to_have_text(before, timeout=8_000)


def test_draws_districts_points_and_heat_by_itself(watched: Watched) -> None:
    page = watched.open()
    assert page.locator("path.district").count() == 267
    page.wait_for_selector(".point-frame", state="attached")
    expect(page.locator(".place-name span", has_text="Jakarta Pusat")).to_be_visible()
    with page.expect_response(re.compile(r"/tiles/heat/.*\.png")) as tile:
        page.keyboard.press("3")
    assert tile.value.ok
    assert "image/png" in tile.value.headers["content-type"]
    expect(page.locator(".legend[data-layer=heat]")).to_be_visible()
    expect(page.locator("#sentence")).to_contain_text("All complaints in Jakarta")
    expect(page.locator(".legend")).to_contain_text(["Boundaries: schematic", "Waiting", "Heat"])


def test_a_click_on_a_service_filters_everything_and_the_link_says_so(watched: Watched) -> None:
    page = watched.open()
    before = received(page)
    page.locator(".bar").first.click()
    wait_for_other_figures(page, before)
    chosen = page.locator(".bar.chosen")
    expect(chosen).to_have_count(1)
    assert "service=" in page.url
    expect(page.locator("#sentence")).to_contain_text(chosen.locator(".bar-name").inner_text())
    figures, link = page.locator("#figures").inner_text(), page.url
    again = watched.context.new_page()
    again.goto(link)
    expect(again.locator(".figure-number").first).to_have_text(received(page), timeout=15_000)
    assert again.locator("#figures").inner_text() == figures
    assert again.url == link
    chosen.click()
    expect(page.locator(".figure-number").first).to_have_text(before, timeout=8_000)


def test_a_click_on_a_district_filters_and_a_double_click_goes_down(watched: Watched) -> None:
    page = watched.open("/?level=kecamatan&layers=districts")
    expect(page.locator("path.district")).to_have_count(44)
    before = received(page)
    box = page.locator("#map").bounding_box()
    assert box
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(*middle)
    wait_for_other_figures(page, before)
    assert re.search(r"district=31\.7\d\.\d\d", page.url)
    page.mouse.dblclick(*middle)
    expect(page.locator("path.district")).to_have_count(267, timeout=8_000)
    assert "level=kelurahan" in page.url


def test_the_link_holds_view_layers_measure_and_comparison(watched: Watched) -> None:
    path = (
        "/?period=30d&status=resolved&measure=p90_resolution&level=kota&compare=before"
        "&layers=districts&lat=-6.20000&lon=106.85000&zoom=12"
    )
    page = watched.open(path)
    expect(page.locator("path.district")).to_have_count(6)
    expect(page.locator("#legend")).to_contain_text("difference")
    assert page.url == watched.url + path
    page.wait_for_function("() => pantau.map.instance.getZoom() === 12")


def test_language_and_theme(watched: Watched) -> None:
    page = watched.open()
    page.locator("[data-language=id]").click()
    expect(page.locator(".aside-title")).to_have_text("Saringan", timeout=15_000)
    assert page.locator("html").get_attribute("lang") == "id"
    page.locator("#theme-toggle").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "light"
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(244, 246, 250)"


def test_keys(watched: Watched) -> None:
    page = watched.open()
    page.keyboard.press("/")
    expect(page.locator("#filter-text")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).not_to_be_visible()
    before = received(page)
    page.keyboard.press("[")
    wait_for_other_figures(page, before)
    assert "start=" in page.url
    page.keyboard.press("1")
    page.wait_for_function("() => !location.search.includes('districts')")


def post_complaint(server: Server, form: str) -> str:
    """As an XML or a JSON client; returns the complaint's number."""
    fields = {
        "api_key": server.key,
        "service_code": "garbage",
        "lat": "-6.2001",
        "long": "106.8302",
        "description": "<script>alert('late')</script> sampah 🗑",
    }
    address = f"{server.url}/open311/v2/requests.{form}"
    request = Request(address, data=urlencode(fields).encode(), method="POST")
    with _OPENER.open(request, timeout=10) as answer:
        assert answer.status == 201
        body = answer.read()
    if form == "xml":
        return fromstring(body).findtext(".//service_request_id") or ""
    return str(json.loads(body)[0]["service_request_id"])


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_new_complaint_is_seen_within_three_seconds(
    watched: Watched, server: Server, form: str
) -> None:
    page = watched.open("/?period=today&layers=points&lat=-6.20010&lon=106.83020&zoom=17")
    page.wait_for_timeout(1_200)  # the first poll has passed
    number = post_complaint(server, form)
    line = page.locator(f".newest-line[href='/complaints/{number}']")
    line.wait_for(timeout=3_000)
    page.locator(".point.arrived, .cluster.arrived").first.wait_for(state="attached", timeout=3_000)
    line.click()
    expect(page.locator(".description")).to_contain_text("<script>alert('late')</script>")
    assert f"/complaints/{number}?period=today" in page.url
    page.locator(".nav-link").first.click()
    page.wait_for_selector("path.district", state="attached")


def test_an_unknown_complaint_is_said_to_be_unknown(watched: Watched) -> None:
    page = watched.open("/complaints/nope", districts=False)
    expect(page.locator(".empty-page h2")).to_have_text("No complaint nope", timeout=10_000)
    page.locator("#look-up input").fill("1")
    page.locator("#look-up button").click()
    expect(page.locator(".timeline-event").first).to_be_visible(timeout=10_000)


def test_says_when_the_server_is_gone_and_recovers(watched: Watched, server: Server) -> None:
    page = watched.open()
    server.stop()
    try:
        expect(page.locator("#offline")).to_be_visible(timeout=15_000)
        expect(page.locator("#offline")).to_contain_text("No connection since")
        assert page.locator("path.district").count() == 267
    finally:
        server.start()
    expect(page.locator("#offline")).to_be_hidden(timeout=15_000)
    number = post_complaint(server, "json")
    page.locator(f".newest-line[href='/complaints/{number}']").wait_for(timeout=5_000)
    # A refused connection is an error of the browser's own; that was the point here.
    watched.complaints[:] = [
        said for said in watched.complaints if "ERR_" not in said and "fetch" not in said.lower()
    ]


def test_a_phone_shows_figures_first_and_never_scrolls_sideways(watched: Watched) -> None:
    watched.page.set_viewport_size({"width": 390, "height": 844})
    page = watched.open()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    figures, map_frame = page.locator("#figures"), page.locator("#map-frame")
    first, second = figures.bounding_box(), map_frame.bounding_box()
    assert first and second and first["y"] < second["y"]
    expect(page.locator("#filters")).not_to_be_visible()
    page.locator("#filter-toggle").click()
    expect(page.locator("#filters")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#filters")).not_to_be_visible()


def test_a_drag_over_the_series_chooses_days_and_a_double_click_gives_them_up(
    watched: Watched,
) -> None:
    page = watched.open()
    before = received(page)
    page.wait_for_selector("#series .bars path", state="attached")
    chart = page.locator("#series .nsewdrag").first.bounding_box()
    assert chart
    middle = chart["y"] + chart["height"] / 2
    page.mouse.move(chart["x"] + 60, middle)
    page.mouse.down()
    page.mouse.move(chart["x"] + 140, middle, steps=6)
    page.mouse.up()
    wait_for_other_figures(page, before)
    assert re.search(r"\?start=[\d-]+&end=[\d-]+&", page.url)
    page.wait_for_timeout(800)
    page.mouse.dblclick(chart["x"] + 60, middle)
    expect(page.locator(".figure-number").first).to_have_text(before, timeout=8_000)
    assert "?period=90d&" in page.url
