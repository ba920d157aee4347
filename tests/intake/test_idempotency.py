"""A retry with the same Idempotency-Key creates nothing new, however many come at once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, update

from data import schema
from data.database import read, write
from data.instants import now
from data.keys import create_key
from data.store import Store
from intake import create_app
from tests.intake.conftest import Api


def count(api: Api) -> int:
    with read(api.store.engine) as connection:
        return connection.scalar(select(func.count()).select_from(schema.complaints)) or 0


def test_a_retry_gets_the_same_answer(any_api: Api) -> None:
    api = any_api
    headers = {"Idempotency-Key": "retry-1"}
    first = api.post(headers=headers, account_id="me")
    again = api.post(headers=headers, account_id="me")
    assert (again.status_code, again.data) == (first.status_code, first.data) == (201, first.data)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count(api) == 1


def test_the_content_counts_not_its_encoding(api: Api) -> None:
    headers = {"Idempotency-Key": "retry-2"}
    first = api.post(headers=headers)
    fields = api.fields(api_key=None)
    again = api.client.post(
        "/open311/v2/requests.json",
        json=dict(reversed(fields.items())),
        headers=headers | {"X-API-Key": api.key},
    )
    assert again.data == first.data
    assert count(api) == 1


def test_the_same_key_for_other_content_is_a_conflict(any_api: Api) -> None:
    api = any_api
    headers = {"Idempotency-Key": "retry-3"}
    api.post(headers=headers)
    for ending in ("json", "xml"):
        response = api.post(ending=ending, headers=headers, description="Another lamp")
        assert response.status_code == 409
    assert "Idempotency-Key 'retry-3' came before with other content" in response.text
    assert count(api) == 1


@pytest.mark.parametrize(
    ("key", "status"),
    [("a", 201), ("a b", 201), ('"a b"', 201), ("x" * 255, 201), ("x" * 256, 400), ("ä", 400)],
)
def test_the_keys_that_are_taken_are_those_described(api: Api, key: str, status: int) -> None:
    response = api.post(headers={"Idempotency-Key": key})
    assert response.status_code == status
    document = api.client.get("/open311/v2/openapi.json").get_json()
    [described] = [
        parameter["schema"]["pattern"]
        for parameter in document["paths"]["/requests.json"]["post"]["parameters"]
        if parameter.get("name") == "Idempotency-Key"
    ]
    assert bool(re.search(described, key)) == (status == 201)


def test_keys_are_kept_for_thirty_days(any_api: Api) -> None:
    keys = schema.idempotency_keys
    for name, days in (("old", 31), ("young", 29)):
        any_api.report(headers={"Idempotency-Key": name})
        with write(any_api.store.engine) as connection:
            then = now() - timedelta(days=days)
            connection.execute(update(keys).where(keys.c.key == name).values(created_at=then))
    restarted = build_client(any_api)
    assert restarted.post("/open311/v2/requests.json", data=any_api.fields()).status_code == 201
    with read(any_api.store.engine) as connection:
        assert connection.scalars(select(keys.c.key)).all() == ["young"]
    again = any_api.post(headers={"Idempotency-Key": "young"})
    assert again.headers["Idempotency-Replayed"] == "true"


def build_client(api: Api) -> Any:
    """Of another server process on the same database."""
    store = Store(api.store.engine)
    return create_app(settings=api.client.application.config["PANTAU"], store=store).test_client()


def test_keys_of_different_clients_do_not_meet(api: Api) -> None:
    headers = {"Idempotency-Key": "retry-4"}
    other = create_key(api.store, "other", next(iter(api.store.reference().channel_by_code)))
    first = api.report(headers=headers)
    second = api.report(headers=headers, api_key=other, description="Another lamp")
    assert first["service_request_id"] != second["service_request_id"]


def test_a_refused_request_leaves_its_key_free(api: Api) -> None:
    headers = {"Idempotency-Key": "retry-5"}
    assert api.post(headers=headers, lat="x").status_code == 400
    api.report(headers=headers)


@pytest.mark.parametrize("sent", ["x" * 256, "tab\tinside"])
def test_an_unusable_key_is_refused(api: Api, sent: str) -> None:
    response = api.post(headers={"Idempotency-Key": sent})
    assert response.status_code == 400
    assert "Idempotency-Key" in response.text


def test_retries_at_the_same_moment_create_one(any_api: Api) -> None:
    api = any_api
    barrier = Barrier(8)

    def send(_number: int) -> Any:
        client = api.client.application.test_client()
        barrier.wait()
        return client.post(
            "/open311/v2/requests.json",
            data=api.fields(),
            headers={"Idempotency-Key": "at-once"},
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert count(api) == 1
