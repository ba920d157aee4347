"""Photos in a multipart body: taken, kept and shown, or refused by the name of their part."""

import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select

from data import pictures, schema
from data.database import read
from data.photos import ADDRESS
from intake import media, multipart
from intake.multipart import PHOTO_COUNT, PHOTO_LIMIT
from tests.intake.conftest import Api, from_xml
from tests.photo_files import PLACE, encoded, exif, four_corners, png_of_size
from tests.photo_files import multipart as multipart_body

URL = "/open311/v2/requests.json"
JPEG = encoded(four_corners(), "JPEG", exif=exif(6))


def part(content: bytes = JPEG, filename: str = "photo.jpg", kind: str = "image/jpeg") -> Any:
    return content, filename, kind


def send(api: Api, *, headers: Any = None, ending: str = "json", **changes: Any) -> Any:
    body, content_type = multipart_body(api.fields(**changes))
    return api.client.post(
        f"/open311/v2/requests.{ending}",
        data=body,
        headers=headers,
        content_type=content_type,
    )


def sent(api: Api, **changes: Any) -> str:
    """The service_request_id of an accepted complaint."""
    response = send(api, **changes)
    assert response.status_code == 201, response.text
    return str(response.get_json()[0]["service_request_id"])


def media_urls(api: Api, service_request_id: str) -> list[str]:
    query = select(schema.complaint_details.c.media_urls).where(
        schema.complaint_details.c.complaint_id == int(service_request_id)
    )
    with read(api.store.engine) as connection:
        return connection.scalar(query) or []


def count(api: Api, table: Any) -> int:
    with read(api.store.engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def assert_nothing_stored(api: Api) -> None:
    for table in (schema.complaints, schema.photos, schema.complaint_photos):
        assert count(api, table) == 0
    assert not [path for path in api.photos.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("form", "filename"),
    [
        ("JPEG", "photo.jpg"),
        ("PNG", "media.png"),
        ("WEBP", "a.webp"),
        ("HEIF", "IMG_0001.HEIC"),
        ("GIF", "a.gif"),
        ("PNG", "photo.jpg"),  # what a file holds counts, not what it is called
        ("HEIF", "image.jpg"),
        ("JPEG", ""),
        ("JPEG", "../../../etc/passwd\x00.php"),
    ],
)
def test_a_photo_is_kept_with_its_complaint(any_api: Api, form: str, filename: str) -> None:
    api = any_api
    service_request_id = sent(api, media=part(encoded(four_corners(), form), filename))
    (found,) = api.get(f"requests/{service_request_id}")
    name = found["media_url"].removeprefix(f"http://localhost{ADDRESS}")
    assert media_urls(api, service_request_id) == [ADDRESS + name]
    for file_name in (name, name.replace(".jpg", "-small.jpg")):
        photo = api.client.get(ADDRESS + file_name)
        assert photo.status_code == 200
        image = Image.open(io.BytesIO(photo.data))
        assert image.format == "JPEG" and image.size in ((640, 480), (320, 240))
    assert {path.name for path in api.photos.rglob("*.*")} == {
        name,
        name.replace(".jpg", "-small.jpg"),
    }


@pytest.mark.parametrize("name", ["media", "media[]", "media[0]", "photo", "photo1", "file"])
def test_the_part_may_have_any_name(api: Api, name: str) -> None:
    service_request_id = sent(api, **{name: [part(), part(encoded(four_corners(), "PNG"))]})
    assert len(media_urls(api, service_request_id)) == 2


def test_photos_come_first_in_their_order_and_links_after_them(any_api: Api) -> None:
    api = any_api
    shades = [encoded(Image.new("RGB", (30, 30), (shade, 0, 0))) for shade in (0, 80, 160)]
    link = "https://example.org/1.jpg"
    service_request_id = sent(api, media=[part(shade) for shade in shades], media_url=link)
    found = media_urls(api, service_request_id)
    assert found[3] == link and len(found) == 4
    for address, shade in zip(found, (0, 80, 160), strict=False):
        image = Image.open(io.BytesIO(api.client.get(address).data))
        assert abs(image.getpixel((5, 5))[0] - shade) < 12  # type: ignore[index]


def test_nobody_learns_where_a_photo_was_taken(api: Api) -> None:
    assert PLACE in JPEG
    (address,) = media_urls(api, sent(api, media=part()))
    photo = api.client.get(address).data
    assert PLACE not in photo and b"Exif" not in photo
    assert Image.open(io.BytesIO(photo)).size == (480, 640)  # turned as its orientation said


def test_a_photo_sent_twice_is_kept_once(any_api: Api) -> None:
    api = any_api
    first, second = sent(api, media=[part(), part()]), sent(api, media=part())
    assert media_urls(api, first) == media_urls(api, second)
    assert (count(api, schema.photos), count(api, schema.complaint_photos)) == (1, 2)


def test_many_at_once_with_the_same_photo(any_api: Api) -> None:
    api = any_api

    def post(_number: int) -> str:
        client = api.client.application.test_client()
        body, content_type = multipart_body(api.fields(media=part()))
        response = client.post(URL, data=body, content_type=content_type)
        assert response.status_code == 201, response.text
        return str(response.get_json()[0]["service_request_id"])

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(post, range(16)))
    assert len(set(ids)) == 16
    assert len({tuple(media_urls(api, found)) for found in ids}) == 1
    assert (count(api, schema.photos), count(api, schema.complaint_photos)) == (1, 16)


