"""Keys open what they are for, as often as they may; a crowd is turned away politely."""

import io
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from data import database, schema
from data.database import read, write
from data.keys import create_key
from intake.admission import Gate
from tests.intake.conftest import Api

JSON = "application/json"


def key_of(api: Api, name: str, **options: object) -> str:
    channel = next(iter(api.store.reference().channel_by_code))
    return create_key(api.store, name, channel, **options)  # type: ignore[arg-type]


def stored(api: Api) -> int:
    with read(api.store.engine) as connection:
        return connection.scalar(select(func.count()).select_from(schema.complaints)) or 0


@pytest.mark.parametrize("ending", ["json", "xml"])
def test_a_key_that_may_only_read_cannot_report(api: Api, ending: str) -> None:
    key = key_of(api, "reader", scopes=["read"])
    answer = api.post(api_key=key, ending=ending)
    assert answer.status_code == 403
    assert "'reader' is not for write, only for read" in answer.text
    assert stored(api) == 0


def test_a_key_at_its_limit_is_told_when_to_come_back(any_api: Api) -> None:
    key = key_of(any_api, "busy", per_minute=3)
    answers = [any_api.post(api_key=key) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429, 429]
    refused = answers[-1]
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert refused.get_json()[0]["code"] == 429
    assert "limit of 3 in a minute" in refused.get_json()[0]["description"]
    assert any_api.post().status_code == 201  # another key is not concerned
    assert stored(any_api) == 4


def test_one_reporter_cannot_drown_the_others(api: Api) -> None:
    answers = [api.post(email="Angry@Example.org").status_code for _ in range(121)]
    assert answers == [201] * 120 + [429]
    assert api.post(email=" angry@example.org").status_code == 429
    assert api.post(email="angry@example.org", account_id="new").status_code == 429
    assert api.post(email="calm@example.org").status_code == 201
    assert api.post().status_code == 201
    with read(api.store.engine) as connection:
        names = list(connection.scalars(select(schema.rate_buckets.c.name)))
    assert not any("angry" in name for name in names)


def test_a_gate_lets_some_work_some_wait_and_turns_the_rest_away() -> None:
    gate = Gate(at_once=2, waiting=1)
    assert gate.enter() and gate.enter()
    waited: list[bool] = []
    waiter = threading.Thread(target=lambda: waited.append(gate.enter()))
    waiter.start()
    time.sleep(0.1)
    begun = time.monotonic()
    assert not gate.enter()
    assert time.monotonic() - begun < 0.5
    gate.leave()
    waiter.join(timeout=5)
    assert waited == [True]


def test_an_overloaded_intake_answers_503_and_recovers(api: Api) -> None:
    gate = api.client.application.extensions["pantau_gate"] = Gate(at_once=1, waiting=0)
    assert gate.enter()
    for ending in ("json", "xml"):
        answer = api.post(ending=ending)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "2"
        assert "more requests than it can work on" in answer.text
    gate.leave()
    assert api.post().status_code == 201
    assert api.post(service_code="nothing").status_code == 404  # every way out leaves the gate
    assert api.post().status_code == 201


class Watched(io.BytesIO):
    """A body that notes whether others could work while it came."""

    def __init__(self, body: bytes, gate: Gate) -> None:
        super().__init__(body)
        self.gate, self.was_free = gate, False

    def readinto(self, buffer: Any, /) -> int:
        self.was_free = self.gate.enter()
        if self.was_free:
            self.gate.leave()
        return super().readinto(buffer)

    def read(self, size: int | None = -1, /) -> bytes:
        content = bytearray(self.getbuffer().nbytes)
        return bytes(content[: self.readinto(content)])


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("requests.json", "multipart/form-data; boundary=x", b"--x--"),
        ("requests/1/feedback.json", "application/json", b"{}"),
        ("servicerequestupdates.json", "application/json", b"{}"),
        ("feeds/qlue-push.json", "application/json", b"[{}]"),
    ],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_a_body_on_its_way_holds_no_place(
    api: Api, path: str, kind: str, body: bytes, is_known: bool
) -> None:
    gate = api.client.application.extensions["pantau_gate"] = Gate(at_once=1, waiting=0)
    stream = Watched(body, gate)
    answer = api.client.post(
        f"/open311/v2/{path}",
        input_stream=stream,
        content_type=kind,
        content_length=len(body),
        headers={"X-API-Key": api.key if is_known else "stranger"},
    )
    assert ("api_key is not valid" in answer.text) is not is_known
    assert stream.was_free and gate.enter()


def test_a_refused_key_is_refused_whatever_the_body(api: Api) -> None:
    reader = key_of(api, "reading", scopes=["read"])
    for path in ("requests.json", "feeds/qlue-push.json"):
        for query in ({"api_key": "stranger"}, {"api_key": reader}):
            answer = api.client.post(
                f"/open311/v2/{path}", query_string=query, data=b"{", content_type=JSON
            )
            assert answer.status_code == 403
    assert api.client.post("/open311/v2/feeds/qlue-push.json", data=b"{").status_code == 403


def test_a_write_lock_held_by_others_is_503_not_a_hang(
    any_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "REQUEST_SECONDS", 1)
    client, keyed = any_api.client, {"X-API-Key": any_api.key}
    use = {"registered_users": "2", "active_users": "1"}
    push = {"post_id": 1, "title": "Banjir", "created_at": "2026-10-01 10:00:00"}
    ways: list[Callable[[], Any]] = [
        any_api.post,
        lambda: client.put("/open311/v2/app-usage/2026-10-01.json", data=use, headers=keyed),
        lambda: client.post("/open311/v2/feeds/qlue-push.json", json=push, headers=keyed),
    ]
    with write(any_api.store.engine):
        begun = time.monotonic()
        for way in ways:
            answer = way()
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) > 0
        assert time.monotonic() - begun < 6
    assert any_api.post().status_code == 201


def test_a_retry_of_what_is_stored_is_answered_at_the_limit(any_api: Api) -> None:
    key = key_of(any_api, "retrying", per_minute=1)
    retry = {"Idempotency-Key": "one"}
    first = any_api.post(api_key=key, headers=retry)
    again = any_api.post(api_key=key, headers=retry)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert any_api.post(api_key=key, headers={"Idempotency-Key": "two"}).status_code == 429
    assert stored(any_api) == 1
