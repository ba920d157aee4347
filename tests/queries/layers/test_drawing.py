"""Layers as they are drawn: no border off by a pixel, and classes that mean what they say."""

import gzip
import json
from itertools import combinations

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.layers.model import Field, LayerError
from data.store import Store
from queries.layers.breaks import natural_breaks, quantile_breaks
from queries.layers.feature_axis import feature_names
from queries.layers.features import kept_layer, known_layers
from queries.layers.lookup import describe_feature
from queries.layers.naming import label_field
from queries.layers.paint import Paint, paint_of
from queries.layers.palette import PALETTE, Colour, sequential
from queries.layers.simplified import step_at, to_degrees, to_world, write_features
from queries.layers.style import check_style, style_of
from queries.layers.viewport import features_in
from queries.points import Bounds
from tests.conftest import real_file
from tests.layer_files import put_layer, put_pumps

STATUSES = {
    "dark": ("#ff5d5d", "#ffc145", "#3ddc97", "#7f8ea8"),
    "light": ("#c92a2a", "#8a5a00", "#0f7a4d", "#5a6985"),
}


def lines(seed: int, n: int = 40) -> np.ndarray:
    """Walks of many steps, of every size from a pixel to the whole city."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        steps = rng.normal(0, 10 ** rng.uniform(-5, -2.5), (int(rng.integers(2, 80)), 2))
        made.append(shapely.LineString(np.cumsum(steps, axis=0) + rng.uniform(-0.1, 0.1, 2)))
    return np.array(made, object) if n else np.array([], object)


def polygons(seed: int, n: int = 20) -> np.ndarray:
    blobs = lines(seed, n)
    return shapely.make_valid(shapely.buffer(blobs, 0.0008, quad_segs=16))


def moved(shapes: np.ndarray, longitude: float, latitude: float) -> np.ndarray:
    return shapely.transform(shapes, lambda at: at + np.array([longitude, latitude]))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    zoom=st.integers(5, 18),
    place=st.sampled_from([(106.8, -6.2), (24.9, 60.2), (-71.1, 42.3), (179.95, -17.5)]),
    is_line=st.booleans(),
)
def test_nothing_is_drawn_a_pixel_beside_its_place(
    seed: int, zoom: int, place: tuple[float, float], is_line: bool
) -> None:
    shapes = moved(lines(seed) if is_line else polygons(seed), *place)
    world = to_world(shapes)
    classes = np.zeros(len(shapes), np.uint8)
    step = step_at(world, classes, zoom)
    texts = write_features(step, np.arange(len(step.numbers)), classes, None)
    sent = to_world(
        np.array([shapely.from_geojson(json.dumps(json.loads(t)["geometry"])) for t in texts])
    )
    pixels = 2.0**zoom
    for number, dot, drawn in zip(step.numbers, step.is_dot, sent, strict=True):
        off = shapely.hausdorff_distance(world[number], drawn) * pixels
        # A dot is as large as what it stands for; the rest is within a pixel half a zoom closer.
        assert off <= (1.45 if dot else 1 / 2**0.5)
    # What is not drawn itself lies in the pixel of a dot.
    assert step.stands_for.sum() == len(shapes)
    dots = np.floor(shapely.get_coordinates(step.shapes[step.is_dot]) * pixels)
    left = np.setdiff1d(np.arange(len(shapes)), step.numbers)
    boxes = shapely.bounds(world[left]).reshape(-1, 4)
    for middle in np.floor((boxes[:, :2] + boxes[:, 2:]) / 2 * pixels):
        assert (dots == middle).all(axis=1).any()


def test_dots_of_two_colours_stay_two() -> None:
    world = to_world(shapely.points([106.8, 106.8, 106.8], [-6.2, -6.2, -6.2]))
    step = step_at(world, np.array([0, 1, 0], np.uint8), 10)
    assert step.numbers.tolist() == [0, 1]
    assert step.stands_for.tolist() == [2, 1]


def test_polygons_stay_valid_when_they_are_made_simple() -> None:
    step = step_at(to_world(moved(polygons(4, 60), 106.8, -6.2)), np.zeros(60, np.uint8), 12)
    assert shapely.is_valid(step.shapes).all()


def test_degrees_come_back(store: Store) -> None:
    shapes = moved(lines(9), 106.8, -6.2)
    back = to_degrees(to_world(shapes), 7)
    assert shapely.hausdorff_distance(shapes, back).max() < 2e-7


def deviation(values: np.ndarray, limits: tuple[float, ...]) -> float:
    index = np.searchsorted(limits, values, side="right")
    return sum(
        float(((own := values[index == i]) - own.mean()) @ (own - own.mean()))
        for i in range(len(limits) + 1)
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-50, 50), min_size=1, max_size=12),
    st.integers(2, 4),
    st.sampled_from([0.0, 1e6]),
)
def test_natural_breaks_are_the_best_there_are(
    numbers: list[int], classes: int, shift: float
) -> None:
    values = np.array(numbers, float) + shift
    limits = natural_breaks(values, classes)
    distinct = np.unique(values)
    count = min(classes, len(distinct))
    assert len(limits) == count - 1
    best = min(deviation(values, cut) for cut in combinations(distinct[1:], count - 1))
    assert deviation(values, limits) == pytest.approx(best, abs=1e-6)


def test_breaks_of_many_values_find_the_gaps() -> None:
    rng = np.random.default_rng(2)
    values = np.concatenate([rng.normal(place, 1, 5_000) for place in (0, 100, 300)])
    first, second = natural_breaks(values, 3)
    assert 5 < first < 98
    assert 105 < second < 300


def test_quantiles_of_tied_values_leave_no_class_empty() -> None:
    assert quantile_breaks(np.array([1.0] * 99 + [5.0]), 5) == ()
    limits = quantile_breaks(np.arange(100.0), 4)
    assert np.bincount(np.searchsorted(limits, np.arange(100.0), side="right")).tolist() == [25] * 4
    assert quantile_breaks(np.array([]), 5) == natural_breaks(np.array([]), 5) == ()


def paint(store: Store, code: str) -> Paint:
    return paint_of(store, known_layers(store)[code], kept_layer(store, code))


def test_categories_are_the_most_frequent_and_the_rest_is_told(store: Store) -> None:
    words = ["a"] * 5 + ["b"] * 4 + ["c"] * 3 + ["d", "e", None, ""]
    points = shapely.points(np.full(len(words), 106.8), np.full(len(words), -6.2))
    by = {"field": "kind", "method": "categories", "classes": 3}
    put_layer(store, "kinds", list(points), {"kind": words}, style={"by": by})
    found = paint(store, "kinds")
    assert [(one.kind, one.text, one.n) for one in found.classes] == [
        ("category", "a", 5),
        ("category", "b", 4),
        ("category", "c", 3),
        ("other", "", 2),
        ("missing", "", 2),
    ]
    assert found.index.tolist() == [0] * 5 + [1] * 4 + [2] * 3 + [3, 3, 4, 4]


def test_ranges_say_their_limits_and_hold_what_they_say(store: Store) -> None:
    values = [*range(10), None]
    points = shapely.points(np.full(11, 106.8), np.full(11, -6.2))
    by = {"field": "depth", "method": "quantiles", "classes": 2}
    put_layer(store, "depths", list(points), {"depth": values}, style={"by": by})
    found = paint(store, "depths")
    assert [(one.kind, one.low, one.high, one.n) for one in found.classes] == [
        ("range", 0.0, 5.0, 5),
        ("range", 5.0, 9.0, 5),
        ("missing", None, None, 1),
    ]
    assert found.index.tolist() == [0] * 5 + [1] * 5 + [2]


def test_a_style_that_means_nothing_is_drawn_by_default_and_refused_by_name(store: Store) -> None:
    odd = {"colour": "url(x)", "icon": 3, "size": "big", "label": "none", "by": {"field": "x"}}
    put_pumps(store, style=odd)
    style = style_of(known_layers(store)["pumps"])
    assert (style.icon, style.size, style.label, style.by) == ("dot", None, "name", None)
    assert style.colour in PALETTE.values()
    fields = (Field("name", "text"), Field("power", "number"))
    for key, value in odd.items():
        with pytest.raises(LayerError, match=key):
            check_style({key: value}, fields)
    for by in (
        {"field": "name", "method": "breaks"},
        {"field": "power", "method": "x"},
        {"field": ["name"]},
        {"field": "name", "shade": "dark"},
    ):
        with pytest.raises(LayerError):
            check_style({"by": by}, fields)
    with pytest.raises(LayerError, match="classes"):
        check_style({"by": {"field": "power", "classes": 99}}, fields)
    check_style({"colour": "#12ab9f", "icon": "bus", "size": 4, "label": "name"}, fields)
    check_style({"by": {"field": "power", "method": "breaks", "classes": 4}}, fields)


# Machado, Oliveira & Fernandes (2009), "A Physiologically-based Model for Simulation of Color
# Vision Deficiency", severity 1.0, on linear RGB.
_SEEN = {
    "all": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216]]
    + [[-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413]]
    + [[-0.011820, 0.042940, 0.968881]],
}


def lab(colour: str, seen: str) -> np.ndarray:
    """CIE L*a*b* under D65 of what is seen."""
    coded = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(_SEEN[seen]) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ linear / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, other: str, seen: str) -> float:
    return float(np.linalg.norm(lab(one, seen) - lab(other, seen)))


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("seen", _SEEN)
def test_layers_are_told_apart_by_everyone(theme: str, seen: str) -> None:
    own = {name: getattr(colour, theme) for name, colour in PALETTE.items()}
    for one, other in combinations(own, 2):
        assert difference(own[one], own[other], seen) > 14, (one, other)
    for name, colour in own.items():
        for status in STATUSES[theme]:
            assert difference(colour, status, "all") > 24, (name, status)


@pytest.mark.parametrize("count", range(1, 10))
def test_more_stands_out_more(count: int) -> None:
    colours = sequential(count)
    assert len(set(colours)) == len(colours) == count
    dark = [lab(colour.dark, "all")[0] for colour in colours]
    light = [lab(colour.light, "all")[0] for colour in colours]
    assert dark == sorted(dark)
    assert light == sorted(light, reverse=True)
    assert isinstance(colours[0], Colour)


def test_the_roads_of_a_city_weigh_little(jakarta_store: Store) -> None:
    """18,574 lines: all of them, in few bytes, at the zooms that show the whole city."""
    path = real_file("jakarta", "roads_18574.shp.zip")
    meta, _, shapes, values = pyogrio.raw.read(f"/vsizip/{path}")
    names = [None if v is None else str(v) for v in values[list(meta["fields"]).index("NAME")]]
    put_layer(jakarta_store, "roads", list(shapely.from_wkb(shapes)), {"NAME": names})
    for zoom in (10, 11, 12, 13):
        body = features_in(jakarta_store, "roads", Bounds(106.5, -6.5, 107.1, -6.0), zoom)
        about = json.loads(body)["pantau"]
        assert about["shown"] == about["total"] == 18_574
        assert len(gzip.compress(body, 6)) < 300_000


def test_a_style_kept_long_ago_cannot_break_its_layer(store: Store) -> None:
    odd = {"label": {"a": 1}, "icon": [], "size": 10**400, "by": {"field": ["name"]}}
    put_pumps(store, style=odd)
    style = style_of(known_layers(store)["pumps"])
    assert (style.icon, style.size, style.label, style.by) == ("dot", 12.0, "name", None)


def test_features_are_named_by_the_field_that_tells_most_apart(store: Store) -> None:
    points = list(shapely.points(np.full(4, 106.8), np.full(4, -6.2)))
    columns = {
        "KAB_NAME": ["West"] * 4,
        "KEL_NAME": ["Angke", "Jelambar", "Grogol", "Grogol"],
        "KEC_NAME": ["Tambora", "Grogol", "Grogol", "Grogol"],
        "RW": ["1", "2", "3", "4"],
    }
    put_layer(store, "wards", points, columns)
    kept = kept_layer(store, "wards")
    assert label_field(store, known_layers(store)["wards"], kept) == "KEL_NAME"
    assert feature_names(store, kept) == columns["KEL_NAME"]
    assert describe_feature(store, "wards", 1)["label"] == "Jelambar"
    put_layer(store, "chosen", points, columns, style={"label": "RW"})
    kept = kept_layer(store, "chosen")
    assert label_field(store, known_layers(store)["chosen"], kept) == "RW"
