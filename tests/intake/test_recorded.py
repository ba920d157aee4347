"""Our answers have the fields and nesting of answers that real cities gave."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.intake.conftest import Api

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "real" / "open311"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason=f"the recorded answers of real cities are not at {RECORDED}"
)


def recorded(name: str) -> str:
    """The body of a recorded answer; some were kept with their HTTP headers."""
    text = (RECORDED / name).read_text(encoding="utf-8")
    if text.startswith("HTTP/"):
        text = text.replace("\r\n", "\n").partition("\n\n")[2]
    return text.strip()


def paths(element: ElementTree.Element, above: str = "") -> set[str]:
    here = f"{above}/{element.tag}"
    return {here}.union(*(paths(child, here) for child in element))


def ours(api: Api, path: str, *, post: bool = False) -> set[str]:
    response = api.post(ending="xml") if post else api.client.get(f"/open311/v2/{path}")
    return paths(ElementTree.fromstring(response.data))


def theirs(name: str) -> set[str]:
    return paths(ElementTree.fromstring(recorded(name)))


def test_service_list(api: Api) -> None:
    assert ours(api, "services.xml") == theirs("services.xml")
    listed = api.client.get("/open311/v2/services.json").get_json()
    real: list[dict[str, Any]] = json.loads(recorded("service_list.json"))
    for service in real:
        assert set(listed[0]) == set(service)
        for name, value in service.items():
            assert type(listed[0][name]) is type(value)


def test_service_definition(api: Api) -> None:
    """The recorded one leaves out the list around its attributes, which the standard has."""
    found = ours(api, f"services/{api.asking_service}.xml")
    wanted = {
        path.replace("/service_definition/attribute", "/service_definition/attributes/attribute")
        for path in theirs("service_definition.xml")
    }
    assert found == wanted | {"/service_definition/attributes"}


def test_service_requests(api: Api) -> None:
    created = api.report()
    for path in ("requests.xml", f"requests/{created['service_request_id']}.xml"):
        assert ours(api, path) == theirs("service_requests.xml")
    assert ours(api, path) == theirs("get_service_request.xml")


def test_service_requests_in_json(api: Api) -> None:
    created = api.report(address_string="Here")
    (found,) = api.get(f"requests/{created['service_request_id']}")
    for request in json.loads(recorded("service_requests.json")):
        for name, value in request.items():
            assert name in found
            if found[name] is not None:
                assert type(found[name]) is type(value), name


def test_no_service_requests(api: Api) -> None:
    assert ours(api, "requests.xml") == theirs("service_requests_empty.xml")


def test_created_request(api: Api) -> None:
    """Ours adds the token, with which a reporter comes back."""
    found = ours(api, "", post=True)
    assert found - theirs("post_service_request.xml") == {"/service_requests/request/token"}
    assert theirs("post_service_request.xml") <= found


def test_request_of_a_token(api: Api) -> None:
    token = api.report()["token"]
    assert ours(api, f"tokens/{token}.xml") == theirs("request_id_from_token.xml")


def test_errors(api: Api) -> None:
    assert ours(api, "requests/not-an-id.xml") == theirs("get_service_request_not_found.xml")
