"""The living demo against a real server: it reports, moves things on, waits, and stops."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select
from werkzeug.serving import make_server

import intake
from data import schema
from data.database import read, write
from data.demo.character import read_character
from data.demo.fill import fill_city
from data.demo.key import KEY_NAME, NoDemo, ensure_channel_keys, ensure_demo_key
from data.demo.live import Live
from data.demo.mover import Mover
from data.demo.newcomers import Newcomers
from data.demo.post import Refusal, ServerAway, post_request
from data.instants import now
from data.keys import find_key, list_keys, revoke_key
from data.store import Store, open_store
from tests.conftest import CITIES, ROOT
from tests.postgresql import free_port

TINY = CITIES / "tiny"


@pytest.fixture
def demo_store(tiny_template: Path, tmp_path: Path) -> Iterator[Store]:
    """The tiny city with 400 complaints up to now."""
    shutil.copy(tiny_template, tmp_path / "city.db")
    store = open_store(f"sqlite:///{tmp_path / 'city.db'}")
    character = read_character(TINY, store.reference())
    fill_city(store, character, complaints=400, seed=1, end=now(), months=2)
    yield store
    store.engine.dispose()


@pytest.fixture
def server(demo_store: Store) -> Iterator[str]:
    """The intake on a port of its own; its address."""
    running = make_server("127.0.0.1", 0, intake.create_app(store=demo_store), threaded=True)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()
    running.server_close()


def start_live(store: Store, var: Path, url: str, *, rate: int = 3000) -> subprocess.Popen[str]:
    program = [sys.executable, "-m", "flask", "--app", "tests.data.demo_server", "demo", "live"]
    return subprocess.Popen(
        [*program, "--url", url, "--rate", str(rate), "--seed", "3", "--verbose"],
        cwd=ROOT,
        env={
            **os.environ,
            "PANTAU_DATABASE_URL": str(store.engine.url),
            "PANTAU_CITY": str(TINY),
            "PANTAU_VAR": str(var),
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until(happened: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 40
    while not happened():
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        assert time.monotonic() < deadline, "nothing happened in 40 s"
        time.sleep(0.1)


def count_events(store: Store, *, received: bool) -> int:
    kind = schema.events.c.kind
    with read(store.engine) as connection:
        return connection.scalar(select(func.count()).where((kind == "received") == received)) or 0


def test_it_reports_and_moves_on_and_stops_at_once(
    demo_store: Store, server: str, tmp_path: Path
) -> None:
    reported = count_events(demo_store, received=True)
    moved = count_events(demo_store, received=False)
    live = start_live(demo_store, tmp_path / "var", server)
    try:
        wait_until(
            lambda: (
                count_events(demo_store, received=True) > reported + 1
                and count_events(demo_store, received=False) > moved + 1
            ),
            live,
        )
        asked = time.monotonic()
        live.send_signal(signal.SIGTERM)
        assert live.wait(timeout=5) == 0
        assert time.monotonic() - asked < 1.5  # a busy machine included
    finally:
        live.kill()
        live.communicate()
    with read(demo_store.engine) as connection:
        newest = connection.execute(
            select(schema.complaints).order_by(schema.complaints.c.id.desc()).limit(1)
        ).one()
    assert newest.source is None
    assert now() - newest.requested_at < timedelta(seconds=30)


def test_it_waits_for_a_server_that_is_away_and_ends_with_its_parent(
    demo_store: Store, tmp_path: Path
) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    starter = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen(sys.argv[1:], start_new_session=True)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    program = [sys.executable, "-m", "flask", "--app", "tests.data.demo_server", "demo", "live"]
    parent = subprocess.Popen(
        [sys.executable, "-c", starter, *program, "--url", address, "--rate", "3000"],
        cwd=ROOT,
        env={
            **os.environ,
            "PANTAU_DATABASE_URL": str(demo_store.engine.url),
            "PANTAU_CITY": str(TINY),
            "PANTAU_VAR": str(tmp_path / "var"),
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert parent.stdout is not None
    try:
        child = int(parent.stdout.readline())
        said = ""
        while "waiting for" not in said:
            said = parent.stdout.readline()
            assert said, "it ended instead of waiting"
        assert address in said
        parent.kill()
        parent.wait()
        gone_by = time.monotonic() + 3
        while _runs(child) and time.monotonic() < gone_by:
            time.sleep(0.05)
        assert not _runs(child)
    finally:
        parent.kill()
        parent.communicate()


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_the_key_is_kept_to_its_owner_and_renewed_when_revoked(
    demo_store: Store, tmp_path: Path
) -> None:
    key = ensure_demo_key(demo_store, tmp_path / "var")
    assert (tmp_path / "var" / "demo-key").stat().st_mode & 0o777 == 0o600
    assert ensure_demo_key(demo_store, tmp_path / "var") == key
    found = find_key(demo_store, key)
    assert found is not None and found.channel_code == "app"
    revoke_key(demo_store, KEY_NAME)
    renewed = ensure_demo_key(demo_store, tmp_path / "var")
    assert renewed != key
    (tmp_path / "var" / "demo-key").unlink()
    assert ensure_demo_key(demo_store, tmp_path / "var") != renewed
    assert len([k for k in list_keys(demo_store) if k.revoked_at is None]) == 1


def test_every_channel_has_a_key_that_is_kept(demo_store: Store, tmp_path: Path) -> None:
    keys = ensure_channel_keys(demo_store, tmp_path / "var")
    assert set(keys) == set(demo_store.reference().channel_by_code)
    for code, key in keys.items():
        found = find_key(demo_store, key)
        assert found is not None and found.channel_code == code
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (tmp_path / "var").iterdir())
    assert keys["app"] == ensure_demo_key(demo_store, tmp_path / "var")
    assert ensure_channel_keys(demo_store, tmp_path / "var") == keys


def test_a_real_city_has_no_demo_key(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NoDemo, match="no demo city"):
        ensure_demo_key(store, tmp_path)


def test_posting_tells_a_refusal_from_an_absent_server(server: str) -> None:
    with pytest.raises(Refusal, match="403"):
        post_request(server, "wrong", {"service_code": "garbage", "lat": "-6.2", "long": "106.82"})
    with pytest.raises(ServerAway):
        post_request(f"http://127.0.0.1:{free_port()}", "any", {})


def make_mover(store: Store) -> tuple[Mover, Newcomers]:
    character = read_character(TINY, store.reference())
    newcomers = Newcomers(store.reference(), store.locator(), character, 1)
    return Mover(store, character, newcomers), newcomers


def test_every_move_is_one_the_write_path_allows(demo_store: Store) -> None:
    mover, _ = make_mover(demo_store)
    rng = np.random.default_rng(5)
    with write(demo_store.engine) as connection:  # as if the fill had ended a while ago
        connection.execute(
            schema.complaints.update().values(updated_at=now() - timedelta(minutes=5))
        )
    before = count_events(demo_store, received=False)
    moves = [move for move in (mover.move_one(rng) for _ in range(120)) if move is not None]
    assert len(moves) > 30
    assert count_events(demo_store, received=False) == before + len(moves)
    assert {move.kind for move in moves} >= {"acknowledged", "started", "submitted"}


def test_an_idle_city_needs_no_move(store: Store) -> None:
    mover, _ = make_mover(store)
    assert mover.move_one(np.random.default_rng(1)) is None


def test_newcomers_follow_the_hour_and_answer_what_is_asked(jakarta_store: Store) -> None:
    folder = ROOT / "data" / "cities" / "jakarta"
    reference = jakarta_store.reference()
    character = read_character(folder, reference)
    newcomers = Newcomers(reference, jakarta_store.locator(), character, 1)
    local = now().astimezone(reference.city.time_zone)
    assert newcomers.hour_factor(local.replace(hour=9)) > 1.5
    assert newcomers.hour_factor(local.replace(hour=3)) < 0.3
    rng = np.random.default_rng(2)
    drawn = [newcomers.draw(local.replace(month=1), rng) for _ in range(400)]
    floods = [fields for fields in drawn if fields["service_code"] == "flood"]
    assert floods and all("attribute[depth]" in fields for fields in floods)
    assert {fields["service_code"] for fields in drawn} <= set(reference.service_by_code)
    places = np.asarray([(float(f["lat"]), float(f["long"])) for f in drawn])
    assert (jakarta_store.locator().locate_many(places[:, 0], places[:, 1]) > 0).all()


def test_the_rate_is_the_one_asked_for(demo_store: Store) -> None:
    """And a server that is away is asked again soon."""
    mover, newcomers = make_mover(demo_store)
    heard: list[str] = []
    live = Live(
        demo_store,
        newcomers,
        mover,
        url=f"http://127.0.0.1:{free_port()}",
        draw_key=lambda: "none",
        per_hour=32.0,
        seed=1,
        tell=heard.append,
        warn=heard.append,
    )
    pauses = [live._pause(32.0) for _ in range(400)]
    factor = max(newcomers.hour_factor(live._local()), 0.4)
    assert np.mean(pauses) == pytest.approx(3600 / 32 / factor, rel=0.25)
    live.tick(time.monotonic())
    assert len(heard) == 1 and heard[0].startswith("waiting for")
    assert live._next_post - time.monotonic() < 2
