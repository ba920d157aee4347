"""Saved views by address: who may, what is refused, and where the link leads."""

import pytest
from flask import Flask
from flask.testing import FlaskClient


def test_a_browser_keeps_and_changes_its_own(app: Flask, client: FlaskClient) -> None:
    made = client.post("/api/views", json={"name": "Trash", "search": "?service=garbage&zoom=12"})
    assert made.status_code == 201
    view = made.get_json()
    assert "HttpOnly" in made.headers["Set-Cookie"]
    assert "SameSite=Lax" in made.headers["Set-Cookie"]
    assert client.get(view["link"]).headers["Location"] == "/?service=garbage&zoom=12"
    assert [one["name"] for one in client.get("/api/views.json").get_json()] == ["Trash"]
    again = client.post("/api/views", json={"name": "Two", "search": ""})
    assert "Set-Cookie" not in again.headers

    stranger = app.test_client()
    assert stranger.get("/api/views.json").get_json() == []
    address = f"/api/views/{view['slug']}"
    assert stranger.patch(address, json={"name": "Mine"}).status_code == 403
    assert stranger.delete(address).status_code == 403
    assert stranger.post(f"{address}/seen").status_code == 403
    assert stranger.get(view["link"]).status_code == 302

    assert client.patch(address, json={"alert_above": 5}).get_json()["alert_above"] == 5
    assert client.post(f"{address}/seen").status_code == 200
    assert client.delete(address).status_code == 200
    gone = client.get(view["link"])
    assert (gone.status_code, gone.mimetype) == (404, "text/plain")
    assert client.patch(address, json={"name": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("[]", "not a JSON object"),
        ("{", "not a JSON object"),
        ('{"name": 3}', "'name' is not one of"),
        ('{"name": "x", "colour": "red"}', "'colour' is not one of"),
        ('{"name": "x", "alert_above": true}', "alert_above is neither"),
        ('{"name": "x", "alert_above": NaN}', "alert_above is neither"),
        ('{"name": "x", "search": "service=nothing"}', "service 'nothing' is not known"),
        ('{"name": "x", "search": "near=pumps:9"}', "layer 'pumps' is not known"),
        ('{"name": ""}', "name is needed"),
        ('{"name": "' + "x" * 40_000 + '"}', "longer than"),
    ],
)
def test_bad_bodies_are_refused_in_words(client: FlaskClient, body: str, words: str) -> None:
    answer = client.post("/api/views", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert words in answer.get_json()["error"]
    assert client.get("/api/views.json").get_json() == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    ],
)
def test_other_sites_write_nothing(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/api/views", json={"name": "x", "search": ""}, headers=headers)
    assert answer.status_code == 403


def test_our_own_pages_may_write(client: FlaskClient) -> None:
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}):
        answer = client.post("/api/views", json={"name": "x", "search": ""}, headers=headers)
        assert answer.status_code == 201
