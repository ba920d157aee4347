"""POST servicerequestupdates: news become events, the rest comments; each once, with its author."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from data import complaints, schema
from data.bulk import Happening
from data.database import read
from data.instants import now
from data.keys import create_key
from data.vocabulary import EventKind, Status
from tests.intake.conftest import Api, from_xml
from tests.intake.test_updates import past, updates, w3c

PATH = "/open311/v2/servicerequestupdates"


def send(api: Api, number: str, *, ending: str = "json", **changes: Any) -> Any:
    fields = {
        "api_key": api.key,
        "service_request_id": number,
        "update_id": "1",
        "updated_datetime": w3c(now()),
        "status": "OPEN",
        "description": "Seen again",
    } | changes
    data = {name: value for name, value in fields.items() if value is not None}
    return api.client.post(f"{PATH}.{ending}", data=data)


def accepted(api: Api, number: str, **changes: Any) -> dict[str, Any]:
    response = send(api, number, **changes)
    assert response.status_code == 201, response.text
    (answer,) = response.get_json()
    return answer


def refused(response: Any, status: int) -> str:
    assert response.status_code == status, response.text
    return " ".join(error["description"] for error in response.get_json())


def events(api: Api, number: str) -> list[Any]:
    """The events of a complaint after its receipt, in the order recorded."""
    table = schema.events
    with read(api.store.engine) as connection:
        return list(
            connection.execute(
                select(table)
                .where(table.c.complaint_id == int(number), table.c.kind != "received")
                .order_by(table.c.seq)
            )
        )


def status(api: Api, number: str) -> Status:
    with read(api.store.engine) as connection:
        query = select(schema.complaints.c.status)
        return Status(connection.scalar(query.where(schema.complaints.c.id == int(number))) or 0)


def sizes(api: Api) -> tuple[int, ...]:
    tables = (schema.events, schema.posted_updates, schema.update_authors, schema.rate_buckets)
    with read(api.store.engine) as connection:
        return tuple(
            connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        )


@pytest.mark.parametrize(
    ("word", "kind", "given_back"),
    [
        ("OPEN", "commented", "OPEN"),
        ("REOPEN", "commented", "OPEN"),
        ("INVESTIGATING", "acknowledged", "INVESTIGATING"),
        ("ACTION_SCHEDULED", "acknowledged", "ACTION_SCHEDULED"),
        ("IN_PROGRESS", "started", "IN_PROGRESS"),
        ("FIXED", "resolved", "FIXED"),
        ("CLOSED", "resolved", "CLOSED"),
        ("NO_FURTHER_ACTION", "rejected", "NO_FURTHER_ACTION"),
        ("NOT_COUNCILS_RESPONSIBILITY", "rejected", "NOT_COUNCILS_RESPONSIBILITY"),
        ("DUPLICATE", "rejected", "DUPLICATE"),
        ("INTERNAL_REFERRAL", "commented", "OPEN"),
        ("FOR_TRIAGE", "commented", "OPEN"),
        ("in progress", "started", "IN_PROGRESS"),
        ("in_progress", "started", "IN_PROGRESS"),
        ("Not Councils-Responsibility", "rejected", "NOT_COUNCILS_RESPONSIBILITY"),
        (None, "commented", "OPEN"),
    ],
)
def test_a_word_becomes_the_event_it_means(
    api: Api, word: str | None, kind: str, given_back: str
) -> None:
    number = api.report()["service_request_id"]
    answer = accepted(api, number, status=word)
    (event,) = events(api, number)
    assert (event.kind, event.note) == (kind, "Seen again")
    assert answer == {
        "update_id": str(event.seq),
        "service_request_id": number,
        "status": given_back,
    }
    shown = [(u["update_id"], u["status"]) for u in updates(api)]
    assert shown == ([] if kind == "commented" else [(answer["update_id"], given_back)])


@pytest.mark.parametrize("ending", ["json", "xml"])
def test_a_desk_leads_a_complaint_through_its_life(any_api: Api, ending: str) -> None:
    number = any_api.report()["service_request_id"]
    for place, (word, expected) in enumerate(
        [
            ("INVESTIGATING", Status.ASSIGNED),
            ("IN_PROGRESS", Status.IN_PROGRESS),
            ("FIXED", Status.RESOLVED),
            ("OPEN", Status.ASSIGNED),
            ("NO_FURTHER_ACTION", Status.REJECTED),
            ("IN_PROGRESS", Status.ASSIGNED),
        ]
    ):
        response = send(any_api, number, update_id=str(place), status=word, ending=ending)
        assert response.status_code == 201, response.text
        content = from_xml(response.data) if ending == "xml" else response.get_json()
        assert len(content) == 1
        assert status(any_api, number) is expected
    kinds = [event.kind for event in events(any_api, number)]
    assert kinds == ["acknowledged", "started", "resolved", "reopened", "rejected", "reopened"]
    (found,) = any_api.get(f"requests/{number}")
    assert found["status"] == "open"


def test_a_repetition_stores_nothing_and_gets_the_same_answer(any_api: Api) -> None:
    number = any_api.report()["service_request_id"]
    first = accepted(any_api, number, status="IN_PROGRESS", email="desk@example.org")
    before = sizes(any_api)
    again = send(any_api, number, status="FIXED", description="By now I know more")
    assert again.status_code == 201
    assert again.get_json() == [first]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert sizes(any_api) == before
    assert status(any_api, number) is Status.IN_PROGRESS


def test_update_ids_are_each_clients_own(any_api: Api) -> None:
    number = any_api.report()["service_request_id"]
    channel = next(iter(any_api.store.reference().channel_by_code))
    other = create_key(any_api.store, "another site", channel)
    first = accepted(any_api, number)
    second = accepted(any_api, number, api_key=other)
    assert first["update_id"] != second["update_id"]
    assert len(events(any_api, number)) == 2


def test_an_update_id_of_another_complaint_is_a_conflict(any_api: Api) -> None:
    one, two = (any_api.report()["service_request_id"] for _ in range(2))
    accepted(any_api, one, update_id="7")
    before = sizes(any_api)
    words = refused(send(any_api, two, update_id="7"), 409)
    assert "update_id '7' came before with another service_request_id" in words
    assert sizes(any_api) == before


def test_the_same_update_from_many_threads_is_one_event(any_api: Api) -> None:
    number = any_api.report()["service_request_id"]
    answers: list[Any] = []

    def post() -> None:
        client = any_api.client.application.test_client()
        fields = {"api_key": any_api.key, "service_request_id": number, "update_id": "x"}
        answers.append(client.post(f"{PATH}.json", data=fields).get_json()[0]["update_id"])

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6 and len(set(answers)) == 1
    assert len(events(any_api, number)) == 1


def test_a_status_that_the_client_may_only_repeat_is_no_news(any_api: Api) -> None:
    """A comment written before its site heard of the solution does not undo it."""
    number = any_api.report()["service_request_id"]
    complaints.acknowledge(any_api.store, number)
    complaints.start(any_api.store, number)
    complaints.resolve(any_api.store, number)
    for place, word in enumerate(["OPEN", "INVESTIGATING", "IN_PROGRESS", "FIXED", "CLOSED"]):
        answer = accepted(any_api, number, update_id=str(place), status=word)
        assert answer["status"] == "FIXED"
    kinds = [event.kind for event in events(any_api, number)]
    assert kinds == ["acknowledged", "started", "resolved"] + ["commented"] * 5
    answer = accepted(any_api, number, update_id="9", status="REOPEN")
    assert answer["status"] == "OPEN"
    assert status(any_api, number) is Status.ASSIGNED


@pytest.mark.parametrize(("hours_ago", "reopened"), [(1, False), (3, True)])
def test_open_is_news_once_the_client_has_heard_of_the_solution(
    any_api: Api, hours_ago: int, reopened: bool
) -> None:
    resolved = now() - timedelta(hours=hours_ago)
    number = past(any_api, resolved - timedelta(days=1), Happening(EventKind.RESOLVED, resolved))
    answer = accepted(any_api, number, status="OPEN")
    assert events(any_api, number)[-1].kind == ("reopened" if reopened else "commented")
    assert answer["status"] == ("OPEN" if reopened else "FIXED")


def test_the_first_answer_of_a_unit_is_not_a_citizens_repetition(any_api: Api) -> None:
    """Assigned is still OPEN to clients: only a desk that says more stops the response clock."""
    number = any_api.report()["service_request_id"]
    unit = next(iter(any_api.store.reference().unit_by_code))
    complaints.assign(any_api.store, number, unit)
    accepted(any_api, number, update_id="1", status="OPEN")
    with read(any_api.store.engine) as connection:
        assert connection.scalar(select(schema.complaints.c.responded_at)) is None
    accepted(any_api, number, update_id="2", status="INVESTIGATING")
    with read(any_api.store.engine) as connection:
        assert connection.scalar(select(schema.complaints.c.responded_at)) is not None


def test_what_cannot_follow_is_kept_as_a_comment(any_api: Api) -> None:
    long_ago = now() - timedelta(days=3)
    number = past(any_api, long_ago, Happening(EventKind.REJECTED, long_ago))
    answer = accepted(any_api, number, status="FIXED", description="But I mended it")
    assert answer["status"] == "NO_FURTHER_ACTION"
    event = events(any_api, number)[-1]
    assert (event.kind, event.note, event.data) == (
        "commented",
        "But I mended it",
        {"status": "FIXED"},
    )
    assert status(any_api, number) is Status.REJECTED


def test_updates_take_their_place_in_time(any_api: Api) -> None:
    received = now() - timedelta(hours=9)
    number = past(any_api, received)
    for update_id, word, said, kept in [
        ("1", "OPEN", received - timedelta(hours=1), received),
        ("2", "INVESTIGATING", received + timedelta(hours=2), received + timedelta(hours=2)),
        ("3", "IN_PROGRESS", received + timedelta(hours=1), received + timedelta(hours=2)),
    ]:
        accepted(any_api, number, update_id=update_id, status=word, updated_datetime=w3c(said))
        assert events(any_api, number)[-1].at == kept
    accepted(
        any_api, number, update_id="4", status="FIXED", updated_datetime="2100-01-01T00:00:00Z"
    )
    assert events(any_api, number)[-1].at <= now()
    with read(any_api.store.engine) as connection:
        row = connection.execute(select(schema.complaints)).one()
    assert row.responded_at == received + timedelta(hours=2)


def test_dates_without_an_offset_are_the_citys(api: Api) -> None:
    number = past(api, now() - timedelta(days=2))
    local = (now() - timedelta(days=1)).astimezone(api.store.reference().city.time_zone)
    accepted(api, number, updated_datetime=local.replace(tzinfo=None).isoformat())
    assert events(api, number)[-1].at == local
    accepted(api, number, update_id="2", updated_datetime=None)
    assert now() - events(api, number)[-1].at < timedelta(minutes=1)


def test_who_wrote_it_is_kept_apart_and_never_shown(any_api: Api) -> None:
    number = any_api.report()["service_request_id"]
    author = {
        "title": "MRS",
        "first_name": "Sitina",
        "last_name": "Anisa",
        "email": "sitina@example.org",
        "phone": "+62 811",
        "account_id": "u-sitina",
    }
    answer = accepted(any_api, number, status="FIXED", description="Done", **author)
    with read(any_api.store.engine) as connection:
        (row,) = connection.execute(select(schema.update_authors)).mappings().all()
    assert dict(row) == {"seq": int(answer["update_id"])} | author
    assert "itina" not in str(events(any_api, number))
    for path in (
        "servicerequestupdates.xml",
        f"requests/{number}.xml?extensions=true",
        f"requests/{number}/timeline.xml",
        "bulk/requests.csv",
    ):
        shown = any_api.client.get(f"/open311/v2/{path}")
        assert shown.status_code == 200
        assert "itina" not in shown.text


def publishing(api: Api) -> str:
    """A key whose words the public may read."""
    channel = next(iter(api.store.reference().channel_by_code))
    return create_key(api.store, "desk", channel, scopes=["updates", "publish"])


def public_answers(api: Api, number: str) -> str:
    """All that the public can read of a complaint."""
    texts = []
    for path in (
        "servicerequestupdates.json",
        "servicerequestupdates.xml",
        f"requests/{number}.json?extensions=true",
        f"requests/{number}.xml?extensions=true",
        "requests.json?extensions=true",
        f"requests/{number}/timeline.json",
        "bulk/requests.csv",
    ):
        answer = api.client.get(f"/open311/v2/{path}")
        assert answer.status_code == 200
        texts.append(answer.text)
    return "\n".join(texts)


@pytest.mark.parametrize("word", ["INVESTIGATING", "IN_PROGRESS", "FIXED", "NO_FURTHER_ACTION"])
def test_what_clients_say_of_a_status_stays_inside(any_api: Api, word: str) -> None:
    """The change is public; the words, and the photos, may be a citizen's."""
    number = any_api.report()["service_request_id"]
    answer = accepted(
        any_api,
        number,
        status=word,
        description="Ibu Sri at 0811 fixed it",
        media_url="https://fms.example.org/sri.jpeg",
    )
    shown = public_answers(any_api, number)
    assert "Sri" not in shown and "sri.jpeg" not in shown
    (update,) = updates(any_api)
    assert (update["update_id"], update["status"]) == (answer["update_id"], word)
    assert (update["description"], update["media_url"]) == (None, None)
    (found,) = any_api.get(f"requests/{number}")
    assert found["status_notes"] is None
    (event,) = events(any_api, number)
    assert event.note == "Ibu Sri at 0811 fixed it"  # the officials read it


