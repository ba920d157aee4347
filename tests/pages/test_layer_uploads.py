"""Files on their way to a layer, as the browser sends them and as somebody with ill intent does."""

import io
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from data.i18n import use_language
from data.instants import now
from data.layers import uploads
from data.layers.catalogue import find_layer, list_layers, list_versions
from data.layers.contents import fetch_features
from data.layers.model import LayerError
from data.layers.slots import FETCHES, ReadersBusy, fetching_slot, reading_slot
from data.store import Store
from pages.layers import layer_facts
from tests.data.layers.layer_server import Source, serving
from tests.sent_files import ORIGIN, PLACES, geojson, shapefile_parts, zipped_shapefile

NAMED = {"name": {"en": "Pumps"}, "source": "Water agency", "licence": "CC BY 4.0"}


@pytest.fixture(autouse=True)
def _english(client: FlaskClient) -> None:
    client.set_cookie("pantau_lang", "en")


def send(client: FlaskClient, *files: tuple[str, bytes], headers: Any = ORIGIN) -> Any:
    return client.post(
        "/api/layers/uploads",
        data={"file": [(io.BytesIO(content), name) for name, content in files]},
        headers=headers,
    )


def sent(client: FlaskClient, *files: tuple[str, bytes]) -> str:
    answer = send(client, *files)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def ask(client: FlaskClient, address: str, body: Any, headers: Any = ORIGIN) -> Any:
    return client.post(f"/api/layers/{address}", json=body, headers=headers)


def publish(client: FlaskClient, name: str, content: bytes, **body: Any) -> Any:
    upload_id = sent(client, (name, content))
    return ask(client, f"uploads/{upload_id}/publish", NAMED | body)


