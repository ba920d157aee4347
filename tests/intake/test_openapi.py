"""The document describes what there is, with examples that hold here; its page says the same."""

import re
import shlex
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import pytest
import schemathesis
from flask.testing import FlaskClient

from intake.manual import in_code
from intake.openapi import openapi_document
from intake.operations import OPERATIONS
from intake.submission import Submission
from tests.intake.conftest import Api
from tests.intake.described import NotAsDescribed, check_element

_UNDESCRIBED = {"/v2/openapi.json", "/v2/docs"}
_VERBS = {"post", "put", "delete", "patch"}


def document_of(api: Api, **headers: str) -> dict[str, Any]:
    found: dict[str, Any] = api.client.get("/open311/v2/openapi.json", headers=headers).get_json()
    return found


def each_operation(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            yield method, path, described


def test_every_route_is_described_and_every_description_routed(api: Api) -> None:
    rules = set()
    for rule in api.client.application.url_map.iter_rules():
        if not rule.endpoint.startswith("intake."):
            continue
        path = rule.rule.removeprefix("/open311")
        if path in _UNDESCRIBED or "/." in path.replace("<any(json, xml):ending>", ""):
            continue  # an address without its name is there only to be refused
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path.removeprefix("/v2"))
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


def test_the_document_is_openapi_3_1(api: Api) -> None:
    document = document_of(api)
    assert document["openapi"].startswith("3.1.")
    assert document["servers"] == [{"url": "http://localhost/open311/v2"}]
    schemathesis.openapi.from_dict(document).validate()
    ids = [described["operationId"] for _, _, described in each_operation(document)]
    assert len(ids) == len(set(ids))
    sections = {tag["name"] for tag in document["tags"]}
    for _, path, described in each_operation(document):
        assert set(described["tags"]) <= sections
        in_path = {p["name"] for p in described["parameters"] if p["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path))


def test_every_failure_has_the_form_of_the_standard(api: Api) -> None:
    for method, path, described in each_operation(document_of(api)):
        failures = {code: found for code, found in described["responses"].items() if code >= "400"}
        assert {"400", "503"} <= set(failures)
        if "security" in described:
            assert {"403", "413", "429"} <= set(failures), f"{method} {path}"
        for code, found in failures.items():
            (media,) = found["content"]
            assert media == ("text/xml" if path.endswith(".xml") else "application/json")
            items = found["content"][media]["schema"]["items"]
            assert items["$ref"] == "#/components/schemas/Error"
            waits = found.get("headers", {}).get("Retry-After", {}).get("required")
            assert waits is (True if code in ("429", "503") else None)


def test_the_codes_are_those_of_this_city(api: Api) -> None:
    document = document_of(api)
    body = document["paths"]["/requests.json"]["post"]["requestBody"]["content"]
    fields = body["application/json"]["schema"]["properties"]
    codes = list(api.store.reference().service_by_code)
    assert fields["service_code"]["enum"] == codes
    assert set(fields) == {*Submission.model_fields, "attribute", "api_key"}
    assert all(field.get("description") for field in fields.values())
    assert "media" in body["multipart/form-data"]["schema"]["properties"]
    (named,) = document["paths"]["/services/{service_code}.xml"]["get"]["parameters"][:1]
    assert named["schema"]["enum"] == codes and named["example"] in codes


def test_every_example_is_as_described(api: Api) -> None:
    document = document_of(api)
    shown = 0
    for method, path, described in each_operation(document):
        for code, found in described["responses"].items():
            for media, content in found.get("content", {}).items():
                if "example" not in content:
                    assert code < "300" and path.startswith(("/photos", "/bulk", "/feeds"))
                    continue
                shown += 1
                if media == "text/xml":
                    element = ElementTree.fromstring(content["example"].encode())
                    check_element(element, content["schema"], document)
                else:
                    schema = {**content["schema"], "components": document["components"]}
                    jsonschema_rs.validate(schema, content["example"])
        for content in described.get("requestBody", {}).get("content", {}).values():
            if "example" in content:
                jsonschema_rs.validate(content["schema"], content["example"])
                assert method in ("post", "put")
    assert shown > 100


def test_an_example_that_is_not_as_described_is_found(api: Api) -> None:
    """The check itself: other names, another order, another kind of value."""
    document = document_of(api)
    answer = document["paths"]["/tokens/{token}.xml"]["get"]["responses"]["200"]
    content = answer["content"]["text/xml"]
    for right, wrong in (
        ("service_requests>", "requests>"),
        ("request>", "item>"),
        ("token>", "key>"),
        ("<token>", "<note /><token>"),
        ("<token>", "<token><b />"),
    ):
        element = ElementTree.fromstring(content["example"].replace(right, wrong).encode())
        with pytest.raises(NotAsDescribed):
            check_element(element, content["schema"], document)


def test_the_names_of_elements_are_those_that_clients_read(api: Api) -> None:
    document = document_of(api)
    named = {
        "/services.xml": "services/service",
        "/requests.xml": "service_requests/request",
        "/requests/{service_request_id}.xml": "service_requests/request",
        "/tokens/{token}.xml": "service_requests/request",
        "/servicerequestupdates.xml": "service_request_updates/request_update",
        "/requests/{service_request_id}/timeline.xml": "timeline/event",
    }
    for path, names in named.items():
        schema = document["paths"][path]["get"]["responses"]["200"]["content"]["text/xml"]["schema"]
        assert f"{schema['xml']['name']}/{schema['items']['xml']['name']}" == names
    definition = document["components"]["schemas"]["ServiceDefinition"]["properties"]["attributes"]
    assert definition["xml"] == {"name": "attributes", "wrapped": True}
    assert definition["items"]["xml"]["name"] == "attribute"
    values = document["components"]["schemas"]["Attribute"]["properties"]["values"]
    assert (values["xml"]["name"], values["items"]["xml"]["name"]) == ("values", "value")


def test_texts_come_in_the_language_the_reader_prefers(api: Api) -> None:
    names = set()
    for language in api.store.reference().city.languages:
        document = document_of(api, **{"Accept-Language": language})
        answer = document["paths"]["/services.json"]["get"]["responses"]["200"]
        names.add(answer["content"]["application/json"]["example"][0]["service_name"])
    assert len(names) == 2


def test_methods_that_are_not_described_are_405(api: Api) -> None:
    for path, methods in document_of(api)["paths"].items():
        address = "/open311/v2" + re.sub(r"{\w+}", "x", path)
        for verb in _VERBS - set(methods):
            response = api.client.open(address, method=verb)
            assert response.status_code == 405, f"{verb} {path}"
            allowed = {allowed.lower() for allowed in response.headers["Allow"].split(", ")}
            assert allowed >= set(methods)  # GET fits more: an id may have slashes


def test_the_document_and_its_page_are_served(api: Api) -> None:
    page = api.client.get("/open311/v2/docs")
    assert page.mimetype == "text/html"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
    assert page.data.startswith(b"<!DOCTYPE html>") and "<script" not in page.text
    for word in ("http://", "https://"):  # nothing is fetched from elsewhere
        assert f'src="{word}' not in page.text and f"url({word}" not in page.text
    for operation in OPERATIONS:
        assert operation.summary in page.text and in_code(operation.description) in page.text


def test_the_whole_command_centre_serves_the_page_with_its_own_policy(client: FlaskClient) -> None:
    page = client.get("/open311/v2/docs")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert client.get("/open311/v2/openapi.json").get_json()["openapi"] == "3.1.0"


def test_what_a_host_calls_itself_is_only_text(api: Api) -> None:
    page = api.client.get("/open311/v2/docs", headers={"Host": 'a"><script>alert(1)</script>'})
    assert "<script" not in page.text
    assert in_code("`<b>` & `c`") == "<code>&lt;b&gt;</code> &amp; <code>c</code>"


class _Commands(HTMLParser):
    """The text of every <pre> that says curl."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._text: str | None = None

    def handle_starttag(self, tag: str, _attributes: Any) -> None:
        if tag == "pre":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            if self._text and self._text.startswith("curl"):
                self.found.append(self._text)
            self._text = None


def run(command: str, api: Api) -> tuple[str, int]:
    """What answers a command of the page, sent as curl would."""
    words = shlex.split(command.replace("\\\n", " "))
    method, headers, form = "GET", {}, []
    for option, value in zip(words[1:-1:2], words[2:-1:2], strict=True):
        if option == "-H":
            name, _, said = value.partition(": ")
            headers[name] = said.replace("KEY", api.key)
        elif option == "-d":
            form.append(value)
            method = method if method == "PUT" else "POST"
        elif option == "-X":
            method = value
        else:
            assert option == "--json"
            method, form = "POST", ["{}"]
            headers["Content-Type"] = "application/json"
    kind = headers.pop("Content-Type", "application/x-www-form-urlencoded" if form else None)
    response = api.client.open(
        words[-1], method=method, headers=headers, data="&".join(form), content_type=kind
    )
    return f"{method} {words[-1].rpartition('/v2')[2]}", response.status_code


def test_the_commands_of_the_page_work_as_they_stand(api: Api) -> None:
    commands = _Commands()
    commands.feed(api.client.get("/open311/v2/docs").text)
    answered = dict(run(command, api) for command in commands.found)
    assert len(answered) == len(OPERATIONS)
    for asked, status in answered.items():
        if asked == "POST /requests.json":
            assert status == 201
        elif "184223" in asked or "/tokens/" in asked or "/photos/" in asked:
            assert status == 404, asked
        elif asked == "POST /servicerequestupdates.json":
            assert status == 404
        elif asked.startswith("POST /feeds"):
            assert status == 400
        else:
            assert status == 200, asked


def test_the_document_is_the_same_for_every_city_but_for_its_codes(api: Api) -> None:
    reference = api.store.reference()
    one = openapi_document(reference, "http://one/open311/v2")
    assert one["paths"].keys() == openapi_document(reference, "http://other")["paths"].keys()
