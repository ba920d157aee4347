"""Paths, methods, bodies and headers: everything below /open311 answers as the standard says."""

import io
import json
import logging
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

import intake
from intake import routes
from tests.intake.conftest import Api, from_xml

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def beside_pages(api: Api) -> Any:
    """A client of an application whose pages catch every path, as Dash's do."""
    app = Flask(__name__)
    app.extensions["pantau"] = api.store
    intake.init_app(app)
    app.add_url_rule("/", view_func=lambda: "<html>", endpoint="pages")
    app.add_url_rule("/<path:path>", view_func=lambda path: "<html>", endpoint="page")
    return app.test_client()


@pytest.mark.parametrize(
    "path",
    [
        "/open311",
        "/open311/",
        "/open311/v2",
        "/open311/v2/",
        "/open311/v1/services.json",
        "/open311/v2/services",
        "/open311/v2/services.html",
        "/open311/v2/services.json/",
        "/open311/v2/nonsense.json",
        "/open311/v2/nonsense.xml",
        "/open311/v2/requests/%F0%9F%98%80.json",
        "/open311/v2/requests/..%2f..%2fetc%2fpasswd.xml",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_paths_are_404_in_the_asked_format(
    api: Api, beside_pages: Any, path: str, method: str
) -> None:
    for client in (api.client, beside_pages):
        response = client.open(path, method=method)
        if method != "GET" and "requests/" in path:
            assert response.status_code == 405
        else:
            assert response.status_code == 404
        if path.endswith(".xml"):
            assert response.content_type == "text/xml; charset=utf-8"
            errors = from_xml(response.data)
        else:
            assert response.content_type == "application/json; charset=utf-8"
            errors = response.get_json()
        assert str(errors[0]["code"]) == str(response.status_code)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_wrong_methods_are_405_and_name_the_right_ones(
    api: Api, beside_pages: Any, method: str
) -> None:
    for client in (api.client, beside_pages):
        response = client.open("/open311/v2/requests.xml", method=method)
        assert response.status_code == 405
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
        assert from_xml(response.data)[0]["code"] == "405"
    assert api.client.post("/open311/v2/services.json").status_code == 405


def test_the_whole_command_centre_answers_like_the_intake_alone(client: FlaskClient) -> None:
    for path, status in (("services", 200), ("nonsense", 404), ("requests/1", 404)):
        for ending in ("json", "xml"):
            response = client.get(f"/open311/v2/{path}.{ending}")
            assert response.status_code == status
            assert ending in response.content_type
            assert b"<html" not in response.data.lower()
    assert client.post("/open311/v2/requests.json").status_code == 403
    assert client.post("/open311/v2/nonsense.json").status_code == 404
    assert client.delete("/open311/v2/requests.json").status_code == 405


def test_pages_elsewhere_are_left_alone(beside_pages: Any) -> None:
    for path in ("/", "/map", "/open311-like"):
        response = beside_pages.get(path)
        assert (response.status_code, response.data) == (200, b"<html>")
        assert "Access-Control-Allow-Origin" not in response.headers


def test_any_origin_may_read_and_apps_may_post(api: Api) -> None:
    for response in (
        api.client.get("/open311/v2/services.json"),
        api.client.get("/open311/v2/nonsense.json"),
        api.post(),
        api.post(api_key=None),
    ):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in response.headers
    preflight = api.client.options("/open311/v2/requests.json")
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, POST, PUT, OPTIONS"
    for name in ("Idempotency-Key", "X-Request-Token"):
        assert name in preflight.headers["Access-Control-Allow-Headers"]
    for name in ("Link", "X-Total-Count", "ETag"):
        assert name in preflight.headers["Access-Control-Expose-Headers"]


def test_a_preflight_of_an_unknown_path_is_404(api: Api, beside_pages: Any) -> None:
    for client in (api.client, beside_pages):
        for path in ("nonsense.json", "requests", "feeds/qlue-push"):
            response = client.options(f"/open311/v2/{path}")
            assert response.status_code == 404
            assert response.headers["Access-Control-Allow-Origin"] == "*"
        for path in ("requests.json", "requests/1.xml", "requests/1/feedback.json"):
            assert client.options(f"/open311/v2/{path}").status_code == 204


@pytest.mark.parametrize("ending", ["json", "xml"])
def test_what_lies_below_a_complaint_names_its_methods(
    api: Api, beside_pages: Any, ending: str
) -> None:
    for client in (api.client, beside_pages):
        asked = client.get(f"/open311/v2/requests/1/feedback.{ending}")
        assert (asked.status_code, asked.headers["Allow"]) == (405, "OPTIONS, POST")
        posted = client.post(f"/open311/v2/requests/1/timeline.{ending}")
        assert posted.status_code == 405
        assert posted.headers["Allow"] == "GET, HEAD, OPTIONS"
    number = api.report()["service_request_id"]
    assert api.client.get(f"/open311/v2/requests/{number}.{ending}").status_code == 200
    for strange in ("a/b", "1/feedback/2", "1.5", "feedback"):
        assert api.client.get(f"/open311/v2/requests/{strange}.{ending}").status_code == 404


STRANGE_HOSTS = ['a b"<>', "", "x:99999999", "[::1", "evil.com@real", "\xff"]


@pytest.mark.parametrize("host", ["a" * 300, "a" * 70_000, "a." + "b" * 64, *STRANGE_HOSTS])
def test_a_host_that_cannot_be_one_is_400_in_the_asked_format(
    api: Api, beside_pages: Any, host: str
) -> None:
    for client in (api.client, beside_pages):
        for path in ("requests.json", "nonsense.xml"):
            response = client.get(f"/open311/v2/{path}", headers={"Host": host})
            assert response.status_code == 400
            assert response.content_type.startswith(("application/json", "text/xml"))
            assert "<html" not in response.text and "Host" in response.text


def test_a_byte_order_mark_before_json_is_taken(api: Api) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(api.fields()).encode()
    response = api.client.post(
        "/open311/v2/requests.json", data=body, content_type="application/json"
    )
    assert response.status_code == 201


def test_the_intake_alone_can_be_watched(api: Api) -> None:
    assert api.client.get("/healthz").get_json() == {"status": "ok", "seq": 0}


def test_head_answers_like_get_without_a_body(api: Api) -> None:
    response = api.client.head("/open311/v2/services.xml")
    assert (response.status_code, response.data) == (200, b"")


def test_a_megabyte_of_description_is_refused_by_name(api: Api) -> None:
    response = api.post(description="x" * 1_048_576)
    assert response.status_code == 400
    assert "1048576 characters long; send at most 4000" in response.get_json()[0]["description"]
    assert len(response.data) < 500


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json"])
def test_a_body_too_large_is_413(api: Api, content_type: str) -> None:
    response = api.client.post(
        "/open311/v2/requests.xml", data=b"x" * 2_200_000, content_type=content_type
    )
    assert response.status_code == 413
    assert from_xml(response.data) == [
        {
            "code": "413",
            "description": "the request is too large; send at most 2048 KB; "
            "photos of a complaint go as files of a multipart body",
        }
    ]


def test_a_body_of_undeclared_length_is_not_cut_off(api: Api) -> None:
    response = api.client.post(
        "/open311/v2/requests.json",
        input_stream=io.BytesIO(b"a=b&" * 600_000),
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        (b"description=\xff\xfe", "application/x-www-form-urlencoded", "not UTF-8"),
        (b"description=%ff%fe", "application/x-www-form-urlencoded", "not UTF-8"),
        ("description=caf\u00e9".encode("utf-16"), "application/x-www-form-urlencoded", "UTF-8"),
        (b"&".join(b"a=b" for _ in range(600)), "application/x-www-form-urlencoded", "500 fields"),
        (b'{"description": "\xff"}', "application/json", "not UTF-8"),
        (b"{", "application/json", "not JSON"),
        (b"[1]", "application/json", "not a JSON object"),
        (b'{"lat": {"a": 1}}', "application/json", "lat holds JSON objects"),
        (b'{"attribute": ["a"]}', "application/json", "attribute is not a JSON object"),
        (b"[" * 100_000, "application/json", "not JSON"),
        (b"<a/>", "text/xml", "the body is text/xml; send a form or JSON"),
        (b'{"lat": ' + b"9" * 5000 + b"}", "application/json", "not JSON"),
    ],
)
def test_unreadable_bodies_are_400(api: Api, body: bytes, content_type: str, said: str) -> None:
    response = api.client.post(
        "/open311/v2/requests.json",
        data=body,
        content_type=content_type,
        headers={"X-API-Key": api.key},
    )
    assert response.status_code == 400
    assert said in response.get_json()[0]["description"]


@pytest.mark.parametrize("content_type", [None, FORM, "text/json", "application/x-json", "a/b"])
def test_json_is_known_by_what_it_is(api: Api, content_type: str | None) -> None:
    body = json.dumps(api.fields()).encode()
    sent = api.client.post("/open311/v2/requests.json", data=body, content_type=content_type)
    assert sent.status_code == 201


@pytest.mark.parametrize("charset", ["iso-8859-1", "Windows-1252"])
@pytest.mark.parametrize("form", ["urlencoded", "multipart"])
def test_a_form_may_say_that_it_is_of_the_old_code(api: Api, charset: str, form: str) -> None:
    if form == "urlencoded":
        content_type = f"{FORM}; charset={charset}"
        body = urlencode(api.fields(description="caf\xe9 \u2013"), encoding="cp1252").encode()
    else:
        content_type = "multipart/form-data; boundary=b"
        parts = api.fields(description="caf\xe9 \u2013").items()
        body = (
            "".join(
                f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n'
                f"Content-Type: text/plain; charset={charset}\r\n\r\n{value}\r\n"
                for name, value in parts
            ).encode("cp1252")
            + b"--b--\r\n"
        )
    sent = api.client.post("/open311/v2/requests.json", data=body, content_type=content_type)
    assert sent.status_code == 201, sent.text
    number = sent.get_json()[0]["service_request_id"]
    assert api.get(f"requests/{number}")[0]["description"] == "caf\xe9 \u2013"


class Counted(io.BytesIO):
    """A body that a client sends to its end, whatever we answer."""

    def close(self) -> None:
        self.left = len(self.getvalue()) - self.tell()
        super().close()


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        ("feeds/qlue-push.json", True, 413),
        ("feeds/qlue-push.json", False, 403),
        ("feeds/nope.json", True, 404),
        ("requests.json", False, 403),
        ("nonsense.json", True, 404),
    ],
)
@pytest.mark.parametrize("is_declared", [True, False])
def test_a_refused_body_is_taken_to_its_end(
    api: Api, path: str, key: bool, status: int, is_declared: bool
) -> None:
    body = Counted(b"[" * 5_000_000)
    answer = api.client.post(
        f"/open311/v2/{path}",
        input_stream=body,
        content_type="application/json",
        content_length=5_000_000 if is_declared else None,
        headers={"X-API-Key": api.key if key else "stranger"},
        environ_overrides={} if is_declared else {"wsgi.input_terminated": True},
    )
    assert answer.status_code == status
    body.close()
    assert body.left == 0


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "multipart/form-data", "a/b; charset"]
)
def test_other_bodies_hold_no_fields(api: Api, content_type: str | None) -> None:
    response = api.client.post(
        "/open311/v2/requests.json", data=b"\x00\xc3", content_type=content_type
    )
    assert response.status_code in (400, 403)


