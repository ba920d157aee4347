"""The manual of the interface: a page of plain HTML that fits every screen."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Server, Watched

pytestmark = pytest.mark.xdist_group("browser")
# The least contrast of any text with what lies behind it, by WCAG's formula.
_LEAST_CONTRAST = """() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => channels(color).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const found = channels(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0) return getComputedStyle(at).backgroundColor;
    }
  };
  const contrast = (element) => {
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const texts = [...document.querySelectorAll("body *")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return Math.min(...texts.map(contrast));
}"""


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_fits_and_is_readable(
    browser: Browser, server: Server, scheme: str, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{server.url}/open311/v2/docs")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("script").count() == 0
    assert page.evaluate(_LEAST_CONTRAST) >= 4.5
    contents = page.locator("details summary")
    if width < 800:
        expect(page.locator("nav")).to_be_hidden()
        contents.click()
    else:
        expect(contents).to_be_hidden()
    page.locator("a:visible", has_text="Report a complaint").first.click()
    expect(page.locator("#post_requests_json h3")).to_be_in_viewport()
    assert not said
    context.close()


def test_the_navigation_leads_to_it(watched: Watched) -> None:
    page = watched.open("/")
    page.locator("a[href='/open311/v2/docs']").click()
    expect(page.locator("h1")).to_have_text("Open311 · Jakarta")