def waiting(app: Flask) -> list[Path]:
    folder = uploads.upload_folder(app.config["PANTAU"])
    return [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []


def test_a_zipped_shapefile_becomes_a_layer(
    app: Flask, client: FlaskClient, store: Store, tmp_path: Path
) -> None:
    upload_id = sent(client, ("pumps.zip", zipped_shapefile(tmp_path / "made")))
    look = ask(client, f"uploads/{upload_id}/preview", {}).json
    assert look["questions"] == []
    assert [f["geometry"]["type"] for f in look["sample"]["features"]] == ["Point"] * 3
    assert look["extent"] == pytest.approx([106.815, -6.205, 106.825, -6.195])
    assert "Pompa 2" in json.dumps(look["parts"])
    made = ask(client, f"uploads/{upload_id}/publish", NAMED)
    assert (made.status_code, made.json["code"], made.json["features"]) == (201, "pumps", 3)
    layer = find_layer(store, "pumps")
    assert (layer.about.source, layer.about.licence) == ("Water agency", "CC BY 4.0")
    table = fetch_features(store, layer.version.id)
    assert [(shape.x, shape.y) for shape in table.shapes] == [pytest.approx(p) for p in PLACES]
    assert table.columns["state"] == ["good", "broken", "good"]
    assert waiting(app) == []
    again = ask(client, f"uploads/{upload_id}/publish", NAMED)
    assert again.status_code == 404 and "choose them again" in again.json["error"]


def takes(look: Any) -> list[dict[str, str]]:
    """What the buttons of a preview would choose."""
    found: list[dict[str, str]] = []

    def walk(part: Any) -> None:
        for inner in part.values() if isinstance(part, dict) else part:
            if isinstance(inner, dict | list):
                walk(inner)
        if isinstance(part, dict) and "data-take" in part:
            found.append(json.loads(part["data-take"]))

    walk(look["parts"])
    return found


def test_what_a_hint_offers_is_not_what_was_refused(
    client: FlaskClient, store: Store, tmp_path: Path
) -> None:
    parts = shapefile_parts(tmp_path / "made", crs="EPSG:32748")
    parts["pumps.prj"] = shapefile_parts(tmp_path / "other", crs="EPSG:32749")["pumps.prj"]
    upload_id = sent(client, *parts.items())
    look = ask(client, f"uploads/{upload_id}/preview", {}).json
    assert "read as EPSG:32749" in json.dumps(look["parts"])
    assert takes(look) == [{"crs": "EPSG:32748", "axes": "xy"}]
    chosen = {"choice": takes(look)[0]}
    assert ask(client, f"uploads/{upload_id}/preview", chosen).json["questions"] == []


def test_swapped_axes_are_offered_the_other_way_round(client: FlaskClient, store: Store) -> None:
    upload_id = sent(client, ("posts.geojson", geojson([(y, x) for x, y in PLACES])))
    look = ask(client, f"uploads/{upload_id}/preview", {}).json
    assert look["questions"] == ["crs"]
    assert look["extent"] == pytest.approx([106.815, -6.205, 106.825, -6.195])
    assert takes(look) == [{"crs": "EPSG:4326", "axes": "yx"}]
    chosen = {"choice": takes(look)[0]}
    assert ask(client, f"uploads/{upload_id}/preview", chosen).json["questions"] == []
    wrong = {"choice": {"axes": "up"}}
    assert ask(client, f"uploads/{upload_id}/preview", wrong).status_code == 400
    assert ask(client, f"uploads/{upload_id}/publish", NAMED | chosen).status_code == 201
    table = fetch_features(store, find_layer(store, "pumps").version.id)
    assert [(shape.x, shape.y) for shape in table.shapes] == [pytest.approx(p) for p in PLACES]


def test_loose_parts_without_a_system_ask_for_it_and_take_the_answer(
    client: FlaskClient, store: Store, tmp_path: Path
) -> None:
    parts = shapefile_parts(tmp_path / "made", crs="EPSG:32748")
    del parts["pumps.prj"]
    upload_id = sent(client, *parts.items())
    look = ask(client, f"uploads/{upload_id}/preview", {}).json
    assert look["questions"] == ["crs"] and "EPSG:32748" in json.dumps(look["parts"])
    early = ask(client, f"uploads/{upload_id}/publish", NAMED)
    assert early.status_code == 400 and list_layers(store) == ()
    chosen = {"choice": {"crs": "EPSG:32748"}}
    assert ask(client, f"uploads/{upload_id}/preview", chosen).json["questions"] == []
    assert ask(client, f"uploads/{upload_id}/publish", NAMED | chosen).status_code == 201
    assert find_layer(store, "pumps").version.crs == "EPSG:32748"
    assert find_layer(store, "pumps").version.file_name == "pumps.shp"


def test_only_the_chosen_fields_are_kept(client: FlaskClient, store: Store) -> None:
    assert publish(client, "posts.geojson", geojson(), fields=["depth"]).status_code == 201
    layer = find_layer(store, "pumps")
    assert [field.name for field in layer.version.fields] == ["depth"]
    assert fetch_features(store, layer.version.id).columns == {"depth": [0, 1, 2]}
    strange = publish(client, "posts.geojson", geojson(), fields=["height"])
    assert strange.status_code == 400 and "'height'" in strange.json["error"]
    none = publish(client, "posts.geojson", geojson(), fields=[], code="bare")
    assert none.status_code == 201 and find_layer(store, "bare").version.fields == ()


def test_replacing_keeps_what_was_and_restoring_brings_it_back(
    client: FlaskClient, store: Store
) -> None:
    publish(client, "posts.geojson", geojson())
    new = publish(client, "posts-2.geojson", geojson(PLACES[:2]), replaces="pumps")
    assert (new.status_code, new.json["version"], new.json["features"]) == (201, 2, 2)
    assert find_layer(store, "pumps").about.source == "Water agency"
    assert ask(client, "pumps/restore", {"version": 1}).json == {"code": "pumps", "version": 1}
    assert find_layer(store, "pumps").version.features == 3
    assert [version.number for version in list_versions(store, "pumps")] == [2, 1]
    for version in (3, 0, -1, "1", True, None, 1.0):
        assert ask(client, "pumps/restore", {"version": version}).status_code == 400
    assert find_layer(store, "pumps").version.number == 1


def test_removing_and_bringing_back(client: FlaskClient, store: Store) -> None:
    publish(client, "posts.geojson", geojson())
    assert ask(client, "pumps/remove", {}).status_code == 200
    assert list_layers(store) == ()
    assert ask(client, "pumps/remove", {}).status_code == 404
    taken = publish(client, "posts.geojson", geojson(), code="pumps")
    assert taken.status_code == 409 and "'pumps'" in taken.json["error"]
    assert publish(client, "posts.geojson", geojson()).json["code"] == "pumps-2"
    assert ask(client, "pumps/bring-back", {}).status_code == 200
    assert [layer.code for layer in list_layers(store)] == ["pumps", "pumps-2"]


def test_description_and_style_are_checked(client: FlaskClient, store: Store) -> None:
    publish(client, "posts.geojson", geojson())
    assert ask(client, "pumps/describe", {"name": {"en": "Posts"}, "owner": "Dinas"}).is_json
    about = find_layer(store, "pumps").about
    assert (about.names, about.owner, about.source) == ({"en": "Posts"}, "Dinas", "Water agency")
    style = {"colour": "cyan", "by": {"field": "depth", "method": "quantiles", "classes": 3}}
    assert ask(client, "pumps/style", {"style": style}).status_code == 200
    assert find_layer(store, "pumps").about.style == style
    wrong: list[tuple[str, Any]] = [
        ("describe", {"name": {"en": ""}}),
        ("describe", {"name": {"xx": "Posts"}}),
        ("describe", {"name": "Posts"}),
        ("describe", {"owner": 3}),
        ("describe", {"owner": "x" * 201}),
        ("describe", {"source": "\x00"}),
        ("describe", {"is_approximate": "yes"}),
        ("describe", []),
        ("style", {"style": {"colour": "javascript:alert(1)"}}),
        ("style", {"style": {"by": {"field": "name", "method": "breaks"}}}),
        ("style", {"style": {"label": "height"}}),
        ("style", {}),
    ]
    for what, body in wrong:
        answer = ask(client, f"pumps/{what}", body)
        assert answer.status_code == 400 and answer.json["error"], (what, body)
    layer = find_layer(store, "pumps")
    assert (layer.about.style, layer.about.names) == (style, {"en": "Posts"})


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    ],
)
def test_pages_of_others_change_nothing(
    app: Flask, client: FlaskClient, store: Store, headers: dict[str, str]
) -> None:
    publish(client, "posts.geojson", geojson())
    upload_id = sent(client, ("posts.geojson", geojson()))
    assert send(client, ("posts.geojson", geojson()), headers=headers).status_code == 403
    for address, body in (
        (f"uploads/{upload_id}/publish", NAMED),
        (f"uploads/{upload_id}/preview", {}),
        ("pumps/remove", {}),
        ("pumps/describe", {"owner": "Mallory"}),
        ("pumps/style", {"style": {}}),
        ("pumps/restore", {"version": 1}),
    ):
        assert ask(client, address, body, headers).status_code == 403, address
    assert client.delete(f"/api/layers/uploads/{upload_id}", headers=headers).status_code == 403
    assert len(waiting(app)) == 1
    assert [layer.about.owner for layer in list_layers(store)] == [""]


