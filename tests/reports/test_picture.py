import io
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from defusedxml.ElementTree import fromstring
from matplotlib.colors import to_hex
from matplotlib.font_manager import FontProperties
from PIL import Image

from components import measures as words
from components import tokens
from data.i18n import use_language
from data.layers.model import LayerError
from queries.boundaries import boundaries, simplify_together
from queries.classes import classify
from queries.districts import MEASURES, district_values
from queries.filters import ComplaintFilter
from queries.points import Bounds
from reports.drawing import widened, world
from reports.lettering import printable, wrap
from reports.overlay_scene import Shown, overlay_rows, overlays_in
from reports.picture import LAYERS, map_picture
from reports.picture_theme import THEMES
from reports.picture_words import PictureWords
from tests.layer_files import put_layer, put_pumps
from tests.scattered import SECRET, scatter

EVERYTHING = ComplaintFilter(period="all")
STYLES = Path(__file__).parents[2] / "assets" / "10-tokens.css"


def picture(store, **options) -> bytes:
    wanted = options.pop("wanted", EVERYTHING)
    measure, level = options.pop("measure", "per_10000"), options.pop("level", "kelurahan")
    return map_picture(store, wanted, measure, level, words=words, **options)


def colours_in(png: bytes) -> set[str]:
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return {to_hex(np.array(colour) / 255) for _, colour in image.getcolors(10**7)}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_picture_has_the_pages_classes_and_colours(store, theme):
    scatter(store, 400)
    values = district_values(store, EVERYTHING, measure="per_10000", level="kelurahan")
    shown = values.loc[values["state"] == "ok", "value"]
    classes = classify(shown, kind="sequential")
    found = colours_in(picture(store, theme=theme))
    assert len(shown) == 3  # the fourth has no population
    assert {classes.colour(value) for value in shown} <= found
    assert THEMES[theme].page in found


def test_sizes_and_kinds(store):
    scatter(store, 60)
    assert Image.open(io.BytesIO(picture(store))).size == (1920, 1200)
    drawing = fromstring(picture(store, format="svg"))
    assert drawing.tag.endswith("svg")


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("compare", ["off", "before"])
def test_every_measure_can_be_drawn(store, measure, compare):
    scatter(store, 200)
    wanted = (
        ComplaintFilter(start=None, end=None) if compare == "off" else ComplaintFilter(period="30d")
    )
    drawn = picture(
        store, wanted=wanted, measure=measure, level="kota", compare=compare, format="svg"
    )
    assert b"<svg" in drawn


@pytest.mark.parametrize("language", ["id", "en"])
def test_all_layers_in_both_languages(store, language):
    scatter(store, 200)
    drawn = picture(store, layers=LAYERS, language=language, format="svg")
    assert b"<image" in drawn  # the heat


def test_an_empty_city_is_still_a_picture(store):
    assert picture(store, layers=LAYERS).startswith(b"\x89PNG")
    assert picture(store, layers=(), format="svg")


def test_what_a_person_typed_is_drawn_as_it_is(store):
    for text in (
        "$\\frac{1}{0}$",
        "a$b",
        "<script>",
        "\x07\x1b[0m",
        "😀 " * 40,
        "x" * 200,
        "&amp;",
    ):
        wanted = ComplaintFilter(period="all", text=text)
        drawing = fromstring(picture(store, wanted=wanted, format="svg"))
        assert not [e for e in drawing.iter() if e.tag.endswith("script")]


def test_a_chosen_district_fills_the_frame_and_is_outlined(store):
    scatter(store, 60)
    wanted = ComplaintFilter(period="all", districts=("10.1",))
    assert THEMES["dark"].accent in colours_in(picture(store, wanted=wanted))


def test_given_bounds_are_the_frame(store):
    scatter(store, 60)
    near = picture(store, bounds=Bounds(106.81, -6.2, 106.82, -6.19))
    assert near != picture(store)


def test_what_records_do_not_cover_is_not_compared(store):
    scatter(store, 60)
    assert picture(store, compare="year") == picture(store)


def test_nothing_personal_is_drawn(store):
    scatter(store, 60)
    assert SECRET.encode() not in picture(store, layers=LAYERS, format="svg")


def test_threads_draw_side_by_side(store):
    scatter(store, 100)

    def drawn(theme: str) -> set[str]:
        return colours_in(picture(store, theme=theme))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(drawn, ["dark", "light"] * 3))
    for theme, colours in zip(["dark", "light"] * 3, found, strict=True):
        assert THEMES[theme].page in colours
        assert THEMES["light" if theme == "dark" else "dark"].page not in colours


