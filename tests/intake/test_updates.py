"""GET servicerequestupdates: public events, in the window in which they came to be known."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import event, insert, text

from data import complaints, schema
from data.bulk import Happening, History, record_histories
from data.complaints import NewComplaint
from data.database import read, write
from data.instants import now
from data.vocabulary import EventKind
from tests.intake.conftest import Api

PATH = "servicerequestupdates"


def updates(api: Api, **query: Any) -> list[dict[str, Any]]:
    found = api.get(PATH, **query)
    assert isinstance(found, list)
    return found


def w3c(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def past(api: Api, received: datetime, *happenings: Happening, late_seconds: int = 0) -> str:
    """The number of a complaint of the past, each event recorded as late as that."""
    channel = next(iter(api.store.reference().channel_by_code))
    new = NewComplaint(
        service_code=api.plain_service,
        channel_code=channel,
        latitude=api.place[0],
        longitude=api.place[1],
        requested_at=received,
    )
    history = History(new, list(happenings))
    record_histories(api.store, [history], delay_seconds=lambda _new: late_seconds)
    with read(api.store.engine) as connection:
        return str(connection.scalar(text("SELECT max(id) FROM complaints")))


def a_life(api: Api) -> str:
    number = api.report()["service_request_id"]
    store, (first, second) = api.store, list(api.store.reference().unit_by_code)[:2]
    complaints.assign(store, number, first, note="To the office")
    complaints.acknowledge(store, number)
    complaints.transfer(store, number, second)
    complaints.start(store, number, note="Two men and a ladder")
    complaints.submit_for_verification(store, number)
    complaints.send_back(store, number)
    complaints.resolve(store, number, note="A new lamp")
    complaints.reopen(store, number)
    complaints.reject(store, number, note="A private road")
    return number


def test_each_public_event_is_an_update(any_api: Api) -> None:
    number = a_life(any_api)
    found = updates(any_api)
    assert [(u["external_status_code"], u["status"], u["description"]) for u in found] == [
        ("assigned", "OPEN", "To the office"),
        ("acknowledged", "INVESTIGATING", None),
        ("transferred", "OPEN", None),
        ("started", "IN_PROGRESS", "Two men and a ladder"),
        ("submitted", "IN_PROGRESS", None),
        ("sent_back", "IN_PROGRESS", None),
        ("resolved", "FIXED", "A new lamp"),
        ("reopened", "OPEN", None),
        ("rejected", "NO_FURTHER_ACTION", "A private road"),
    ]
    assert {update["service_request_id"] for update in found} == {number}
    assert all(update["updated_datetime"].endswith("+07:00") for update in found)
    assert [update["update_id"] for update in found] == [str(seq) for seq in range(2, 11)]
    assert updates(any_api) == found  # an update keeps its id


def test_xml_has_the_nesting_that_fixmystreet_reads(api: Api) -> None:
    a_life(api)
    root = ElementTree.fromstring(api.client.get(f"/open311/v2/{PATH}.xml").data)
    assert root.tag == "service_request_updates"
    assert {child.tag for child in root} == {"request_update"}
    assert [field.tag for field in root[0]] == [
        "update_id",
        "service_request_id",
        "status",
        "external_status_code",
        "updated_datetime",
        "happened_datetime",
        "description",
        "media_url",
    ]


def test_what_citizens_say_is_not_shown(any_api: Api) -> None:
    number = any_api.report(first_name="Siti", email="siti@example.org")["service_request_id"]
    complaints.comment(any_api.store, number, "My name is Siti")
    complaints.resolve(any_api.store, number)
    complaints.rate(any_api.store, number, 1, comment="Siti is not content")
    complaints.comment(any_api.store, number, "Siti again")
    for ending in ("json", "xml"):
        answer = any_api.client.get(f"/open311/v2/{PATH}.{ending}")
        assert answer.status_code == 200
        assert "Siti" not in answer.text and "siti" not in answer.text
    assert [update["external_status_code"] for update in updates(any_api)] == ["resolved"]


def test_no_updates_are_an_empty_list(any_api: Api) -> None:
    any_api.report()
    assert updates(any_api) == []


def test_the_window_includes_both_ends(any_api: Api) -> None:
    at = now() - timedelta(days=3)
    past(any_api, at - timedelta(hours=1), Happening(EventKind.RESOLVED, at))
    second = timedelta(seconds=1)
    for start, end, n in (
        (at, at, 1),
        (at - second, at, 1),
        (at, at + second, 1),
        (at + second, at + 2 * second, 0),
        (at - 2 * second, at - second, 0),
    ):
        assert len(updates(any_api, start_date=w3c(start), end_date=w3c(end))) == n
    assert updates(any_api) == []  # without dates the last day
    assert len(updates(any_api, start_date=w3c(at - second))) == 1
    assert len(updates(any_api, end_date=w3c(at + second))) == 1


def test_what_is_reported_late_is_in_the_window_in_which_it_is_new(any_api: Api) -> None:
    """And dated inside it: a client that skips what lies outside takes it."""
    received, begun = now() - timedelta(hours=30), now() - timedelta(hours=20)
    number = past(any_api, received)
    start = now()
    complaints.start(any_api.store, number, at=begun)
    end = now()
    (update,) = updates(any_api, start_date=w3c(start), end_date=w3c(end))
    known = datetime.fromisoformat(update["updated_datetime"])
    assert start <= known <= end
    assert datetime.fromisoformat(update["happened_datetime"]) == begun


def test_an_event_reported_late_does_not_undo_a_later_one(any_api: Api) -> None:
    number = past(any_api, now() - timedelta(hours=5))
    complaints.resolve(any_api.store, number, at=now() - timedelta(hours=1))
    complaints.start(any_api.store, number, at=now() - timedelta(hours=2), note="Begun before")
    found = updates(any_api)
    assert [(u["status"], u["external_status_code"], u["description"]) for u in found] == [
        ("FIXED", "resolved", None),
        ("FIXED", "resolved", "Begun before"),
    ]


def test_named_complaints_are_a_filter_without_a_window(any_api: Api) -> None:
    long_ago = now() - timedelta(days=400)
    old = past(any_api, long_ago, Happening(EventKind.RESOLVED, long_ago + timedelta(hours=1)))
    new = any_api.report()["service_request_id"]
    other = any_api.report()["service_request_id"]
    for number in (new, other):
        complaints.acknowledge(any_api.store, number)
    found = updates(any_api, service_request_id=f"{old}, {new},99999")
    assert [update["service_request_id"] for update in found] == [old, new]
    found = updates(any_api, service_request_id=f"{old},{new}", start_date=w3c(long_ago))
    assert [update["service_request_id"] for update in found] == [old, new]
    found = updates(any_api, service_request_id=f"{old},{new}", start_date=w3c(now()))
    assert old not in [update["service_request_id"] for update in found]
    assert updates(any_api, service_request_id="99999") == []


def test_pages_go_back_from_the_newest_and_each_runs_forward(any_api: Api) -> None:
    a_life(any_api)
    query = {"start_date": w3c(now() - timedelta(hours=1)), "end_date": w3c(now())}
    pages = [updates(any_api, page=n, page_size=4, **query) for n in (1, 2, 3, 4)]
    ids = [[int(update["update_id"]) for update in page] for page in pages]
    assert ids == [[7, 8, 9, 10], [3, 4, 5, 6], [2], []]
    answer = any_api.client.get(
        f"/open311/v2/{PATH}.xml", query_string=query | {"page_size": 4, "api_key": "secret"}
    )
    assert answer.headers["X-Total-Count"] == "9"
    assert answer.headers["X-Page-Count"] == "3"
    assert 'page=2&page_size=4>; rel="next"' in answer.headers["Link"]
    assert "secret" not in answer.headers["Link"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"start_date": "yesterday"}, "start_date 'yesterday' is not a date"),
        ({"end_date": "0001-01-01"}, "end_date '0001-01-01' is not a date"),
        ({"start_date": "2026-02-01", "end_date": "2026-01-01"}, "lies before start_date"),
        ({"start_date": "2026-01-01", "end_date": "2026-12-01"}, "at most 90 days"),
        ({"page": "0"}, "page '0' is not a whole number"),
        ({"page_size": "5001"}, "from 1 to 5000"),
        ({"service_request_id": ",".join(map(str, range(1001)))}, "1001 service_request_ids"),
    ],
)
def test_wrong_questions_are_refused_by_name(api: Api, query: Any, words: str) -> None:
    (error,) = api.get(PATH, expect=400, **query)
    assert words in error["description"]


def test_what_clients_send_besides_is_taken(api: Api) -> None:
    """FixMyStreet sends its key, empty where it has none, and its jurisdiction."""
    a_life(api)
    assert len(updates(api, api_key="", jurisdiction_id="anything", start_date="")) == 9
    assert len(updates(api, api_key="wrong")) == 9


def test_an_update_that_is_just_being_stored_is_waited_for(any_api: Api) -> None:
    """Who asks next from where this window ended would never hear of it."""
    number = any_api.report()["service_request_id"]
    answers: list[Any] = []
    query = {"start_date": w3c(now() - timedelta(hours=1)), "end_date": w3c(now())}

    def ask() -> None:
        client = any_api.client.application.test_client()
        answers.append(client.get(f"/open311/v2/{PATH}.json", query_string=query).get_json())

    asking = threading.Thread(target=ask)
    with write(any_api.store.engine) as connection:
        connection.execute(
            insert(schema.events).values(
                seq=2,
                complaint_id=int(number),
                kind="acknowledged",
                at=now(),
                recorded_at=now() - timedelta(seconds=1),
            )
        )
        asking.start()
        asking.join(timeout=0.5)
        assert asking.is_alive()
    asking.join(timeout=10)
    assert [update["update_id"] for update in answers[0]] == ["2"]


def test_who_asks_never_stands_in_the_way_of_a_writer(any_api: Api) -> None:
    """Strangers ask: they look whether somebody writes, and take no lock for it."""
    number = any_api.report()["service_request_id"]
    complaints.acknowledge(any_api.store, number)
    taken: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "BEGIN IMMEDIATE" in statement or "advisory_xact_lock" in statement:
            taken.append(statement)

    engine = any_api.store.engine
    lock = "data.database._wait_to_write"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, lambda *_arguments: taken.append(lock))
        event.listen(engine, "before_cursor_execute", note)
        assert len(updates(any_api)) == 1
        event.remove(engine, "before_cursor_execute", note)
    assert taken == []


def test_a_writer_that_does_not_end_is_not_waited_for_for_ever(
    any_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.updates.REQUEST_SECONDS", 0.2)
    long_ago = {"end_date": w3c(now() - timedelta(hours=1))}
    with write(any_api.store.engine):
        answer = any_api.client.get(f"/open311/v2/{PATH}.json")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert updates(any_api, **long_ago) == []
    assert updates(any_api) == []