def test_what_is_too_large_is_refused_before_it_is_read(app: Flask, client: FlaskClient) -> None:
    class Unread(io.RawIOBase):
        def readinto(self, _buffer: Any) -> int:
            raise AssertionError("the body was read")

    answer = client.post(
        "/api/layers/uploads",
        environ_overrides={
            "wsgi.input": Unread(),
            "CONTENT_LENGTH": str(uploads.SIZE_LIMIT + 200_000),
        },
        content_type="multipart/form-data; boundary=x",
        headers=ORIGIN,
    )
    assert answer.status_code == 413 and "200 MB" in answer.json["error"]
    assert waiting(app) == []


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.zip",
        "/etc/passwd",
        "..",
        ".htaccess",
        "x" * 200,
        "a\x00b",
        "C:x.zip",
    ],
)
def test_names_that_could_lie_elsewhere_are_refused(
    app: Flask, client: FlaskClient, tmp_path: Path, name: str
) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n'
        b"Content-Type: application/zip\r\n\r\nPK\r\n--x--\r\n"
    ) % name.encode()
    answer = client.post(
        "/api/layers/uploads",
        data=body,
        content_type="multipart/form-data; boundary=x",
        headers=ORIGIN,
    )
    assert answer.status_code == 400 and answer.json["error"]
    assert waiting(app) == []
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("name", ["a\\b", "a/b", "a\u202eb", "", ".x", "a:b", "ä" * 80, "\ud800"])
def test_only_plain_names_are_kept(name: str) -> None:
    with pytest.raises(LayerError):
        uploads.check_name(name)
    assert uploads.check_name("Pintu Air (2026) – baru.zip")


