"""Whatever comes in: never a failure, never half a row, and what is taken is read back equal."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from data import schema
from data.database import read
from data.store import Store
from intake import as_json, as_xml
from intake.text import clean
from tests.intake.conftest import Api, as_words, build_api, from_xml

ANY_TEXT = st.text(st.characters(), max_size=60)
NASTY = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "]]><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
        "=cmd()|' /C calc'!A0",
        "'; DROP TABLE complaints; --",
        "\x00",
        "a\x00b",
        "\ud800",
        "\ufffe\uffff",
        "😀" * 50,
        "\u202egnp.exe",
        "\r\n\r\nSet-Cookie: a=b",
        "{description}",
        "%s%n",
        "١٢٣",
        "NaN",
        "1e309",
        "-0",
        " ",
    ]
)
TEXT = st.one_of(ANY_TEXT, NASTY)
OPTIONAL = st.one_of(st.none(), TEXT)
HOSTILE = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FIELDS = (
    "description",
    "address_string",
    "address_id",
    "zipcode",
    "email",
    "phone",
    "first_name",
    "last_name",
    "device_id",
    "account_id",
    "media_url",
    "district_code",
    "jurisdiction_id",
    "requested_datetime",
)


@pytest.fixture
def hostile_api(any_store: Store, tmp_path: Path) -> Iterator[Api]:
    yield build_api(any_store, tmp_path / "var")


def sizes(api: Api) -> tuple[int, ...]:
    with read(api.store.engine) as connection:
        return tuple(
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (schema.complaints, schema.complaint_details, schema.events)
        )


def encodable(text: str) -> str:
    """A form cannot carry a lone surrogate; JSON, tried below, can."""
    return text.encode("utf-8", "replace").decode()


@HOSTILE
@given(
    fields=st.dictionaries(st.sampled_from(FIELDS), TEXT, max_size=8),
    strange=st.dictionaries(TEXT, TEXT, max_size=3),
    in_json=st.booleans(),
    ending=st.sampled_from(["json", "xml"]),
)
def test_any_words_are_taken_or_refused(
    hostile_api: Api, fields: dict[str, str], strange: dict[str, str], in_json: bool, ending: str
) -> None:
    api = hostile_api
    url = f"/open311/v2/requests.{ending}"
    sent = strange | api.fields(description=None) | fields
    before = sizes(api)
    if in_json:
        response = api.client.post(url, json=sent)
    else:
        sent = {encodable(name): encodable(value) for name, value in sent.items()}
        response = api.client.post(url, data=sent)
    content = from_xml(response.data) if ending == "xml" else response.get_json()
    if response.status_code != 201:
        assert response.status_code == 400, response.text
        assert all(error["description"] for error in content)
        assert sizes(api) == before
        return
    assert sizes(api) == tuple(size + 1 for size in before)
    (found,) = api.get(f"requests/{content[0]['service_request_id']}")
    for name, shown in (
        ("description", "description"),
        ("address_string", "address"),
        ("address_id", "address_id"),
        ("zipcode", "zipcode"),
    ):
        expected = clean(sent.get(name, ""))
        assert (found[shown] or "") == (expected if expected.strip() else "")


@HOSTILE
@given(
    lat=OPTIONAL,
    long=OPTIONAL,
    service_code=OPTIONAL,
    api_key=OPTIONAL,
    answers=st.dictionaries(TEXT, st.lists(TEXT, max_size=3), max_size=4),
)
def test_absurd_essentials_are_refused(
    hostile_api: Api,
    lat: str | None,
    long: str | None,
    service_code: str | None,
    api_key: str | None,
    answers: dict[str, list[str]],
) -> None:
    api = hostile_api
    sent = api.fields(api_key=api_key or api.key, service_code=service_code, lat=lat, long=long)
    sent |= {f"attribute[{code}]": values for code, values in answers.items()}
    before = sizes(api)
    response = api.client.post("/open311/v2/requests.json", json=sent)
    assert response.status_code in (400, 403, 404), response.text
    assert sizes(api) == before


@HOSTILE
@given(body=st.binary(max_size=300), kind=st.sampled_from(["form", "json", "multipart"]))
def test_any_bytes_are_refused(hostile_api: Api, body: bytes, kind: str) -> None:
    content_type = {
        "form": "application/x-www-form-urlencoded",
        "json": "application/json",
        "multipart": "multipart/form-data; boundary=b",
    }[kind]
    if kind == "multipart":
        body = b'--b\r\nContent-Disposition: form-data; name="lat"\r\n\r\n' + body + b"\r\n--b--"
    response = hostile_api.client.post(
        "/open311/v2/requests.xml",
        data=body,
        content_type=content_type,
        headers={"X-API-Key": hostile_api.key},
    )
    assert response.status_code == 400, response.text
    assert ElementTree.fromstring(response.data).tag == "errors"


@HOSTILE
@given(
    query=st.dictionaries(
        st.sampled_from(["service_request_id", "service_code", "start_date", "end_date", "status"]),
        TEXT,
    ),
    name=TEXT,
)
def test_any_query_is_answered(hostile_api: Api, query: dict[str, str], name: str) -> None:
    client = hostile_api.client
    query = {key: encodable(value) for key, value in query.items()}
    response = client.get("/open311/v2/requests.xml", query_string=query)
    assert response.status_code in (200, 400), response.text
    ElementTree.fromstring(response.data)
    for room in ("requests", "services", "tokens"):
        path = "".join(f"%{byte:02x}" for byte in encodable(name).encode())
        response = client.get(f"/open311/v2/{room}/{path}.xml", follow_redirects=True)
        assert response.status_code == (404 if path else 400), response.text
        ElementTree.fromstring(response.data)


CONTENT = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(st.characters(), max_size=20)),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"attributes": st.lists(inner, max_size=3)}),
        st.dictionaries(st.sampled_from(["key", "name", "lat"]), inner, max_size=3),
    ),
    max_leaves=8,
)


@given(content=st.lists(CONTENT, max_size=4))
def test_every_document_is_well_formed(content: list[Any]) -> None:
    root = ElementTree.fromstring(as_xml.write("services", content))
    assert (root.tag, len(root)) == ("services", len(content))


@given(text=st.text(st.characters(), max_size=100))
def test_both_formats_carry_the_same_clean_text(text: str) -> None:
    cleaned = clean(text)
    content = [{"description": cleaned}]
    document = as_xml.write("services", content)
    assert from_xml(document) == as_words(content)
    assert (
        cleaned.encode() in as_json.write("services", content)
        or '"' in cleaned
        or ("\\" in cleaned or any(ord(letter) < 32 or ord(letter) == 127 for letter in cleaned))
    )