HTML = b"<!doctype html><script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
FRAMES = [four_corners(), Image.new("RGB", (640, 480))]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HTML, "is not a photo that can be read here; send JPEG, PNG, WebP, HEIC or GIF"),
        (SVG, "is not a photo that can be read here"),
        (b"MZ" + b"\0" * 500, "is not a photo that can be read here"),
        (b"", "is empty; send the photo itself"),
        (JPEG[: len(JPEG) // 2], "is damaged or was cut off; take or send it again"),
        (b"\xff\xd8\xff" + HTML, "is damaged or was cut off"),
        (encoded(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:]), "is animated; send"),
        (png_of_size(8000, 5001), "has 40 million pixels; send at most 40 million"),
    ],
)
def test_what_is_no_photo_is_refused_by_its_name(any_api: Api, content: bytes, said: str) -> None:
    api = any_api
    response = send(api, media=[part(), part(content, "lie.jpg")])
    assert response.status_code == 400
    (error,) = response.get_json()
    assert error["description"].startswith(f"'media' ('lie.jpg') {said}")
    assert_nothing_stored(api)
    assert send(api, ending="xml", media=part(content, "lie.jpg")).status_code == 400


def test_everything_that_is_wrong_is_said_at_once(api: Api) -> None:
    response = send(api, media=[part(HTML, "a.jpg"), part(), part(b"", "b.jpg")])
    said = [error["description"] for error in response.get_json()]
    assert [text.split(" is ")[0] for text in said] == ["'media' ('a.jpg')", "'media' ('b.jpg')"]
    assert_nothing_stored(api)


def test_a_strange_name_is_quoted_on_one_line(api: Api) -> None:
    name = "x" * 500 + "<script>\u202e"
    (error,) = send(api, media=part(HTML, name)).get_json()
    assert len(error["description"]) < 200 and "\n" not in error["description"]


def test_a_photo_of_ten_megabytes_is_taken_and_more_is_not(api: Api) -> None:
    padded = JPEG + b"\0" * (PHOTO_LIMIT - len(JPEG))  # what is behind a photo is left out
    sent(api, media=part(padded))
    response = send(api, media=part(padded + b"\0", "large.jpg"))
    assert response.status_code == 413
    (error,) = response.get_json()
    assert error["description"] == (
        "'media' ('large.jpg') is larger than 10 MB; send a smaller photo"
    )
    assert count(api, schema.complaints) == 1