def test_bodies_that_are_none_are_refused(app: Flask, client: FlaskClient) -> None:
    shown = {"headers": ORIGIN, "content_type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x", b"--x\r\n\r\n", b"nonsense", b"--x--\r\n"):
        answer = client.post("/api/layers/uploads", data=body, **shown)
        assert answer.status_code == 400 and answer.json["error"], body
    cut = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\nPK'
    assert client.post("/api/layers/uploads", data=cut, **shown).status_code == 400
    plain = client.post("/api/layers/uploads", data=b"PK", headers=ORIGIN)
    assert plain.status_code == 400
    twice = send(client, ("a.geojson", geojson()), ("a.geojson", geojson()))
    assert twice.status_code == 400 and "a.geojson" in twice.json["error"]
    many = send(client, *((f"{n}.geojson", b"{}") for n in range(25)))
    assert many.status_code == 400 and "ZIP" in many.json["error"]
    assert send(client, ("empty.geojson", b"")).status_code == 400
    assert waiting(app) == []


@pytest.mark.parametrize(
    "upload_id", ["0" * 32, "..", "%2e%2e", "x", "slot-0.lock", "0" * 31 + "/"]
)
def test_an_unknown_upload_is_said_to_be_gone(client: FlaskClient, upload_id: str) -> None:
    for what in ("preview", "publish"):
        answer = ask(client, f"uploads/{upload_id}/{what}", NAMED)
        assert answer.status_code == 404 and answer.json["error"]


def test_a_bad_file_gives_its_sentence_and_changes_nothing(
    client: FlaskClient, store: Store
) -> None:
    upload_id = sent(client, ("bad.zip", b"PK\x03\x04nonsense"))
    for what in ("preview", "publish"):
        answer = ask(client, f"uploads/{upload_id}/{what}", NAMED)
        assert answer.status_code == 400 and "bad.zip" in answer.json["error"]
    assert list_layers(store) == ()
    assert client.delete(f"/api/layers/uploads/{upload_id}", headers=ORIGIN).status_code == 200
    assert ask(client, f"uploads/{upload_id}/preview", {}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": {}},
        {"name": {"en": " "}},
        NAMED | {"code": "../x"},
        NAMED | {"code": "Upper"},
        NAMED | {"code": 7},
        NAMED | {"choice": []},
        NAMED | {"choice": {"driver": "GML"}},
        NAMED | {"choice": {"crs": 32748}},
        NAMED | {"choice": {"crs": "+proj=longlat +nadgrids=/etc/passwd"}},
        NAMED | {"fields": "name"},
        NAMED | {"fields": [1]},
        NAMED | {"replaces": ["pumps"]},
    ],
)
def test_publishing_nonsense_is_refused_and_the_file_still_waits(
    client: FlaskClient, store: Store, body: dict[str, Any]
) -> None:
    upload_id = sent(client, ("posts.geojson", geojson()))
    answer = ask(client, f"uploads/{upload_id}/publish", body)
    assert answer.status_code == 400 and answer.json["error"]
    assert list_layers(store) == () and list_layers(store, removed=True) == ()
    assert ask(client, f"uploads/{upload_id}/publish", NAMED).status_code == 201


