"""`extensions=true` and the timeline: all that the public may know, and nothing personal."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from data import schema
from data.complaints import assign, comment, rate, reopen, resolve, start
from data.database import write
from data.instants import now
from tests.intake.conftest import Api
from tests.intake.test_querying import receive_at

SECRETS = {
    "first_name": "Siti",
    "last_name": "Rahayu",
    "email": "siti@example.org",
    "phone": "0811000000",
    "account_id": "account-77",
    "device_id": "device-88",
}
WORDS = ("my name is Budi", "call me on 0899")


@pytest.fixture
def told(any_api: Api) -> tuple[Api, dict[str, Any]]:
    """A complaint with all that a citizen can send, and some history; with its answer."""
    api = any_api
    created = api.report(
        service_code=api.asking_service,
        **{
            "attribute[WHICH]": "left",
            "attribute[WHAT][]": ["a", "b"],
            "attribute[HOWMANY]": "3",
            "attribute[LINE]": "ask for Budi",
            "attribute[MORE]": "the house of Budi",
            "attribute[UNASKED]": "Budi's number",
            "media_url": ["https://example.org/1.jpg", "https://example.org/2.jpg"],
        },
        **SECRETS,
    )
    found = created["service_request_id"]
    start(api.store, found, note="On our way")
    comment(api.store, found, WORDS[0])
    resolve(api.store, found, note="Repaired")
    rate(api.store, found, 4, comment=WORDS[1])
    return api, created


def test_extensions_say_all_that_is_public(told: Any) -> None:
    api, created = told
    path = f"requests/{created['service_request_id']}"
    (plain,) = api.get(path)
    (found,) = api.get(path, extensions="true")
    assert api.get("requests", extensions="TRUE") == [found]
    extended = found.pop("extended_attributes")
    notes = found.pop("notes")
    assert found == plain
    assert found["media_url"] == "https://example.org/1.jpg"
    reference = api.store.reference()
    leaf = next(d for d in reference.at_level(1) if d.latitude == api.place[0])
    parent = reference.districts[leaf.parent_id or 0]
    assert extended["status"] == "resolved"
    assert extended["channel"] == next(iter(reference.channel_by_code))
    assert extended["agency_code"] in reference.unit_by_code
    assert extended["district_code"] == leaf.code
    assert extended["districts"] == [
        {"level": "kota", "code": parent.code, "name": parent.name},
        {"level": "kelurahan", "code": leaf.code, "name": leaf.name},
    ]
    assert extended["photos"] == [
        {"media_url": "https://example.org/1.jpg"},
        {"media_url": "https://example.org/2.jpg"},
    ]
    assert {a["code"]: a["values"] for a in extended["attributes"]} == {
        "HOWMANY": [{"key": "3", "name": "3"}],
        "WHICH": [{"key": "left", "name": "Kiri"}],
        "WHAT": [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}],
    }
    assert [(note["type"], note["description"]) for note in notes] == [
        ("received", None),
        ("started", "On our way"),
        ("resolved", "Repaired"),
    ]


@pytest.mark.parametrize(
    ("said", "number", "shown"),
    [
        ({"public": True}, "3", True),
        ({"public": True}, "-12.5", True),
        ({}, "3", False),
        ({"public": False}, "3", False),
        ({"public": True}, "0811000000", False),
        ({"public": True}, "+62811000", False),
        ({"public": True}, "3174070107900001", False),
        ({"public": True}, "6281.10000", False),
    ],
)
def test_numbers_are_public_where_their_question_says_so(
    any_api: Api, said: dict[str, bool], number: str, shown: bool
) -> None:
    """And never those that may be somebody's."""
    question = {"code": "N", "datatype": "number", "order": 1, "description": "?"} | said
    ask(any_api, question)
    created = any_api.report(**{"attribute[N]": number})
    (found,) = any_api.get(f"requests/{created['service_request_id']}", extensions="true")
    values = [{"key": number, "name": number}]
    attributes = found["extended_attributes"]["attributes"]
    assert [answered["values"] for answered in attributes] == ([values] if shown else [])


@pytest.mark.parametrize(("said", "shown"), [({}, 1), ({"public": False}, 0)])
def test_a_question_may_keep_its_answers_inside(
    api: Api, said: dict[str, bool], shown: int
) -> None:
    ask(api, {"code": "D", "datatype": "datetime", "order": 1, "description": "?"} | said)
    created = api.report(**{"attribute[D]": "2026-01-01"})
    (found,) = api.get(f"requests/{created['service_request_id']}", extensions="true")
    assert len(found["extended_attributes"]["attributes"]) == shown


