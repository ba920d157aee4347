"""Every kind of refused request counts for the channel it came from, by class of reason."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from data import schema
from data.database import read
from data.keys import list_keys
from data.refusals import flush
from tests.intake.conftest import Api

_PHOTO = '--b\r\nContent-Disposition: form-data; name="media"; filename="{n}"\r\n\r\nx\r\n'
SIX_PHOTOS = ("".join(_PHOTO.format(n=n) for n in range(6)) + "--b--\r\n").encode()
MANY_ATTRIBUTES = "&".join(
    ["service_code=SERVICE", "address_id=1", *(f"attribute[A{n}]=1" for n in range(51))]
).encode()


def counted(api: Api) -> list[tuple[int, int, str, int]]:
    """(channel, status, reason, n) of all refusals."""
    flush(api.store)
    table = schema.refusals
    with read(api.store.engine) as connection:
        found = connection.execute(
            select(table.c.channel_id, table.c.status, table.c.reason, table.c.n)
        )
        return [tuple(row) for row in found]


KNOWN: list[tuple[dict[str, Any], int, str]] = [
    ({"service_code": "no-such"}, 404, "service"),
    ({"service_code": None}, 400, "service"),
    ({"lat": "95"}, 400, "location"),
    ({"lat": None, "long": None}, 400, "location"),
    ({"lat": "48.1", "long": "11.5"}, 400, "outside"),
    ({"lat": "0", "long": "0"}, 400, "location"),
    ({"description": "x" * 4_001}, 400, "too_long"),
    ({"media_url": "javascript:alert(1)"}, 400, "media"),
    ({"district_code": "99"}, 400, "location"),
]


@pytest.mark.parametrize(("changes", "status", "reason"), KNOWN)
def test_the_channel_of_the_key_and_the_class_of_the_reason(
    any_api: Api, changes: dict[str, Any], status: int, reason: str
) -> None:
    response = any_api.post(**changes)
    channel = next(iter(any_api.store.reference().channels))
    assert response.status_code == status
    assert counted(any_api) == [(channel, status, reason, 1)]


def test_questions_of_a_service_that_are_not_answered(api: Api) -> None:
    api.post(service_code=api.asking_service)
    assert [row[2] for row in counted(api)] == ["attribute"]


@pytest.mark.parametrize(("key", "reason"), [(None, "no_key"), ("made up", "bad_key")])
def test_without_a_key_in_force_there_is_no_channel(api: Api, key: str, reason: str) -> None:
    for ending in ("json", "xml"):
        assert api.post(api_key=key, ending=ending).status_code == 403
    assert counted(api) == [(0, 403, reason, 2)]


def test_a_body_that_cannot_be_read_belongs_to_the_key_in_the_header(api: Api) -> None:
    channel = next(iter(api.store.reference().channels))
    for headers in ({"X-API-Key": api.key}, {}):
        response = api.client.post(
            "/open311/v2/requests.json",
            data="{not json",
            content_type="application/json",
            headers=headers,
        )
        assert response.status_code == 400
    assert sorted(counted(api)) == [(0, 400, "unreadable", 1), (channel, 400, "unreadable", 1)]


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("multipart/form-data; boundary=b", b"--b\r\n", "unreadable"),
        ("multipart/form-data; boundary=b", SIX_PHOTOS, "media"),
        ("application/x-www-form-urlencoded", b"lat=1&lat=2&address_id=1", "location"),
        ("application/x-www-form-urlencoded", MANY_ATTRIBUTES, "attribute"),
    ],
)
def test_what_the_words_do_not_say_is_counted_too(
    api: Api, kind: str, body: bytes, reason: str
) -> None:
    body = body.replace(b"SERVICE", api.plain_service.encode())
    answer = api.client.post(
        "/open311/v2/requests.json",
        data=body,
        content_type=kind,
        headers={"X-API-Key": api.key},
    )
    assert answer.status_code == 400
    assert [row[2] for row in counted(api)] == [reason]


def test_too_large_a_body_and_an_address_that_is_none(api: Api) -> None:
    big = api.client.post("/open311/v2/requests.json", data=b"x" * (2 * 1024 * 1024 + 1))
    lost = api.client.post("/open311/v2/no-such.json")
    assert (big.status_code, lost.status_code) == (413, 404)
    assert sorted(row[2] for row in counted(api)) == ["address", "too_large"]


def test_a_key_sent_again_with_other_content(api: Api) -> None:
    for description in ("one", "another"):
        response = api.post(description=description, headers={"Idempotency-Key": "same"})
    assert response.status_code == 409
    assert [row[1:] for row in counted(api)] == [(409, "conflict", 1)]


RECORD = {
    "post_id": 1,
    "created_at": "2026-03-01T08:00:00Z",
    "text": "Banjir",
    "disaster_type": "flood",
    "location": {"lat": -6.19, "lng": 106.81},
}
REFUSED_RECORDS: list[tuple[dict[str, Any], str]] = [
    ({"disaster_type": "ufo"}, "service"),
    ({"disaster_type": None}, "service"),
    ({"post_id": None}, "identity"),
    ({"created_at": "soon"}, "time"),
    ({"created_at": None}, "time"),
    ({"created_at": "2999-01-01T00:00:00Z"}, "time"),
    ({"created_at": "1066-10-14T09:00:00Z"}, "time"),
    ({"location": {"lat": "north", "lng": 1}}, "location"),
    ({"location": {"lat": 6}}, "location"),
    ({"location": {"lat": 42.3, "lng": -71}}, "outside"),
    ({"image_url": "javascript:alert(1)"}, "media"),
    ({"text": "x" * 4_001}, "too_long"),
    ({"text": {}, "title": ["x"]}, "unreadable"),
]


@pytest.mark.parametrize("is_list", [False, True])
def test_each_refused_record_of_a_feed_counts_by_its_reason(any_api: Api, is_list: bool) -> None:
    records = [RECORD | changes for changes, _ in REFUSED_RECORDS]
    url, headers = "/open311/v2/feeds/qlue-push.json", {"X-API-Key": any_api.key}
    sent = [[*records, RECORD]] if is_list else records
    codes = {any_api.client.post(url, json=body, headers=headers).status_code for body in sent}
    assert codes == ({201} if is_list else {400})
    channel = next(iter(any_api.store.reference().channels))
    wanted = Counter(reason for _, reason in REFUSED_RECORDS)
    assert sorted(counted(any_api)) == sorted((channel, 400, r, n) for r, n in wanted.items())


def test_statuses_and_times_of_updates(api: Api) -> None:
    number = api.report()["service_request_id"]
    for changes in ({"status": "DONE"}, {"updated_datetime": "today"}, {"update_id": None}):
        fields = {"api_key": api.key, "service_request_id": number, "update_id": "1"} | changes
        fields = {name: value for name, value in fields.items() if value is not None}
        url = "/open311/v2/servicerequestupdates.json"
        assert api.client.post(url, data=fields).status_code == 400
    assert sorted(row[2] for row in counted(api)) == ["identity", "status", "time"]


def test_what_is_accepted_or_only_read_is_not_counted(api: Api) -> None:
    api.report()
    for path in ("requests/999999", "services/none"):
        assert api.client.get(f"/open311/v2/{path}.json").status_code == 404
    assert counted(api) == []


def test_the_last_use_of_a_key_is_noted(api: Api) -> None:
    api.report()
    flush(api.store)
    with read(api.store.engine) as connection:
        rows = connection.execute(select(schema.api_key_uses)).all()
    assert [row.api_key_id for row in rows] == [list_keys(api.store)[0].id]


def test_nothing_that_was_sent_is_kept(api: Api) -> None:
    api.post(service_code="RAHASIA", first_name="RAHASIA", description="RAHASIA" * 1_000)
    flush(api.store)
    with read(api.store.engine) as connection:
        assert "RAHASIA" not in str(connection.execute(select(schema.refusals)).all())