def test_replacing_what_is_not_there_is_refused(client: FlaskClient) -> None:
    assert publish(client, "posts.geojson", geojson(), replaces="no-such").status_code == 404


def test_of_two_that_publish_the_same_code_one_wins(app: Flask, client: FlaskClient) -> None:
    ids = [sent(client, ("posts.geojson", geojson(PLACES[: n + 1]))) for n in range(2)]
    both = ids + [ids[0]]  # and one of them twice
    answers: list[Any] = []
    barrier = threading.Barrier(len(both))

    def go(upload_id: str) -> None:
        barrier.wait()
        body = NAMED | {"code": "posts"}
        answers.append(ask(app.test_client(), f"uploads/{upload_id}/publish", body))

    threads = [threading.Thread(target=go, args=(upload_id,)) for upload_id in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 201 and all(400 <= status < 500 for status in statuses[1:]), statuses
    store: Store = app.extensions["pantau"]
    assert [layer.code for layer in list_layers(store)] == ["posts"]
    assert len(list_versions(store, "posts")) == 1


def test_names_alone_never_collide(app: Flask, client: FlaskClient) -> None:
    ids = [sent(client, ("posts.geojson", geojson(PLACES[: n + 1]))) for n in range(3)]
    answers: list[Any] = []

    def go(upload_id: str) -> None:
        answers.append(ask(app.test_client(), f"uploads/{upload_id}/publish", NAMED))

    threads = [threading.Thread(target=go, args=(upload_id,)) for upload_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.json["code"] for answer in answers) == ["pumps", "pumps-2", "pumps-3"]


def test_uploads_expire_and_are_limited(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = sent(client, ("posts.geojson", geojson()))
    folder = uploads.upload_folder(app.config["PANTAU"])
    os.utime(folder / old, (time.time() - 3 * 3600,) * 2)
    monkeypatch.setattr(uploads, "_WAITING_LIMIT", 1)
    new = sent(client, ("posts.geojson", geojson()))  # there is room again
    assert [path.name for path in waiting(app)] == [new]
    full = send(client, ("posts.geojson", geojson()))
    assert full.status_code == 503 and "2 hours" in full.json["error"]
    assert [path.name for path in waiting(app)] == [new]


def test_readers_take_turns(tmp_path: Path) -> None:
    def third() -> None:
        with reading_slot(tmp_path, wait_seconds=0.2):
            pass

    with reading_slot(tmp_path), reading_slot(tmp_path), pytest.raises(ReadersBusy):
        third()
    third()


def test_who_fetches_keeps_nobody_from_reading(tmp_path: Path) -> None:
    with ExitStack() as held:
        for _fetch in range(FETCHES):
            held.enter_context(fetching_slot(tmp_path))
        with reading_slot(tmp_path, wait_seconds=0):
            pass
        with pytest.raises(ReadersBusy), fetching_slot(tmp_path, wait_seconds=0):
            pass


def test_coordinate_systems_are_found_by_code_and_name(client: FlaskClient) -> None:
    usual = [one["code"] for one in client.get("/api/layers/crs").json]
    assert usual[:2] == ["EPSG:4326", "EPSG:32748"]
    assert client.get("/api/layers/crs?q=23830").json[0]["code"] == "EPSG:23830"
    found = client.get("/api/layers/crs?q=utm 48s").json
    assert found[0] == {"code": "EPSG:32748", "name": "WGS 84 / UTM zone 48S"}
    assert client.get("/api/layers/crs?q=" + "%00x" * 40).json == []


@pytest.fixture
def feed(app: Flask) -> Iterator[tuple[Source, str]]:
    """A source of layers on this machine, which the operator lets Pantau ask."""
    source = Source()
    app.config["PANTAU"] = replace(app.config["PANTAU"], private_sources=("127.0.0.1",))
    with serving(source) as address:
        yield source, f"{address}/levels.geojson"


def test_a_layer_is_fetched_from_an_address(
    client: FlaskClient, store: Store, feed: tuple[Source, str]
) -> None:
    source, address = feed
    fetched = ask(client, "uploads/fetched", {"url": address})
    assert fetched.status_code == 201, fetched.text
    upload_id = fetched.json["id"]
    assert ask(client, f"uploads/{upload_id}/preview", {}).json["questions"] == []
    body = NAMED | {"url": address, "every_seconds": 300}
    for wrong in ({"every_seconds": 1}, {"every_seconds": "300"}, {"url": "file:///etc/passwd"}):
        assert ask(client, f"uploads/{upload_id}/publish", body | wrong).status_code == 400
    assert ask(client, f"uploads/{upload_id}/publish", body | {"fields": []}).status_code == 400
    assert ask(client, f"uploads/{upload_id}/publish", body).status_code == 201
    layer = find_layer(store, "pumps")
    assert (layer.url, layer.every_seconds, layer.version.features) == (address, 300, 2)
    assert layer.succeeded_at is not None
    replacing = publish(client, "posts.geojson", geojson(), replaces="pumps")
    assert replacing.status_code == 400 and "fetched from its source" in replacing.json["error"]
    source.status = 500
    failed = ask(client, "pumps/refresh", {})
    assert failed.status_code == 502 and failed.json["error"]
    assert find_layer(store, "pumps").version.features == 2


def test_refusals_are_said_in_the_reader_s_language(
    client: FlaskClient, store: Store, feed: tuple[Source, str]
) -> None:
    source, address = feed
    client.set_cookie("pantau_lang", "id")
    upload_id = sent(client, ("posts.geojson", geojson([(2.3, 48.9)])))  # read by another process
    refused = ask(client, f"uploads/{upload_id}/publish", NAMED).json["error"]
    assert refused.startswith("posts.geojson, dibaca sebagai EPSG:4326, terletak di luar kota")
    look = ask(client, f"uploads/{upload_id}/preview", {}).json
    assert "terletak di luar kota" in json.dumps(look["parts"])
    taken = ask(client, "uploads/fetched", {"url": "ftp://x.org/a"}).json["error"]
    assert taken == "'ftp://x.org/a' bukan alamat web; harus diawali http:// atau https://"
    fetched = ask(client, "uploads/fetched", {"url": address}).json["id"]
    ask(client, f"uploads/{fetched}/publish", NAMED | {"url": address, "every_seconds": 300})
    source.status = 404
    failed = ask(client, "pumps/refresh", {})
    assert failed.status_code == 502 and "menjawab 404" in failed.json["error"]
    kept = find_layer(store, "pumps").last_error
    assert kept is not None and "answers 404" in str(kept)
    with use_language("id"):
        page = layer_facts(find_layer(store, "pumps"), store.reference(), now())
        assert "menjawab 404" in json.dumps(page.to_plotly_json(), default=vars)
    assert (
        ask(client, "none/remove", {}).json["error"]
        == "lapisan 'none' tidak dikenal; yang ada: pumps"
    )


@pytest.mark.parametrize(
    "url",
    ["", "file:///etc/passwd", "http://169.254.169.254/latest", "http://[::1]:1/x", "http://10.1/"],
)
def test_addresses_that_lead_inside_are_refused(app: Flask, client: FlaskClient, url: str) -> None:
    answer = ask(client, "uploads/fetched", {"url": url})
    assert answer.status_code == 400 and answer.json["error"]
    assert waiting(app) == []
