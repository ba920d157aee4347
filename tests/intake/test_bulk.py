"""GET bulk/requests.csv: all complaints as open data, whole, safe and in constant memory."""

import csv
import gzip
import io
import tracemalloc
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from data import schema
from data.complaints import comment, reject, resolve, start
from data.database import write
from data.instants import now
from data.open_rows import CHUNK, current_extent
from data.store import Store
from intake.bulk import COLUMNS, csv_chunks
from tests.intake.conftest import Api
from tests.intake.test_extensions import SECRETS
from tests.intake.test_querying import receive_at

PATH = "/open311/v2/bulk/requests.csv"


def rows(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


def test_columns_are_those_of_the_standard_first() -> None:
    assert COLUMNS[:14] == (
        "service_request_id",
        "requested_datetime",
        "updated_datetime",
        "closed_date",
        "status_description",
        "status_notes",
        "source",
        "service_name",
        "service_subtype",
        "description",
        "agency_responsible",
        "address",
        "lat",
        "long",
    )


def test_every_complaint_is_there_as_the_api_tells_it(any_api: Api) -> None:
    api = any_api
    at = now() - timedelta(days=300)
    open_one = receive_at(api, at)
    started = receive_at(api, at + timedelta(days=1), latitude=None, longitude=None)
    resolved = receive_at(api, at + timedelta(days=2), service_code=api.asking_service)
    rejected = receive_at(api, at + timedelta(days=3))
    start(api.store, started)
    resolve(api.store, resolved, at=at + timedelta(days=4))
    reject(api.store, rejected, at=at + timedelta(days=5))
    comment(api.store, rejected, "why?")
    response = api.client.get(PATH, headers={"Accept-Language": "en"})
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="requests.csv"'
    assert response.text.count("\r\n") == 5
    found = rows(response)
    assert [row["service_request_id"] for row in found] == [open_one, started, resolved, rejected]
    assert [row["status_description"] for row in found] == [
        "waiting",
        "in_progress",
        "resolved",
        "rejected",
    ]
    for row in found:
        (told,) = api.client.get(
            f"/open311/v2/requests/{row['service_request_id']}.json",
            headers={"Accept-Language": "en"},
        ).get_json()
        for name in (
            "status",
            "service_name",
            "service_code",
            "agency_responsible",
            "requested_datetime",
            "updated_datetime",
            "expected_datetime",
            "lat",
            "long",
        ):
            assert row[name] == ("" if told[name] is None else str(told[name])), name
        assert row["closed_date"] == (row["updated_datetime"] if told["status"] == "closed" else "")
    closed = datetime.fromisoformat(found[3]["closed_date"])
    assert closed == at + timedelta(days=5)
    assert found[0]["source"] == "Aplikasi"
    assert found[0]["address"] == "Angsana, Utara, Kota Uji"
    assert (found[1]["address"], found[1]["lat"]) == ("", "")


def test_no_personal_data_and_no_free_text(any_api: Api) -> None:
    api = any_api
    words = {"description": "I am Budi", "address_string": "Budi's house", "zipcode": "12345"}
    created = api.report(**words, **SECRETS, media_url="https://example.org/budi.jpg")
    start(api.store, created["service_request_id"], note="Budi will show us")
    content = api.client.get(PATH).text
    (row,) = rows(api.client.get(PATH))
    assert (row["description"], row["status_notes"]) == ("", "")
    for secret in (*SECRETS.values(), *words.values(), "Budi", "budi", created["token"]):
        assert secret not in content


def test_no_cell_is_a_formula(any_api: Api) -> None:
    api = any_api
    with write(api.store.engine) as connection:
        connection.execute(
            update(schema.services)
            .where(schema.services.c.service_code == api.plain_service)
            .values(names={"en": "=cmd()|' /C calc'!A0", "id": "@x"})
        )
        connection.execute(update(schema.units).values(name='+1,"2"\r\n-3'))
    receive_at(api, now())
    (row,) = rows(api.client.get(PATH, headers={"Accept-Language": "en"}))
    assert row["service_name"] == "'=cmd()|' /C calc'!A0"
    assert row["agency_responsible"] == '\'+1,"2"\r\n-3'
    assert float(row["lat"]) == api.place[0] < 0  # a number is no formula


def test_what_has_not_changed_is_not_sent_again(any_api: Api) -> None:
    api = any_api
    receive_at(api, now())
    first = api.client.get(PATH)
    tag = first.headers["ETag"]
    assert first.headers["Cache-Control"] == "public, no-cache"
    for header in (tag, f'"x", {tag}', "*"):
        again = api.client.get(PATH, headers={"If-None-Match": header})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
    other = api.client.get(PATH, headers={"If-None-Match": tag, "Accept-Language": "en"})
    assert other.status_code == 200
    found = receive_at(api, now())
    changed = api.client.get(PATH, headers={"If-None-Match": tag})
    assert rows(changed)[1]["service_request_id"] == found
    tag = changed.headers["ETag"]
    start(api.store, found)
    assert api.client.get(PATH, headers={"If-None-Match": tag}).status_code == 200


def test_a_change_of_the_citys_words_is_a_change(api: Api) -> None:
    from data.city import touch_reference

    tag = api.client.get(PATH).headers["ETag"]
    with write(api.store.engine) as connection:
        touch_reference(connection)
    api.store.forget()
    assert api.client.get(PATH, headers={"If-None-Match": tag}).status_code == 200


def test_it_comes_packed_to_who_can_unpack_it(any_api: Api) -> None:
    api = any_api
    receive_at(api, now())
    plain = api.client.get(PATH)
    packed = api.client.get(PATH, headers={"Accept-Encoding": "gzip, deflate"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]
    refused = api.client.get(PATH, headers={"Accept-Encoding": "gzip;q=0, br"})
    assert "Content-Encoding" not in refused.headers
    assert refused.data == plain.data


def test_an_empty_city_is_a_header(any_api: Api) -> None:
    assert any_api.client.get(PATH).text == ",".join(COLUMNS) + "\r\n"


def test_too_many_downloads_at_once_wait(api: Api) -> None:
    open_ones = [api.client.get(PATH, buffered=False) for _ in range(3)]
    crowded = api.client.get(PATH)
    assert crowded.status_code == 503
    assert crowded.headers["Retry-After"] == "30"
    asked = api.client.head(PATH)
    assert (asked.status_code, asked.headers.get("Content-Length")) == (200, None)
    for response in open_ones:
        response.close()
    for _ in range(5):
        assert rows(api.client.get(PATH)) == []


def multiply(store: Store, count: int) -> None:
    """As many complaints as `count`, all like the first but for their number."""
    names = [c.name for c in schema.complaints.c if c.name not in ("id", "token")]
    names.remove("service_request_id")
    listed = ", ".join(names)
    with write(store.engine) as connection:
        connection.execute(
            text(
                f"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
                f"INSERT INTO complaints (id, service_request_id, token, {listed}) "
                f"SELECT i, CAST(i AS TEXT), 'token' || i, {listed} FROM complaints, n WHERE id = 1"
            ),
            {"count": count},
        )


@pytest.mark.parametrize("count", [CHUNK, 2 * CHUNK + 1])
def test_chunks_join_without_a_seam(any_api: Api, count: int) -> None:
    api = any_api
    receive_at(api, now())
    multiply(api.store, count)
    found = [row["service_request_id"] for row in rows(api.client.get(PATH))]
    assert found == [str(number) for number in range(1, count + 1)]


def test_memory_does_not_grow_with_the_number_of_complaints(any_api: Api) -> None:
    api = any_api
    receive_at(api, now())
    multiply(api.store, 20 * CHUNK)
    store = api.store
    chunks = csv_chunks(store, current_extent(store), store.reference(), "en")
    peaks = []
    tracemalloc.start()
    try:
        for number, chunk in enumerate(chunks):
            assert len(chunk) < 1_000_000
            if number in (5, 20):
                peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert number == 20
    assert peaks[1] < 1.3 * peaks[0]  # it would be four times as much
    assert peaks[1] < 16_000_000
