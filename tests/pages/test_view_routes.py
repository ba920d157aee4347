"""Saved views by address: who may, what is refused, and where the link leads."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from components.saved_view_list import view_cards
from data.complaints import NewComplaint, receive, resolve
from data.i18n import use_language
from data.store import Store
from pages.views import shown_views, unread_alerts


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


def an_alert_of_the_past(store: Store, client: FlaskClient) -> tuple[str, str]:
    """Owner and link of a view whose figure passed its limit, was noticed, and fell again."""
    body = {"name": "Trash", "search": "", "figure": "open", "alert_above": 0}
    view = client.post("/api/views", json=body).get_json()
    cookie = client.get_cookie("pantau_owner")
    assert cookie is not None
    complaint = receive(store, NewComplaint(service_code="garbage", channel_code="app"))
    assert unread_alerts(store, cookie.value) == 1
    resolve(store, complaint.service_request_id)
    assert unread_alerts(store, cookie.value) == 1
    return cookie.value, view["link"]


def test_an_alert_is_seen_once_its_owner_opens_the_view(
    app: Flask, client: FlaskClient, store: Store
) -> None:
    owner, link = an_alert_of_the_past(store, client)
    assert app.test_client().get(link).status_code == 302
    assert unread_alerts(store, owner) == 1
    assert client.get(link).status_code == 302
    assert unread_alerts(store, owner) == 0


def test_an_unseen_alert_can_be_marked_though_the_figure_fell(
    client: FlaskClient, store: Store
) -> None:
    owner, link = an_alert_of_the_past(store, client)
    with use_language("en"):
        cards = repr(view_cards(shown_views(store, owner)))
        assert "not seen yet" in cards
        assert "Mark as seen" in cards
        assert "exceeding" not in cards
    assert client.post(f"/api/views/{link.removeprefix('/v/')}/seen").status_code == 200
    with use_language("en"):
        assert "Mark as seen" not in repr(view_cards(shown_views(store, owner)))


def test_the_list_shows_an_alert_that_nobody_noticed_before(
    client: FlaskClient, store: Store
) -> None:
    receive(store, NewComplaint(service_code="garbage", channel_code="app"))
    body = {"name": "Trash", "search": "", "figure": "open", "alert_above": 0}
    client.post("/api/views", json=body)
    cookie = client.get_cookie("pantau_owner")
    assert cookie is not None
    with use_language("en"):
        assert "Mark as seen" in repr(view_cards(shown_views(store, cookie.value)))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("[]", "not a JSON object"),
        ("{", "not a JSON object"),
        ('{"name": 3}', "'name' is not one of"),
        ('{"name": "x", "colour": "red"}', "'colour' is not one of"),
        ('{"name": "x", "alert_above": true}', "alert_above is neither"),
        ('{"name": "x", "alert_above": NaN}', "'alert_above' is not a number from"),
        ('{"name": "x", "search": "service=nothing"}', "service 'nothing' is not known"),
        ('{"name": "x", "search": "near=pumps:9"}', "layer 'pumps' is not known"),
        ('{"name": ""}', "name is needed"),
        ('{"name": "' + "x" * 40_000 + '"}', "longer than"),
    ],
)
def test_bad_bodies_are_refused_in_words(client: FlaskClient, body: str, words: str) -> None:
    client.set_cookie("pantau_lang", "en")
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
