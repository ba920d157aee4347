"""The channels in a real browser: drawn, followed, reachable, and whole on a phone."""

import re
from urllib.parse import urlencode
from urllib.request import HTTPErrorProcessor, ProxyHandler, Request, build_opener

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, Watched

pytestmark = pytest.mark.xdist_group("browser")
_SERVER_ASKS = "() => dash_clientside.set_props('live-slow', {data: {seq: Date.now()}})"


class _AnyAnswer(HTTPErrorProcessor):
    def http_response(self, request: object, response: object) -> object:
        return response


_OPENER = build_opener(ProxyHandler({}), _AnyAnswer)


def report(server: Server, **fields: str) -> int:
    body = urlencode({"api_key": server.key, **fields}).encode()
    request = Request(f"{server.url}/open311/v2/requests.json", data=body, method="POST")
    with _OPENER.open(request, timeout=10) as answer:
        return int(answer.status)


def follow(page: Page) -> None:
    """Let the writer write (once a second), then ask as the slow clock does."""
    page.wait_for_timeout(1_300)
    page.evaluate(_SERVER_ASKS)


def test_the_list_leads_to_a_channel_and_follows_what_comes(
    watched: Watched, server: Server
) -> None:
    page = watched.open("/", districts=False)
    page.locator("#channels-link").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".channels-table tbody tr")).to_have_count(14)
    page.wait_for_url(re.compile(r"/channels"))
    row = page.locator(".channels-table tbody tr", has_text="JAKI")
    expect(row.locator("td").nth(0)).to_contain_text("OK")
    before = int(re.search(r"(\d+) today", row.inner_text()).group(1))  # type: ignore[union-attr]
    assert report(server, service_code="no-such", lat="-6.2", long="106.82") == 404
    assert report(server, service_code="garbage", lat="-6.2", long="106.82") == 201
    assert report(server, api_key="made-up") == 403
    follow(page)
    expect(row).to_contain_text(f"{before + 1} today")
    expect(row).to_contain_text("unknown service")
    expect(page.locator(".channels-table tbody tr").last).to_contain_text("No channel")
    row.locator("a").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#content h2")).to_have_text("JAKI")
    expect(page.locator("#channel-refusals")).to_contain_text("unknown service")
    expect(page.locator("#channel-keys")).to_contain_text("browser tests")


def test_the_days_are_a_table_that_stays_open(watched: Watched, server: Server) -> None:
    page = watched.open("/channels/jaki", districts=False)
    expect(page.locator(".day-bar")).to_have_count(30)
    page.locator(".days-sheet .table-toggle").focus()
    page.keyboard.press("Enter")
    rows = page.locator("#channel-day-table tbody tr")
    expect(rows).to_have_count(30)
    expect(page.locator(".day-bars")).to_be_hidden()
    before = rows.first.locator("td").first.inner_text()
    assert report(server, service_code="garbage", lat="-6.2", long="106.82") == 201
    expect(rows.first.locator("td").first).not_to_have_text(before, timeout=15_000)
    expect(page.locator(".day-bars")).to_be_hidden()


def test_ages_grow_without_asking_the_server(watched: Watched) -> None:
    page = watched.open("/channels", districts=False)
    expect(page.locator(".channels-table tbody tr").first).to_be_visible()
    oldest = page.locator("[data-ago]").first
    oldest.evaluate("node => { node.dataset.ago -= 86400 * 400; }")
    expect(oldest).to_have_text(re.compile(r"4\d\d days ago"), timeout=15_000)


@pytest.mark.parametrize("path", ["/channels", "/channels/jaki", "/channels/-"])
def test_a_phone_shows_cards_and_nothing_sideways(watched: Watched, path: str) -> None:
    watched.page.set_viewport_size({"width": 390, "height": 844})
    page = watched.open(path, districts=False)
    expect(page.locator("#content h2")).to_be_visible()
    expect(page.locator(".channels-table tbody tr, .day-bars, .empty-note").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    if path == "/channels":
        expect(page.locator(".channels-table thead")).to_be_hidden()
        card = page.locator(".channels-table tbody tr").first.bounding_box()
        assert card is not None and card["width"] > 340
