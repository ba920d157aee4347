"""The document describes what there is, and what there is answers as described."""

import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from data.complaints import resolve
from intake.openapi import openapi_document
from intake.operations import OPERATIONS
from tests.intake.conftest import Api

_CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
)
_CASES = 260  # of each operation in each format
_UNDESCRIBED = {"/v2/openapi.json", "/v2/docs"}


def test_every_route_is_described_and_every_description_routed(api: Api) -> None:
    rules = set()
    for rule in api.client.application.url_map.iter_rules():
        if not rule.endpoint.startswith("intake."):
            continue
        path = rule.rule.removeprefix("/open311")
        if path in _UNDESCRIBED or "/." in path.replace("<any(json, xml):ending>", ""):
            continue  # an address without its name is there only to be refused
        path = re.sub(r"<(?:path:)?(\w+)>", r"{\1}", path.removeprefix("/v2"))
        methods = set(rule.methods or ()) - {"HEAD", "OPTIONS"}
        for ending in ("json", "xml") if "<any" in path else ("",):
            whole = re.sub(r"<any\(json, xml\):ending>", ending, path)
            rules |= {(method, whole) for method in methods}
    described = {
        (operation.method, operation.address(ending))
        for operation in OPERATIONS
        for ending in operation.formats
    }
    assert described == rules


def test_the_document_and_its_page_are_served(api: Api) -> None:
    document = api.client.get("/open311/v2/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "http://localhost/open311/v2"}]
    body = document["paths"]["/requests.json"]["post"]["requestBody"]["content"]
    fields = body["application/json"]["schema"]["properties"]
    assert set(api.store.reference().service_by_code) == set(fields["service_code"]["enum"])
    page = api.client.get("/open311/v2/docs")
    assert page.mimetype == "text/html"
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text
    for operation in OPERATIONS:
        assert operation.summary in page.text


def _operations(api: Api) -> list[object]:
    schema = schemathesis.openapi.from_wsgi("/open311/v2/openapi.json", api.client.application)
    return [result.ok() for result in schema.get_all_operations()]


@pytest.mark.parametrize("place", range(4))
def test_nothing_that_a_machine_makes_up_breaks_a_promise(api: Api, place: int) -> None:
    """A fourth of the operations each, so that two processes share the work."""
    known = api.report()
    resolve(api.store, known["service_request_id"])
    cases = 0
    for operation in _operations(api)[place::4]:

        @settings(
            max_examples=_CASES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @schemathesis_given(operation)
        def send(case: schemathesis.Case, of: int) -> None:
            nonlocal cases
            cases += 1
            parameters = case.path_parameters or {}
            if "service_request_id" in parameters and of % 2:
                parameters["service_request_id"] = known["service_request_id"]
            case.headers = {**(case.headers or {}), "X-API-Key": api.key}
            case.call_and_validate(checks=list(_CHECKS))

        send()
    print(cases, "cases")
    assert cases >= 800


def schemathesis_given(operation: object) -> object:
    """Cases of one operation, half of them against a complaint that exists."""
    from hypothesis import given
    from hypothesis import strategies as st

    return given(case=operation.as_strategy(), of=st.integers(0, 1))  # type: ignore[attr-defined]


def test_the_document_is_the_same_for_every_city_but_for_its_codes(api: Api) -> None:
    reference = api.store.reference()
    one = openapi_document(reference, "http://one/open311/v2")
    assert one["paths"].keys() == openapi_document(reference, "http://other")["paths"].keys()
