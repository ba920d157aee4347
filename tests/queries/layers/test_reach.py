"""Near, inside and nearest against shapely, pair by pair, on random places and features."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.layers.catalogue import Version
from data.layers.model import geometry_of
from queries.columns import Facts
from queries.layers import cells, edges, holding
from queries.layers.features import KeptLayer
from queries.layers.plane import Plane
from queries.layers.positions import Positions, nowhere, positions_after
from queries.layers.reach import Reach

STEP = 0.0004  # degrees; places and corners are on one grid, so that they touch
PLANES = {lon: Plane(-6.2, lon) for lon in (106.82, 180.0)}  # at 180 the antimeridian is in town
steps = st.integers(-12, 12)
corners = st.tuples(steps, steps)


def degrees(longitude: float, grid: Any) -> np.ndarray:
    """Longitudes from -180 and latitudes of places on the grid."""
    places = np.asarray(grid, float).reshape(-1, 2) * STEP + [longitude, -6.2]
    return np.column_stack([(places[:, 0] + 180) % 360 - 180, places[:, 1]])


@st.composite
def polygons(draw: st.DrawFn) -> Any:
    """A box, perhaps with a hole, or a triangle; on the grid."""
    (x, y), (wide, high) = draw(corners), draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    if draw(st.booleans()):
        return shapely.Polygon([(x, y), (x + wide, y), (x, y + high)])
    shell = shapely.box(x, y, x + wide, y + high)
    if wide < 3 or high < 3:
        return shell
    return shell - shapely.box(x + 1, y + 1, x + wide - 1, y + high - 1)


points = corners.map(shapely.Point)
lines = st.lists(corners, min_size=2, max_size=5, unique=True).map(shapely.LineString)
multi_points = st.lists(corners, min_size=2, max_size=4, unique=True).map(shapely.MultiPoint)
multi_lines = st.lists(lines, min_size=2, max_size=3).map(shapely.MultiLineString)
multi_polygons = st.lists(polygons(), min_size=2, max_size=3).map(shapely.union_all)
collections = st.tuples(polygons(), lines, points).map(shapely.GeometryCollection)
features = st.one_of(
    st.lists(st.one_of(polygons(), multi_polygons), max_size=6),
    st.lists(st.one_of(lines, multi_lines), max_size=6),
    st.lists(st.one_of(points, multi_points), max_size=6),
    st.lists(st.one_of(polygons(), lines, points, multi_polygons, collections), max_size=6),
)


@dataclass(frozen=True)
class Town:
    """A layer, and complaints by id at grid places; None: without a place."""

    layer: KeptLayer
    grid: dict[int, tuple[int, int] | None]
    longitude: float

    def facts(self, seq: int = 1) -> Facts:
        ids = np.array(sorted(self.grid), np.int64)
        found = np.full((len(ids), 2), np.nan)
        for row, number in enumerate(ids.tolist()):
            if (place := self.grid[number]) is not None:
                found[row] = degrees(self.longitude, place)[0]
        return Facts(seq, "", ids, {"longitude": found[:, 0], "latitude": found[:, 1]})

    def positions(self) -> Positions:
        return positions_after(nowhere(self.layer.plane), self.facts())


complaints = st.dictionaries(
    st.integers(1, 40), st.one_of(corners, st.just((3, 3)), st.none()), max_size=30
)


def make_layer(longitude: float, shapes: list[Any]) -> KeptLayer:
    moved = np.array(
        [shapely.transform(one, lambda grid: degrees(longitude, grid)) for one in shapes], object
    ).reshape(len(shapes))
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    version = Version(
        *(1, 1, moment, "", "", "", len(shapes), geometry_of(moved)),
        extent=None,
        fields=(),
        notes=(),
        sha256="",
    )
    return KeptLayer("layer", version, PLANES[longitude], moved, {})


@st.composite
def towns(draw: st.DrawFn) -> Town:
    longitude = draw(st.sampled_from(sorted(PLANES)))
    return Town(make_layer(longitude, draw(features)), draw(complaints), longitude)


@dataclass(frozen=True)
class Truth:
    """(complaints, features): metres between them, and whether a polygon holds the complaint."""

    metres: np.ndarray
    holds: np.ndarray

    @classmethod
    def of(cls, town: Town) -> "Truth":
        at, shapes = town.positions(), town.layer.metric
        places = shapely.points(np.column_stack([at.x, at.y]))[:, np.newaxis]
        metres = np.full((len(at), len(shapes)), np.inf)
        metres[at.placed] = shapely.distance(places[at.placed], shapes.reshape(1, -1))
        areas = [shapely.union_all([p for p in parts(one) if p.area > 0]) for one in shapes]
        holds = np.zeros(metres.shape, bool)
        holds[at.placed] = shapely.intersects(
            places[at.placed], np.array(areas, object).reshape(1, -1)
        )
        return cls(metres, holds)

    def nearest(self, reach: float) -> list[int]:
        found = []
        for metres, holds in zip(self.metres, self.holds, strict=True):
            best = metres.min(initial=np.inf)
            tied = holds if holds.any() else metres <= best + 1e-6
            found.append(int(np.argmax(tied)) if best <= reach else -1)
        return found


def parts(shape: Any) -> list[Any]:
    kept = [shape]
    while any(hasattr(one, "geoms") for one in kept):
        kept = [part for one in kept for part in getattr(one, "geoms", [one])]
    return kept


@pytest.fixture(params=["one by one", "by cell", "few neighbours"], autouse=True)
def _ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done with many complaints must hold for the few of a test."""
    if request.param != "one by one":
        monkeypatch.setattr(cells, "_FEW", 0)
        monkeypatch.setattr(holding, "_FEW", 0)
    if request.param == "few neighbours":
        monkeypatch.setattr(edges, "_FIRST_NEIGHBOURS", 1)
        monkeypatch.setattr(edges, "_MOST_NEIGHBOURS", 1)


