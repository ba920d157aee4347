"""Pulling from other servers: everything arrives, once, whatever the server knows and does."""

import csv
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from data import schema
from data.database import read
from data.imports.adapting import adapt
from data.imports.preset import load_preset
from data.pull.client import Client, PullError
from data.pull.commands import describe
from data.pull.run import PullOptions, PullReport, pull
from data.pull.state import find_state
from data.pull.sweep import RECEIVED, Sweep
from data.store import Store
from data.vocabulary import Status
from tests.data.open311_server import BEGIN, City, Query, request, serve, serve_city

Pull = Callable[..., PullReport]
OPTIONS = PullOptions(since=BEGIN - timedelta(days=1))


@pytest.fixture
def rejects(tmp_path: Path) -> Path:
    return tmp_path / "pull.rejects.csv"


def pull_from(
    store: Store, address: str, rejects: Path, options: PullOptions = OPTIONS, **client: Any
) -> PullReport:
    preset = adapt(load_preset("open311"), store.reference(), channel="app", source="other")
    settings = {"pace_seconds": 0, "backoff_seconds": 0.01} | client
    return pull(store, Client(address, **settings), preset, options, rejects=rejects)


def statuses(store: Store) -> dict[str, str]:
    complaints = schema.complaints
    with read(store.engine) as connection:
        rows = connection.execute(select(complaints.c.external_id, complaints.c.status))
        return {key: Status(status).code for key, status in rows}


def all_waiting(count: int) -> dict[str, str]:
    return {f"r{number}": "waiting" for number in range(count)}


HABITS: list[dict[str, Any]] = [
    {},
    {"knows_pages": False},
    {"knows_pages": False, "oldest_first": True},
    {"oldest_first": True},
    {"knows_pages": False, "refuses_pages": True},
    {"as_xml": True},
    {"limit": 1_000},
    {"limit": 1_000, "knows_pages": False},
]


@pytest.mark.parametrize("habits", HABITS, ids=str)
def test_everything_arrives_however_the_server_cuts_its_answers(
    store: Store, rejects: Path, habits: dict[str, Any]
) -> None:
    city = City([request(number) for number in range(333)])
    vars(city).update(habits)
    form = "xml" if city.as_xml else "json"
    with serve_city(city) as address:
        report = pull_from(store, address, rejects, form=form)
        assert (report.stored, report.refused) == (333, 0)
        assert statuses(store) == all_waiting(333)
        again = pull_from(store, address, rejects, form=form)
        assert (again.stored, again.updated) == (0, 0)
    assert store.latest_seq() == 333
    assert all("Pantau" in agent for agent in city.agents)


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("others", [0, 20])
def test_a_second_that_fills_an_answer_hides_nothing_but_itself(
    store: Store, rejects: Path, oldest_first: bool, others: int
) -> None:
    crowd = {"requested_datetime": BEGIN.isoformat(), "updated_datetime": BEGIN.isoformat()}
    before, after = range(-others, 0), range(100, 107)
    city = City([request(n) for n in (*before, *after)] + [request(n, **crowd) for n in range(8)])
    city.limit, city.knows_pages, city.oldest_first = 5, False, oldest_first
    with serve_city(city) as address:
        report = pull_from(store, address, rejects)
    assert report.stored == others + 5 + 7
    assert set(report.crowded) == ({BEGIN} if others or oldest_first else set())
    assert others == 0 or any("2026-03-01 00:00:00 UTC fills" in line for line in describe(report))


def test_no_question_spans_more_than_ninety_days(store: Store, rejects: Path) -> None:
    years = [request(n, requested_datetime=(BEGIN - timedelta(days=n * 45)).isoformat())
             for n in range(16)]  # fmt: skip
    city = City(years)
    with serve_city(city) as address:
        options = PullOptions(since=BEGIN - timedelta(days=800))
        assert pull_from(store, address, rejects, options).stored == 16
    spans = [
        datetime.fromisoformat(q["end_date"]) - datetime.fromisoformat(q["start_date"])
        for q in city.asked
        if "start_date" in q
    ]
    assert max(spans) == timedelta(days=90)