def test_five_photos_are_taken_and_more_are_not(api: Api) -> None:
    sent(api, media=[part() for _ in range(PHOTO_COUNT)])
    response = send(api, media=[part() for _ in range(PHOTO_COUNT + 1)])
    assert response.status_code == 400
    assert "6 photos are sent; send at most 5" in response.text
    assert count(api, schema.complaints) == 1


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        ("multipart/form-data; boundary=b", multipart.UPLOAD_LIMIT),
        ("application/json", multipart.TEXT_LIMIT),
    ],
)
def test_a_body_that_says_it_is_too_large_is_not_stored(api: Api, kind: str, limit: int) -> None:
    """It is read and thrown away, because most clients answer to nothing until they are through."""
    read_at_once: list[int] = []

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            read_at_once.append(size)
            return b"x" * size

    response = api.client.post(
        URL,
        content_type=kind,
        environ_overrides={"CONTENT_LENGTH": str(limit + 1), "wsgi.input": Endless()},
    )
    assert response.status_code == 413, response.text
    assert f"send at most {limit // 1024} KB" in response.text
    assert max(read_at_once) <= 65_536 and sum(read_at_once) <= 2 * multipart.UPLOAD_LIMIT


def test_a_body_of_undeclared_length_ends_at_the_limit(api: Api) -> None:
    response = api.client.post(
        URL,
        input_stream=io.BytesIO(
            b'--b\r\nContent-Disposition: form-data; name="media"; filename="a"\r\n\r\n'
            + b"x" * (multipart.UPLOAD_LIMIT + 1)
        ),
        content_type="multipart/form-data; boundary=b",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert response.status_code in (400, 413)
    assert_nothing_stored(api)


def test_texts_of_a_multipart_body_have_their_own_limit(api: Api) -> None:
    response = send(api, media=part(), **{f"note{n}": "x" * 100_000 for n in range(25)})
    assert response.status_code == 413
    assert "texts of the request are larger than 2048 KB" in response.text
    assert_nothing_stored(api)


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"x", "multipart/form-data", "no boundary"),
        (b"x", "multipart/form-data; boundary=b", "damaged or was cut off"),
        (b"--b\r\n", "multipart/form-data; boundary=b", "damaged or was cut off"),
        (b"--b\r\nA: b\r\n\r\nx\r\n--b--", "multipart/form-data; boundary=b", "damaged"),
        (
            b'--b\r\nContent-Disposition: form-data; name="lat"\r\n\r\n\xff\xfe\r\n--b--',
            "multipart/form-data; boundary=b",
            "lat is not UTF-8; encode texts in UTF-8, and send a photo as a file",
        ),
        (b"--b\r\n" + b"x" * 400_000, "multipart/form-data; boundary=b", "damaged"),
        (b"--b--\r\n", "multipart/form-data; boundary=b", "service_code is missing"),
        (
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 600 + b"--b--",
            "multipart/form-data; boundary=b",
            "damaged",
        ),
    ],
)
def test_damaged_multipart_bodies_are_refused(api: Api, body: bytes, kind: str, said: str) -> None:
    response = api.client.post(URL, data=body, content_type=kind, headers={"X-API-Key": api.key})
    assert response.status_code == 400
    assert said in response.text
    assert_nothing_stored(api)


def test_a_body_cut_off_in_a_photo_is_refused(api: Api) -> None:
    whole = (
        b'--b\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n\r\n'
        + JPEG
        + b"\r\n--b--\r\n"
    )
    for length in range(0, len(whole) - 4, 97):
        response = api.client.post(
            URL,
            data=whole[:length],
            content_type="multipart/form-data; boundary=b",
            headers={"X-API-Key": api.key},
        )
        assert response.status_code == 400, response.text
    assert_nothing_stored(api)


def test_latin_texts_are_read_as_their_part_says(api: Api) -> None:
    fields = {**api.fields(description=None)}
    body = b"".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    body += (
        b'--b\r\nContent-Disposition: form-data; name="description"\r\n'
        b"Content-Type: text/plain; charset=ISO-8859-1\r\n\r\ncaf\xe9\r\n--b--"
    )
    response = api.client.post(URL, data=body, content_type="multipart/form-data; boundary=b")
    assert response.status_code == 201, response.text
    (found,) = api.get(f"requests/{response.get_json()[0]['service_request_id']}")
    assert found["description"] == "café"


def test_a_form_in_which_no_photo_was_chosen(api: Api) -> None:
    assert media_urls(api, sent(api, media=part(b"", ""))) == []