def test_a_key_that_may_publish_speaks_to_the_public(any_api: Api) -> None:
    number = any_api.report()["service_request_id"]
    accepted(any_api, number, api_key=publishing(any_api), status="FIXED", description="A new lamp")
    (update,) = updates(any_api)
    assert update["description"] == "A new lamp"
    (found,) = any_api.get(f"requests/{number}", extensions="true")
    assert found["status_notes"] == "A new lamp"
    assert found["notes"][-1]["description"] == "A new lamp"
    (*_, last) = any_api.get(f"requests/{number}/timeline")
    assert last["note"] == "A new lamp"


def test_the_citys_own_words_are_given_out_among_those_withheld(any_api: Api) -> None:
    number = any_api.report()["service_request_id"]
    accepted(any_api, number, status="FIXED", description="Seen by a neighbour")
    complaints.reopen(any_api.store, number)
    complaints.resolve(any_api.store, number, note="The city has mended it")
    assert [update["description"] for update in updates(any_api)] == [
        None,
        None,
        "The city has mended it",
    ]


def test_a_key_decides_over_complaints_of_its_own_channel_alone(any_api: Api) -> None:
    number = any_api.report()["service_request_id"]
    _, other, *_ = any_api.store.reference().channel_by_code
    stranger = create_key(any_api.store, "stranger", other)
    before = sizes(any_api)
    for word in ("FIXED", "OPEN", None):
        words = refused(send(any_api, number, api_key=stranger, status=word), 403)
        assert "came through the channel" in words and "all-channels" in words
    assert sizes(any_api) == before
    desk = create_key(any_api.store, "desk", other, scopes=["updates", "all-channels"])
    assert accepted(any_api, number, api_key=desk, status="FIXED")["status"] == "FIXED"