def check(reach: Reach, town: Town, metres: float) -> None:
    truth, at = Truth.of(town), town.positions()
    held = reach.holding(at)
    assert set(zip(held.rows.tolist(), held.features.tolist(), strict=True)) == {
        (row, number) for row, number in np.argwhere(truth.holds).tolist()
    }
    assert len(held.rows) == truth.holds.sum()
    assert reach.inside(at).tolist() == truth.holds.any(axis=1).tolist()
    for reached in (metres, metres / 3, 0.0):
        near = (truth.metres <= reached).any(axis=1)
        # At exactly that distance the last bit of a float decides; touching is exact.
        nearest = truth.metres.min(axis=1, initial=np.inf)
        sure = (reached == 0) | (np.abs(nearest - reached) > 1e-9 * reached)
        assert reach.within(at, reached)[sure].tolist() == near[sure].tolist()
        expected = np.array(truth.nearest(reached), int)
        assert reach.nearest(at, reached)[sure].tolist() == expected[sure].tolist()


@settings(max_examples=150, deadline=None)
@given(towns(), st.integers(0, 2_000), st.data())
def test_it_equals_shapely_pair_by_pair(town: Town, whole: int, data: st.DataObject) -> None:
    metres = Truth.of(town).metres
    known = metres[np.isfinite(metres)].tolist()
    reached = data.draw(st.sampled_from(known)) if known else float(whole)  # on the brink
    check(Reach(town.layer, np.arange(len(town.layer))), town, reached)
    check(Reach(town.layer, np.arange(len(town.layer))), town, float(whole))


@settings(max_examples=100, deadline=None)
@given(st.lists(complaints, min_size=1, max_size=4), towns(), st.integers(0, 2_000))
def test_what_grows_equals_what_is_made_anew(
    times: list[dict[int, tuple[int, int] | None]], town: Town, metres: int
) -> None:
    reach = Reach(town.layer, np.arange(len(town.layer)))
    first = town.positions()
    check(reach, town, metres)
    known: dict[int, tuple[int, int] | None] = dict(town.grid)
    at = first
    for coming in times:
        known |= coming
        town = replace(town, grid=dict(known))
        at = positions_after(at, town.facts())
        for name in ("ids", "latitude", "longitude", "x", "y"):
            np.testing.assert_array_equal(getattr(at, name), getattr(town.positions(), name))
        reach.follow(at)
        check(reach, town, metres)
    assert positions_after(at, town.facts(2)) is at
    near = Reach(town.layer, np.arange(len(town.layer))).within(first, metres)
    assert reach.within(first, metres).tolist() == near.tolist()  # who asks of a moment earlier


def test_a_circle_around_a_complaint_is_equally_far_everywhere() -> None:
    ring = shapely.Point(0, 0).buffer(10, quad_segs=400).exterior
    town = Town(make_layer(106.82, [shapely.LineString(ring.coords)]), {1: (0, 0)}, 106.82)
    check(Reach(town.layer, np.arange(1)), town, 500.0)


def test_some_features_alone_are_asked_for() -> None:
    shapes = [shapely.box(0, 0, 4, 4), shapely.box(2, 2, 9, 9), shapely.box(3, 3, 4, 4)]
    grid = {number: (number, number) for number in range(1, 10)}
    town = Town(make_layer(106.82, shapes), grid, 106.82)
    held = Reach(town.layer, np.array([1])).holding(town.positions())
    assert held.rows.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert set(held.features.tolist()) == {1}


def test_the_other_side_of_the_world_is_near_nothing() -> None:
    town = Town(make_layer(106.82, [shapely.Point(0, 0)]), {1: (0, 0)}, 106.82)
    facts = Facts(
        1,
        "",
        np.array([1, 2]),
        {"longitude": np.array([106.82, -73.18]), "latitude": np.array([-6.2, 6.2])},
    )
    at = positions_after(nowhere(town.layer.plane), facts)
    assert Reach(town.layer, np.arange(1)).within(at, 50_000).tolist() == [True, False]
