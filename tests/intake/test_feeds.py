"""Feeds that other systems push: what they get back, and what is kept."""

import json
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from data import schema
from data.database import read, write
from data.imports.adapting import adapt
from data.imports.feed import take_records
from data.imports.preset import load_preset
from data.keys import create_key
from data.vocabulary import EventKind
from tests.intake.conftest import Api

PUSHED = {
    "post_id": 1234567802,
    "created_at": "2016-12-09T11:32:52.011Z",
    "title": "Banjir",
    "text": "A big flood",
    "image_url": "https://img.example.org/1.jpg",
    "qlue_city": "jabodetabek",
    "disaster_type": "flood",
    "location": {"lat": -6.19, "lng": 106.81},
}


def push(api: Api, content: Any, *, feed: str = "qlue-push", key: str | None = None) -> Any:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return api.client.post(
        f"/open311/v2/feeds/{feed}.json",
        data=body,
        content_type="application/json",
        headers={"X-API-Key": api.key if key is None else key},
    )


def count(api: Api) -> int:
    with read(api.store.engine) as connection:
        return connection.scalar(select(func.count()).select_from(schema.complaints)) or 0


def test_a_post_is_created_once(any_api: Api) -> None:
    response = push(any_api, PUSHED)
    assert response.status_code == 201
    created = response.get_json()
    assert created == {
        "post_id": 1234567802,
        "created": True,
        "service_request_id": created["service_request_id"],
    }
    again = push(any_api, PUSHED | {"text": "The same"})
    assert again.status_code == 200
    assert again.get_json() == created | {
        "created": False,
        "message": "1234567802 is here already",
    }
    assert count(any_api) == 1
    [found] = any_api.get(f"requests/{created['service_request_id']}")
    assert found["service_code"] == "flood"
    assert found["description"] == "A big flood"
    assert found["requested_datetime"] == "2016-12-09T18:32:52+07:00"
    assert (found["lat"], found["long"]) == (-6.19, 106.81)
    assert found["media_url"] == "https://img.example.org/1.jpg"


def test_its_channel_is_that_of_the_key(api: Api) -> None:
    key = create_key(api.store, "qlue", "email")
    assert push(api, PUSHED, key=key).status_code == 201
    with read(api.store.engine) as connection:
        channel = connection.scalar(select(schema.complaints.c.channel_id))
    assert channel == api.store.reference().channel_by_code["email"].id


@pytest.mark.parametrize("key", ["", "wrong"])
def test_it_needs_a_key(api: Api, key: str) -> None:
    response = push(api, PUSHED, key=key)
    assert response.status_code == 403
    assert "api_key" in response.get_json()[0]["description"]
    assert count(api) == 0


def test_the_key_may_be_in_the_address(api: Api) -> None:
    url = f"/open311/v2/feeds/qlue-push.json?api_key={api.key}"
    assert api.client.post(url, json=PUSHED).status_code == 201


def test_of_a_list_the_good_are_kept_and_the_bad_are_told(any_api: Api) -> None:
    records = [
        PUSHED,
        PUSHED | {"post_id": 2, "disaster_type": "ufo"},
        PUSHED | {"post_id": 3, "created_at": "soon"},
        PUSHED,
        PUSHED | {"post_id": 4},
    ]
    response = push(any_api, records)
    assert response.status_code == 201
    told = response.get_json()
    assert [entry["created"] for entry in told] == [True, False, False, False, True]
    assert [entry["post_id"] for entry in told] == [1234567802, 2, 3, 1234567802, 4]
    assert "service 'ufo' is not one of" in told[1]["errors"][0]["description"]
    assert "'soon' is not a time" in told[2]["errors"][0]["description"]
    assert told[3]["service_request_id"] == told[0]["service_request_id"]
    assert count(any_api) == 2
    assert push(any_api, records).status_code == 200
    assert count(any_api) == 2


