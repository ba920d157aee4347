"""POST requests/{id}/feedback: from who holds the token, when the complaint is closed, once."""

from typing import Any

import pytest
from sqlalchemy import select

from data import schema
from data.complaints import reject, reopen, resolve
from data.database import read
from data.keys import create_key
from tests.intake.conftest import Api, from_xml


def give(api: Api, created: dict[str, Any], *, ending: str = "json", **changes: Any) -> Any:
    fields = {"api_key": api.key, "token": created["token"], "stars": "4"} | changes
    return api.client.post(
        f"/open311/v2/requests/{created['service_request_id']}/feedback.{ending}",
        data={name: value for name, value in fields.items() if value is not None},
    )


def ratings(api: Api) -> list[tuple[Any, str | None]]:
    """Data and comment of the ratings stored, in the order of arrival."""
    events = schema.events
    with read(api.store.engine) as connection:
        query = select(events.c.data, events.c.note).where(events.c.kind == "rated")
        return [(row.data, row.note) for row in connection.execute(query.order_by(events.c.seq))]


def rating(api: Api) -> int | None:
    with read(api.store.engine) as connection:
        return connection.scalar(select(schema.complaints.c.rating))


@pytest.fixture
def created(any_api: Api) -> Any:
    """An API and a complaint that was resolved."""
    created = any_api.report()
    resolve(any_api.store, created["service_request_id"])
    return any_api, created


def said(response: Any, status: int) -> list[str]:
    assert response.status_code == status, response.text
    errors = response.get_json()
    assert {error["code"] for error in errors} == {status}
    return [error["description"] for error in errors]


def test_feedback_is_stored_once(created: Any) -> None:
    api, complaint = created
    words = {"stars": "2", "solved": "false", "comment": "still  dark\r\nat night"}
    first = give(api, complaint, **words)
    assert first.status_code == 201
    answer = {
        "service_request_id": complaint["service_request_id"],
        "stars": 2,
        "solved": False,
    }
    assert first.get_json() == answer
    assert first.headers["Cache-Control"] == "no-store"
    again = give(api, complaint, **words)
    assert (again.status_code, again.get_json()) == (200, answer)
    assert ratings(api) == [({"stars": 2, "solved": False}, "still  dark\nat night")]
    assert rating(api) == 2


def test_the_last_feedback_counts(created: Any) -> None:
    api, complaint = created
    for stars in ("1", "5", "1"):
        assert give(api, complaint, stars=stars).status_code == 201
    assert [data["stars"] for data, _ in ratings(api)] == [1, 5, 1]
    assert rating(api) == 1


def test_the_same_feedback_counts_anew_after_another_closing(created: Any) -> None:
    api, complaint = created
    assert give(api, complaint).status_code == 201
    reopen(api.store, complaint["service_request_id"])
    assert "send feedback when it is closed" in said(give(api, complaint), 409)[0]
    resolve(api.store, complaint["service_request_id"])
    assert give(api, complaint).status_code == 201
    assert len(ratings(api)) == 2


def test_json_and_xml_and_the_header_do_as_well(created: Any) -> None:
    api, complaint = created
    path = f"/open311/v2/requests/{complaint['service_request_id']}/feedback"
    response = api.client.post(
        f"{path}.xml",
        json={"stars": 5, "solved": True},
        headers={"X-API-Key": api.key, "X-Request-Token": complaint["token"]},
    )
    assert response.status_code == 201
    assert from_xml(response.data) == {
        "service_request_id": complaint["service_request_id"],
        "stars": "5",
        "solved": "true",
    }
    assert ratings(api) == [({"stars": 5, "solved": True}, None)]


def test_a_rejected_complaint_may_be_rated(any_api: Api) -> None:
    complaint = any_api.report()
    reject(any_api.store, complaint["service_request_id"])
    assert give(any_api, complaint, stars="1").status_code == 201


def test_an_open_complaint_is_409(any_api: Api) -> None:
    complaint = any_api.report()
    (reason,) = said(give(any_api, complaint), 409)
    assert "is waiting; send feedback when it is closed" in reason
    assert ratings(any_api) == []


def test_another_token_is_403(created: Any) -> None:
    api, complaint = created
    other = api.report()["token"]
    for token in (other, "x", "é", "\x00"):
        (reason,) = said(give(api, complaint, token=token), 403)
        assert "token is not that of" in reason or "token is missing" in reason
        assert complaint["token"] not in reason
    assert "token is missing" in said(give(api, complaint, token=None), 403)[0]
    address = f"/open311/v2/requests/{complaint['service_request_id']}/feedback.json"
    query = f"{address}?token={complaint['token']}"
    said(api.client.post(query, data={"api_key": api.key, "stars": "1"}), 403)
    assert ratings(api) == []


def test_a_key_for_feedback_is_needed(created: Any) -> None:
    api, complaint = created
    said(give(api, complaint, api_key=None), 403)
    said(give(api, complaint, api_key="nonsense"), 403)
    reader = create_key(api.store, "writer", "app", scopes=("write",))
    assert "is not for feedback" in said(give(api, complaint, api_key=reader), 403)[0]
    assert ratings(api) == []


@pytest.mark.parametrize("unknown", ["none", "%00", "1%2f2"])
def test_an_unknown_complaint_is_404(any_api: Api, unknown: str) -> None:
    (reason,) = said(give(any_api, {"service_request_id": unknown, "token": "x"}), 404)
    assert "is not known here" in reason


@pytest.mark.parametrize("stars", ["0", "6", "-1", "4.5", "five", "٣", "1e0", ""])
def test_other_stars_are_400(created: Any, stars: str) -> None:
    api, complaint = created
    assert "from 1 to 5" in said(give(api, complaint, stars=stars), 400)[0]
    assert ratings(api) == []


def test_all_that_is_wrong_is_said_at_once(created: Any) -> None:
    api, complaint = created
    wrong = give(api, complaint, stars="9", solved="perhaps", comment="x" * 2_001)
    assert len(said(wrong, 400)) == 3
    assert give(api, complaint, comment="x" * 2_000).status_code == 201


def test_changes_of_mind_are_limited(created: Any) -> None:
    api, complaint = created
    answers = [give(api, complaint, stars=str(1 + n % 2)).status_code for n in range(21)]
    assert answers == [201] * 20 + [429]
    assert len(ratings(api)) == 20


def test_feedback_is_only_posted(api: Api) -> None:
    response = api.client.put("/open311/v2/requests/1/feedback.json")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_the_same_feedback_at_the_same_moment_is_stored_once(any_api: Api) -> None:
    from concurrent.futures import ThreadPoolExecutor

    known = any_api.report()
    number = known["service_request_id"]
    resolve(any_api.store, number)
    body = {"api_key": any_api.key, "token": known["token"], "stars": "4"}

    def send(_turn: int) -> int:
        client = any_api.client.application.test_client()
        return client.post(f"/open311/v2/requests/{number}/feedback.json", data=body).status_code

    with ThreadPoolExecutor(6) as together:
        statuses = sorted(together.map(send, range(6)))
    assert statuses == [200] * 5 + [201]
