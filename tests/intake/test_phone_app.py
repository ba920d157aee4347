"""Phone apps as they speak Open311: JSON answers, a photo under `media`, and the first error shown.

The apps of the GeoReporter family send multipart only where there is a photo, name every value of
a list `attribute[code][]`, and read errors as the standard has them: a bare list, whose first
`description` they show. Parts are written here as those apps' HTTP libraries write them.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from PIL import Image

from tests.intake.conftest import Api
from tests.intake.served import Served, serving
from tests.photo_files import PLACE, encoded, exif, four_corners

Answer = tuple[int, str, bytes]


@dataclass
class PhoneApp:
    """One server in the app's settings, and what its user would see."""

    base_url: str
    api_key: str
    jurisdiction_id: str
    library: str  # whose way of writing a multipart body
    alerts: list[str] = field(default_factory=list)
    services: list[dict[str, Any]] = field(default_factory=list)

    def ask(
        self, method: str, url: str, body: bytes | None = None, kind: str | None = None
    ) -> Answer:
        parts = urlsplit(url)
        connection = HTTPConnection(parts.netloc, timeout=10)
        headers = {"Content-Type": kind} if kind else {}
        try:
            connection.request(method, f"{parts.path}?{parts.query}", body, headers)
            response = connection.getresponse()
            return response.status, response.headers["Content-Type"], response.read()
        finally:
            connection.close()

    def read(self, path: str) -> Any:
        query = urlencode({"jurisdiction_id": self.jurisdiction_id, "api_key": self.api_key})
        status, _, content = self.ask("GET", f"{self.base_url}/{path}.json?{query}")
        assert status == 200, content
        return json.loads(content)

    def report(self, values: dict[str, Any], photo: bytes | None) -> dict[str, Any] | None:
        """The request as the app saves it; None when an alert is shown instead."""
        pairs = [("jurisdiction_id", self.jurisdiction_id), ("api_key", self.api_key)]
        for name, value in values.items():
            listed = isinstance(value, list)
            pairs += [(f"{name}[]" if listed else name, v) for v in (value if listed else [value])]
        body, kind = urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        if photo is not None:
            write = as_ios if self.library == "iOS" else as_android
            body, kind = write(pairs, photo)
        status, _, content = self.ask("POST", f"{self.base_url}/requests.json", body, kind)
        answer = json.loads(content)
        if not 200 <= status < 300:
            self.alerts.append(answer[0]["description"])
            return None
        saved: dict[str, Any] = answer[0]
        assert saved["service_request_id"] or saved["token"]
        return saved

    def refresh(self, saved: dict[str, Any]) -> dict[str, Any]:
        found: list[dict[str, Any]] = self.read(f"requests/{saved['service_request_id']}")
        return found[0]


def as_ios(pairs: list[tuple[str, str]], photo: bytes) -> tuple[bytes, str]:
    boundary = "Boundary+0xAbCdEfGbOuNdArY"
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in pairs
    )
    body += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="media"; filename="media.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    ).encode()
    return body + photo + f"\r\n--{boundary}--\r\n".encode(), (
        f"multipart/form-data; boundary={boundary}"
    )


def as_android(pairs: list[tuple[str, str]], photo: bytes) -> tuple[bytes, str]:
    boundary = "Xh1-9_0gqvTnbWlOsLzZ7Rq4"
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n'
        "Content-Type: text/plain; charset=US-ASCII\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        f"{value}\r\n".encode()
        for name, value in pairs
    )
    body += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="media"; filename="media.png"\r\n'
        "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    ).encode()
    return body + photo + f"\r\n--{boundary}--\r\n".encode(), (
        f"multipart/form-data; boundary={boundary}"
    )


@pytest.fixture
def server(any_api: Api) -> Iterator[Served]:
    with serving(any_api) as running:
        yield running


@pytest.fixture(params=["iOS", "Android"])
def app(request: pytest.FixtureRequest, any_api: Api, server: Served) -> PhoneApp:
    reference = any_api.store.reference()
    return PhoneApp(
        f"{server.url}/open311/v2",
        any_api.key,
        reference.city.jurisdiction_id,
        request.param,
    )


def values_of(api: Api, **changes: Any) -> dict[str, Any]:
    return {
        "service_code": api.asking_service,
        "lat": repr(api.place[0]),
        "long": repr(api.place[1]),
        "address_string": "Jl. Kebon Sirih 12",
        "description": "Lampu jalan mati, lihat foto",
        "first_name": "Budi",
        "last_name": "",
        "email": "budi@example.org",
        "device_id": "c0ffee",
        "attribute[WHICH]": "left",
        "attribute[WHAT]": ["a", "b"],
    } | changes


def test_an_app_reports_with_a_photo_and_shows_it(any_api: Api, app: PhoneApp) -> None:
    app.services = app.read("services")
    chosen = next(s for s in app.services if s["service_code"] == any_api.asking_service)
    assert chosen["metadata"] is True and chosen["group"]
    asked = app.read(f"services/{chosen['service_code']}")["attributes"]
    assert {"WHICH", "WHAT"} <= {attribute["code"] for attribute in asked}

    photo = encoded(four_corners(800, 600), "PNG", exif=exif())
    assert PLACE in photo
    saved = app.report(values_of(any_api), photo)
    assert saved is not None and app.alerts == []
    assert (
        app.read(f"tokens/{saved['token']}")[0]["service_request_id"]
        == (saved["service_request_id"])
    )

    found = app.refresh(saved)
    assert (found["status"], found["service_code"]) == ("open", any_api.asking_service)
    assert found["description"] == "Lampu jalan mati, lihat foto"
    assert found["media_url"].startswith(f"{app.base_url}/photos/")
    status, kind, content = app.ask("GET", found["media_url"])
    assert (status, kind) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(content)).size == (800, 600)
    assert PLACE not in content


def test_an_app_reports_without_a_photo_too(any_api: Api, app: PhoneApp) -> None:
    saved = app.report(values_of(any_api, description="Lampu mati – tanpa foto"), None)
    assert saved is not None
    found = app.refresh(saved)
    assert found["description"] == "Lampu mati – tanpa foto" and found["media_url"] is None


def test_an_app_shows_the_first_error_in_words(any_api: Api, app: PhoneApp) -> None:
    photo = encoded(four_corners(), "PNG")
    for values, sent, said in (
        (values_of(any_api), photo[: len(photo) // 2], "'media' ('media.png') is damaged"),
        (values_of(any_api), b"<html>", "'media' ('media.png') is not a photo that can be read"),
        (values_of(any_api), photo + b"\0" * 10_500_000, "is larger than 10 MB; send a smaller"),
        (values_of(any_api) | {"attribute[WHICH]": ""}, photo, "attribute[WHICH] is missing"),
        (values_of(any_api, lat="0", long="0"), photo, "lat 0.0, long 0.0 is what devices send"),
        (values_of(any_api, service_code="nope"), photo, "service_code 'nope' is not one of"),
    ):
        assert app.report(values, sent) is None
        assert said in app.alerts[-1]
    app.api_key = "revoked"
    assert app.report(values_of(any_api), photo) is None
    assert app.alerts[-1].startswith("api_key is not valid here")
    assert not [path for path in any_api.photos.rglob("*") if path.is_file()]
