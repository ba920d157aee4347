"""Clauses of GeoReport v2 that no other test holds to the letter."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.instants import now
from intake import instants
from tests.intake.conftest import Api, from_xml
from tests.intake.test_querying import ids, receive_at

JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("services/.json", "service_code"),
        ("services/.xml", "service_code"),
        ("requests/.json", "service_request_id"),
        ("tokens/.xml", "token"),
    ],
)
def test_a_name_missing_in_the_path_is_400(api: Api, path: str, name: str) -> None:
    response = api.client.get(f"/open311/v2/{path}")
    assert response.status_code == 400
    errors = from_xml(response.data) if path.endswith("xml") else response.get_json()
    assert errors[0]["description"].startswith(f"{name} is missing; send it in the path")


def test_documents_are_declared_utf_8(api: Api) -> None:
    for path in ("services", "requests", "discovery", f"services/{api.asking_service}"):
        document = api.client.get(f"/open311/v2/{path}.xml")
        assert document.content_type == "text/xml; charset=utf-8"
        assert document.data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
        assert b"xmlns" not in document.data
        document.data.decode("utf-8")
        listed = api.client.get(f"/open311/v2/{path}.json")
        assert listed.content_type == "application/json; charset=utf-8"


def test_the_standards_own_example_is_accepted(api: Api) -> None:
    """The form of the specification's example, with this city's codes and place."""
    latitude, longitude = api.place
    response = api.client.post(
        "/open311/v2/requests.xml",
        data=(
            f"api_key={api.key}&jurisdiction_id=city.gov&service_code={api.asking_service}"
            f"&lat={latitude}&long={longitude}&address_string=1234+5th+street"
            "&email=smit333%40sfgov.edu&device_id=tt222111&account_id=123456&first_name=john"
            "&last_name=smith&phone=111111111&description=A+large+sinkhole"
            "&media_url=http%3A%2F%2Fexample.org%2F5ed477a060.jpg"
            "&attribute[WHICH]=left&attribute[WHAT][]=a&attribute[WHAT][]=b"
        ),
        content_type="application/x-www-form-urlencoded; charset=utf-8",
    )
    assert response.status_code == 201
    (created,) = from_xml(response.data)
    assert created["account_id"] == "123456"
    (found,) = api.get(f"requests/{created['service_request_id']}", extensions="true")
    assert found["address"] == "1234 5th street"
    assert found["media_url"] == "http://example.org/5ed477a060.jpg"
    answers = {a["code"]: a["values"] for a in found["extended_attributes"]["attributes"]}
    assert [value["key"] for value in answers["WHAT"]] == ["a", "b"]


def test_values_of_lists_are_trees_of_key_and_name(api: Api) -> None:
    document = from_xml(api.client.get(f"/open311/v2/services/{api.asking_service}.xml").data)
    listed = {a["code"]: a["values"] for a in document["attributes"]}
    assert listed["WHAT"] == [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}]
    assert listed["LINE"] == []


def test_codes_are_strings_even_of_digits(any_api: Api) -> None:
    found = receive_at(any_api, now())
    (request,) = any_api.get(f"requests/{found}")
    assert found.isdigit() and request["service_request_id"] == found
    assert isinstance(request["service_code"], str)
    assert isinstance(request["lat"], float) and isinstance(request["long"], float)


@pytest.mark.parametrize("status", ["Open", "OPEN", " open , closed "])
def test_statuses_may_be_written_large(api: Api, status: str) -> None:
    found = receive_at(api, now())
    assert ids(api, status=status) == [found]


@pytest.mark.parametrize(
    ("text", "end", "expected"),
    [
        ("2026", False, "2025-12-31T17:00:00+00:00"),
        ("2026", True, "2026-12-31T16:59:59+00:00"),
        ("2026-02", False, "2026-01-31T17:00:00+00:00"),
        ("2026-02", True, "2026-02-28T16:59:59+00:00"),
        ("2026-12", True, "2026-12-31T16:59:59+00:00"),
        ("2026-02-28", True, "2026-02-28T16:59:59+00:00"),
        ("1994-11-05T08:15:30-05:00", False, "1994-11-05T13:15:30+00:00"),
        ("1994-11-05T13:15:30Z", True, "1994-11-05T13:15:30+00:00"),
        ("1997-07-16T19:20+01:00", False, "1997-07-16T18:20:00+00:00"),
        ("1997-07-16T19:20:30.45+0100", False, "1997-07-16T18:20:30.450000+00:00"),
        ("1997-07-16T18:20:30.123456789Z", False, "1997-07-16T18:20:30.123456+00:00"),
    ],
)
def test_every_form_of_the_w3_note_is_read(text: str, end: bool, expected: str) -> None:
    assert instants.read(text, JAKARTA, end=end).astimezone(UTC).isoformat() == expected


@pytest.mark.parametrize("text", ["0000", "2026-00", "2026-13", "20260101", "202", "9001", "2026-"])
def test_what_is_no_date_is_not_read(text: str) -> None:
    for end in (False, True):
        with pytest.raises(ValueError):
            instants.read(text, JAKARTA, end=end)


def test_every_offset_is_hours_and_minutes() -> None:
    """Before 1924 Jakarta was 7 h 7 min 12 s ahead of Greenwich."""
    old = datetime(1910, 1, 1, tzinfo=UTC)
    assert instants.write(old, JAKARTA) == "1910-01-01T00:00:00+00:00"
    new = datetime(2026, 1, 1, tzinfo=UTC)
    assert instants.write(new, JAKARTA) == "2026-01-01T07:00:00+07:00"


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(
        ["0", "-0", "1e308", "nan", "inf", "1,2,3,4", "-180,-90,180,90", "0,0,0,0", "90", "-90"]
        + ["180", "100000", "true", "-updated_datetime", "2026-01-01", "9000-01-01", "1000000"]
        + ["\x00", "'", "1;--", "open", "closed", "1000", "0.0000001", "2026-02-30T00:00:00Z"]
    ),
)
NAMES = st.sampled_from(
    ["service_request_id", "service_code", "start_date", "end_date", "status", "page", "sort"]
    + ["page_size", "bbox", "lat", "long", "radius", "updated_after", "updated_before"]
    + ["extensions", "jurisdiction_id", "attribute[a]", "api_key", "", "lat[]"]
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    query=st.lists(st.tuples(NAMES, VALUES), max_size=6), ending=st.sampled_from(["json", "xml"])
)
def test_any_question_is_answered_or_refused(
    any_api: Api, query: list[tuple[str, str]], ending: str
) -> None:
    asked: dict[str, list[str]] = {}
    for name, value in query:
        asked.setdefault(name, []).append(value)
    response = any_api.client.get(f"/open311/v2/requests.{ending}", query_string=asked)
    assert response.status_code in (200, 400), response.text
    content = from_xml(response.data) if ending == "xml" else response.get_json()
    assert isinstance(content, list)
