"""Thousands of requests made up from the document: what answers is what the document says."""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from PIL import Image
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from data.complaints import resolve
from tests.intake.conftest import Api
from tests.intake.described import check_element

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
_PARTS = 4
# Cases of each operation in each format, as described and otherwise; then of all at least.
_CASES = {"sqlite": (120, 60, 3_600), "postgresql": (30, 15, 900)}
# A preset's own words are unknown to the document, so that what is made up of it is refused.
_NEVER_TAKEN = {"/feeds/{name}.json"}


@dataclass
class Bench:
    """A city with something in it, and what was asked of it so far."""

    api: Api
    document: dict[str, Any]
    known: dict[str, str]  # values that name what exists, by parameter
    asked: Counter[tuple[str, int]] = field(default_factory=Counter)

    @property
    def cases(self) -> int:
        return self.asked.total()

    def renew(self) -> None:
        """A resolved complaint of its own for each operation: some reopen the one they are told."""
        report = self.api.report()
        resolve(self.api.store, report["service_request_id"], note="Replaced <it> & left")
        self.known |= {name: report[name] for name in ("service_request_id", "token")}


@pytest.fixture
def bench(any_api: Api) -> Bench:
    api = any_api
    photo = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(photo, "PNG")
    photo.seek(0)
    report = api.report(media=(photo, "lamp.png"))
    api.report(service_code=api.asking_service, **{"attribute[WHICH]": "left"})
    (found,) = api.get(f"requests/{report['service_request_id']}")
    known = {
        "file_name": found["media_url"].rpartition("/")[2],
        "service_code": api.asking_service,
        "day": "2026-10-01",
    }
    return Bench(api, api.client.get("/open311/v2/openapi.json").get_json(), known)


def operations(bench: Bench, part: int) -> Iterator[Any]:
    application = bench.api.client.application
    schema = schemathesis.openapi.from_wsgi("/open311/v2/openapi.json", application)
    yield from [result.ok() for result in schema.get_all_operations()][part::_PARTS]


def aim(case: schemathesis.Case, bench: Bench, luck: int) -> None:
    """Most cases name what exists, and are sent with a key: else all would end at the door."""
    if luck:
        case.path_parameters = {
            name: bench.known.get(name, value)
            for name, value in (case.path_parameters or {}).items()
        }
        case.headers["X-API-Key"] = bench.api.key
    if luck and isinstance(case.body, dict):
        case.body.pop("api_key", None)
        aim_body(case.body, bench, luck)


def aim_body(body: dict[str, Any], bench: Bench, luck: int) -> None:
    if luck > 1:
        body |= {name: value for name, value in bench.known.items() if name in body}
    if luck > 2 and "service_code" in body:
        latitude, longitude = bench.api.place
        body |= {"service_code": bench.api.plain_service, "lat": latitude, "long": longitude}
        body.pop("district_code", None)


def check_xml(response: Any, case: schemathesis.Case, document: dict[str, Any]) -> None:
    described = document["paths"][case.path][case.method.lower()]["responses"]
    schema = described[str(response.status_code)]["content"]["text/xml"]["schema"]
    check_element(ElementTree.fromstring(response.content), schema, document)


@pytest.mark.parametrize("part", range(_PARTS))
def test_nothing_that_a_machine_makes_up_breaks_a_promise(bench: Bench, part: int) -> None:
    as_described, otherwise, at_least = _CASES[bench.api.store.engine.dialect.name]
    for operation in operations(bench, part):
        bench.renew()
        ask(bench, operation, GenerationMode.POSITIVE, as_described)
        ask(bench, operation, GenerationMode.NEGATIVE, otherwise)
        label = operation.label
        taken = sum(n for (of, status), n in bench.asked.items() if of == label and status < 300)
        assert taken or operation.path in _NEVER_TAKEN, f"none of the cases of {label} was taken"
    assert bench.cases >= at_least / _PARTS


def ask(bench: Bench, operation: Any, mode: GenerationMode, cases: int) -> None:
    @settings(
        max_examples=cases,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), luck=st.integers(0, 3))
    def send(case: schemathesis.Case, luck: int) -> None:
        aim(case, bench, luck)
        response = case.call()
        bench.asked[operation.label, response.status_code] += 1
        case.validate_response(response, checks=_CHECKS)
        if operation.path.endswith(".xml"):
            check_xml(response, case, bench.document)

    try:
        send()
    except Unsatisfiable:  # there is nothing to ask in a way that the document does not describe
        assert mode is GenerationMode.NEGATIVE and "requestBody" not in operation.definition.raw
