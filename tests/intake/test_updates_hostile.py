"""Whatever is asked or sent of updates: never a failure, never half a write."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from data import schema
from data.database import read
from data.store import Store
from intake.text import clean
from tests.intake.conftest import Api, build_api, from_xml
from tests.intake.test_hostile import HOSTILE, NASTY, TEXT, encodable
from tests.intake.test_posted_updates import publishing

PATH = "/open311/v2/servicerequestupdates"
STATUSES = st.one_of(
    TEXT,
    st.sampled_from(["open", "FIXED", "closed", "Reopen", "in progress", "duplicate", "DONE"]),
)
DATES = st.one_of(
    TEXT,
    st.datetimes().map(lambda at: at.isoformat()),
    st.sampled_from(["2026-10-01", "2026-10-01T09:00:00 07:00", "0000-00-00", "9999-12-31"]),
)
FIELDS = {
    "service_request_id": st.one_of(NASTY, st.sampled_from(["1", "2", " 1 ", "1,2"])),
    "update_id": TEXT,
    "updated_datetime": DATES,
    "status": STATUSES,
    "description": TEXT,
    "title": TEXT,
    "first_name": TEXT,
    "last_name": TEXT,
    "email": TEXT,
    "phone": TEXT,
    "account_id": TEXT,
    "media_url": st.one_of(TEXT, st.just("https://a.example/x.jpeg")),
    "service_code": TEXT,
    "jurisdiction_id": TEXT,
}
NEEDED = ("service_request_id", "update_id")  # without them there is little left to try
QUERY = {
    "start_date": DATES,
    "end_date": DATES,
    "service_request_id": FIELDS["service_request_id"],
    "page": st.one_of(TEXT, st.integers(-1, 10**12).map(str)),
    "page_size": st.one_of(TEXT, st.integers(-1, 6_000).map(str)),
    "api_key": TEXT,
    "jurisdiction_id": TEXT,
}


@pytest.fixture
def hostile_api(any_store: Store) -> Iterator[Api]:
    api = build_api(any_store)
    api.report()
    api.report()
    yield api


def sizes(api: Api) -> tuple[int, ...]:
    tables = (schema.events, schema.posted_updates, schema.update_authors)
    with read(api.store.engine) as connection:
        return tuple(
            connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        )


def content_of(response: Any, ending: str) -> Any:
    return from_xml(response.data) if ending == "xml" else response.get_json()


@HOSTILE
@given(
    sent=st.fixed_dictionaries(
        {name: FIELDS[name] for name in NEEDED},
        optional={name: values for name, values in FIELDS.items() if name not in NEEDED},
    ),
    strange=st.dictionaries(TEXT, TEXT, max_size=2),
    in_json=st.booleans(),
    ending=st.sampled_from(["json", "xml"]),
)
def test_any_update_is_taken_or_refused(
    hostile_api: Api, sent: dict[str, str], strange: dict[str, str], in_json: bool, ending: str
) -> None:
    api, url = hostile_api, f"{PATH}.{ending}"
    content: dict[str, Any] = strange | sent | {"api_key": api.key}
    before = sizes(api)
    if in_json:
        response = api.client.post(url, json=content)
    else:
        content = {encodable(name): encodable(value) for name, value in content.items()}
        response = api.client.post(url, data=content)
    answer = content_of(response, ending)
    if response.status_code != 201:
        assert response.status_code in (400, 404, 409), response.text
        assert all(error["description"] for error in answer)
        assert sizes(api) == before
        return
    after = sizes(api)
    if response.headers.get("Idempotency-Replayed"):
        assert after == before
    else:
        assert (after[0] - before[0], after[1] - before[1]) == (1, 1)
    with read(api.store.engine) as connection:
        seq = int(answer[0]["update_id"])
        note = connection.scalar(select(schema.events.c.note).where(schema.events.c.seq == seq))
    if not response.headers.get("Idempotency-Replayed"):
        words = clean(str(content.get("description", "")))
        assert (note or "") == (words if words.strip() else "")


@HOSTILE
@given(
    query=st.fixed_dictionaries({}, optional=QUERY),
    strange=st.dictionaries(TEXT, TEXT, max_size=2),
    ending=st.sampled_from(["json", "xml"]),
)
def test_any_question_is_answered_or_refused(
    hostile_api: Api, query: dict[str, str], strange: dict[str, str], ending: str
) -> None:
    asked = {encodable(name): encodable(value) for name, value in (strange | query).items()}
    response = hostile_api.client.get(f"{PATH}.{ending}", query_string=asked)
    assert response.status_code in (200, 400), response.text
    answer = content_of(response, ending)
    if response.status_code == 400:
        assert answer and all(error["description"] for error in answer)


@HOSTILE
@given(body=st.binary(max_size=300), kind=st.sampled_from(["json", "form", "xml", "multipart"]))
def test_any_bytes_are_refused_in_words(hostile_api: Api, body: bytes, kind: str) -> None:
    types = {
        "json": "application/json",
        "form": "application/x-www-form-urlencoded",
        "xml": "text/xml",
        "multipart": "multipart/form-data; boundary=x",
    }
    before = sizes(hostile_api)
    response = hostile_api.client.post(
        f"{PATH}.xml", data=body, headers={"X-API-Key": hostile_api.key}, content_type=types[kind]
    )
    assert response.status_code == 400, response.text
    assert all(error["description"] for error in from_xml(response.data))
    assert sizes(hostile_api) == before


@pytest.mark.parametrize(
    "words", ["]]><!ENTITY x", "a\x00b", "\ufffe", "😀 & <b>", "\u202egnp.exe"]
)
def test_hostile_words_of_a_desk_come_back_as_text(any_api: Api, words: str) -> None:
    number = any_api.report()["service_request_id"]
    fields = {
        "api_key": publishing(any_api),
        "service_request_id": number,
        "update_id": f"id {words}",
        "status": "FIXED",
        "description": words + "!",
    }
    assert any_api.client.post(f"{PATH}.xml", json=fields).status_code == 201
    (update,) = any_api.get("servicerequestupdates")
    assert update["description"] == clean(words + "!")
