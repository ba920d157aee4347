"""The catalogue of layers in a real browser: a Shapefile in, replaced, restored, removed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from data.layers.catalogue import list_layers, remove
from data.store import open_store
from tests.browser.conftest import Server, Watched
from tests.sent_files import PLACES, geojson, shapefile_parts, zipped_shapefile

pytestmark = pytest.mark.xdist_group("browser")
_READING = 30_000  # ms; a file is read by a process of its own


@pytest.fixture(autouse=True)
def _no_layers(server: Server) -> Iterator[None]:
    yield
    store = open_store(server.database_url)
    for layer in list_layers(store):
        remove(store, layer.code)
    store.engine.dispose()


def payload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def open_catalogue(watched: Watched) -> Page:
    page = watched.open("/layers", districts=False)
    page.locator("#layer-fold-add > summary").click()
    expect(page.locator("#layer-files")).to_be_attached()
    return page


def choose(page: Page, *files: FilePayload) -> None:
    page.set_input_files("#layer-files", list(files))


def add(page: Page, name: str, content: bytes) -> None:
    choose(page, payload("pumps.zip", content))
    for language in ("id", "en"):
        page.locator(f"#layer-publish [name='name.{language}']").fill(name, timeout=_READING)
    page.locator("#layer-publish [type=submit]").click()
    expect(page.locator(".layers-table tbody tr", has_text=name)).to_be_visible(timeout=_READING)


def test_a_shapefile_goes_in_is_replaced_restored_removed_and_back(
    watched: Watched, tmp_path: Path
) -> None:
    page = watched.open("/", districts=False)
    page.locator(".navigation a[data-page='layers']").click()
    expect(page.locator(".layers-empty")).to_contain_text("No layers yet")
    page.locator("#layer-fold-add > summary").click()
    choose(page, payload("pumps.zip", zipped_shapefile(tmp_path / "a")))
    expect(page.locator(".first-rows")).to_contain_text("Pompa 2", timeout=_READING)
    expect(page.locator("#layer-map path, #layer-map canvas").first).to_be_visible()
    expect(page.locator("#layer-publish [name='name.id']")).to_have_value("Pumps")
    page.locator("#layer-publish [name='name.en']").fill("Flood pumps")
    page.locator("#layer-publish [name='source']").fill("<b>Water agency</b>")
    page.locator("#layer-publish [type=submit]").click()
    row = page.locator(".layers-table tbody tr", has_text="Flood pumps")
    expect(row).to_contain_text("3 points", timeout=_READING)
    expect(row).to_contain_text("<b>Water agency</b>")
    expect(page.locator("#layer-look")).to_be_hidden()

    row.locator("a").click()
    expect(page.locator("#content h2").first).to_have_text("Flood pumps")
    expect(page.locator("#layer-whole canvas")).to_be_visible()
    page.locator("#layer-fold-replace > summary").click()
    choose(page, payload("new.zip", zipped_shapefile(tmp_path / "b", places=PLACES[:2])))
    page.locator("#layer-publish [type=submit]").click(timeout=_READING)
    versions = page.locator("#layer-versions tbody tr")
    expect(versions).to_have_count(2, timeout=_READING)
    expect(page.locator("#layer-facts")).to_contain_text("2 points")
    versions.nth(1).get_by_role("button", name="Restore").click()
    expect(page.locator("#layer-facts")).to_contain_text("3 points")
    expect(versions.nth(1)).to_contain_text("in force")

    page.get_by_role("button", name="Remove the layer").click()
    page.locator("#layer-removal").get_by_role("button", name="Keep it").click()
    expect(page.locator("#layer-removal")).to_be_hidden()
    page.get_by_role("button", name="Remove the layer").click()
    page.locator("#layer-removal").get_by_role("button", name="Remove", exact=True).click()
    expect(page.locator(".layers-empty")).to_be_visible()
    page.locator("#layers-removed summary").click()
    page.locator("#layers-removed").get_by_role("button", name="Bring back").first.click()
    expect(page.locator(".layers-table tbody tr")).to_have_count(1)


def test_what_a_file_leaves_open_is_asked_and_the_answer_is_tried(
    watched: Watched, tmp_path: Path
) -> None:
    page = open_catalogue(watched)
    parts = shapefile_parts(tmp_path / "made", crs="EPSG:32748")
    del parts["pumps.prj"]
    choose(page, *(payload(name, content) for name, content in parts.items()))
    publish = page.locator("#layer-publish [type=submit]")
    expect(publish).to_be_disabled(timeout=_READING)
    expect(page.locator(".layer-hint")).to_contain_text("EPSG:32748")
    usual = page.locator("#crs-list .crs-option")
    expect(usual.nth(1)).to_contain_text("UTM zone 48S")
    page.locator("#crs-search").fill("dgn95 utm 48s")
    expect(usual).to_have_count(1)
    expect(usual.first).to_contain_text("EPSG:23878")
    page.locator("#crs-search").fill("32748")
    expect(usual.first).to_contain_text("EPSG:32748")
    page.locator("#crs-search").press("ArrowDown")
    page.keyboard.press("Enter")
    expect(publish).to_be_enabled(timeout=_READING)
    expect(page.locator("#layer-preview .facts")).to_contain_text("EPSG:32748, as chosen")
    page.locator("#layer-discard").click()
    expect(page.locator("#layer-look")).to_be_hidden()


def test_a_hint_of_swapped_axes_is_taken_by_its_button(watched: Watched) -> None:
    page = open_catalogue(watched)
    choose(page, payload("posts.geojson", geojson([(y, x) for x, y in PLACES])))
    publish = page.locator("#layer-publish [type=submit]")
    expect(publish).to_be_disabled(timeout=_READING)
    expect(page.locator("#layer-map path, #layer-map canvas").first).to_be_visible()
    page.locator(".layer-hint").get_by_role("button", name="axes swapped").click()
    expect(publish).to_be_enabled(timeout=_READING)
    order = page.locator("[data-choice='axes']")
    expect(order).to_have_value("yx")
    order.select_option("xy")
    expect(publish).to_be_disabled(timeout=_READING)


def test_a_bad_file_gets_its_sentence_and_the_next_one_a_new_start(
    watched: Watched, tmp_path: Path
) -> None:
    page = open_catalogue(watched)
    choose(page, payload("bad.zip", b"PK\x03\x04nonsense"))
    expect(page.locator("#layer-fault")).to_contain_text("bad.zip", timeout=_READING)
    expect(page.locator("#layer-working")).to_be_hidden()
    watched.complaints[:] = [  # the browser notes every answer of 400
        said for said in watched.complaints if "400" not in said
    ]
    choose(page, *(payload(f"{n}.geojson", b"{}") for n in range(21)))
    expect(page.locator("#layer-fault")).to_contain_text("21 files are chosen")
    choose(page, payload("pumps.zip", zipped_shapefile(tmp_path / "a")))
    expect(page.locator("#layer-fault")).to_be_hidden()
    expect(page.locator(".first-rows")).to_be_visible(timeout=_READING)


def test_files_are_dropped_and_style_and_description_saved(
    watched: Watched, tmp_path: Path
) -> None:
    page = open_catalogue(watched)
    content = zipped_shapefile(tmp_path / "a")
    transfer = page.evaluate_handle(
        """(bytes) => {
          const found = new DataTransfer();
          found.items.add(new File([new Uint8Array(bytes)], "posts.zip"));
          return found;
        }""",
        list(content),
    )
    page.dispatch_event("#layer-drop-zone", "dragover", {"dataTransfer": transfer})
    expect(page.locator("#layer-drop-zone")).to_have_class(re.compile("over"))
    page.dispatch_event("#layer-drop-zone", "drop", {"dataTransfer": transfer})
    page.locator("#layer-publish [name='name.en']").fill("Posts", timeout=_READING)
    page.locator("[data-keep-field][value='state']").uncheck()
    page.locator("#layer-publish [type=submit]").click()
    page.locator(".layers-table a", has_text="Posts").click(timeout=_READING)
    expect(page.locator("#layer-fields tbody tr")).to_have_count(1)
    page.locator("#layer-fold-style > summary").click()
    page.locator("#layer-style-form .swatches label", has_text="violet").click()
    page.locator("#layer-style-form [name='by.field']").select_option("name")
    page.locator("#layer-style-form [type=submit]").click()
    expect(page.locator("#notice-line")).to_have_text("Saved.")
    page.locator("#layer-fold-about > summary").click()
    page.locator("#layer-about-form [name='owner']").fill("Dinas Gulkarmat")
    page.locator("#layer-about-form [type=submit]").click()
    expect(page.locator("#layer-facts")).to_contain_text("Dinas Gulkarmat")
    page.reload()
    page.locator("#layer-fold-style > summary").click()
    expect(page.locator("#layer-style-form [name='by.field']")).to_have_value("name")
    expect(page.locator("#layer-style-form [value='violet']")).to_be_checked()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_nothing_scrolls_sideways_on_a_phone(watched: Watched, tmp_path: Path, theme: str) -> None:
    watched.context.add_cookies(
        [
            {"name": "pantau_lang", "value": "id", "url": watched.url},
            {"name": "pantau_theme", "value": theme, "url": watched.url},
        ]
    )
    watched.page.set_viewport_size({"width": 390, "height": 844})
    page = open_catalogue(watched)
    add(page, f"Pompa {theme}", zipped_shapefile(tmp_path / "a"))
    width = "document.documentElement.scrollWidth"
    assert page.evaluate(width) == 390
    page.locator(".layers-table a").first.click()
    expect(page.locator("#layer-versions tbody tr")).to_have_count(1)
    for fold in ("style", "about", "replace"):
        page.locator(f"#layer-fold-{fold} > summary").click()
    assert page.evaluate(width) == 390
