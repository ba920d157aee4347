"""Photos on a complaint's page and on its card: small ones that load, whole ones behind them."""

import json
from typing import Any
from urllib.request import Request

import pytest
from PIL import ImageDraw
from playwright.sync_api import Page, expect

from tests.browser.conftest import _OPENER, Server, Watched
from tests.photo_files import encoded, exif, four_corners, multipart

pytestmark = pytest.mark.xdist_group("browser")
_PLACE = {"lat": "-6.3301", "long": "106.9002"}  # nothing else lies there on the map
_LOADED = "() => [...document.querySelectorAll('.photo')].every(i => i.complete && i.naturalWidth)"


def photo(shade: int = 0, **options: Any) -> tuple[bytes, str, str]:
    image = four_corners(1600, 1200)
    ImageDraw.Draw(image).ellipse((400, 300, 1200, 900), fill=(shade, 120, 60))
    return encoded(image, "JPEG", **options), "photo.jpg", "image/jpeg"


def post_complaint(server: Server, photos: list[tuple[bytes, str, str]], **more: str) -> str:
    fields = {"api_key": server.key, "service_code": "garbage", **_PLACE, "media": photos, **more}
    body, content_type = multipart(fields)
    request = Request(
        f"{server.url}/open311/v2/requests.json", body, {"Content-Type": content_type}
    )
    with _OPENER.open(request, timeout=20) as answer:
        return str(json.load(answer)[0]["service_request_id"])


def open_page(watched: Watched, number: str) -> Page:
    page = watched.open(f"/complaints/{number}", districts=False)
    expect(page.locator(".photo").first).to_be_visible(timeout=10_000)
    page.locator(".photo").last.scroll_into_view_if_needed()
    page.wait_for_function(_LOADED, timeout=10_000)
    return page


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_a_page_shows_small_photos_and_opens_whole_ones(
    watched: Watched, server: Server, theme: str, size: tuple[int, int]
) -> None:
    link = "https://example.org/elsewhere.jpg"
    sent = [photo(10), photo(90, exif=exif(6)), photo(170)]
    number = post_complaint(server, sent, media_url=link, description="Sampah " * 20)
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = open_page(watched, number)
    page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
    assert page.locator(".photo").count() == 3
    first = page.locator(".photo").first
    expect(first).to_have_attribute("alt", "Photo 1 of 3 that came with the complaint")
    expect(first).to_have_attribute("loading", "lazy")
    assert first.evaluate("i => i.naturalWidth") == 320
    assert page.locator(".photo").nth(1).evaluate("i => i.naturalHeight") == 320  # upright
    boxes = page.locator(".photo-strip li").evaluate_all(
        "items => items.map(i => i.getBoundingClientRect().width)"
    )
    assert len(set(boxes)) == 1
    expect(page.locator(".media a")).to_have_attribute("href", link)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    with watched.context.expect_page() as opened:
        first.click()
    whole = opened.value
    whole.wait_for_load_state()
    assert whole.evaluate("document.images[0].naturalWidth") == 1600
    whole.close()


def test_a_page_names_the_other_complaints_with_the_same_photo(
    watched: Watched, server: Server
) -> None:
    twice = photo(230)
    first = post_complaint(server, [twice])
    second = post_complaint(server, [photo(20), twice])
    page = open_page(watched, second)
    expect(page.locator(".photo-uses")).to_have_text(f"Also with complaint {first}")
    page.locator(".photo-uses a").click()
    expect(page.locator(".photo-uses")).to_have_text(f"Also with complaint {second}")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_card_on_the_map_shows_them_too(
    watched: Watched, server: Server, size: tuple[int, int]
) -> None:
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    place = {"lat": f"-6.34{size[0]}", "long": "106.8702"}
    post_complaint(server, [photo(n) for n in (10, 60, 110, 160)], **place)
    page = watched.open(f"/?period=today&layers=points&lat={place['lat']}&lon=106.8702&zoom=17")
    page.wait_for_selector(".point-frame:has(.point)", state="attached")
    page.locator(".point-frame:has(.point)").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".complaint-card .photo")).to_have_count(3, timeout=8_000)
    expect(page.locator(".photo-more")).to_have_text("+1")
    page.wait_for_function(_LOADED, timeout=10_000)
    page.locator(".complaint-card .card-link").click(trial=True)  # nothing lies over it
    frame, card = (page.locator(part).bounding_box() for part in ("#map-frame", ".complaint-card"))
    assert frame and card and card["y"] + card["height"] <= frame["y"] + frame["height"]


def test_a_photo_that_was_lost_leaves_its_words(watched: Watched, server: Server) -> None:
    number = post_complaint(server, [photo(33)])
    for path in (server.folder / "var" / "photos").rglob("*.jpg"):
        path.unlink()
    page = watched.open(f"/complaints/{number}", districts=False)
    expect(page.get_by_alt_text("Photo 1 of 1 that came with the complaint")).to_be_visible()
    page.wait_for_timeout(500)
    watched.complaints[:] = [said for said in watched.complaints if "404" not in said]
