"""The whole way of a layer: a Shapefile in, asked of, kept as a view, out, and in again."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, expect

from data.layers.catalogue import find_layer, list_layers, remove
from data.layers.contents import fetch_features
from data.layers.model import FeatureTable
from data.store import open_store
from tests.browser.conftest import Server, Watched

pytestmark = pytest.mark.xdist_group("browser")
_READING = 40_000  # ms; a file is read by a process of its own
_RIVER = [(106.75, -6.25), (106.80, -6.20), (106.85, -6.18), (106.90, -6.15)]


@pytest.fixture(autouse=True)
def _no_layers(server: Server) -> Iterator[None]:
    yield
    store = open_store(server.database_url)
    for layer in list_layers(store):
        remove(store, layer.code)
    store.engine.dispose()


def zipped_lines(folder: Path) -> bytes:
    """A Shapefile in UTM 48S, as a surveyor sends it."""
    lines = [shapely.LineString(_RIVER), shapely.LineString([(106.8, -6.3), (106.82, -6.25)])]
    frame = geopandas.GeoDataFrame({"nama": ["Kali Besar", "Kali Kecil"]}, geometry=lines, crs=4326)
    frame.to_crs(32748).to_file(folder / "kali.shp", engine="pyogrio")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in sorted(folder.glob("kali.*")):
            archive.write(part, part.name)
    return packed.getvalue()


def upload(page: Page, file: str, content: bytes, name: str) -> None:
    page.locator("#layer-fold-add > summary").click()
    packed = {"name": file, "mimeType": "application/octet-stream", "buffer": content}
    page.set_input_files("#layer-files", [packed])  # type: ignore[list-item]
    for language in ("id", "en"):
        page.locator(f"#layer-publish [name='name.{language}']").fill(name, timeout=_READING)
    page.locator("#layer-publish [type=submit]").click()
    expect(page.locator(".layers-table tbody tr", has_text=name)).to_be_visible(timeout=_READING)


def seen(page: Page) -> dict[str, object]:
    """What a reader sees, in words and numbers."""
    expect(page.locator(".near-far .quote")).to_contain_text("250 m")
    page.wait_for_function("() => pantau.overlays.shown.length === 1")
    return {
        "sentence": page.locator("#sentence").inner_text(),
        "figures": page.locator("#figures .figure-number").all_inner_texts(),
        "quote": page.locator(".near-far .quote").inner_text(),
        "address": page.evaluate("pantau.search()"),
    }


def picture(page: Page) -> Image.Image:
    page.mouse.move(2, 2)
    page.wait_for_timeout(1_500)  # the last tiles and canvases
    shot = page.locator("#map").screenshot()
    return Image.open(io.BytesIO(shot)).convert("RGB")


def features_of(server: Server, code: str) -> FeatureTable:
    store = open_store(server.database_url)
    try:
        return fetch_features(store, find_layer(store, code).version.id)
    finally:
        store.engine.dispose()


def code_of(server: Server, name: str) -> str:
    store = open_store(server.database_url)
    try:
        return next(one.code for one in list_layers(store) if one.about.names["en"] == name)
    finally:
        store.engine.dispose()


def test_a_shapefile_is_asked_of_kept_as_a_view_and_comes_back_from_a_geopackage(
    watched: Watched, server: Server, browser: Browser, tmp_path: Path
) -> None:
    page = watched.open("/layers", districts=False)
    upload(page, "kali.zip", zipped_lines(tmp_path), "Story rivers")
    code = code_of(server, "Story rivers")

    watched.open(f"/?period=all&overlay={code}&lat=-6.2&lon=106.83&zoom=12")
    everything = page.locator("#figures .figure-number").first.inner_text()
    page.locator("#filter-services").click()
    page.get_by_role("option", name="Flood", exact=False).first.click()
    page.keyboard.press("Escape")
    add = page.get_by_role("button", name="Condition on a layer")
    add.click()
    page.locator("[data-part=layer]").select_option(code)
    page.locator("[data-part=metres]").fill("250")
    page.locator("[data-part=metres]").press("Enter")
    page.wait_for_function("c => location.search.includes('near=' + c + ':250')", arg=code)
    expect(page.locator("#sentence")).to_contain_text("within 250 m of Story rivers")
    before = seen(page)
    assert before["figures"] != [] and before["figures"][0] != everything  # type: ignore[index]

    page.locator("#view-save-open").click()
    page.locator("#view-name").fill("Floods by the rivers")
    page.locator("#view-form [type=submit]").click()
    expect(page.locator("#notice-line")).to_contain_text("is saved")
    page.locator("#views-link").click()
    link = page.locator(".view-card a[href^='/v/']").first.get_attribute("href")
    page.go_back()
    page.wait_for_selector("path.district", state="attached")

    fresh = browser.new_context(viewport={"width": 1440, "height": 900})
    fresh.add_cookies([{"name": "pantau_lang", "value": "en", "url": server.url}])
    other = fresh.new_page()
    other.goto(f"{server.url}{link}")
    other.wait_for_selector("path.district", state="attached")
    expect(other.locator("#sentence")).to_contain_text("within 250 m of Story rivers")
    assert seen(other) == before
    difference = ImageChops.difference(picture(page), picture(other)).convert("L")
    assert (np.asarray(difference) > 40).mean() < 0.01
    fresh.close()

    file = watched.context.request.get(f"{server.url}/export/layers/{code}.gpkg")
    assert file.ok
    page = watched.open("/layers", districts=False)
    upload(page, "again.gpkg", file.body(), "Rivers again")
    first, again = (features_of(server, one) for one in (code, code_of(server, "Rivers again")))
    assert shapely.equals_exact(first.shapes, again.shapes, 0).all()
    assert json.dumps(first.columns["nama"]) == json.dumps(again.columns["nama"])