def test_where_all_are_refused_the_answer_is_the_standards_list(api: Api) -> None:
    for content, description in (
        (PUSHED | {"disaster_type": "ufo"}, "'1234567802': service 'ufo' is not one of"),
        ([PUSHED | {"post_id": None}], "record 1: it has no id of its own"),
        (PUSHED | {"created_at": None}, "does not say when it was received"),
        (PUSHED | {"location": {"lat": 42.3, "lng": -71}}, "lat 42.3, long -71.0 lies outside"),
        (PUSHED | {"location": {"lat": 6}}, "one coordinate without the other"),
        (PUSHED | {"location": {"lat": 120, "lng": 1}}, "lies outside Kota Uji"),
        (PUSHED | {"image_url": "javascript:alert(1)"}, "is not a web address"),
        (PUSHED | {"image_url": 'https://a"onload=x><b'}, "is not a web address"),
        (PUSHED | {"image_url": f"https://a/{'x' * 2_000}"}, "is not a web address"),
        (PUSHED | {"image_url": ["https://a/b"] * 11}, "media has 11 addresses; send at most 10"),
        (PUSHED | {"created_at": "0001-01-01T00:00:00+14:00"}, "not a time of this world"),
        (PUSHED | {"created_at": "1066-10-14T09:00:00Z"}, "before 1900"),
        (PUSHED | {"created_at": "2999-10-14T09:00:00Z"}, "lies in the future"),
    ):
        response = push(api, content)
        assert response.status_code == 400, content
        [error] = response.get_json()
        assert error["code"] == 400
        assert description in error["description"]
    assert count(api) == 0


def test_a_post_without_a_place_is_kept_without_one(api: Api) -> None:
    for number, location in enumerate([None, {"lat": 0, "lng": 0}, {}, "here"]):
        assert push(api, PUSHED | {"post_id": number, "location": location}).status_code == 201
    with read(api.store.engine) as connection:
        assert set(connection.scalars(select(schema.complaints.c.latitude))) == {None}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"post_id": True}, "post_id is true; send a text or a number"),
        ({"post_id": -0.0}, "post_id is minus zero"),
        ({"post_id": [1]}, "post_id is a list; send a text or a number"),
        ({"text": {"id": "Banjir"}}, "text is an object; send a text or a number"),
        ({"text": False}, "text is false"),
        ({"text": ["Banjir"]}, "text is a list"),
        ({"location": [106.8, -6.2]}, "location is a list; send an object of lat, lng"),
        ({"location": 5}, "location is a number"),
        ({"location": {"lat": True, "lng": 106.8}}, "latitude 'true' is not a number"),
        ({"text": "x" * 4_001}, "description has 4,001 characters; send at most 4,000"),
    ],
)
def test_shapes_that_mean_nothing_are_told(api: Api, changes: Any, words: str) -> None:
    answer = push(api, PUSHED | changes)
    assert answer.status_code == 400
    assert words in answer.get_json()[0]["description"]
    assert count(api) == 0


def test_what_is_empty_is_absent_whatever_its_shape(api: Api) -> None:
    """PHP writes an empty object as a list."""
    answer = push(api, PUSHED | {"location": [], "text": {}, "title": None, "image_url": []})
    assert answer.status_code == 201
    [found] = api.get(f"requests/{answer.get_json()['service_request_id']}")
    assert (found["lat"], found["description"], found["media_url"]) == (None, None, None)
    assert push(api, PUSHED | {"post_id": 8, "text": "x" * 4_000}).status_code == 201


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'"x"', "neither a JSON object nor a list"),
        (b"[]", "neither a JSON object nor a list"),
        (b"[1]", "neither a JSON object nor a list"),
        (b"\xff\xfe", "is not UTF-8"),
        (b'{"post_id": NaN}', "NaN is not a number that can be kept"),
        (b'{"post_id": 1e400}', "1e400 is not a number that can be kept"),
        (b'[{"location": {"lat": -1e999, "lng": 1}}]', "-1e999 is not a number"),
        (b'{"post_id": ' + b"9" * 5_000 + b"}", "is not JSON"),
        (b"[" + b"{}," * 1_000 + b"{}]", "1001 records are too many"),
        (b'{"a":' * 30 + b"1" + b"}" * 30, "nested more than 20 levels"),
    ],
)
def test_a_body_that_is_no_feed_is_refused_whole(api: Api, body: bytes, message: str) -> None:
    response = push(api, body)
    assert response.status_code == 400
    assert message in response.get_json()[0]["description"]