def test_photos_of_news_are_shown_and_those_of_comments_kept(any_api: Api) -> None:
    number = any_api.report()["service_request_id"]
    photos = ["https://fms.example.org/1.jpeg", "https://fms.example.org/2.jpeg"]
    accepted(any_api, number, update_id="1", status="OPEN", media_url=photos)
    key = publishing(any_api)
    accepted(any_api, number, api_key=key, update_id="2", status="FIXED", media_url=photos[1:])
    comment, resolved = events(any_api, number)
    assert comment.data == {"status": "OPEN", "media_urls": photos}
    assert resolved.data == {"status": "FIXED", "media_urls": photos[1:]}
    (update,) = updates(any_api)
    assert update["media_url"] == photos[1]


def test_an_update_without_words_is_taken(any_api: Api) -> None:
    number = any_api.report()["service_request_id"]
    accepted(any_api, number, description="", status="IN_PROGRESS")
    (update,) = updates(any_api)
    assert update["description"] is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"update_id": None}, "update_id is missing"),
        ({"service_request_id": " "}, "service_request_id is missing"),
        ({"status": "DONE"}, "status 'DONE' is not known; send one of OPEN, INVESTIGATING"),
        ({"updated_datetime": "today"}, "updated_datetime 'today' is not a date"),
        ({"description": "x" * 4001}, "is 4001 characters long; send at most 4000"),
        ({"update_id": "x" * 256}, "send at most 255"),
        ({"media_url": "javascript:alert(1)"}, "is not a web address"),
        ({"media_url": ["https://a.example/"] * 11}, "media_url is given 11 times"),
        ({"status": ["OPEN", "FIXED"]}, "status is given 2 times with different values"),
    ],
)
def test_wrong_updates_are_refused_by_name_and_leave_no_trace(
    any_api: Api, changes: dict[str, Any], words: str
) -> None:
    number = any_api.report()["service_request_id"]
    before = sizes(any_api)
    assert words in refused(send(any_api, number, **changes), 400)
    assert sizes(any_api) == before


