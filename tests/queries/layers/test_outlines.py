"""What is drawn of a condition is what it counts, to half a pixel; and values are told rightly."""

import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from data.layers.model import LayerError
from queries.layers.conditions import Area, LayerCondition
from queries.layers.outlines import MOST_REACHING, MOST_SHOWN, areas_geojson, reach_geojson
from queries.layers.plane import plane_of
from queries.layers.values import field_values
from queries.points import Bounds
from tests.layers_given import publish_shapes

PIXEL = 156_543.03 / 2**16  # metres at zoom 16, at the equator at most


@pytest.fixture
def middle(store):
    city = store.reference().city
    return city.longitude, city.latitude


def around(middle, degrees=0.02):
    x, y = middle
    return Bounds(x - degrees, y - degrees, x + degrees, y + degrees)


def parts_of(found):
    return {f["properties"]["part"]: shape(f["geometry"]) for f in found["features"]}


def test_the_reach_of_lines_is_their_surroundings_in_metres(store, middle):
    x, y = middle
    line = shapely.LineString([(x - 0.004, y), (x + 0.004, y + 0.003)])
    other = shapely.LineString([(x, y - 0.004), (x, y + 0.004)])
    publish_shapes(store, "rivers", [line, other])
    found = reach_geojson(store, LayerCondition("near", "rivers", 150.0), around(middle), 16)
    parts = parts_of(found)
    assert set(parts) == {"lines", "reach"}
    plane = plane_of(store)
    drawn = plane.shapes_to_metres(np.array([parts["reach"]], object))[0]
    metric = plane.shapes_to_metres(np.array([line, other], object))
    exact = shapely.union_all(shapely.buffer(metric, 150.0, quad_segs=200))
    assert shapely.hausdorff_distance(drawn.boundary, exact.boundary) < PIXEL
    assert drawn.geom_type == "Polygon"  # dissolved, for they cross
    assert found["pantau"] == {"in_view": 2, "shown": True, "reaching": True}


def test_only_features_with_the_value_and_in_reach_of_the_view_are_meant(store, middle):
    x, y = middle
    places = [(x, y), (x + 0.001, y), (x + 0.5, y), (x + 0.021, y)]
    publish_shapes(
        store,
        "pumps",
        [shapely.Point(at) for at in places],
        {"state": ["broken", "working", "broken", "broken"]},
    )
    condition = LayerCondition("near", "pumps", 500.0, "state", "broken")
    found = reach_geojson(store, condition, around(middle), 16)
    assert found["pantau"]["in_view"] == 2  # one in view, one beside it that reaches into it
    points = parts_of(found)["points"]
    assert sorted(round(p.x - x, 4) for p in points.geoms) == [0, 0.021]


def test_a_view_of_many_features_shows_no_reach_and_of_very_many_no_features(store, middle):
    x, y = middle
    counts = (MOST_REACHING + 1, MOST_SHOWN + 1)
    for code, n in zip(("some", "many"), counts, strict=True):
        publish_shapes(store, code, [shapely.Point(x + i * 1e-6, y) for i in range(n)])
    some, many = (
        reach_geojson(store, LayerCondition("near", code, 100.0), around(middle), 16)
        for code in ("some", "many")
    )
    assert list(parts_of(some)) == ["points"]
    assert some["pantau"] == {"in_view": counts[0], "shown": True, "reaching": False}
    assert many == {
        "type": "FeatureCollection",
        "features": [],
        "pantau": {"in_view": counts[1], "shown": False, "reaching": False},
    }


def test_polygons_are_shown_without_metres_and_a_whole_world_is_a_view(store, middle):
    x, y = middle
    publish_shapes(store, "flood", [shapely.box(x, y, x + 0.01, y + 0.01)])
    condition = LayerCondition("inside", "flood")
    found = reach_geojson(store, condition, Bounds(-360, -85, 360, 85), 16)
    assert shapely.equals_exact(
        parts_of(found)["polygons"].geoms[0].normalize(),
        shapely.box(x, y, x + 0.01, y + 0.01).normalize(),
        1e-5,
    )
    assert found["pantau"]["reaching"]  # nothing is missing in the picture


def test_an_empty_layer_reaches_nowhere(store, middle):
    publish_shapes(store, "nothing", [])
    found = reach_geojson(store, LayerCondition("near", "nothing", 100.0), around(middle), 12)
    assert found["features"] == []


def test_the_outline_of_a_corridor_is_as_wide_as_it_says(store, middle):
    x, y = middle
    area = Area("corridor", ((x, y), (x + 0.01, y), (x + 0.01, y + 0.01)), 200.0)
    (feature,) = areas_geojson(store, (area,))["features"]
    assert feature["properties"] == {"text": str(area)}
    plane = plane_of(store)
    drawn, line = plane.shapes_to_metres(
        np.array([shape(feature["geometry"]), shapely.LineString(area.points)], object)
    )
    corners = shapely.points(shapely.get_coordinates(drawn))
    assert shapely.distance(line, corners) == pytest.approx(200.0, abs=0.2)


def test_values_are_counted_commonest_first_and_looked_for(store, middle):
    values = ["b", "a", "a", None, "Broken", 2.0, 2.0, 2.0, True]
    publish_shapes(store, "pumps", [shapely.Point(middle)] * len(values), {"state": values})
    found = field_values(store, "pumps", "state", limit=2)
    assert found.values == (("2", 3), ("a", 2)) and found.total == 6
    found = field_values(store, "pumps", "state", containing="B")
    assert found.values == (("Broken", 1), ("b", 1)) and found.total == 2
    with pytest.raises(LayerError, match="no field 'colour'; its fields are: state"):
        field_values(store, "pumps", "colour")
    with pytest.raises(LayerError, match="'rivers' is not known; there are: pumps"):
        field_values(store, "rivers", "state")
