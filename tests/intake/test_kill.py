"""Kill the server in the middle of posting: what got its 201 is there afterwards."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from data import schema
from data.database import read
from tests.intake.conftest import Api

ROOT = Path(__file__).resolve().parents[2]
THREADS = 4


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(database_url: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        *(sys.executable, "-m", "gunicorn", "--workers", "2", "--threads", "4"),
        *("--bind", f"127.0.0.1:{port}", "--log-level", "error", "intake:create_app()"),
    ]
    environment = os.environ | {"PANTAU_DATABASE_URL": database_url}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        deadline = time.monotonic() + 30
        while not answers(port):
            assert server.poll() is None and time.monotonic() < deadline, "no server came up"
            time.sleep(0.1)
        yield server
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/open311/v2/discovery.json"):
            return True
    except OSError:
        return False


def post_until_stopped(
    api: Api, port: int, number: int, stop: threading.Event, receipts: list[str]
) -> None:
    url = f"http://127.0.0.1:{port}/open311/v2/requests.json"
    turn = 0
    while not stop.is_set():
        turn += 1
        fields = api.fields(address_id=f"{number}/{turn}")
        body = urllib.parse.urlencode(fields).encode()
        try:
            with urllib.request.urlopen(url, body, timeout=5) as response:
                response.read()
                if response.status == 201:
                    receipts.append(fields["address_id"])
        except OSError:
            continue


def test_every_acknowledged_complaint_survives_a_kill(any_api: Api) -> None:
    api, port, receipts = any_api, free_port(), []
    database_url = api.store.engine.url.render_as_string(hide_password=False)
    stop = threading.Event()
    posters = [
        threading.Thread(target=post_until_stopped, args=(api, port, n, stop, receipts))
        for n in range(THREADS)
    ]
    with served(database_url, port) as server:
        for poster in posters:
            poster.start()
        deadline = time.monotonic() + 30
        while len(receipts) < 40 and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    killed_after = len(receipts)
    assert killed_after >= 40
    with served(database_url, port):
        deadline = time.monotonic() + 30
        while len(receipts) < killed_after + 20 and time.monotonic() < deadline:
            time.sleep(0.01)
        stop.set()
        for poster in posters:
            poster.join()
    assert len(receipts) >= killed_after + 20
    with read(api.store.engine) as connection:
        stored = set(connection.scalars(select(schema.complaint_details.c.address_id)))
        complaints = set(connection.scalars(select(schema.complaints.c.id)))
        events = connection.execute(
            select(schema.events.c.seq, schema.events.c.complaint_id).order_by("seq")
        ).all()
    assert set(receipts) <= stored
    assert len(receipts) == len(set(receipts))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert {event.complaint_id for event in events} == complaints
    assert len(stored) == len(complaints)