def test_everything_wrong_is_said_at_once(api: Api) -> None:
    number = api.report()["service_request_id"]
    response = send(api, number, status="DONE", updated_datetime="today", update_id=None)
    assert len(response.get_json()) == 3


def test_an_unknown_complaint_is_not_found(any_api: Api) -> None:
    before = sizes(any_api)
    assert "service_request_id '999' is not known here" in refused(send(any_api, "999"), 404)
    assert sizes(any_api) == before


def test_only_a_key_for_updates_may_send_them(any_api: Api) -> None:
    number = any_api.report()["service_request_id"]
    channel = next(iter(any_api.store.reference().channel_by_code))
    key = create_key(any_api.store, "writer", channel, scopes=["write"])
    assert "api_key is missing" in refused(send(any_api, number, api_key=None), 403)
    assert "api_key is not valid" in refused(send(any_api, number, api_key="guess"), 403)
    assert "'writer' is not for updates" in refused(send(any_api, number, api_key=key), 403)
    assert events(any_api, number) == []


def test_a_key_has_a_limit_and_a_repetition_takes_nothing_of_it(any_api: Api) -> None:
    number = any_api.report()["service_request_id"]
    channel = next(iter(any_api.store.reference().channel_by_code))
    key = create_key(any_api.store, "slow", channel, per_minute=2)
    codes = [
        send(any_api, number, api_key=key, update_id=update_id).status_code
        for update_id in ("1", "1", "1", "2", "3")
    ]
    assert codes == [201, 201, 201, 201, 429]
    assert len(events(any_api, number)) == 2


def test_what_a_site_sent_comes_back_under_the_id_it_was_given(any_api: Api) -> None:
    """By that id it knows its own."""
    number = any_api.report()["service_request_id"]
    answer = accepted(any_api, number, status="FIXED")
    (update,) = updates(any_api)
    assert update["update_id"] == answer["update_id"]
    assert now() - datetime.fromisoformat(update["updated_datetime"]) < timedelta(minutes=1)
