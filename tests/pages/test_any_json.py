"""Whatever JSON is sent to whatever address that takes it: an answer in words, never a failure."""

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app import create_app
from data.bulk import record_histories
from data.saved_view_checks import FIGURES
from data.settings import Settings
from data.store import Store
from queries.layers.style import ICONS, KEYS, METHODS
from reports.evaluation.lifecycle import draft_edition
from tests.conftest import CITIES
from tests.layer_files import put_pumps
from tests.queries.random_city import HISTORIES
from tests.sent_files import ORIGIN, geojson

_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_READERS = ("/preview", "/publish")  # start a process for each body that can be meant
_READS = (
    "/api/layers.json",
    "/api/views.json",
    "/api/evaluations.json",
    "/api/layers/pumps/0.json",
    "/api/layers/pumps/features.geojson?bbox=106.7,-6.3,106.9,-6.1&zoom=12",
)
_CASES = {"sqlite": 150, "postgresql": 40}
_SLOW_CASES = 12

_LETTERS = st.characters(exclude_categories=())  # halves of characters, too
_WORDS = st.sampled_from(
    [
        "",
        "name",
        "power",
        "pumps",
        "blue",
        "service=garbage",
        "\0",
        "\ud800",
        "a\r\nb: c",
        "\x1b[1m",
    ]
)
_VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 2**63, 1e308, "5", *ICONS, *METHODS, *FIGURES])
    | st.floats()
    | _WORDS
    | st.text(_LETTERS, max_size=12)
)
_KEYS = st.sampled_from(
    [
        *KEYS,
        "name",
        "search",
        "is_shared",
        "figure",
        "alert_above",
        "style",
        "choice",
        "description",
        "by",
        "text",
        "subject",
    ]
    + ["source", "licence", "version", "fields", "replaces", "code", "crs", "layer", "en", "id"]
    + ["field", "method", "classes", "is_approximate", "every_seconds", "records"]
)
_NESTED = st.recursive(
    _VALUES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(_KEYS | st.text(_LETTERS), inner, max_size=4)
    ),
    max_leaves=8,
)
_BODIES = st.dictionaries(_KEYS, _NESTED, max_size=4) | _NESTED
_DEEP = '{"style": ' + '{"by": ' * 950 + "1" + "}" * 951
_BOTTOMLESS = "[" * 100_000


@pytest.fixture
def any_client(any_store: Store, tmp_path: Path) -> FlaskClient:
    where = Settings(str(any_store.engine.url), CITIES / "tiny", demo=False, var=tmp_path / "var")
    application = create_app(where, store=any_store)
    application.testing = True  # what is not handled is raised here
    put_pumps(any_store)
    return application.test_client()


def rules_that_write(app: Flask) -> list[tuple[str, str]]:
    """Method and address, of our own pages; what removes comes last."""
    found = []
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) & _WRITES
        is_ours = app.view_functions[rule.endpoint].__module__.startswith("pages.")
        if is_ours and len(methods) == 1:  # all of them: of addresses that nothing answers
            found.append((methods.pop(), rule.rule))
    return sorted(found, key=lambda one: (one[0] == "DELETE" or one[1].endswith("/remove"), one[1]))


def test_any_json_is_answered_in_words(any_client: FlaskClient, any_store: Store) -> None:
    client = any_client
    known = {
        "code": "pumps",
        "slug": client.post("/api/views", json={"name": "x", "search": ""}).get_json()["slug"],
        "upload_id": upload(client),
        "int(max=2147483647):number": str(edition_of(any_store)),
    }
    rules = rules_that_write(client.application)
    assert len(rules) >= 14
    for method, rule in rules:
        address = rule
        for name, value in known.items():
            address = address.replace(f"<{name}>", value)
        assert "<" not in address
        cases = _CASES[any_store.engine.dialect.name]
        try_bodies(client, method, address, _SLOW_CASES if rule.endswith(_READERS) else cases)
        for read in _READS:  # what was kept can be shown
            assert client.get(read).status_code in (200, 404), (method, address, read)


def try_bodies(client: FlaskClient, method: str, address: str, cases: int) -> None:

    def send(body: str | bytes) -> None:
        answer = client.open(
            address, method=method, data=body, content_type="application/json", headers=ORIGIN
        )
        assert answer.status_code < 500, (method, address, body, answer.text)
        assert answer.get_json() is not None

    @settings(
        max_examples=cases,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(body=_BODIES)
    @example(body={"style": {"label": {"a": 1}}})
    @example(body={"style": {"label": []}})
    @example(body={"style": {"by": {"field": ["name"]}}})
    @example(body={"style": {"by": {"field": "name", "shade": "\ud800"}}})
    @example(body={"style": {"size": 10**400}})
    @example(body={"name": "Trash \ud800", "search": ""})
    @example(body={"name": "Trash \0", "search": ""})
    @example(body={"name": "Trash", "search": "q=a\r\nSet-Cookie: b=c"})
    @example(body={"name": "Trash", "search": "", "alert_above": 10**400})
    @example(body={"choice": {"crs": "\0"}, "name": {"en": "\ud800"}})
    def any_body(body: Any) -> None:
        send(json.dumps(body))

    any_body()
    for raw in (_DEEP, _BOTTOMLESS, b"\xff\xfe{", b"", '{"name": 1e999}'):
        send(raw)


def upload(client: FlaskClient) -> str:
    files = {"file": (BytesIO(geojson()), "places.geojson")}
    answer = client.post("/api/layers/uploads", data=files, headers=ORIGIN)
    return str(answer.get_json()["id"])


def edition_of(store: Store) -> int:
    """The number of a drafted month."""
    assert record_histories(store, HISTORIES).refused == []
    seen_at = datetime(2026, 4, 10, tzinfo=UTC)
    return draft_edition(store, "2026-03", by="Biro", seen_at=seen_at).id


@pytest.mark.parametrize("part", ["%00", "%F0%9F%92%A7", "x" * 5_000, "%ED%A0%80", "a%0D%0Ab"])
@pytest.mark.parametrize("address", ["/v/{}", "/api/views/{}", "/api/layers/{}/style"])
def test_a_name_in_an_address_that_cannot_be_is_not_there(
    any_client: FlaskClient, address: str, part: str
) -> None:
    method = "GET" if address.startswith("/v/") else "POST" if "layers" in address else "PATCH"
    answer = any_client.open(address.format(part), method=method, json={"style": {}})
    assert answer.status_code in (400, 404)
