"""Editions by address: files as they were issued, and objections of whoever sends one."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dash import html
from flask import Flask
from flask.testing import FlaskClient

from components.report_heads import comparison_note, edition_head
from components.report_pages import pages_view
from data.bulk import record_histories
from data.evaluation.authors import SCHEDULER
from data.evaluation.editions import Edition, find_edition
from data.evaluation.objections import answer
from data.i18n import use_language
from data.store import Store
from pages.report_rows import shown_edition
from pages.reports import compare_layout, edition_layout
from reports.evaluation.lifecycle import draft_edition, export_edition, issue_edition
from tests.queries.random_city import HISTORIES

SEEN = datetime(2026, 4, 10, 5, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)> \u202e {n} %s"


@pytest.fixture
def edition(store: Store) -> Edition:
    assert record_histories(store, HISTORIES).refused == []
    return draft_edition(store, "2026-03", by="Biro", seen_at=SEEN)


def test_an_objection_is_kept_and_told(client: FlaskClient, edition: Edition, store: Store) -> None:
    sent = {"by": "Lurah Angsana", "text": HOSTILE, "subject": "kel-10.1"}
    kept = client.post(f"/api/evaluations/{edition.id}/objections", json=sent)
    assert kept.status_code == 201
    assert kept.get_json()["text"] == HOSTILE and kept.get_json()["is_verified"] is False
    answer(store, 1, "Sudah diperiksa", by="Biro")
    [told] = client.get("/api/evaluations.json").get_json()
    assert (told["state"], told["month"]) == ("contested", "2026-03")
    assert told["objections"][0]["answer"]["text"] == "Sudah diperiksa"
    assert told["maturity"]["received"] == edition.maturity["received"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"by": "x", "text": ""}, "the objection is empty"),
        ({"text": "y"}, "the name of who objects is empty"),
        ({"by": "x", "text": "y" * 9000}, "write 8000 at most"),
        ({"by": "x", "text": "y", "subject": "nobody"}, "'nobody' is neither a unit nor an"),
        ({"by": "x", "text": 1}, "'text' is not one of by, text, subject, or is no text"),
        ({"by": "x", "text": "y", "at": "now"}, "'at' is not one of"),
        ([1], "the body is not a JSON object"),
    ],
)
def test_what_is_no_objection_is_refused(
    client: FlaskClient, edition: Edition, store: Store, body: object, said: str
) -> None:
    answered = client.post(f"/api/evaluations/{edition.id}/objections", json=body)
    assert answered.status_code == 400
    assert said in answered.get_json()["error"]
    assert find_edition(store, edition.id).objections == ()


def test_other_sites_and_editions_that_are_not_there(client: FlaskClient, edition: Edition) -> None:
    sent = {"by": "x", "text": "y"}
    address = f"/api/evaluations/{edition.id}/objections"
    other = client.post(address, json=sent, headers={"Origin": "https://example.org"})
    assert other.status_code == 403
    assert client.post("/api/evaluations/77/objections", json=sent).status_code == 404
    assert client.post(f"/api/evaluations/{2**70}/objections", json=sent).status_code == 404
    assert client.get("/api/evaluations/77/files/evaluation.json").status_code == 404
    too_large = client.get(f"/api/evaluations/{2**70}/files/a")
    assert (too_large.status_code, too_large.is_json) == (404, True)
    assert client.get(f"/api/evaluations/{edition.id}/files/no.pdf").status_code == 404
    assert client.get(f"/api/evaluations/{edition.id}/files/..%2fx").status_code == 404


def test_pictures_are_drawn_where_there_is_something_to_draw(
    client: FlaskClient, edition: Edition
) -> None:
    address = f"/api/evaluations/{edition.id}/pictures"
    found = client.get(f"{address}/map.png?language=en")
    assert found.data.startswith(b"\x89PNG") and found.mimetype == "image/png"
    for wrong, status in (("no.png", 404), ("map.png?language=x", 400)):
        assert client.get(f"{address}/{wrong}").status_code == status
    assert client.get("/api/evaluations/77/pictures/map.png").status_code == 404


def test_files_come_as_they_were_issued(
    client: FlaskClient, edition: Edition, store: Store, tmp_path: Path
) -> None:
    name = "pantau-evaluation-2026-03-id.pdf"
    draft = client.get(f"/api/evaluations/{edition.id}/files/{name}")
    assert draft.status_code == 200 and draft.data.startswith(b"%PDF")
    assert draft.headers["Cache-Control"] == "no-store"
    issued = issue_edition(store, edition.id, by="Biro")
    kept = {path.name: path.read_bytes() for path in export_edition(store, issued, tmp_path)}
    found = client.get(f"/api/evaluations/{edition.id}/files/{name}")
    assert found.data == kept[name] != draft.data
    assert "immutable" in found.headers["Cache-Control"]
    assert found.headers["ETag"] == f'"{hashlib.sha256(kept[name]).hexdigest()}"'
    figures = client.get(f"/api/evaluations/{edition.id}/files/evaluation.json")
    assert json.loads(figures.data)["month"] == "2026-03"
    again = client.get(
        f"/api/evaluations/{edition.id}/files/{name}",
        headers={"If-None-Match": found.headers["ETag"]},
    )
    assert again.status_code == 304


def test_pages_speak_the_readers_language(app: Flask, edition: Edition, store: Store) -> None:
    drafted = replace(edition, drafted_by=SCHEDULER)
    with app.test_request_context("/reports"), use_language("id"):
        form = pages_view(1, "stem", {"a": "A"}, ["en", "id"])
        head = edition_head(shown_edition(store, drafted), [])
    [language] = [
        part for part in form._traverse() if getattr(part, "id", "") == "report-page-language"
    ]
    assert [option.value for option in language.children] == ["id", "en"]
    assert "program sendiri" in str(head) and SCHEDULER not in str(head)


def test_two_editions_that_say_the_same_are_not_said_to_differ(
    app: Flask, edition: Edition, store: Store
) -> None:
    later = draft_edition(store, "2026-03", by="Biro", seen_at=SEEN + timedelta(minutes=1))
    with app.test_request_context("/reports"):
        assert "changes figures" not in str(compare_layout(str(later.id), str(edition.id)))
        assert "changes figures" in str(comparison_note(edition, later))
        assert "same instant" in str(comparison_note(edition, edition))


@pytest.mark.parametrize("number", ["7", "x", "-1", "٣", "9" * 30])
def test_a_page_of_no_edition_says_so(app: Flask, edition: Edition, number: str) -> None:
    with app.test_request_context("/reports"):
        for page in (edition_layout(number), compare_layout(number, str(edition.id))):
            assert isinstance(page.children[0], html.H2)
            assert page.children[0].children == "There is no such edition"
            assert page.children[1].children == f"There is no edition {number}."
