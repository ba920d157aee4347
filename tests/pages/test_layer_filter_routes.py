"""The addresses behind "near and inside", asked well and badly."""

import pytest
import shapely

from tests.layers_given import publish_shapes

BOX = "bbox=106.7,-6.3,106.9,-6.1&zoom=12"


@pytest.fixture(autouse=True)
def _english(client):
    client.set_cookie("pantau_lang", "en")


@pytest.fixture(autouse=True)
def pumps(store):
    shapes = [shapely.Point(106.8, -6.2), shapely.Point(106.85, -6.2)]
    publish_shapes(store, "pumps", shapes, {"state": ["broken", "a:b=c"]})


def test_values(client):
    answer = client.get("/api/layers/pumps/values.json?field=state")
    assert answer.get_json() == {
        "field": "state",
        "values": [["a:b=c", 1], ["broken", 1]],
        "total": 2,
    }
    answer = client.get("/api/layers/pumps/values.json?field=state&q=BRO")
    assert answer.get_json()["values"] == [["broken", 1]]


def test_reach(client):
    answer = client.get(f"/api/layers/pumps/reach.geojson?{BOX}&metres=500")
    assert answer.mimetype == "application/geo+json"
    assert [f["properties"]["part"] for f in answer.get_json()["features"]] == ["reach", "points"]
    answer = client.get(f"/api/layers/pumps/reach.geojson?{BOX}&field=state&value=a:b%3Dc")
    (points,) = answer.get_json()["features"]
    assert points["geometry"]["coordinates"] == [[106.85, -6.2]]


def test_outlines(client):
    query = "area=circle:106.8,-6.2;500&area=polygon:106.8,-6.2;106.9,-6.2;106.85,-6.1"
    found = client.get(f"/api/areas.geojson?{query}").get_json()
    assert [f["geometry"]["type"] for f in found["features"]] == ["Polygon", "Polygon"]
    assert client.get("/api/areas.geojson").get_json()["features"] == []


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("layers/pumps/values.json", 400, "field"),
        ("layers/pumps/values.json?field=colour", 404, "no field 'colour'"),
        ("layers/none/values.json?field=x", 404, "'none' is not known"),
        ("layers/%00/values.json?field=x", 404, "is not known"),
        ("layers/pumps/reach.geojson", 400, "bbox"),
        (f"layers/none/reach.geojson?{BOX}", 404, "'none' is not known"),
        (f"layers/pumps/reach.geojson?{BOX}&metres=-1", 400, "metres '-1'"),
        (f"layers/pumps/reach.geojson?{BOX}&metres=nan", 400, "metres 'nan'"),
        (f"layers/pumps/reach.geojson?{BOX}&metres=1e9", 400, "metres '1e9'"),
        (f"layers/pumps/reach.geojson?{BOX}&field=colour&value=1", 404, "no field"),
        ("layers/pumps/reach.geojson?bbox=a&zoom=3", 400, "bbox"),
        ("layers/pumps/reach.geojson?bbox=1,2,3,4&zoom=99", 400, "zoom"),
        ("areas.geojson?area=circle:1,2", 400, "area"),
        ("areas.geojson?area=star:1,2;3", 400, "not one of polygon"),
        ("areas.geojson?area=polygon:1,2;3,4", 400, "2 points"),
        ("areas.geojson?area=circle:nan,2;3", 400, "area"),
        ("areas.geojson?area=circle:16.8,0;500", 400, "half the Earth away"),
        ("areas.geojson?area=polygon:-73,40;17,0;-163,-10", 400, "half the Earth away"),
        ("live?since=0&area=polygon:-73,40;17,0;-163,-10", 400, "half the Earth away"),
    ],
)
def test_what_means_nothing_is_refused_in_words(client, path, status, said):
    answer = client.get(f"/api/{path}")
    assert answer.status_code == status
    assert said in answer.get_json()["error"]
