"""The pull's parser on recorded answers of real cities, and on answers nobody should send."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.imports.adapting import adapt
from data.imports.feed import take_records
from data.imports.preset import load_preset
from data.pull.client import Client, PullError
from data.pull.parser import parse_requests
from data.pull.run import PullOptions, pull
from data.store import Store
from tests.conftest import real_file
from tests.data.open311_server import BEGIN, City, request, serve_city
from tests.data.test_pull import statuses

ADDRESS = "https://city.example.org/v2/requests.xml"


def recorded(name: str) -> bytes:
    return real_file("open311", name).read_bytes()


def test_requests_in_xml() -> None:
    first, second = parse_requests(recorded("service_requests.xml"), ADDRESS)
    assert first["service_request_id"] == "638344"
    assert first["status_notes"] == "Duplicate request."
    assert first["requested_datetime"] == "2010-04-14T06:37:38-08:00"
    assert first["lat"] == "37.762221815"
    assert (
        first["media_url"] == "http://open311.city.gov.s3.amazonaws.com/requests/media/638344.rss"
    )
    assert (second["status"], second["status_notes"]) == ("open", "")
    assert parse_requests(recorded("get_service_request.xml"), ADDRESS)[0] == first


def test_requests_in_json() -> None:
    found = parse_requests(recorded("service_requests.json"), ADDRESS)
    assert [record["service_request_id"] for record in found] == ["14-01100669", "14-01100627"]
    assert found[0]["lat"] == 41.858724777757864


def test_no_requests() -> None:
    assert parse_requests(recorded("service_requests_empty.xml"), ADDRESS) == []


def test_errors_are_told() -> None:
    with pytest.raises(
        PullError, match=r"answers with errors: .*not found with id or token not-an"
    ):
        parse_requests(recorded("get_service_request_not_found.xml"), ADDRESS)


def test_what_is_not_well_formed_names_address_and_line() -> None:
    with pytest.raises(PullError) as error:
        parse_requests(recorded("403.xml"), ADDRESS)
    assert str(error.value).startswith(f"{ADDRESS}, line 1: the answer is neither JSON nor XML")


@pytest.mark.parametrize("name", ["services.xml", "service_definition.xml", "service_list.json"])
def test_answers_to_other_questions_are_no_requests(name: str) -> None:
    with pytest.raises(PullError, match=r"the answer (is <service|holds no service requests)"):
        parse_requests(recorded(name), ADDRESS)


def test_the_broken_answer_loses_nothing_that_is_stored(store: Store, tmp_path: Path) -> None:
    broken = recorded("403.xml")
    city = City([request(number) for number in range(120)])
    city.before = lambda number, query: (200, {}, broken) if number == 2 else None
    preset = adapt(load_preset("open311"), store.reference(), channel="app", source="other")
    with serve_city(city) as address:
        client = Client(address, pace_seconds=0)
        with pytest.raises(PullError, match=rf"{address}/requests.json.*, line 1: "):
            pull(store, client, preset, PullOptions(since=BEGIN), rejects=tmp_path / "r.csv")
        assert len(statuses(store)) == 50
        pull(store, client, preset, PullOptions(since=BEGIN), rejects=tmp_path / "r.csv")
    assert len(statuses(store)) == 120


@pytest.mark.parametrize("name", ["service_requests.xml", "service_requests.json"])
def test_recorded_requests_are_stored(any_store: Store, name: str) -> None:
    records = parse_requests(recorded(name), ADDRESS)
    preset = adapt(
        load_preset("open311"), any_store.reference(), channel="app", fallback_service="noise"
    )
    taken = take_records(any_store, records, preset)
    assert [item.created for item in taken] == [True, True]
    again = take_records(any_store, records, preset)
    assert [(item.created, item.refusal) for item in again] == [(False, None)] * 2
    assert set(statuses(any_store).values()) <= {"resolved", "waiting"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "gives an empty answer"),
        (b"\n<!DOCTYPE html><html>", "is a page for people .HTML., not service requests"),
        (b"   \n", "gives an empty answer"),
        (b"\n\nnot found", "line 3: the answer is neither JSON nor XML: 'not found'"),
        (b'[{"a": 1},\n{"b": ]', "line 2: not well-formed JSON"),
        (b'{"errors": [{"description": "bad key"}]}', "answers with errors: bad key"),
        (b'[{"code": 400, "description": "no"}]', "answers with errors: no"),
        (b"[1, 2]", "not a list of service requests"),
        (b'"x"', "neither JSON nor XML"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[\xff]", "line 1: the answer is not UTF-8"),
        (b'[{"a": ' + b"9" * 5_000 + b"}]", "not JSON that can be read"),
        (b"\n<a><b></a>", "line 2: not well-formed XML"),
        (b"<html><body>Sorry</body></html>", "is a page for people"),
        (b"<errors><error><description>no key</description></error></errors>", "errors: no key"),
        (b"<error>closed</error>", "answers with errors: closed"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><service_requests>&b;</service_requests>', "not read"),
        (b'<?xml version="1.0" encoding="klingon"?><service_requests/>', "XML"),
    ],
)
def test_other_answers_get_one_clear_sentence(body: bytes, message: str) -> None:
    with pytest.raises(PullError, match=message) as error:
        parse_requests(body, ADDRESS)
    assert str(error.value).startswith(ADDRESS)
    assert "\n" not in str(error.value)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.text("<>/ab\"'&;![]CDATA=?xml ").map(str.encode),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
            ),
            max_leaves=10,
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_no_answer_breaks_the_parser(body: bytes) -> None:
    try:
        records = parse_requests(body, ADDRESS)
    except PullError:
        return
    assert all(isinstance(record, dict) for record in records)
