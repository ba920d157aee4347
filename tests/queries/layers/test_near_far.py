"""Near against far: exact intervals, true areas, and a word where the two are not alike."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.rates import confint_poisson_2indep

from data.bulk import record_histories
from data.store import Store
from queries.columns import MISSING, current_facts
from queries.filters import ComplaintFilter, FilterError
from queries.layers.conditions import LayerCondition
from queries.layers.ground import ground_of
from queries.layers.intervals import difference_interval, rate_ratio_interval
from queries.layers.near_far import Side, _ratio, near_against_far
from tests.queries.layers.test_membership import layer
from tests.queries.random_city import make_histories

EVERYTHING = ComplaintFilter(period="all")
NEAR_PUMPS = LayerCondition("near", "pumps", 600.0)


@pytest.fixture
def city(store: Store) -> Store:
    record_histories(store, make_histories(5, 500))
    layer(store, "pumps", [shapely.Point(106.81, -6.2), shapely.Point(106.83, -6.21)])
    layer(store, "flood", [shapely.box(106.81, -6.21, 106.83, -6.2)])
    return store


@given(st.integers(0, 3000), st.floats(0.01, 500), st.integers(0, 3000), st.floats(0.01, 500))
def test_ratio_bounds_are_those_of_scipy(
    n: int, size: float, other: int, other_size: float
) -> None:
    low, high = rate_ratio_interval(n, size, other, other_size)
    if n + other == 0:
        assert (low, high) == (0.0, math.inf)
        return
    share = binomtest(n, n + other).proportion_ci(method="exact")
    assert low * size / other_size == pytest.approx(share.low / (1 - share.low))
    if share.high < 1:
        assert high * size / other_size == pytest.approx(share.high / (1 - share.high))
    else:
        assert high == math.inf


@given(st.integers(100, 3000), st.floats(1, 500), st.integers(100, 3000), st.floats(1, 500))
def test_ratio_bounds_are_near_those_of_statsmodels(
    n: int, size: float, other: int, other_size: float
) -> None:
    found = rate_ratio_interval(n, size, other, other_size)
    score = confint_poisson_2indep(n, size, other, other_size, method="score", compare="ratio")
    assert found == pytest.approx(score, rel=0.03)
    assert found[0] <= score[0] * 1.001
    assert found[1] >= score[1] * 0.999


def test_difference_of_symmetric_bounds_is_the_usual_one() -> None:
    low, high = difference_interval(10.0, (7.0, 13.0), 4.0, (0.0, 8.0))
    assert (low, high) == pytest.approx((1.0, 11.0))


def test_both_sides_make_the_whole(city: Store) -> None:
    found = near_against_far(city, EVERYTHING, NEAR_PUMPS)
    columns = current_facts(city).columns
    placed = (columns["district_id"] > 0) & ~np.isnan(columns["latitude"])
    assert found.near.n + found.far.n == placed.sum()
    whole = ground_of(city).area_km2.sum()
    assert found.near.exposure + found.far.exposure == pytest.approx(whole)
    assert found.near.exposure == pytest.approx(2 * math.pi * 0.36, rel=0.01)
    assert found.ratio == pytest.approx(
        found.near.n / found.near.exposure / (found.far.n / found.far.exposure)
    )
    assert found.ratio_bounds[0] < found.ratio < found.ratio_bounds[1]
    assert found.difference_bounds[0] <= found.difference_seconds <= found.difference_bounds[1]


def test_residents_live_evenly(city: Store) -> None:
    found = near_against_far(city, EVERYTHING, NEAR_PUMPS, basis="residents")
    total = sum(d.population or 0 for d in ground_of(city).districts) / 10_000
    assert found.near.exposure + found.far.exposure == pytest.approx(total)
    assert 0 < found.near.exposure < total


def test_the_filter_cuts_the_ground_too(city: Store) -> None:
    ground = ground_of(city)
    one = ground.districts[0]
    part = near_against_far(city, EVERYTHING.replace(districts=(one.code,)), NEAR_PUMPS)
    assert part.near.exposure + part.far.exposure == pytest.approx(ground.area_km2[0])
    flooded = ComplaintFilter.from_query("period=all&inside=flood")
    inside = near_against_far(city, flooded, NEAR_PUMPS)
    dry = near_against_far(city, ComplaintFilter.from_query("outside=flood"), NEAR_PUMPS)
    assert inside.near.exposure + dry.near.exposure == pytest.approx(
        near_against_far(city, EVERYTHING, NEAR_PUMPS).near.exposure
    )
    circle = ComplaintFilter.from_query("area=circle:106.81,-6.2;300")
    drawn = near_against_far(city, circle, NEAR_PUMPS)
    assert drawn.near.exposure == pytest.approx(math.pi * 0.09, rel=0.01)
    assert drawn.far.exposure == pytest.approx(0, abs=1e-9)
    assert np.isnan(drawn.ratio)


def test_another_mix_of_services_is_said(city: Store) -> None:
    assert not near_against_far(city, EVERYTHING, NEAR_PUMPS).mix_differs
    with pytest.raises(FilterError, match="is not known"):
        near_against_far(city, EVERYTHING, LayerCondition("near", "rivers", 10.0))
    with pytest.raises(ValueError, match="near or inside"):
        near_against_far(city, EVERYTHING, LayerCondition("far", "pumps", 10.0))


def test_n_median_and_mix_are_of_the_same_complaints(city: Store) -> None:
    """Those without a place, and those outside every district, are on neither side and told."""
    found = near_against_far(city, EVERYTHING, NEAR_PUMPS)
    facts = current_facts(city)
    known = [facts.columns[name] != MISSING for name in ("district_id", "x")]
    placed = int(np.logical_and(*known).sum())  # some name their district alone
    assert found.near.n + found.far.n == placed
    assert found.left_out == len(facts) - placed > 0


def test_none_far_off_is_a_ratio_with_a_known_lower_bound(city: Store) -> None:
    everywhere = LayerCondition("near", "pumps", 50_000.0)
    layer(city, "corner", [shapely.Point(106.7, -6.3)])
    found = near_against_far(city, EVERYTHING, everywhere)
    assert found.far.n == 0 and math.isnan(found.ratio)  # there is no ground far off, either
    alone = Side(n=30, exposure=2.0, rate=15.0, median_seconds=60.0, median_bounds=(50.0, 70.0))
    none = Side(n=0, exposure=4.0, rate=0.0, median_seconds=math.nan, median_bounds=(0.0, 1.0))
    low, high = rate_ratio_interval(30, 2.0, 0, 4.0)
    assert _ratio(alone, none) == high == math.inf and low > 10
    assert math.isnan(_ratio(none, none))