def test_a_body_too_large_is_refused(api: Api) -> None:
    assert push(api, PUSHED | {"text": "x" * (2 << 20)}).status_code == 413


def test_an_unknown_feed_names_those_there_are(api: Api) -> None:
    for feed in ("nope", "..%2f..%2fsecrets", "plain.toml"):
        response = push(api, PUSHED, feed=feed)
        assert response.status_code == 404
    response = push(api, PUSHED, feed="nope")
    assert "feeds are boston311" in response.get_json()[0]["description"]
    assert api.client.get("/open311/v2/feeds/qlue-push.json").status_code == 405


def test_a_client_adds_no_services_units_or_channels(api: Api) -> None:
    before = api.store.reference()
    record = {
        "case_enquiry_id": "1",
        "open_dt": "2011-07-01 01:32:33",
        "case_status": "Open",
        "type": "Brand New",
        "department": "New Department",
        "source": "New Channel",
    }
    assert push(api, record, feed="boston311").status_code == 400
    assert len(api.store.reference().services) == len(before.services)
    assert len(api.store.reference().units) == len(before.units)


STATES = {
    "post_id": 5,
    "post_date": "2026-03-01 08:00:00",
    "label": "Banjir",
    "lat": -6.19,
    "lng": 106.81,
    "status": "wait",
}


def test_later_states_are_followed(any_api: Api) -> None:
    first = push(any_api, STATES, feed="qlue-marker")
    assert first.status_code == 201
    done = STATES | {"status": "complete", "updated_at": "2026-03-01 12:00:00"}
    later = push(any_api, done, feed="qlue-marker")
    assert (later.status_code, later.get_json()["updated"]) == (200, True)
    assert "updated" not in push(any_api, done, feed="qlue-marker").get_json()
    [found] = any_api.get(f"requests/{first.get_json()['service_request_id']}")
    assert (found["status"], found["updated_datetime"]) == ("closed", "2026-03-01T12:00:00+07:00")


def test_a_source_is_the_channels_that_first_pushed_it(any_api: Api) -> None:
    """Else a stranger could take its ids, and its true complaints would pass for repetitions."""
    api = any_api
    number = push(api, STATES, feed="qlue-marker").get_json()["service_request_id"]
    done = STATES | {"status": "complete", "updated_at": "2026-03-01 12:00:00"}
    other = create_key(api.store, "other", "email")
    for feed, record in (("qlue-marker", done), ("qlue-push", PUSHED), ("qlue-pull", STATES)):
        answer = push(api, record, feed=feed, key=other)
        assert answer.status_code == 403
        words = answer.get_json()[0]["description"]
        assert "the source 'qlue' belongs to the channel 'app', not to 'email'" in words
        assert "all-channels" in words
    assert count(api) == 1
    assert api.get(f"requests/{number}")[0]["status"] == "open"
    scopes = ["write", "updates", "all-channels"]
    desk = create_key(api.store, "desk", "email", scopes=scopes)
    assert push(api, done, feed="qlue-marker", key=desk).get_json()["updated"] is True


def test_a_source_that_was_imported_is_the_channels_it_came_through(any_api: Api) -> None:
    preset = adapt(load_preset("qlue-push"), any_api.store.reference(), channel="counter")
    (taken,) = take_records(any_api.store, [PUSHED], preset)
    assert taken.created
    assert push(any_api, PUSHED | {"post_id": 2}).status_code == 403
    counter = create_key(any_api.store, "counter", "counter")
    assert push(any_api, PUSHED | {"post_id": 2}, key=counter).status_code == 201


