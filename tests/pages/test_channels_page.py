"""The channels' pages as the browser asks for them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from components import ids
from data.instants import now
from data.keys import create_key
from data.reasons import Reason
from data.refusals import flush, record_refusal
from data.store import Store
from tests.planted import plant

HOUR = timedelta(hours=1)


@pytest.fixture
def filled(store: Store) -> Store:
    plant(store, "app", [now() - 8 * HOUR - HOUR * n for n in range(24 * 30)], lag=30)
    plant(store, "email", [now() - HOUR])
    create_key(store, "phones", "app")
    for _ in range(4):
        record_refusal(store, status=400, reason=Reason.OUTSIDE, channel_code="app", api_key_id=1)
    flush(store)
    return store


def call(client: FlaskClient, outputs: list[tuple[str, str]], stated: dict[str, Any]) -> Any:
    """What a callback of these outputs answers; empty where it leaves everything as it is."""
    callbacks = json.loads(client.get("/_dash-dependencies").data)
    wanted = {f"{place}.{name}" for place, name in outputs}
    chosen = next(c for c in callbacks if set(c["output"].strip(".").split("...")) == wanted)
    inputs = [{**one, "value": None} for one in chosen["inputs"]]
    state = [
        {**one, "value": stated.get(f"{one['id']}.{one['property']}")} for one in chosen["state"]
    ]
    answer = client.post(
        "/_dash-update-component",
        json={
            "output": chosen["output"],
            "outputs": [
                dict(zip(("id", "property"), one.split("."), strict=True))
                for one in chosen["output"].strip(".").split("...")
            ],
            "inputs": inputs,
            "state": state,
            "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
        },
    )
    assert answer.status_code in (200, 204), answer.text
    return json.loads(answer.data)["response"] if answer.status_code == 200 else {}


LIST = [(ids.parts(ids.CHANNEL_LIST), "data"), (ids.CHANNELS_STAMP, "data")]
ONE = [
    *(
        (ids.parts(part), "data")
        for part in (
            ids.CHANNEL_HEAD,
            ids.CHANNEL_FACTS,
            ids.CHANNEL_DAYS,
            ids.CHANNEL_DAY_TABLE,
            ids.CHANNEL_REFUSALS,
            ids.CHANNEL_KEYS,
        )
    ),
    (ids.CHANNEL_STAMP, "data"),
]
BADGE = [
    (ids.CHANNEL_BADGE, "children"),
    (ids.CHANNEL_BADGE, "hidden"),
    (ids.CHANNEL_LINK, "title"),
    (ids.CHANNEL_LINK, "aria-label"),
]


def page(client: FlaskClient, path: str) -> str:
    client.set_cookie("pantau_lang", "en")
    answer = client.post(
        "/_dash-update-component",
        json={
            "output": f"..{ids.CONTENT}.children...{ids.SHOWN}.data..",
            "outputs": [
                {"id": ids.CONTENT, "property": "children"},
                {"id": ids.SHOWN, "property": "data"},
            ],
            "inputs": [
                {"id": ids.LOCATION, "property": "pathname", "value": path},
                {"id": ids.RETURNED, "property": "data", "value": None},
            ],
            "state": [{"id": ids.SHOWN, "property": "data", "value": None}],
            "changedPropIds": [f"{ids.LOCATION}.pathname"],
        },
    )
    assert answer.status_code == 200
    return json.dumps(json.loads(answer.text))


def test_all_channels_are_listed_and_nothing_is_sent_twice(
    client: FlaskClient, filled: Store
) -> None:
    assert "Where complaints come from" in page(client, "/channels")
    found = call(client, LIST, {})
    text = json.dumps(found)
    assert "Aplikasi" in text and "Silent" in text and "outside the city" in text
    stamp = found[ids.CHANNELS_STAMP]["data"]
    assert call(client, LIST, {f"{ids.CHANNELS_STAMP}.data": stamp}) == {}
    record_refusal(filled, status=403, reason=Reason.BAD_KEY)
    flush(filled)
    renewed = call(client, LIST, {f"{ids.CHANNELS_STAMP}.data": stamp})
    assert renewed[ids.CHANNELS_STAMP]["data"] != stamp
    assert "No channel" in json.dumps(renewed)


def test_one_channel_and_the_requests_of_none(client: FlaskClient, filled: Store) -> None:
    layout = page(client, "/channels/app")
    assert "flask keys create NAME --channel app" in layout
    assert "curl http://localhost/open311/v2/requests.json" in layout
    assert "/open311/v2/docs" in layout
    shown = json.dumps(call(client, ONE, {f"{ids.CHANNEL_SHOWN}.data": "app"}))
    assert "phones" in shown and "720 ever" in shown and "pantau_" not in shown
    assert "Requests without a key" in json.dumps(
        call(client, ONE, {f"{ids.CHANNEL_SHOWN}.data": "-"})
    )
    assert "Connect a client" not in page(client, "/channels/-")


@pytest.mark.parametrize("code", ["nowhere", "%3Cscript%3E", "a" * 5_000, "%00"])
def test_a_channel_there_is_not(client: FlaskClient, filled: Store, code: str) -> None:
    assert "has no channel of this code" in page(client, f"/channels/{code}")


def test_the_navigation_says_which_channel_is_silent(client: FlaskClient, filled: Store) -> None:
    client.set_cookie("pantau_lang", "id")
    found = call(client, BADGE, {})
    assert found[ids.CHANNEL_BADGE] == {"children": "1", "hidden": False}
    words = found[ids.CHANNEL_LINK]["title"]
    assert words == found[ids.CHANNEL_LINK]["aria-label"] == "Kanal: Aplikasi (senyap)"
    assert call(client, BADGE, {f"{ids.CHANNEL_LINK}.title": words}) == {}


def test_a_city_without_any_complaint(client: FlaskClient, store: Store) -> None:
    text = json.dumps(call(client, LIST, {}))
    assert text.count("status-rejected") >= 3  # all of them not used yet
    assert "No channel" not in text
    assert call(client, ONE, {f"{ids.CHANNEL_SHOWN}.data": "app"}) != {}