@pytest.mark.parametrize("knows_updates", [True, False])
def test_a_later_pull_reads_only_what_is_new_and_follows_what_changed(
    any_store: Store, rejects: Path, knows_updates: bool
) -> None:
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(days=300)
    old = [
        request(n, requested_datetime=(begin + timedelta(days=n)).isoformat(),
                updated_datetime=(begin + timedelta(days=n)).isoformat())
        for n in range(290)
    ]  # fmt: skip
    city = City(old)
    city.knows_updates = knows_updates
    with serve_city(city) as address:
        options = PullOptions(since=begin - timedelta(days=1))
        assert pull_from(any_store, address, rejects, options).stored == 290
        asked = len(city.asked)
        now = datetime.now(UTC).replace(microsecond=0).isoformat()
        city.requests += [request(900, requested_datetime=now, updated_datetime=now)]
        for number in (3, 150, 288):  # long ago, and lately
            city.requests[number] |= {
                "status": "closed", "status_notes": "Done", "updated_datetime": now,
            }  # fmt: skip
        report = pull_from(any_store, address, rejects, options)
        assert (report.stored, report.updated) == (1, 3)
        assert report.asked_for_updates is knows_updates
        starts = [q["start_date"] for q in city.asked[asked:] if "start_date" in q]
        limit = timedelta(days=1 if knows_updates else 91)
        assert min(map(datetime.fromisoformat, starts)) > datetime.now(UTC) - limit
        found = statuses(any_store)
        assert {key for key, status in found.items() if status == "resolved"} == {
            "r3", "r150", "r288",
        }  # fmt: skip
        time.sleep(1.1)  # a second is the finest that is stored
        later = datetime.now(UTC).replace(microsecond=0).isoformat()
        city.requests[288] |= {"status": "open", "updated_datetime": later}
        pull_from(any_store, address, rejects, options)
    assert statuses(any_store)["r288"] == "assigned"
    with read(any_store.engine) as connection:
        notes = connection.scalars(
            select(schema.events.c.note).where(schema.events.c.kind == "resolved")
        ).all()
    assert notes == ["Done"] * 3


def test_old_requests_that_a_server_lets_in_late_are_found_by_reading_again(
    store: Store, rejects: Path
) -> None:
    at = (datetime.now(UTC) - timedelta(days=9)).replace(microsecond=0).isoformat()
    city = City([request(0, requested_datetime=at, updated_datetime=at)])
    with serve_city(city) as address:
        assert pull_from(store, address, rejects).stored == 1
        city.requests.append(request(1, requested_datetime=at, updated_datetime=at))
        assert pull_from(store, address, rejects).stored == 0
        assert (
            pull_from(store, address, rejects, PullOptions(follow_days=8, reread=True)).stored == 0
        )
        assert pull_from(store, address, rejects, PullOptions(reread=True)).stored == 1


def test_a_pull_that_breaks_off_goes_on_where_it_was(any_store: Store, rejects: Path) -> None:
    city = City([request(number) for number in range(500)])

    def breaks(number: int, query: Query) -> Any:
        return (500, {}, b"out of order") if number == 6 else None

    city.before = breaks
    with serve_city(city) as address:
        with pytest.raises(PullError, match=r"requests.json\?.* answers 500 .*out of order"):
            pull_from(any_store, address, rejects)
        assert len(statuses(any_store)) == 250
        state = find_state(any_store, "other")
        assert state is not None and state.last_error is not None
        assert state.received_through is None
        report = pull_from(any_store, address, rejects)
    # Page 5 once more, since pages may have shifted, and then what is left.
    assert city.asked[6]["page"] == "5"
    assert (report.stored, statuses(any_store)) == (250, all_waiting(500))
    with read(any_store.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(schema.pull_sources)) == 1
    state = find_state(any_store, "other")
    assert state is not None and state.last_error is None and state.sweeps == {}


def test_a_broken_answer_names_address_and_line_and_loses_nothing(
    store: Store, rejects: Path
) -> None:
    city = City([request(number) for number in range(120)])
    city.as_xml = True

    def cut(number: int, query: Query) -> Any:
        broken = b"<?xml version='1.0'?>\n<service_requests>\n<request>\n<status>open</statu>"
        return (200, {}, broken) if number == 3 else None

    city.before = cut
    with serve_city(city) as address:
        with pytest.raises(PullError) as error:
            pull_from(store, address, rejects, form="xml")
        assert f"{address}/requests.xml?" in str(error.value)
        assert "line 4: not well-formed XML" in str(error.value)
        assert len(statuses(store)) == 100
        pull_from(store, address, rejects, form="xml")
    assert statuses(store) == all_waiting(120)


