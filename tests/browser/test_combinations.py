"""Combinations on the map: two measures brushed both ways, hot spots, repeat places."""

import pytest

from tests.browser.conftest import Watched

pytestmark = pytest.mark.xdist_group("browser")


def test_two_measures_are_brushed_both_ways(watched: Watched) -> None:
    page = watched.open("/?level=kecamatan&second=per_10000&layers=districts&period=all")
    page.wait_for_selector(".both-square")
    page.wait_for_selector("#scatter .points path")
    assert page.locator(".both-cell").count() == 9
    box = page.locator("#scatter .plotly .nsewdrag").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 3, steps=6)
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('district=')")
    chosen = page.evaluate("new URLSearchParams(location.search).getAll('district').length")
    page.wait_for_timeout(1_500)  # in which a chart drawn anew used to undo it
    assert page.evaluate("new URLSearchParams(location.search).getAll('district').length") == chosen
    page.wait_for_function(
        "n => [...document.querySelectorAll('#scatter .points path')]"
        ".filter((one) => getComputedStyle(one).opacity === '1').length === n",
        arg=chosen,
    )
    page.go_back()
    page.wait_for_function("() => !location.search.includes('district=')")


def test_hot_spots_are_squares_with_a_table(watched: Watched) -> None:
    page = watched.open("/?measure=hot_cells&layers=districts&period=all")
    page.wait_for_function("() => document.querySelectorAll('path.district').length > 1000")
    page.wait_for_selector("text=Getis-Ord Gi*")
    page.locator(".legend-box .table-toggle").click()
    page.wait_for_selector("#district-table tbody tr")
    page.evaluate("history.replaceState({}, '', location.href)")
    assert "measure=hot_cells" in page.url


def test_a_repeat_place_is_one_click_away(watched: Watched) -> None:
    page = watched.open("/?period=all")
    line = page.locator("[data-fly]").first
    line.wait_for()
    line.click()
    page.wait_for_function("() => Number(new URLSearchParams(location.search).get('zoom')) >= 17")