def test_a_source_is_the_channels_that_its_preset_names(any_api: Api) -> None:
    with write(any_api.store.engine) as connection:
        channels = schema.channels
        renamed = update(channels).where(channels.c.code == "email").values(code="qlue")
        connection.execute(renamed)
    any_api.store.forget()
    assert push(any_api, PUSHED).status_code == 403
    key = create_key(any_api.store, "qlue", "qlue")
    assert push(any_api, PUSHED, key=key).status_code == 201


def test_what_a_feed_says_of_a_status_is_public_where_its_key_may_publish(any_api: Api) -> None:
    scopes = ["write", "updates", "publish"]
    desk = create_key(any_api.store, "desk", "app", scopes=scopes)
    for post_id, key, note in ((5, any_api.key, None), (6, desk, "Pompa jalan")):
        step = {"date": "2026-03-01 12:00:00", "status": "complete", "note": "Pompa jalan"}
        record = STATES | {"post_id": post_id, "status": "complete", "follow_ups": [step]}
        answer = push(any_api, record, feed="qlue-marker", key=key)
        assert answer.status_code == 201
        [found] = any_api.get(f"requests/{answer.get_json()['service_request_id']}")
        assert (found["status"], found["status_notes"]) == ("closed", note)


def test_two_at_once_create_one(any_api: Api) -> None:
    answers: list[Any] = []
    barrier = threading.Barrier(6)

    def send() -> None:
        client = any_api.client.application.test_client()
        barrier.wait()
        answers.append(
            client.post(
                "/open311/v2/feeds/qlue-push.json", json=PUSHED, headers={"X-API-Key": any_api.key}
            )
        )

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.get_json()["service_request_id"] for answer in answers}) == 1
    assert count(any_api) == 1


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["", "0", "2026-03-01", "1e999", "\ud800", "\x00", "flood", "complete"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(st.sampled_from([*PUSHED, *STATES, "progress", "updated_at"]), _VALUES),
    st.sampled_from(["qlue-push", "qlue-pull", "qlue-marker", "open311", "complaint-desk"]),
)
def test_no_record_breaks_the_server(api: Api, changes: dict[str, Any], feed: str) -> None:
    response = push(api, PUSHED | STATES | changes, feed=feed)
    assert response.status_code in (200, 201, 400)
    if response.status_code == 400:
        assert response.get_json()[0]["description"]
    else:
        number = response.get_json()["service_request_id"]
        assert api.get(f"requests/{number}")
        with read(api.store.engine) as connection:
            kinds = connection.scalars(select(schema.events.c.kind)).all()
        assert kinds[0] == EventKind.RECEIVED


def test_every_record_is_taken_from_the_limit_of_its_key(api: Api) -> None:
    key = create_key(api.store, "small", "email", per_minute=3)
    records = [PUSHED | {"post_id": number} for number in range(1, 5)]
    refused = push(api, records, key=key)
    assert refused.status_code == 400  # it could not pass however long one waits
    assert "send 3" in refused.get_json()[0]["description"]
    assert count(api) == 0
    assert push(api, records[:3], key=key).status_code == 201
    assert push(api, records[3], key=key).status_code == 429
    assert count(api) == 3


def test_what_is_known_or_refused_costs_one_however_much_it_is(any_api: Api) -> None:
    key = create_key(any_api.store, "small", "app", per_minute=8)
    records = [PUSHED | {"post_id": number} for number in range(1, 4)]
    bad = [record | {"created_at": "soon"} for record in records]
    codes = [push(any_api, sent, key=key).status_code for sent in (records, records, bad)]
    assert codes == [201, 200, 400]  # three, one and one of eight
    news = [PUSHED | {"post_id": number} for number in range(9, 13)]
    assert [push(any_api, sent, key=key).status_code for sent in news] == [201] * 3 + [429]


def test_a_feed_that_changes_complaints_needs_a_key_for_updates(api: Api) -> None:
    key = create_key(api.store, "words only", "email", scopes=["write"])
    answer = push(api, {"id": "1"}, feed="qlue-marker", key=key)
    assert answer.status_code == 403
    assert "not for updates" in answer.get_json()[0]["description"]
