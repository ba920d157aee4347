"""What is written can be read, what is sent is what arrives, and no bytes at all are a failure."""

import io
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest
from flask import Flask, request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.exceptions import RequestEntityTooLarge

from data import schema
from data.database import read
from data.store import Store
from intake import as_json, as_xml
from intake.errors import Refused
from intake.models import Answer, Error
from intake.operation import Operation
from intake.operations import OPERATIONS
from intake.parsing import Fields, gather, read_body
from intake.text import clean
from tests.intake.conftest import LISTS, Api, as_words, build_api, from_xml

ANY = st.text(st.characters(), max_size=30)
SENDABLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
# A multipart name cannot carry quotes, line ends and backslashes the way all clients write them.
NAME = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\%'), max_size=12
)
NAMES = st.one_of(
    NAME,
    st.sampled_from(["lat", "media_url", "media_url[]", "a[3]", "attribute[X]", "attribute[X][]"]),
)
PAIRS = st.lists(st.tuples(NAMES, SENDABLE), max_size=8)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
MANY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FORM, MULTIPART, JSON = (
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/json",
)


def parsed(body: bytes, content_type: str) -> Fields:
    context = Flask("parser").test_request_context(
        method="POST", input_stream=io.BytesIO(body), content_type=content_type,
        content_length=len(body),
    )  # fmt: skip
    with context:
        return read_body(request)


def as_multipart(pairs: list[tuple[str, str]]) -> tuple[bytes, str]:
    head = '--a-boundary\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    parts = [head.format(name, text) for name, text in pairs]
    return "".join([*parts, "--a-boundary--\r\n"]).encode(), f"{MULTIPART}; boundary=a-boundary"


def shape(fields: Fields) -> tuple[Any, Any]:
    return fields.values, fields.attributes


@MANY
@given(pairs=PAIRS)
def test_forms_arrive_as_they_were_sent(pairs: list[tuple[str, str]]) -> None:
    expected = shape(gather(pairs))
    assert shape(parsed(urlencode(pairs).encode(), FORM)) == expected
    assert shape(parsed(*as_multipart(pairs))) == expected


@MANY
@given(sent=st.dictionaries(ANY, st.one_of(ANY, st.lists(ANY, max_size=3), st.none()), max_size=6))
def test_json_arrives_as_it_was_sent(sent: dict[str, Any]) -> None:
    sent.pop("attribute", None)
    pairs = [
        (name, text)
        for name, value in sent.items()
        for text in (value if isinstance(value, list) else [value])
        if text is not None
    ]
    assert shape(parsed(json.dumps(sent).encode(), JSON)) == shape(gather(pairs))


@MANY
@given(answers=st.dictionaries(st.from_regex(r"\A[A-Z_]{1,8}\Z"), st.lists(SENDABLE, min_size=1)))
def test_answers_arrive_alike_in_every_encoding(answers: dict[str, list[str]]) -> None:
    """Also for the eye that tells a retry from other content."""
    pairs = [(f"attribute[{code}][]", text) for code, texts in answers.items() for text in texts]
    found = [
        parsed(urlencode(pairs).encode(), FORM),
        parsed(*as_multipart(pairs)),
        parsed(json.dumps({"attribute": answers}).encode(), JSON),
    ]
    assert len({fields.canonical(without="api_key") for fields in found}) == 1
    kept = {
        c: [clean(text) for text in texts if clean(text).strip()] for c, texts in answers.items()
    }
    assert found[0].attributes == {code: texts for code, texts in kept.items() if texts}


@MANY
@given(
    body=st.binary(max_size=400),
    content_type=st.one_of(
        st.sampled_from(
            [FORM, JSON, "application/vnd.x+json", f"{MULTIPART}; boundary=b", MULTIPART]
        ),
        st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=40),
    ),
    framed=st.booleans(),
)
def test_any_bytes_are_fields_or_refused(body: bytes, content_type: str, framed: bool) -> None:
    if framed:
        body = b'--b\r\nContent-Disposition: form-data; name="' + body + b'"\r\n\r\nx\r\n--b--\r\n'
    try:
        fields = parsed(body, content_type)
    except RequestEntityTooLarge:
        pytest.fail("so little is never too large")
    except Refused as refused:
        assert refused.status == 400
        assert all(problem.description for problem in refused.problems)
    else:
        texts = [text for values in fields.values.values() for text in values]
        assert all(text == clean(text) and text.strip() for text in [*fields.values, *texts])


