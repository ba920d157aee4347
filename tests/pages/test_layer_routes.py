"""Layers by address: what is in view, how long it may be kept, and what is refused."""

import gzip
import json
from typing import Any

import numpy as np
import pytest
import shapely
from flask.testing import FlaskClient

from data.layers.catalogue import describe, remove, replace
from data.layers.model import About
from data.store import Store
from queries.layers import viewport
from queries.layers.features import forget_layers
from tests.layer_files import SOUTH, WEST, put_layer, put_pumps, table_of

CITY = "bbox=106.7,-6.3,106.9,-6.1&zoom=14"


@pytest.fixture(autouse=True)
def _english(client: FlaskClient) -> None:
    client.set_cookie("pantau_lang", "en")


def fetch(client: FlaskClient, code: str, query: str = CITY) -> dict[str, Any]:
    answer = client.get(f"/api/layers/{code}/features.geojson?{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = json.loads(answer.data)
    return found


def numbers_of(found: dict[str, Any]) -> list[int]:
    runs = found["pantau"]["runs"]
    return [n for at in range(0, len(runs), 2) for n in range(runs[at], runs[at] + runs[at + 1])]


def test_the_list_says_what_a_map_must_know(client: FlaskClient, store: Store) -> None:
    assert client.get("/api/layers.json").get_json() == {"layers": []}
    put_pumps(store, style={"icon": "pump"}, names={"en": "Pumps", "id": "Pompa"})
    answer = client.get("/api/layers.json?lang=en")
    (pumps,) = answer.get_json()["layers"]
    assert (pumps["code"], pumps["name"], pumps["geometry"]) == ("pumps", "Pumps", "point")
    assert (pumps["features"], pumps["style"]["icon"]) == (3, "pump")
    assert pumps["style"]["label"] == "name"
    assert pumps["extent"] == pytest.approx([WEST, SOUTH, WEST + 0.02, SOUTH + 0.02])
    assert [field["name"] for field in pumps["fields"]] == ["name", "power", "state"]
    assert pumps["remote"] is None
    indonesian = client.get("/api/layers.json?lang=id").get_json()
    assert indonesian["layers"][0]["name"] == "Pompa"
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert client.get("/api/layers.json?lang=en", headers=tag).status_code == 304
    remove(store, "pumps")
    forget_layers(store)
    assert client.get("/api/layers.json").get_json() == {"layers": []}


def test_only_what_touches_the_view_comes(client: FlaskClient, store: Store) -> None:
    diagonal = shapely.LineString([(WEST, SOUTH), (WEST + 0.1, SOUTH + 0.1)])
    inside = shapely.box(WEST + 0.06, SOUTH, WEST + 0.08, SOUTH + 0.02)
    put_layer(store, "mixed", [diagonal, inside])
    corner = f"bbox={WEST + 0.05},{SOUTH - 0.01},{WEST + 0.09},{SOUTH + 0.03}&zoom=14"
    found = fetch(client, "mixed", corner)
    assert numbers_of(found) == [1]  # the box of the diagonal touches this view, the line does not
    assert found["features"][0]["geometry"]["type"] == "Polygon"
    assert numbers_of(fetch(client, "mixed")) == [0, 1]
    assert numbers_of(fetch(client, "mixed", "bbox=0,0,1,1&zoom=3")) == []


def test_a_view_beyond_the_antimeridian_shows_what_is_there(
    client: FlaskClient, store: Store
) -> None:
    put_layer(store, "fiji", [shapely.Point(179.9, -17), shapely.Point(-179.9, -17)])
    assert numbers_of(fetch(client, "fiji", "bbox=179,-18,181,-16&zoom=9")) == [0, 1]
    assert numbers_of(fetch(client, "fiji", "bbox=-181,-18,-180,-16&zoom=9")) == [0]


def test_answers_are_kept_only_under_the_state_they_show(client: FlaskClient, store: Store) -> None:
    put_pumps(store)
    address = f"/api/layers/pumps/features.geojson?{CITY}"
    loose = client.get(address)
    assert loose.headers["Cache-Control"] == "private, no-cache"
    assert loose.mimetype == "application/geo+json"
    stamp = client.get("/api/layers.json").get_json()["layers"][0]["version"]
    assert json.loads(loose.data)["pantau"]["version"] == stamp
    named = client.get(f"{address}&v={stamp}", headers={"Accept-Encoding": "gzip"})
    assert named.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert gzip.decompress(named.data) == loose.data
    assert "Accept-Encoding" in named.headers["Vary"]
    again = client.get(address, headers={"If-None-Match": loose.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    replace(store, "pumps", table_of([shapely.Point(WEST, SOUTH)]), file_name="new.geojson")
    forget_layers(store)
    late = client.get(f"{address}&v={stamp}")
    assert late.headers["Cache-Control"] == "private, no-cache"
    assert len(json.loads(late.data)["features"]) == 1
    about = About(names={"en": "Pumps"}, style={"colour": "magenta"})
    before = client.get("/api/layers.json").get_json()["layers"][0]["version"]
    describe(store, "pumps", about)
    forget_layers(store)
    assert client.get("/api/layers.json").get_json()["layers"][0]["version"] != before


@pytest.mark.parametrize(
    "query",
    ["", "zoom=14", "bbox=1,2,3&zoom=14", "bbox=3,2,1,4&zoom=14", "bbox=nan,0,1,1&zoom=14"]
    + ["bbox=0,0,inf,1&zoom=14", "bbox=0,-91,1,1&zoom=3", "bbox=0,0,1,1", "bbox=0,0,1,1&zoom=23"]
    + ["bbox=0,0,1,1&zoom=-1", "bbox=0,0,1,1&zoom=x", "bbox=a,b,c,d&zoom=14"],
)
def test_a_view_that_cannot_be_is_refused(client: FlaskClient, store: Store, query: str) -> None:
    put_pumps(store)
    answer = client.get(f"/api/layers/pumps/features.geojson?{query}")
    assert answer.status_code == 400
    assert answer.get_json()["error"]


@pytest.mark.parametrize("code", ["none", "PUMPS", "a%2Fb", "%00", "x" * 300, "' OR 1=1"])
def test_a_layer_that_is_not_there_is_not_found(
    client: FlaskClient, store: Store, code: str
) -> None:
    put_pumps(store)
    for path in (f"features.geojson?{CITY}", "0.json", "search.json?q=x"):
        answer = client.get(f"/api/layers/{code}/{path}")
        assert answer.status_code == 404
        assert answer.get_json()["error"]


def test_beyond_the_cap_the_largest_come_and_it_is_said(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewport, "CAP", 2)
    sides = (0.004, 0.002, 0.006, 0.003)
    squares = [
        shapely.box(WEST + i / 100, SOUTH, WEST + i / 100 + side, SOUTH + side)
        for i, side in enumerate(sides)
    ]
    put_layer(store, "squares", squares)
    found = fetch(client, "squares")
    about = found["pantau"]
    assert (about["total"], about["shown"], about["capped"]) == (4, 2, True)
    assert numbers_of(found) == [0, 2]


def test_specks_of_one_pixel_are_one_dot_that_counts_them(
    client: FlaskClient, store: Store
) -> None:
    rng = np.random.default_rng(1)
    places = WEST + rng.random((50, 2)) / 10_000
    put_layer(store, "lamps", list(shapely.points(places[:, 0], places[:, 1] - 113)))
    far = fetch(client, "lamps", "bbox=100,-10,110,0&zoom=6")
    assert sum(feature["properties"].get("n", 1) for feature in far["features"]) == 50
    assert len(far["features"]) < 5
    assert far["pantau"]["total"] == far["pantau"]["shown"] == 50
    assert all(feature["properties"]["t"] == 1 for feature in far["features"])
    assert len(fetch(client, "lamps", "bbox=100,-10,110,0&zoom=18")["features"]) > 40


def test_a_feature_says_all_it_has_as_text(client: FlaskClient, store: Store) -> None:
    put_pumps(store)
    found = client.get("/api/layers/pumps/2.json").get_json()
    assert found["properties"] == [["name", "Pump 2"], ["power", "3"], ["state", "<b>works</b>"]]
    assert (found["label"], found["geometry"]) == ("Pump 2", "Point")
    assert client.get("/api/layers/pumps/1.json").get_json()["properties"][1] == ["power", ""]
    for number in ("3", "-1", "x", "9" * 40, "1.5"):
        assert client.get(f"/api/layers/pumps/{number}.json").status_code == 404
    assert client.get("/api/layers/pumps/0.json?v=old").status_code == 409


def test_lengths_and_areas_are_metres(client: FlaskClient, store: Store) -> None:
    degree = 110_574  # metres of latitude at the equator, near which this is
    put_layer(store, "road", [shapely.LineString([(WEST, SOUTH), (WEST, SOUTH + 0.01)])])
    road = client.get("/api/layers/road/0.json").get_json()
    assert road["length"] == pytest.approx(degree / 100, rel=0.001)
    assert road["area"] is None


def test_a_search_finds_words_in_any_property(client: FlaskClient, store: Store) -> None:
    put_pumps(store, n=30)
    found = client.get("/api/layers/pumps/search.json?q=PUMP%20%201").get_json()
    assert found["total"] == 11
    assert [one["label"] for one in found["found"]][:2] == ["Pump 1", "Pump 10"]
    assert found["found"][0]["said"] == ["name", "Pump 1"]
    assert found["found"][0]["bounds"][:2] == pytest.approx([WEST + 0.01, SOUTH + 0.01])
    broken = client.get("/api/layers/pumps/search.json?q=broken").get_json()
    assert (broken["total"], len(broken["found"])) == (15, 15)
    assert {one["number"] % 2 for one in broken["found"]} == {1}
    for nothing in ("", "q=", "q=%20", "q=%1f", "q=zzz", "q=%0A", f"q={'x' * 5000}"):
        answer = client.get(f"/api/layers/pumps/search.json?{nothing}")
        assert answer.get_json()["found"] == []
    # Two values of one feature are not one text.
    assert client.get("/api/layers/pumps/search.json?q=1%2043.5").get_json()["total"] == 0


def test_a_layer_without_features_or_fields(client: FlaskClient, store: Store) -> None:
    put_layer(store, "empty", [])
    put_layer(store, "bare", [shapely.Point(WEST, SOUTH)])
    assert fetch(client, "empty")["features"] == []
    assert client.get("/api/layers/empty/0.json").status_code == 404
    assert client.get("/api/layers/empty/search.json?q=a").get_json()["total"] == 0
    assert len(fetch(client, "bare")["features"]) == 1
    assert client.get("/api/layers/bare/search.json?q=a").get_json()["total"] == 0


def test_a_picture_of_the_map_shows_the_layers_of_its_address(
    client: FlaskClient, store: Store
) -> None:
    put_pumps(store)
    address = "/export/map.svg?period=all&lang=en&overlay="
    assert client.get(f"{address}pumps:50").status_code == 200
    for overlay in ("gone", "pumps:101", "pumps:x", "pumps:", "pumps:-1", "pumps:50:2"):
        answer = client.get(f"{address}{overlay}")
        assert answer.status_code == (200 if overlay == "pumps:" else 400), overlay