def test_a_busy_server_is_waited_for_as_long_as_it_says(store: Store, rejects: Path) -> None:
    city = City([request(number) for number in range(3)])
    came: list[float] = []

    def busy(number: int, query: Query) -> Any:
        came.append(time.monotonic())
        if number == 1:
            return 503, {"Retry-After": "1"}, b""
        if number == 2:
            return 429, {}, b""
        if number == 3:
            # A date in the past means now.
            return 503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b""
        return None

    city.before = busy
    with serve_city(city) as address:
        assert pull_from(store, address, rejects).stored == 3
    assert came[1] - came[0] >= 1.0
    assert came[3] - came[2] < 0.5


def test_a_server_that_asks_for_hours_is_left_alone(store: Store, rejects: Path) -> None:
    city = City([])
    city.before = lambda number, query: (429, {"Retry-After": "7200"}, b"")
    with (
        serve_city(city) as address,
        pytest.raises(PullError, match="answers 429 and asks to come back in 7,200 s"),
    ):
        pull_from(store, address, rejects)
    assert len(city.asked) == 1


def test_a_server_that_stays_busy_is_given_up(store: Store, rejects: Path) -> None:
    city = City([])
    city.before = lambda number, query: (503, {}, b"")
    with serve_city(city) as address, pytest.raises(PullError, match="at each of 6 tries"):
        pull_from(store, address, rejects)
    assert len(city.asked) == 6


def test_a_question_a_pace(rejects: Path) -> None:
    city = City([])
    with serve_city(city) as address:
        client = Client(address, pace_seconds=0.2)
        begin = time.monotonic()
        for _ in range(4):
            client.get({})
        assert 0.6 <= time.monotonic() - begin < 3
        assert Client(address)._pace == 1.0


def test_what_cannot_be_stored_is_listed_and_the_rest_is_stored(
    store: Store, rejects: Path
) -> None:
    bad = [
        request(1, service_code="ufo", service_name="Ufo"),
        request(2, requested_datetime="soon"),
        request(3, lat="north"),
        request(4, status="dancing"),
        request(5, service_request_id=None),
        request(6, status="closed", updated_datetime=None),
    ]
    city = City([])

    def answer(number: int, query: Query) -> Any:
        wanted = [*bad, request(0)] if number == 1 else []
        return 200, {}, json.dumps(wanted).encode()

    city.before = answer
    with serve_city(city) as address:
        report = pull_from(store, address, rejects)
    assert (report.read, report.stored, report.refused) == (7, 1, 6)
    text = rejects.read_text(encoding="utf-8-sig")
    for reason in ("'ufo' is not", "'soon' is not a time", "'north' is not a number", "'dancing'",
                   "no id of its own", "since when"):  # fmt: skip
        assert reason in text, reason


def test_what_was_refused_is_kept_until_it_is_stored(store: Store, rejects: Path) -> None:
    def lost() -> list[str]:
        with rejects.open(encoding="utf-8-sig") as file:
            return [row["service_request_id"] for row in csv.DictReader(file)]

    city = City([request(1, lat="north"), request(2, status="dancing"), request(3)])
    with serve_city(city) as address:
        assert pull_from(store, address, rejects).refused == 2
        again = pull_from(store, address, rejects)
        assert (again.refused, again.rejects) == (0, rejects)
        assert sorted(lost()) == ["r1", "r2"]
        city.requests[0]["lat"] = -6.19
        reread = PullOptions(follow_days=3_000, reread=True)
        pull_from(store, address, rejects, reread)
        assert lost() == ["r2"]
        city.requests[1]["status"] = "open"
        pull_from(store, address, rejects, reread)
    assert not rejects.exists()