def test_the_colours_are_those_of_the_page():
    assert tokens.DARK.page == THEMES["dark"].page
    blocks = STYLES.read_text().split("[data-bs-theme=")
    for name, theme in THEMES.items():
        block = next(b for b in blocks if b.startswith(f'"{name}"'))
        css = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", block))
        own = {n: getattr(theme, n) for n in ("page", "panel", "line", "text", "muted", "accent")}
        own |= {"land": theme.land, "hatch": theme.hatch, **theme.statuses}
        assert {key: css[key] for key in own} == own


def test_the_frame_keeps_its_middle_and_grows_to_the_pictures_shape():
    west, south, east, north = widened((0.4, 0.4, 0.6, 0.5))
    assert (west + east) / 2 == pytest.approx(0.5)
    assert (south + north) / 2 == pytest.approx(0.45)
    assert west <= 0.4 and east >= 0.6 and south <= 0.4 and north >= 0.5


def test_world_units_run_from_the_south_west():
    corners = world(np.array([[-180.0, -85.0511], [180.0, 85.0511], [0.0, 0.0]]))
    np.testing.assert_allclose(corners, [[0, 0], [1, 1], [0.5, 0.5]], atol=1e-4)


def test_lines_are_wrapped_and_long_words_cut():
    font = FontProperties(family="DejaVu Sans", size=10)
    assert wrap("one two three", font, 1_000) == ["one two three"]
    assert wrap("one two three", font, 50) == ["one two", "three"]
    assert wrap("x" * 5_000, font, 100)[0].endswith("…")
    assert printable("a\x00b\u4e2d") == "a b□"


def test_simplified_neighbours_still_touch(jakarta_store):
    reference = jakarta_store.reference()
    leaves = boundaries(jakarta_store, reference.leaf_level)
    assert len(leaves.districts) == 267
    assert shapely.is_valid(leaves.shapes).all()
    apart = shapely.area(leaves.shapes).sum()
    together = shapely.area(shapely.union_all(leaves.shapes))
    assert together == pytest.approx(apart, rel=1e-6)  # neither gap nor overlap
    assert shapely.get_num_coordinates(leaves.shapes).sum() < 8_000
    assert len(simplify_together(np.array([], dtype=object))) == 0


def test_the_picture_of_a_comparison_says_what_its_colours_mean(store):
    scatter(store, 400)
    drawn = picture(store, wanted=ComplaintFilter(period="30d"), compare="before")
    assert drawn != picture(store, wanted=ComplaintFilter(period="30d"))
    writer = PictureWords(store.reference(), "en", words, "per_10000", "kelurahan")
    frame = pd.DataFrame({"value": range(9), "state": ["ok"] * 9})
    classes = classify(frame["value"] - 4, kind="diverging")
    told = [r.label for r in writer.classes(frame, classes, is_difference=True, no_value="none")]
    assert "blue: fewer · orange: more" in told


def test_city_layers_are_drawn_over_the_districts_and_named(store):
    put_layer(
        store,
        "areas",
        [shapely.box(106.80, -6.21, 106.81, -6.20), shapely.box(106.83, -6.21, 106.84, -6.2)],
        {"depth": [1.5, 30.25]},
        style={"by": {"field": "depth", "method": "quantiles", "classes": 2}},
    )
    line = shapely.LineString([(106.79, -6.22), (106.85, -6.18)])
    put_layer(store, "rivers", [line], style={"colour": "#0571e6", "size": 6})
    put_pumps(store, style={"colour": "magenta"}, names={"en": "Pumps", "id": "Pompa"})
    without = colours_in(picture(store, theme="light"))
    shown = [Shown("areas", 1.0), Shown("rivers", 1.0), Shown("pumps", 1.0)]
    drawn = colours_in(picture(store, theme="light", overlays=shown))
    assert {"#0571e6", "#910d70"} <= drawn - without
    frame = (0.79, 0.47, 0.80, 0.49)
    drawn_layers, parts = overlays_in(store, shown, frame, "light")
    assert [len(one.shapes) for one in drawn_layers] == [2, 1, 3]
    with use_language("id"):
        rows = overlay_rows(parts, store.reference(), "id", "light")
    assert [(row.label, row.count) for row in rows] == [
        ("Lapisan kota", ""),
        ("Pompa", "3"),
        ("Rivers", "1"),
        ("Areas", ""),
        ("1,5 – 30,25", "1"),
        ("30,25", "1"),
    ]
    assert colours_in(picture(store, theme="light", overlays=[Shown("rivers", 0.0)])) >= without
    with pytest.raises(LayerError):
        picture(store, overlays=[Shown("gone", 1.0)])
