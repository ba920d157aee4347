import gzip
import io
import json
from urllib.parse import quote

import pytest
from PIL import Image
from sqlalchemy.exc import OperationalError

from data.city import touch_reference
from data.complaints import NewComplaint, receive
from data.database import write
from data.geography import to_tile
from tests.scattered import SECRET, all_complaints, scatter

BBOX = "bbox=106.7,-6.3,106.9,-6.1&zoom=14"
TILE = "/tiles/heat/11/{}/{}.png".format(*(number >> 9 for number in to_tile(-6.2, 106.82)))
ADDRESSES = (
    f"{TILE}?period=all",
    f"/api/points.geojson?{BBOX}&period=all",
    "/api/live?since=0&period=all",
    "/export/complaints.csv?period=all",
    "/export/complaints.geojson?period=all",
    "/export/map.svg?period=all&layers=districts,points,heat",
)


def test_health_says_ok_and_how_far_the_log_is(client, store):
    assert client.get("/healthz").get_json() == {"status": "ok", "seq": 0}
    scatter(store, 10)
    assert client.get("/healthz").get_json() == {"status": "ok", "seq": store.latest_seq()}


def test_without_the_database_health_and_map_say_so(client, store, monkeypatch):
    def fails() -> int:
        raise OperationalError("SELECT secret", {}, ConnectionError("10.0.0.1"))

    monkeypatch.setattr(store, "latest_seq", fails)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.get_json() == {"status": "unavailable", "reason": "ConnectionError"}
    answer = client.get("/api/live?since=0")
    assert answer.status_code == 503
    assert list(answer.get_json()) == ["error"]
    assert "secret" not in answer.get_data(as_text=True)
    assert "10.0.0.1" not in answer.get_data(as_text=True)


def test_a_tile_is_kept_only_under_the_state_it_shows(client, store):
    scatter(store, 50)
    seq = store.latest_seq()
    loose = client.get(f"{TILE}?period=all")
    assert Image.open(io.BytesIO(loose.data)).size == (256, 256)
    assert loose.headers["Cache-Control"] == "private, no-cache"
    assert loose.mimetype == "image/png"
    for name in ("v", "seq"):
        fixed = client.get(f"{TILE}?period=all&{name}={seq}")
        assert fixed.headers["Cache-Control"] == "private, max-age=86400"
    other = client.get(f"{TILE}?period=all&v={seq + 1}")
    assert other.headers["Cache-Control"] == "private, no-cache"
    again = client.get(f"{TILE}?period=all", headers={"If-None-Match": loose.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "99/0/0",
        "3/8/0",
        "3/0/8",
        "-1/0/0",
        "a/b/c",
        "3/1.5/0",
        "3/0/0x",
        "3/0/0@3x",
        "3/0/0@x",
        f"3/{'9' * 400}/1",
    ],
)
def test_a_tile_that_cannot_be_is_not_found(client, path):
    answer = client.get(f"/tiles/heat/{path}.png")
    assert answer.status_code == 404
    assert "error" in answer.get_json()