def test_a_stranger_gets_nothing_decoded(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "make_picture", lambda *_: pytest.fail("decoded"))
    assert send(api, api_key="no key", media=part()).status_code == 403
    assert send(api, lat="x", media=part()).status_code == 400
    assert_nothing_stored(api)


def test_a_retry_is_recognised_by_its_photos(any_api: Api) -> None:
    api, headers = any_api, {"Idempotency-Key": "with-photo"}
    other = encoded(four_corners(), "PNG")
    first = send(api, headers=headers, media=[part(), part(other)])
    again = send(api, headers=headers, media=[part(filename="renamed.jpg"), part(other)])
    assert (first.status_code, first.data) == (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotency-Replayed"] == "true"
    for changed in ([part()], [part(other), part()], [], [part(JPEG + b"\0"), part(other)]):
        assert send(api, headers=headers, media=changed).status_code == 409
    assert count(api, schema.complaints) == 1


def test_without_photos_a_request_is_recognised_as_before(api: Api) -> None:
    """Keys that were used before photos could be sent stay what they are."""
    headers = {"Idempotency-Key": "plain"}
    assert send(api, headers=headers).status_code == 201
    content = {
        "values": {n: [v] for n, v in api.fields().items() if n != "api_key"},
        "attributes": {},
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    with read(api.store.engine) as connection:
        found = connection.scalar(select(schema.idempotency_keys.c.fingerprint))
    assert found == hashlib.sha256(text.encode()).hexdigest()


def test_a_photo_is_served_for_good_and_for_nothing_else(api: Api) -> None:
    (address,) = media_urls(api, sent(api, media=part()))
    response = api.client.get(address)
    assert response.content_type == "image/jpeg"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"] == "inline"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in response.headers
    again = api.client.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = api.client.head(address)
    assert (head.status_code, head.data) == (200, b"")
    some = api.client.get(address, headers={"Range": "bytes=0-1"})
    assert (some.status_code, some.data) == (206, b"\xff\xd8")
    assert api.client.post(address).status_code == 405


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "0" * 32,
        f"{'0' * 32}.jpg",
        f"{'0' * 32}.xml",
        "../../../etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/city.db",
        "%2Fetc%2Fpasswd",
        "00/00/",
        "%00.jpg",
        "a" * 3000,
    ],
)
def test_unknown_photos_are_404_and_nothing_is_listed(api: Api, name: str) -> None:
    sent(api, media=part())
    response = api.client.get(ADDRESS + name, follow_redirects=True)
    assert response.status_code == 404
    if name.endswith("xml"):
        assert from_xml(response.data)[0]["code"] == "404"
    else:
        assert response.get_json()[0]["code"] == 404
    for path in api.photos.rglob("*.jpg"):
        assert path.stem not in response.text


def test_addresses_are_those_of_the_server_that_was_asked(api: Api) -> None:
    service_request_id = sent(api, media=part())
    (address,) = media_urls(api, service_request_id)
    response = api.client.get(
        f"/open311/v2/requests/{service_request_id}.json", base_url="https://lapor.example"
    )
    assert response.get_json()[0]["media_url"] == f"https://lapor.example{address}"


def test_the_command_centre_serves_the_same_photos(api: Api, client: FlaskClient) -> None:
    """`api` and `client` are two servers on one database and one folder."""
    service_request_id = sent(api, media=part())
    (address,) = media_urls(api, service_request_id)
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    found = client.get(f"/open311/v2/requests/{service_request_id}.json").get_json()
    assert found[0]["media_url"] == f"http://localhost{address}"
    response = client.get(f"{ADDRESS}{'0' * 32}.jpg")
    assert (response.status_code, response.content_type) == (
        404,
        "application/json; charset=utf-8",
    )


def test_busy_decoders_and_a_full_disk_are_503(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_WAIT_SECONDS", 0.05)
    with pictures._decoder():
        response = send(api, media=part())
    assert response.status_code == 503
    assert "send the request again, or without its photos" in response.text
    api.photos.parent.mkdir(parents=True, exist_ok=True)
    api.photos.write_text("a file where the folder should be")
    assert send(api, media=part()).status_code == 503
    api.photos.unlink()
    assert_nothing_stored(api)
    sent(api, media=part())