def test_a_failure_is_logged_with_the_reference_it_answers(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(routes, "describe_service", lambda *_: 1 / 0)
    with caplog.at_level(logging.ERROR):
        response = api.client.get("/open311/v2/services.xml")
    assert response.status_code == 500
    (error,) = from_xml(response.data)
    reference = error["description"].rpartition(" ")[2]
    assert reference in caplog.text
    assert "ZeroDivisionError" not in response.text


def test_no_log_holds_what_people_wrote(any_api: Api, caplog: pytest.LogCaptureFixture) -> None:
    @event.listens_for(any_api.store.engine, "before_cursor_execute", retval=True)
    def misdirect(_c: Any, _cursor: Any, sql: str, given: Any, *_: Any) -> tuple[str, Any]:
        return sql.replace("INSERT INTO complaint_details", "INSERT INTO nowhere"), given

    # A table that is not there: SQLite calls it an outage, PostgreSQL a mistake.
    assert any_api.post(first_name="PERSONAL").status_code in (500, 503)
    assert "nowhere" in caplog.text and "PERSONAL" not in caplog.text


def test_a_database_that_is_away_is_503(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(routes, "receive", away)
    response = api.post(ending="xml")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert "SELECT" not in response.text
    assert ElementTree.fromstring(response.data).tag == "errors"