def ask(api: Api, question: dict[str, Any]) -> None:
    """Let the plain service ask this alone."""
    with write(api.store.engine) as connection:
        plain = schema.services.c.service_code == api.plain_service
        connection.execute(update(schema.services).where(plain).values(attributes=[question]))
    api.store.forget()


def test_a_repeat_names_the_first_of_its_problem(any_api: Api) -> None:
    first, second, third = (any_api.report(account_id=who)["service_request_id"] for who in "abc")
    for number, wanted in ((first, None), (second, first), (third, first)):
        (found,) = any_api.get(f"requests/{number}", extensions="true")
        assert found["extended_attributes"]["duplicate_of"] == wanted
    named = {r["service_request_id"]: r for r in any_api.get("requests", extensions="true")}
    assert named[third]["extended_attributes"]["duplicate_of"] == first
    (plain,) = any_api.get(f"requests/{second}")
    assert "duplicate_of" not in plain


def test_nothing_personal_is_ever_read(told: Any) -> None:
    api, created = told
    found = created["service_request_id"]
    for path in (
        f"requests/{found}.json",
        f"requests/{found}.json?extensions=true",
        f"requests/{found}.xml?extensions=true",
        "requests.json?extensions=true",
        f"requests/{found}/timeline.json",
        f"requests/{found}/timeline.xml",
    ):
        text = api.client.get(f"/open311/v2/{path}").text
        for secret in (*SECRETS.values(), *WORDS, "Budi", created["token"]):
            assert secret not in text, (path, secret)


def test_without_extensions_nothing_is_added(api: Api) -> None:
    receive_at(api, now())
    for query in ({}, {"extensions": "false"}, {"extensions": ""}):
        (found,) = api.get("requests", **query)
        assert "extended_attributes" not in found and "notes" not in found
    (error,) = api.get("requests", expect=400, extensions="maybe")
    assert error["description"].startswith("extensions 'maybe' is not known")


def test_a_complaint_without_a_place_has_no_districts(any_api: Api) -> None:
    api = any_api
    receive_at(api, now(), latitude=None, longitude=None, address_string="Somewhere")
    (found,) = api.get("requests", extensions="true")
    extended = found["extended_attributes"]
    assert (extended["district_code"], extended["districts"]) == (None, [])
    assert (extended["photos"], extended["attributes"]) == ([], [])


def test_the_timeline_is_in_order_of_time_with_who_was_accountable(any_api: Api) -> None:
    api = any_api
    begin = now() - timedelta(hours=9)
    found = receive_at(api, begin)
    reference = api.store.reference()
    first = api.get(f"requests/{found}")[0]["agency_responsible"]
    second = reference.unit_by_code["dbm"]
    assign(api.store, found, second.code, at=begin + timedelta(hours=2), note="Ours")
    resolve(api.store, found, at=begin + timedelta(hours=3), note="Done")
    rate(api.store, found, 1, comment=WORDS[0], at=begin + timedelta(hours=4))
    reopen(api.store, found, at=begin + timedelta(hours=5))
    comment(api.store, found, WORDS[1], at=begin + timedelta(hours=1))  # told late
    events = api.get(f"requests/{found}/timeline")
    assert [list(event) for event in events] == [
        ["datetime", "kind", "agency_responsible", "note"]
    ] * 6
    assert [tuple(event.values())[1:] for event in events] == [
        ("received", first, None),
        ("commented", first, None),
        ("assigned", second.name, "Ours"),
        ("resolved", second.name, "Done"),
        ("rated", second.name, None),
        ("reopened", second.name, None),
    ]
    instants = [event["datetime"] for event in events]
    assert instants == sorted(instants) and instants[0].endswith("+07:00")


def test_the_timeline_of_no_complaint_is_404(any_api: Api) -> None:
    (error,) = any_api.get("requests/nothing/timeline", expect=404)
    assert error["description"] == "service_request_id 'nothing' is not known here"
    any_api.get("requests/%00/timeline", expect=404)


def test_a_word_told_late_does_not_explain_the_status(any_api: Api) -> None:
    api = any_api
    begin = now() - timedelta(hours=9)
    found = receive_at(api, begin)
    resolve(api.store, found, at=begin + timedelta(hours=3), note="Done")
    start(api.store, found, at=begin + timedelta(hours=1), note="Begun")
    (request,) = api.get(f"requests/{found}")
    assert (request["status"], request["status_notes"]) == ("closed", "Done")
