"""What opens a source is shown nowhere: not by commands, pages, lists or refusals."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from data.database import write
from data.instants import now
from data.layers.addresses import Sources, check_url
from data.layers.catalogue import find_layer, list_versions
from data.layers.command_words import list_lines, show_lines
from data.layers.download import download
from data.layers.model import About, Choice, LayerError
from data.layers.remote import add_remote, refresh
from data.layers.shown_address import shown_address
from data.layers.tables import layers
from data.store import Store
from pages.layers import layer_facts
from tests.data.layers.layer_server import Source, serving

HERE = Sources(("127.0.0.1",))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.org/a.csv", "https://x.org/a.csv"),
        (
            "https://x.org/wfs?service=WFS&typeName=city:pumps&bbox=1,2,3,4",
            "https://x.org/wfs?service=WFS&typeName=city:pumps&bbox=1,2,3,4",
        ),
        ("https://me:pw1@x.org/a?b=1", "https://…@x.org/a?b=1"),
        ("https://pw1@x.org:8/a", "https://…@x.org:8/a"),
        ("https://x.org/a?day=1&apikey=pw1&API_KEY=pw1", "https://x.org/a?day=1&apikey=…&API_KEY=…"),
        ("https://x.org/a?token=pw1;x=2", "https://x.org/a?token=…;x=2"),
        ("https://x.org/a?X-Amz-Signature=pw1&sig=pw1", "https://x.org/a?X-Amz-Signature=…&sig=…"),
        ("https://x.org/a?subscription%2Dke%79=pw1", "https://x.org/a?subscription%2Dke%79=…"),
        ("https://x.org/a?v=3f9d0c77a1b24e5590pw1", "https://x.org/a?v=…"),
        ("https://x.org/a;jsessionid=pw1?x=2", "https://x.org/a;jsessionid=…"),
        ("https://x.org/a?3f9d0c77a1b24e5590pw1&x", "https://x.org/a?…&x"),
        ("https://x.org/a#access_token=pw1", "https://x.org/a"),
        ("https://x.org/a?token=", "https://x.org/a?token="),
    ],
)  # fmt: skip
def test_what_may_be_a_key_is_hidden(url: str, shown: str) -> None:
    assert shown_address(url) == shown
    assert "pw1" not in shown


def test_no_place_shows_the_key_of_a_remote_layer(
    app: Flask, store: Store, source: Source, tmp_path: Path
) -> None:
    with serving(source) as address, app.test_request_context():
        add_remote(
            store, "levels", About(names={"en": "Levels"}), f"{address}/levels.geojson?token=pw1",
            every_seconds=300, choice=Choice(), sources=HERE,
        )  # fmt: skip
        assert source.paths == ["/levels.geojson?token=pw1"]
        source.location = "ftp://127.0.0.1/x?signature=pw1"  # and the refusal is kept
        assert refresh(store, "levels", HERE).kind == "failed"
    with write(store.engine) as connection:  # as an older Pantau may have kept it
        connection.execute(update(layers).values(url="http://me:pw1@127.0.0.1/levels?token=pw1"))
    layer = find_layer(store, "levels")
    assert layer.url is not None and layer.last_error is not None
    said = [*list_lines([layer], now()), *show_lines(layer, list_versions(store, "levels"), now())]
    assert "http://…@127.0.0.1/levels?token=…" in "\n".join(said)
    page = json.dumps(layer_facts(layer, store.reference(), now()).to_plotly_json(), default=vars)
    assert "127.0.0.1/levels?token=" in page
    listed = app.test_client().get("/api/layers.json").text
    assert "levels" in listed
    for text in (*said, page, listed, layer.version.file_name):
        assert "pw1" not in text


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.mark.parametrize(
    "url",
    [
        "http://me:pw1@x.org/a",
        "ftp://x.org/a?key=pw1",
        "http://[::1/?key=pw1",
        "http://x/?key=pw1 ",
    ],
)
def test_a_refusal_of_an_address_does_not_repeat_its_key(url: str) -> None:
    with pytest.raises(LayerError) as refused:
        check_url(url.replace("pw1 ", "pw1 b"))
    assert "pw1" not in str(refused.value)


def test_a_path_of_the_own_server_is_refused_without_its_key(tmp_path: Path) -> None:
    with pytest.raises(LayerError) as refused:
        download("/demo/levels.geojson?key=pw1", tmp_path, sources=replace(HERE, own_server=None))
    assert "/demo/levels.geojson is served" in str(refused.value)
    assert "pw1" not in str(refused.value)