def test_services_are_found_by_code_then_by_name(store: Store, rejects: Path) -> None:
    city = City([
        request(0, service_code="006", service_name="Banjir"),
        request(1, service_code="noise", service_name="Something"),
    ])  # fmt: skip
    with serve_city(city) as address:
        assert pull_from(store, address, rejects).stored == 2
    reference = store.reference()
    with read(store.engine) as connection:
        ids = connection.scalars(
            select(schema.complaints.c.service_id).order_by(schema.complaints.c.external_id)
        ).all()
    assert [reference.services[key].service_code for key in ids] == ["flood", "noise"]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("ftp://city.org/v2", "must begin with http"),
        ("file:///etc/passwd", "must begin with http"),
        ("city.org", "must begin with http"),
        ("http://", "must begin with http"),
        ("http://[::1", "is no web address"),
        ("https://me:secret@city.org/v2", "holds a password"),
    ],
)
def test_only_web_addresses_are_asked(address: str, message: str) -> None:
    with pytest.raises(PullError, match=message):
        Client(address)


def test_redirects_stay_at_the_server_and_are_few() -> None:
    targets = {
        "/file/requests.json": "file:///etc/passwd",
        "/ftp/requests.json": "ftp://127.0.0.1/x",
        "/away/requests.json": "http://192.0.2.1/requests.json",
        "/round/requests.json": "/round/requests.json",
        "/moved/requests.json": "/v2/requests.json",
    }

    def answer(path: str, query: Query, headers: dict[str, str]) -> Any:
        if path in targets:
            return 302, {"Location": targets[path]}, b""
        return 200, {}, b"[]"

    with serve(answer) as address, serve(answer) as other:
        targets["/port/requests.json"] = f"{other}/v2/requests.json"
        for path, message in (
            ("port", f"leads to {other}"),
            ("file", "file:///etc/passwd' is not allowed"),
            ("ftp", "leads to ftp"),
            ("away", "leads to http://192.0.2.1"),
            ("round", "302"),
        ):
            with pytest.raises(PullError, match=message):
                Client(f"{address}/{path}", pace_seconds=0, backoff_seconds=0).get({})
        assert Client(f"{address}/moved", pace_seconds=0).get({}) == b"[]"


def test_a_key_is_sent_and_never_shown() -> None:
    asked: list[Query] = []

    def answer(path: str, query: Query, headers: dict[str, str]) -> Any:
        asked.append(query)
        return 403, {}, b"no"

    with serve(answer) as address, pytest.raises(PullError) as error:
        Client(address, api_key="s3cret", pace_seconds=0).get({"page": "1"})
    assert asked == [{"page": "1", "api_key": "s3cret"}]
    assert "s3cret" not in str(error.value)


def test_an_answer_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.pull.client._ANSWER_LIMIT", 1 << 20)
    with (
        serve(lambda *_: (200, {}, b" " * (3 << 20))) as address,
        pytest.raises(PullError, match="answers more than 1 MB"),
    ):
        Client(address, pace_seconds=0).get({})


def test_an_answer_that_breaks_off_is_asked_for_again() -> None:
    asked: list[Query] = []

    def answer(path: str, query: Query, headers: dict[str, str]) -> Any:
        asked.append(query)
        return 200, {"Content-Length": "9" if len(asked) == 1 else "2"}, b"[]"

    with serve(answer) as address:
        client = Client(address, pace_seconds=0, backoff_seconds=0.01)
        assert client.get({}) == b"[]"
    assert len(asked) == 2


def test_a_position_is_the_same_after_a_stop_at_any_answer(store: Store) -> None:
    """Whatever is kept after an answer, going on from there reads all that is left."""
    city = City([request(number) for number in range(230)])
    for knows_pages in (True, False):
        city.knows_pages = knows_pages
        with serve_city(city) as address:
            client = Client(address, pace_seconds=0)
            span = (BEGIN - timedelta(days=100), BEGIN + timedelta(days=100))
            whole = Sweep.over(client, RECEIVED, *span, _time)
            count = len(list(whole))
            for stop in range(count):
                sweep, ids = Sweep.over(client, RECEIVED, *span, _time), set()
                for number, records in enumerate(sweep):
                    ids |= {record["service_request_id"] for record in records}
                    kept = json.loads(json.dumps(sweep.kept()))
                    if number == stop:
                        break
                for records in Sweep.resume(client, RECEIVED, kept, _time):
                    ids |= {record["service_request_id"] for record in records}
                assert len(ids) == 230, (knows_pages, stop)


def _time(value: Any) -> datetime:
    return datetime.fromisoformat(value)
