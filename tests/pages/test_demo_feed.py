"""The demo's feed of water levels is followed as any other city's would be."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from app import create_app
from data.city import touch_reference, write_setting
from data.database import write
from data.layers.addresses import Sources
from data.layers.catalogue import find_layer
from data.layers.contents import fetch_features
from data.layers.pack import PackLayer, load_pack_layers, read_pack_layers
from data.layers.remote import refresh
from data.settings import Settings
from data.store import Store
from tests.conftest import ROOT

JAKARTA = ROOT / "data" / "cities" / "jakarta"
FEED = "/demo/water-levels.geojson"


def mark_as_demo(store: Store) -> None:
    with write(store.engine) as connection:
        write_setting(connection, "demo", True)
        touch_reference(connection)
    store.forget()


@pytest.fixture
def jakarta(jakarta_store: Store, tmp_path: Path) -> Flask:
    mark_as_demo(jakarta_store)
    settings = Settings(str(jakarta_store.engine.url), JAKARTA, demo=True, var=tmp_path / "var")
    return create_app(settings, store=jakarta_store)


@pytest.fixture
def address(jakarta: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, jakarta, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_feed_says_when_nothing_changed(
    jakarta: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, at = jakarta.test_client(), datetime(2026, 2, 3, 4, 5, tzinfo=UTC)
    monkeypatch.setattr("pages.demo_feed.now", lambda: at)
    answer = client.get(FEED)
    assert answer.status_code == 200
    assert answer.mimetype == "application/geo+json"
    assert answer.headers["Last-Modified"] == "Tue, 03 Feb 2026 04:05:00 GMT"
    reading = answer.get_json()["features"][1]["properties"]
    assert reading["read_at"] == "2026-02-03T11:05:00+07:00"
    known = {"If-None-Match": answer.headers["ETag"]}
    monkeypatch.setattr("pages.demo_feed.now", lambda: at + timedelta(seconds=299))
    again = client.get(FEED, headers=known)
    assert (again.status_code, again.data) == (304, b"")
    monkeypatch.setattr("pages.demo_feed.now", lambda: at + timedelta(seconds=300))
    later = client.get(FEED, headers=known)
    assert (later.status_code, later.data != answer.data) == (200, True)
    assert client.get("/demo/anything").status_code == 404


def test_a_city_that_is_no_demo_has_no_feed(app: Flask, store: Store) -> None:
    assert app.test_client().get(FEED).status_code == 404
    mark_as_demo(store)  # and a demo without stations has none either
    assert app.test_client().get(FEED).status_code == 404


def test_the_layer_follows_the_feed(
    jakarta_store: Store, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = [layer for layer in read_pack_layers(JAKARTA) if layer.code == "water-levels"]
    load_only(jakarta_store, only, monkeypatch)
    assert find_layer(jakarta_store, "water-levels").succeeded_at is None
    outcome = refresh(jakarta_store, "water-levels", Sources(own_server=address))
    assert (outcome.kind, str(outcome.message)) == ("new", "16 features")
    layer = find_layer(jakarta_store, "water-levels")
    columns = fetch_features(jakarta_store, layer.version.id).columns
    assert all(isinstance(level, int) for level in columns["level_cm"])
    assert set(columns["alarm"]) <= {"1 danger", "2 alert", "3 watch", "4 normal"}


def load_only(store: Store, wanted: list[PackLayer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.layers.pack.read_pack_layers", lambda _folder: wanted)
    assert [error for _, error in load_pack_layers(store, JAKARTA)] == [None]


def test_following_brings_the_pack_in_and_ends_when_told(
    jakarta_store: Store, address: str, tmp_path: Path
) -> None:
    """As `make run` starts it beside the server."""
    url = jakarta_store.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "layers", "follow", "--pack", "--server", address],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin", "PANTAU_DATABASE_URL": url, "PANTAU_CITY": str(JAKARTA),
            "PANTAU_VAR": str(tmp_path / "var"),
        },
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        wait_for_levels(jakarta_store, process)
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert said == ""
    assert process.returncode == 0


def wait_for_levels(store: Store, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if find_layer(store, "water-levels").succeeded_at is not None:
                return
        except ValueError:
            pass
        time.sleep(0.5)
    pytest.fail("the layer of water levels was not fetched")
