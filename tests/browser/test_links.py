"""Addresses, steps back, and what is said: the page follows the link, and never breaks by one."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, Watched
from tests.browser.test_map_page import received, wait_for_other_figures

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.parametrize(
    "query",
    [
        "status=nope&as_of=1&start=2026-1-1",
        "service=nope&district=1&unit=x&channel=y&group=z",
        "as_of=2026-10-01T00:00:00&start=99999-01-01&end=5%20Jan%202026",
        "start=%2B275760-09-13&lat=999&lon=999&zoom=99",
        "start=2026-02-30&overdue=yes&period=fortnight",
        "start=2026-10-02&end=2026-10-01",
        "through=12",
    ],
)
def test_what_a_link_cannot_mean_is_left_out_and_said(watched: Watched, query: str) -> None:
    page = watched.open(f"/?{query}")
    line = page.locator("#notice-line")
    expect(line).to_contain_text("Left out of this link")
    for (value,) in parse_qs(query).values():
        expect(line).to_contain_text(value[:5].strip())
    assert received(page) not in ("", "0")
    assert "nope" not in page.url


def test_what_a_link_asks_of_missing_layers_is_said_in_one_line(watched: Watched) -> None:
    asked = ("near=gone:200", "second=gone:features_per_km2", "areas=gone", "overlay=gone")
    page = watched.open("/?" + "&".join(asked))
    line = page.locator("#notice-line")
    for part in asked:
        expect(line).to_contain_text(part)
    page.wait_for_timeout(500)
    assert "gone" not in page.url


def test_a_past_instant_keeps_the_event_it_is_seen_through(watched: Watched) -> None:
    past = "as_of=2999-01-01T00:00:00%2B07:00&through=900000000"
    page = watched.open(f"/?{past}&period=all")
    page.wait_for_timeout(500)
    query = parse_qs(urlsplit(page.url).query)
    assert query["as_of"] == ["2999-01-01T00:00:00+07:00"]
    assert query["through"] == ["900000000"]


def test_days_to_come_are_an_empty_period_with_a_way_out(watched: Watched) -> None:
    page = watched.open("/?start=2999-01-01")
    expect(page.locator(".figure-number").first).to_have_text("0")
    expect(page.locator("#notice-line")).to_be_hidden()
    page.locator("[data-period=all]").click()
    wait_for_other_figures(page, "0")
    assert "period=all" in page.url


def test_back_and_forward_walk_through_the_filters(watched: Watched) -> None:
    page = watched.open()
    first, begin = received(page), page.evaluate("history.length")
    page.locator(".bar").first.click()
    wait_for_other_figures(page, first)
    second = received(page)
    page.evaluate("pantau.map.instance.setZoom(11, { animate: false })")
    page.wait_for_timeout(500)
    page.keyboard.press("[")
    wait_for_other_figures(page, second)
    third = received(page)
    assert page.evaluate("history.length") == begin + 2
    for go, figure in (
        (page.go_back, second),
        (page.go_back, first),
        (page.go_forward, second),
        (page.go_forward, third),
    ):
        go()
        expect(page.locator(".figure-number").first).to_have_text(figure, timeout=8_000)
        page.wait_for_timeout(900)
    assert "start=" in page.url and "service=" in page.url


def test_the_sentence_and_a_page_not_reached_come_right_after_an_outage(
    watched: Watched, server: Server
) -> None:
    page = watched.open()
    server.stop()
    try:
        page.locator(".bar").first.click()
        page.locator(".nav-link[href='/complaints']").click()
        expect(page.locator("#offline")).to_be_visible(timeout=15_000)
    finally:
        server.start()
    expect(page.locator("#offline")).to_be_hidden(timeout=15_000)
    expect(page.locator("#look-up")).to_be_visible(timeout=10_000)
    expect(page.locator("#sentence")).not_to_contain_text("All complaints", timeout=10_000)
    # A refused connection is an error of the browser's own; that was the point here.
    watched.complaints[:] = [
        said
        for said in watched.complaints
        if not re.search("ERR_|fetch|did not respond", said, re.IGNORECASE)
    ]


def test_notices_of_server_and_scripts_share_a_line_and_go_away(watched: Watched) -> None:
    page = watched.open()
    page.clock.install()
    for words in ("one", "two"):
        said = (
            f"dash_clientside.set_props('notice', {{data: {{words: '{words}', at: Date.now()}}}})"
        )
        page.evaluate(said)
        expect(page.locator("#notice-line")).to_have_text(words)
        page.evaluate("pantau.notice('by a script')")
        expect(page.locator("#notice-line")).to_have_text("by a script")
        page.clock.fast_forward(9_000)
        expect(page.locator("#notice-line")).to_be_hidden()


def test_a_refused_filter_is_not_called_live(watched: Watched) -> None:
    page = watched.open()
    page.route("**/api/live?*", lambda route: route.fulfill(status=400, body="{}"))
    expect(page.locator("#offline")).to_contain_text("(400)", timeout=5_000)
    page.unroute("**/api/live?*")
    expect(page.locator("#offline")).to_be_hidden(timeout=5_000)
    watched.complaints[:] = [said for said in watched.complaints if "400" not in said]


def test_the_picture_is_of_what_is_seen(watched: Watched) -> None:
    page = watched.open("/?compare=before&layers=points,heat")
    link = page.locator("a[data-export='map.png']")

    def asked() -> dict[str, list[str]]:
        return parse_qs(urlsplit(link.get_attribute("href") or "").query)

    before = asked()
    assert before["compare"] == ["before"]
    assert before["layers"] == ["points,heat"]
    page.evaluate("pantau.map.instance.setZoom(13, { animate: false })")
    page.wait_for_timeout(300)
    assert asked()["bbox"] != before["bbox"]
    answer = page.request.get(f"{watched.url}{link.get_attribute('href')}")
    assert answer.ok and answer.body().startswith(b"\x89PNG")


def test_the_title_says_what_is_seen(watched: Watched) -> None:
    page = watched.open()
    expect(page).to_have_title(re.compile(r"All complaints in Jakarta, .* · Pantau"))


def dates(page: Page) -> dict[str, list[str]]:
    page.wait_for_timeout(500)
    found = parse_qs(urlsplit(page.url).query)
    return {key: found[key] for key in ("period", "start", "end") if key in found}


@pytest.mark.parametrize(
    ("period", "earlier"),
    [
        ("month", {"start": ["2027-12-01"], "end": ["2028-01-01"]}),
        ("year", {"start": ["2027-01-01"], "end": ["2028-01-01"]}),
        ("7d", {"start": ["2028-01-05"], "end": ["2028-01-12"]}),
        ("12m", {"start": ["2026-01-19"], "end": ["2027-01-19"]}),
    ],
)
def test_steps_follow_the_calendar_and_end_today(
    watched: Watched, period: str, earlier: dict[str, list[str]]
) -> None:
    page = watched.open(f"/?period={period}")
    page.evaluate("pantau.today = () => '2028-01-18'")
    page.keyboard.press("[")
    assert dates(page) == earlier
    page.keyboard.press("]")
    page.wait_for_timeout(300)
    page.keyboard.press("]")
    again = dates(page)
    if period in ("month", "year"):
        assert again == {"period": [period]}
    else:
        assert again["end"] == ["2028-01-19"]


def test_a_drawn_period_gives_way_to_the_one_chosen_since(watched: Watched) -> None:
    page = watched.open()

    def draw(first: str, last: str) -> None:
        days = f"{{points: [{{x: '{first}'}}, {{x: '{last}'}}]}}"
        page.evaluate(f"dash_clientside.pantau.brush({days})")
        page.wait_for_timeout(500)

    double_click = "document.querySelector('#series .js-plotly-plot').emit('plotly_deselect')"
    draw("2026-10-01", "2026-10-05")
    assert dates(page) == {"start": ["2026-10-01"], "end": ["2026-10-06"]}
    page.evaluate("pantau.setPeriod('12m')")
    assert dates(page) == {"period": ["12m"]}
    page.evaluate(double_click)
    assert dates(page) == {"period": ["12m"]}
    draw("2026-10-01", "2026-10-05")
    draw("2026-10-02", "2026-10-04")
    page.evaluate(double_click)
    assert dates(page) == {"period": ["12m"]}
