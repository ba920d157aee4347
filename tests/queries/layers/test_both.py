"""Two measures of districts together, and what of a layer lies in each."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from data.bulk import record_histories
from data.store import Store
from queries.filters import ComplaintFilter, FilterError
from queries.layers.both import go_together, limits, terciles, two_measures
from queries.layers.exposure import Exposure, district_exposure
from queries.layers.ground import ground_of
from queries.layers.plane import plane_of
from tests.queries.layers.test_membership import layer
from tests.queries.random_city import make_histories

EVERYTHING = ComplaintFilter(period="all")


@pytest.fixture
def city(store: Store) -> Store:
    record_histories(store, make_histories(5, 500))
    layer(store, "pumps", [shapely.Point(106.81, -6.2), shapely.Point(106.83, -6.21)])
    layer(store, "river", [shapely.LineString([(106.7, -6.2), (106.9, -6.21)])])
    layer(
        store,
        "flood",
        [shapely.box(106.81, -6.21, 106.83, -6.2), shapely.box(106.82, -6.21, 106.84, -6.2)],
    )
    return store


def leaf(store: Store) -> str:
    return store.reference().city.levels[-1].id


def test_exposures_are_what_lies_in_each_district(city: Store) -> None:
    ground, plane = ground_of(city), plane_of(city)
    river, flood = (
        plane.shapes_to_metres(np.array(shapes, object))
        for shapes in (
            [shapely.LineString([(106.7, -6.2), (106.9, -6.21)])],
            [shapely.box(106.81, -6.21, 106.84, -6.2)],
        )
    )
    for text, expected in [
        ("river:length_per_km2", [s.intersection(river[0]).length / 1000 for s in ground.shapes]),
        ("flood:share_covered", [s.intersection(flood[0]).area / 1e6 for s in ground.shapes]),
        (
            "river:share_near:200",
            [s.intersection(river[0].buffer(200)).area / 1e6 for s in ground.shapes],
        ),
    ]:
        found = district_exposure(city, Exposure.from_text(text), level=leaf(city))
        assert found["value"].to_numpy() * ground.area_km2 == pytest.approx(
            expected, rel=0.01, abs=1e-4
        )
    pumps = district_exposure(city, Exposure.from_text("pumps:features_per_km2"), level=leaf(city))
    assert (pumps["value"].to_numpy() * ground.area_km2).sum() == pytest.approx(2)


def test_each_district_has_its_cell(city: Store) -> None:
    both = two_measures(
        city, EVERYTHING, "median_response", "river:share_near:200", level=leaf(city)
    )
    frame = both.frame
    ok = frame["state"] == "ok"
    assert ok.any()
    assert (frame["cell"][~ok] == -1).all()
    cells = frame["cell"][ok].to_numpy()
    for classes, side in ((cells % 3, "first"), (cells // 3, "second")):
        values = frame[side][ok].to_numpy()
        assert set(classes[values == values.max()]) == {2}
        assert set(classes[values == values.min()]) == {0}


@given(st.lists(st.sampled_from([0.0, 0.0, 1.0, 2.5, 7.0]), min_size=1, max_size=30))
def test_the_highest_class_has_the_highest_and_equals_stay_together(found: list[float]) -> None:
    values = np.array(found)
    classes = terciles(limits(values), values)
    assert (np.diff(classes[np.argsort(values)]) >= 0).all()
    assert all(len(set(classes[values == one])) == 1 for one in found)
    if np.ptp(values):
        assert (classes[values.argmin()], classes[values.argmax()]) == (0, 2)
    else:
        assert set(classes) == {1}


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ("speed", "is not one of"),
        ("rivers:share_near:2", "layer 'rivers' is not known"),
        ("river:share_covered", "has length_per_km2, share_near"),
        ("river:share_near:x", "needs metres"),
        ("river:share_near:nan", "needs metres"),
        ("river:share_near:1e9", "needs metres"),
    ],
)
def test_an_unknown_measure_is_refused_in_words(city: Store, measure: str, words: str) -> None:
    with pytest.raises(FilterError, match=words):
        two_measures(city, EVERYTHING, measure, "per_10000", level=leaf(city))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=10, max_size=60))
def test_correlation_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs, float).T
    found = go_together(first, second)
    if not np.ptp(first) or not np.ptp(second):
        assert math.isnan(found.correlation)
        return
    assert found.correlation == pytest.approx(spearmanr(first, second).statistic)
    assert found.low <= found.correlation <= found.high
    assert found.low >= -1
    assert found.high <= 1


def test_few_pairs_say_nothing() -> None:
    assert math.isnan(go_together(np.arange(9.0), np.arange(9.0)).correlation)