def test_boundaries_come_once_per_version(client, store):
    address = "/api/districts/kelurahan.geojson"
    plain = client.get(address)
    found = plain.get_json()
    assert {feature["id"] for feature in found["features"]} == {"10.1", "10.2", "20.1", "20.2"}
    assert found["features"][0]["properties"] == {
        "code": "10.1",
        "name": "Angsana",
        "parent": "10",
        "parent_name": "Utara",
    }
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert not plain.headers["ETag"].startswith("W/")
    again = client.get(address, headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")

    with write(store.engine) as connection:
        connection.exec_driver_sql("UPDATE districts SET name = 'Aren' WHERE code = '10.1'")
        touch_reference(connection)
    store.forget()
    changed = client.get(address, headers={"If-None-Match": plain.headers["ETag"]})
    assert changed.status_code == 200
    assert "Aren" in changed.get_data(as_text=True)


def test_every_level_has_boundaries_and_no_other(client):
    assert len(client.get("/api/districts/kota.geojson").get_json()["features"]) == 2
    answer = client.get("/api/districts/planet.geojson")
    assert answer.status_code == 404
    assert answer.get_json()["error"] == "level 'planet' is not one of kota, kelurahan"


def test_points_of_a_view(client, store):
    scatter(store, 60)
    answer = client.get(
        f"/api/points.geojson?{BBOX}&period=all&lang=en", headers={"Accept-Encoding": "gzip"}
    )
    assert answer.mimetype == "application/geo+json"
    assert answer.headers["Cache-Control"] == "no-store"
    found = json.loads(gzip.decompress(answer.data))
    assert found["pantau"]["total"] == all_complaints(store)["x"].notna().sum()
    names = {feature["properties"]["service_name"] for feature in found["features"]}
    assert names == {"Garbage", "Flood", "Damaged road", "Noise"}


def test_live_is_quiet_until_something_comes(client, store):
    scatter(store, 10)
    seq = store.latest_seq()
    found = client.get(f"/api/live?since={seq}&period=all").get_json()
    assert (found["seq"], found["changed"], found["new"]) == (seq, False, [])
    assert found["version"]
    new = NewComplaint(service_code="flood", channel_code="app", latitude=-6.2, longitude=106.81)
    receipt = receive(store, new)
    found = client.get(f"/api/live?since={seq}&period=today").get_json()
    assert (found["seq"], found["changed"]) == (receipt.seq, True)
    assert found["new"] == [receipt.service_request_id]
    assert client.get(f"/api/live?since={seq}&service=noise").get_json()["new"] == []
    # A restored backup has fewer events than the page has seen.
    assert client.get(f"/api/live?since={seq + 99}").get_json()["changed"] is True


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/api/points.geojson", "bbox"),
        ("/api/points.geojson?bbox=1,2,3&zoom=4", "bbox '1,2,3'"),
        ("/api/points.geojson?bbox=nan,nan,nan,nan&zoom=4", "bbox 'nan"),
        ("/api/points.geojson?bbox=5,5,1,1&zoom=4", "bbox '5,5,1,1'"),
        ("/api/points.geojson?bbox=1,1,2,2", "zoom (missing)"),
        ("/api/points.geojson?bbox=1,1,2,2&zoom=-1", "zoom '-1'"),
        ("/api/points.geojson?bbox=1,1,2,2&zoom=1e9", "zoom '1e9'"),
        ("/api/points.geojson?bbox=1,1,2,2&zoom=4&lang=xx", "lang 'xx'"),
        ("/api/live", "since (missing)"),
        ("/api/live?since=²", "since '²'"),
        ("/api/live?since=" + "9" * 19, "since"),
        ("/api/live?since=0&period=eternity", "period 'eternity'"),
        ("/api/live?since=0&service=bogus", "service 'bogus'"),
        ("/api/live?since=0&start=2026-02-30", "start '2026-02-30'"),
        ("/tiles/heat/1/0/0.png?status=green", "status 'green'"),
        ("/tiles/heat/1/0/0.png?overdue=yes", "overdue 'yes'"),
        ("/export/complaints.csv?district=9", "district '9'"),
        ("/export/complaints.geojson?as_of=2026-01-01T00:00:00", "as_of"),
        ("/export/map.png?measure=beauty", "measure 'beauty'"),
        ("/export/map.png?level=planet", "level 'planet'"),
        ("/export/map.svg?theme=pink", "theme 'pink'"),
        ("/export/map.svg?layers=districts,rivers", "layers 'rivers'"),
        ("/export/map.svg?bbox=0,0,0,0", "bbox '0,0,0,0'"),
    ],
)
def test_what_means_nothing_is_refused_in_words(client, address, named):
    answer = client.get(address)
    assert answer.status_code == 400
    assert answer.get_json()["error"].startswith(named)


@pytest.mark.parametrize("path", ["/api", "/tiles", "/export"])
@pytest.mark.parametrize("rest", ["/", "/nothing", "/a/b/c.json", "/%00", "/..%2f..", "/😀"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_addresses_are_json_404(client, path, rest, method):
    answer = getattr(client, method)(path + rest)
    assert answer.status_code == 404
    assert list(answer.get_json()) == ["error"]


HOSTILE = (
    "\0",
    "😀",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "%",
    "$x$ \\frac{",
    "a" * 9_000,
    "\u202e",
    "9999999999999999999",
    "-1",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
)
OF_PICTURES = ("measure", "level", "theme", "layers", "compare")  # drawing is slow: only these
KEYS = (
    *("period", "start", "end", "service", "group", "status", "channel", "unit", "district"),
    *("overdue", "q", "as_of", "since", "bbox", "zoom", "v", "lang", *OF_PICTURES),
)


@pytest.mark.parametrize("key", KEYS)
def test_no_parameter_makes_the_server_fail(client, store, key):
    scatter(store, 5)
    for address in ADDRESSES[-1:] if key in OF_PICTURES else ADDRESSES[:-1]:
        for value in HOSTILE:
            path, _, query = address.partition("?")
            kept = [part for part in query.split("&") if not part.startswith(f"{key}=")]
            if key in ("start", "end"):
                kept.remove("period=all")
            answer = client.get(f"{path}?{'&'.join(kept)}&{key}={quote(value)}")
            assert answer.status_code in (200, 400), (address, key, value)
            assert answer.data


@pytest.mark.parametrize("key", ["start", "end", "as_of", "q"])
def test_no_filter_makes_the_drawing_fail(client, key):
    for value in HOSTILE[-4:] if key != "q" else HOSTILE[:6]:
        answer = client.get(f"/export/map.svg?{key}={quote(value)}&layers=points")
        assert answer.status_code in (200, 400), value


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_personal_leaves_by_any_address(client, store, address):
    scatter(store, 40)
    answer = client.get(address)
    assert answer.status_code == 200
    assert SECRET.encode() not in answer.data
    for name, value in answer.headers:
        assert SECRET not in name + value
