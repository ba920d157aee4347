"""Kill whatever can be killed in the middle of posting: what got its 201 is there, once."""

import random
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException

import pytest
from sqlalchemy import func, select

from data import schema
from data.database import read
from data.store import Store, open_store
from tests.conftest import make_tiny_city
from tests.intake.conftest import Api, build_api
from tests.intake.served import Served, url_of
from tests.postgresql import PostgresServer, find_programs, running_postgresql

ROUNDS = 20
_POSTERS = 4
_ENOUGH = 3  # complaints acknowledged in a round before anything is killed


class Poster(threading.Thread):
    """A client that sends every complaint until it is acknowledged, always under one name."""

    def __init__(self, api: Api, port: int, number: int) -> None:
        super().__init__(daemon=True)
        self.api, self.port, self.number = api, port, number
        self.acknowledged: dict[str, str] = {}  # our name → service_request_id
        self.statuses: set[int] = set()
        self.is_over = threading.Event()

    def run(self) -> None:
        turn = 0
        while not self.is_over.is_set():
            turn += 1
            name = f"{self.number}/{turn}"
            while name not in self.acknowledged:
                self._send(name)

    def _send(self, name: str) -> None:
        body = urllib.parse.urlencode(self.api.fields(address_id=name)).encode()
        url = f"http://127.0.0.1:{self.port}/open311/v2/requests.xml"
        request = urllib.request.Request(url, body, {"Idempotency-Key": name})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                words = answer.read().decode()
        except urllib.error.HTTPError as error:
            self.statuses.add(error.code)
            time.sleep(0.05)
        except (OSError, HTTPException):  # refused, reset, or cut in the middle of the answer
            time.sleep(0.05)
        else:
            number = words.partition("<service_request_id>")[2].partition("<")[0]
            self.acknowledged[name] = number


@contextmanager
def posting(api: Api, port: int) -> Iterator[list[Poster]]:
    posters = [Poster(api, port, number) for number in range(_POSTERS)]
    for poster in posters:
        poster.start()
    yield posters
    for poster in posters:
        poster.is_over.set()
    for poster in posters:
        poster.join(timeout=60)
        assert not poster.is_alive()


def wait_for_more(posters: list[Poster], dice: random.Random) -> None:
    """A random moment after some more complaints have been acknowledged."""
    target = count(posters) + _ENOUGH
    deadline = time.monotonic() + 60
    while count(posters) < target:
        assert time.monotonic() < deadline, "nothing is acknowledged any more"
        time.sleep(0.002)
    time.sleep(dice.random() * 0.05)


def count(posters: list[Poster]) -> int:
    return sum(len(poster.acknowledged) for poster in posters)


def check(store: Store, posters: list[Poster]) -> None:
    """All that was acknowledged is stored under its number, once; the log has no gap."""
    acknowledged: dict[str, str] = {}
    for poster in posters:
        acknowledged |= poster.acknowledged
        assert poster.statuses <= {503}
    complaints, details, events = schema.complaints, schema.complaint_details, schema.events
    with read(store.engine) as connection:
        stored = connection.execute(
            select(details.c.address_id, complaints.c.service_request_id).join(complaints)
        ).all()
        seqs = list(connection.scalars(select(events.c.seq).order_by(events.c.seq)))
        spells = connection.scalar(select(func.count()).select_from(schema.spells))
    assert len(stored) == len({name for name, _ in stored}), "a complaint is stored twice"
    assert acknowledged.items() <= dict(stored).items()
    assert seqs == list(range(1, len(stored) + 1))
    assert spells == len(stored)
    assert len(acknowledged) >= ROUNDS * _ENOUGH


def test_twenty_kills_of_the_server_lose_nothing(any_api: Api) -> None:
    server, dice = Served(url_of(any_api), any_api.photos.parent), random.Random(11)
    server.start()
    try:
        with posting(any_api, server.port) as posters:
            for _ in range(ROUNDS):
                wait_for_more(posters, dice)
                server.kill()
                server.start()
            wait_for_more(posters, dice)
    finally:
        server.kill()
    check(any_api.store, posters)


@pytest.fixture(scope="module")
def own_postgresql() -> Iterator[PostgresServer]:
    """One that no other test shares, for it is cut off."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL's initdb and postgres are not installed")
    with running_postgresql(programs) as server:
        yield server


def test_twenty_immediate_stops_of_postgresql_lose_nothing(own_postgresql: PostgresServer) -> None:
    """And the intake, which is not restarted, is back as soon as the database is."""
    own_postgresql.administer("CREATE DATABASE cut")
    url = f"{own_postgresql.url}/cut"
    make_tiny_city(url)
    store = open_store(url)
    api, dice = build_api(store), random.Random(12)
    server = Served(url, api.photos.parent)
    server.start()
    try:
        with posting(api, server.port) as posters:
            for _ in range(ROUNDS):
                wait_for_more(posters, dice)
                own_postgresql.stop("immediate")
                own_postgresql.start()
            wait_for_more(posters, dice)
    finally:
        server.kill()
    store.engine.dispose()
    check(store, posters)
    assert any(503 in poster.statuses for poster in posters)
    store.engine.dispose()