MODELS = sorted({(o.root, o.answer) for o in OPERATIONS if o.answer}, key=str)


@pytest.mark.parametrize(("root", "model"), [*MODELS, ("errors", Error)])
def test_every_answer_is_read_back_from_both_formats(root: str, model: type[Answer]) -> None:
    is_list = root in LISTS
    with_floats = {"lat": NUMBERS | st.none(), "long": NUMBERS | st.none()}
    special = {name: with_floats[name] for name in with_floats if name in model.model_fields}

    @MANY
    @given(answers=st.lists(st.builds(model, **special), min_size=1, max_size=3))
    def read_back(answers: list[Answer]) -> None:
        plain = [answer.model_dump() for answer in answers]
        content = plain if is_list else plain[0]
        assert from_xml(as_xml.write(root, content)) == as_words(cleaned(content))
        assert json.loads(as_json.write(root, cleaned(content))) == cleaned(content)

    read_back()


def cleaned(content: Any) -> Any:
    """As it is stored: texts are cleaned on receipt, so that JSON never has a lone surrogate."""
    if isinstance(content, list):
        return [cleaned(item) for item in content]
    if isinstance(content, dict):
        return {name: cleaned(value) for name, value in content.items()}
    return clean(content) if isinstance(content, str) else content


@pytest.fixture
def busy_api(any_store: Store) -> Iterator[Api]:
    api = build_api(any_store)
    api.report()
    yield api


def sizes(api: Api) -> list[int]:
    tables = (schema.complaints, schema.complaint_details, schema.events)
    with read(api.store.engine) as connection:
        return [connection.scalar(select(func.count()).select_from(t)) or 0 for t in tables]


def check_answer(response: Any, operation: Operation, ending: str) -> None:
    """One of the statuses described; a failure is the standard's list, in the format asked for."""
    described = {*operation.statuses, *operation.errors, 400, 503}
    assert response.status_code in described, f"{response.status_code}: {response.text}"
    if response.status_code >= 400:
        errors = from_xml(response.data) if ending == "xml" else response.get_json()
        assert errors and all(error["description"] for error in errors)
        assert {int(error["code"]) for error in errors} <= described


def ids(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


SENDING = [operation for operation in OPERATIONS if operation.scope]
READING = [operation for operation in OPERATIONS if not operation.scope]


def address(operation: Operation, ending: str, name: str = "1") -> str:
    path = operation.address(ending)
    for part in operation.path_names:
        path = path.replace(f"{{{part}}}", name)
    return f"/open311/v2{path}"


@pytest.mark.parametrize("operation", SENDING, ids=ids)
def test_any_bytes_are_answered(busy_api: Api, operation: Operation) -> None:
    api = busy_api
    before = sizes(api)

    @settings(MANY, max_examples=40)
    @given(
        body=st.one_of(
            st.binary(max_size=200),
            st.recursive(
                st.none() | st.booleans() | st.integers() | ANY,
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3),
            ).map(lambda content: json.dumps(content).encode()),
        ),
        content_type=st.sampled_from([FORM, JSON, f"{MULTIPART}; boundary=b", "text/plain", ""]),
        ending=st.sampled_from(operation.formats),
    )
    def send(body: bytes, content_type: str, ending: str) -> None:
        response = api.client.open(
            address(operation, ending),
            method=operation.method,
            data=body,
            content_type=content_type,
            headers={"X-API-Key": api.key},
        )
        check_answer(response, operation, ending)
        assert response.status_code >= 400 and sizes(api) == before

    send()


@pytest.mark.parametrize("operation", READING, ids=ids)
def test_any_address_is_answered(busy_api: Api, operation: Operation) -> None:
    api = busy_api

    @settings(MANY, max_examples=40)
    @given(
        query=st.binary(max_size=60).map(quote_from_bytes)
        | st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60)
        | st.lists(
            st.tuples(st.sampled_from([p.name for p in operation.query] or ["x"]), SENDABLE)
        ).map(urlencode),
        name=st.binary(min_size=1, max_size=20).map(lambda raw: quote_from_bytes(raw, safe="")),
        ending=st.sampled_from(operation.formats),
    )
    def ask(query: str, name: str, ending: str) -> None:
        url = f"{address(operation, ending, name)}?{query}"
        response = api.client.get(url.replace("#", "%23"), follow_redirects=True)
        check_answer(response, operation, ending)

    ask()
