"""One command centre pulls from another over HTTP, is killed half-way, and pulls again."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from data import complaints as write_path
from data import schema
from data.bulk import Happening, History, record_histories
from data.complaints import NewComplaint
from data.database import read
from data.instants import now
from data.pull.state import list_states
from data.store import Store, open_store
from data.vocabulary import EventKind
from tests.conftest import CITIES, ROOT
from tests.postgresql import free_port

COUNT = 2_500  # more than two answers of the server hold
BEGIN = datetime.now(UTC).replace(microsecond=0) - timedelta(days=200)
SERVICES = ("garbage", "flood", "damaged-road", "noise")


@contextmanager
def served(database_url: str) -> Iterator[str]:
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "--threads", "4", "--log-level", "error"),
        *("--bind", f"127.0.0.1:{port}", "--no-control-socket", "intake:create_app()"),
    ]
    environment = os.environ | {"PANTAU_DATABASE_URL": database_url}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    address = f"http://127.0.0.1:{port}/open311/v2"
    try:
        deadline = time.monotonic() + 30
        while not _answers(f"{address}/discovery.json"):
            assert server.poll() is None and time.monotonic() < deadline, "no server came up"
            time.sleep(0.1)
        yield address
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url):
            return True
    except OSError:
        return False


def fill(store: Store) -> None:
    """Complaints of 200 days; one in three is resolved after some hours."""
    histories = []
    for number in range(COUNT):
        at = BEGIN + timedelta(minutes=number * 115)
        histories.append(
            History(
                NewComplaint(
                    service_code=SERVICES[number % 4],
                    channel_code="app",
                    requested_at=at,
                    latitude=-6.2 + (number % 37 - 18) / 1000,
                    longitude=106.82 + (number % 31 - 15) / 1000,
                    description=f"Sampah & <genangan> {number}",
                    address_string=f"Jalan {number}",
                    media_urls=(f"https://photos.example.org/{number}.jpg",),
                    first_name="Siti",
                ),
                [Happening(EventKind.RESOLVED, at + timedelta(hours=5), note="Selesai")]
                if number % 3 == 0
                else [],
            )
        )
    assert record_histories(store, histories).created == COUNT


def content(store: Store, *, key: str) -> dict[str, Any]:
    """What the public may read of each complaint, with places and clocks, by its number at A."""
    complaints, details = schema.complaints, schema.complaint_details
    c = complaints.c
    names = ("requested_at", "latitude", "longitude", "district_id", "x", "y", "service_id")
    names += ("unit_id", "resolution_due_at", "resolved_at", "resolution_bin", "day")
    query = select(
        c[key].label("number"),
        (c.status >= 4).label("is_closed"),
        *(c[name] for name in names),
        details.c.description,
        details.c.address_string,
        details.c.media_urls,
    ).join_from(complaints, details)
    with read(store.engine) as connection:
        return {row["number"]: dict(row) for row in connection.execute(query).mappings()}


def pull_command(url: str, address: str, tmp_path: Path) -> subprocess.Popen[str]:
    arguments = ["complaints", "pull", address, "--channel", "email", "--source", "a"]
    arguments += ["--since", f"{BEGIN - timedelta(days=1):%Y-%m-%d}", "--pace", "0.1"]
    environment = os.environ | {
        "PANTAU_DATABASE_URL": url,
        "PANTAU_VAR": str(tmp_path / "var"),
        "PANTAU_CITY": str(CITIES / "tiny"),
        "PANTAU_DEMO": "0",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", *arguments],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def count(store: Store) -> int:
    with read(store.engine) as connection:
        return connection.scalar(select(func.count()).select_from(schema.complaints)) or 0


@pytest.fixture
def other(tiny_template: Path, tmp_path: Path) -> Iterator[Store]:
    """Command centre A, with its complaints."""
    path = tmp_path / "a" / "city.db"
    path.parent.mkdir()
    shutil.copy(tiny_template, path)
    store = open_store(f"sqlite:///{path}")
    fill(store)
    yield store
    store.engine.dispose()


def test_killed_half_way_and_pulled_again_is_the_same_as_there(
    other: Store, any_url: str, tmp_path: Path
) -> None:
    here = open_store(any_url)
    try:
        with served(str(other.engine.url)) as address:
            kills = 0
            for wanted in (1, COUNT // 2):
                running = pull_command(any_url, address, tmp_path)
                deadline = time.monotonic() + 60
                while count(here) < wanted and running.poll() is None:
                    assert time.monotonic() < deadline
                    time.sleep(0.02)
                kills += running.poll() is None
                running.kill()
                running.communicate()
            assert kills == 2, "the pull ended before it was killed"
            assert 0 < count(here) < COUNT
            last = pull_command(any_url, address, tmp_path)
            told, errors = last.communicate(timeout=120)
            assert last.returncode == 0, errors
            assert "refused                       0" in told
            there = content(other, key="service_request_id")
            assert content(here, key="external_id") == there
            assert here.latest_seq() == other.latest_seq()

            # What changes there afterwards changes here; the rest stays.
            write_path.resolve(other, "2499", note="Sudah")
            write_path.reopen(other, "2494", at=now())
            again = pull_command(any_url, address, tmp_path)
            told, errors = again.communicate(timeout=120)
            assert again.returncode == 0, errors
            assert "brought up to date            2" in told
        seen, there = content(here, key="external_id"), content(other, key="service_request_id")
        assert seen == there
        [state] = list_states(here)
        assert (state.source, state.last_error, state.sweeps) == ("a", None, {})
    finally:
        here.engine.dispose()
