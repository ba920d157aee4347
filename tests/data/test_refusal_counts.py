"""Refusals are counted in memory, written seldom, and add up between processes."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError

from data import refusals, schema
from data.database import read
from data.keys import create_key, list_keys
from data.reasons import Reason
from data.refusals import flush, record_refusal, record_use
from data.store import Store, open_store
from tests.conftest import ROOT

NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)


def rows(store: Store) -> list[Any]:
    with read(store.engine) as connection:
        table = schema.refusals
        return list(connection.execute(select(table).order_by(table.c.day, table.c.reason)))


def refuse(store: Store, reason: Reason = Reason.SERVICE, **changes: Any) -> None:
    values = {"status": 404, "channel_code": "app", "api_key_id": 7, "at": NOON}
    record_refusal(store, reason=reason, **{**values, **changes})


def count_writes(engine: Engine) -> list[str]:
    written: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE")):
            written.append(statement)

    return written


def test_counts_of_two_processes_add_up(any_store: Store) -> None:
    other = open_store(any_store.engine.url.render_as_string(hide_password=False))
    for store, times in ((any_store, 3), (other, 4)):
        for second in range(times):
            refuse(store, at=NOON + timedelta(seconds=second))
        flush(store)
    other.engine.dispose()
    (row,) = rows(any_store)
    channel = any_store.reference().channel_by_code["app"]
    assert (row.channel_id, row.api_key_id, row.status, row.reason) == (
        channel.id,
        7,
        404,
        "service",
    )
    assert row.n == 7
    assert row.last_at == NOON + timedelta(seconds=3)


def test_each_local_day_reason_and_channel_is_counted_apart(any_store: Store) -> None:
    midnight = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)  # in Jakarta
    refuse(any_store, at=midnight - timedelta(seconds=1))
    refuse(any_store, at=midnight)
    refuse(any_store, Reason.BAD_KEY, at=midnight, channel_code=None, api_key_id=0)
    refuse(any_store, Reason.OTHER, at=midnight, channel_code="closed since")
    flush(any_store)
    found = rows(any_store)
    assert [row.reason for row in found] == ["service", "bad_key", "other", "service"]
    assert found[0].day + 1 == found[1].day == found[3].day
    assert found[1].channel_id == found[2].channel_id == 0


def test_a_flood_is_one_write_a_second(store: Store) -> None:
    written = count_writes(store.engine)
    begin = time.monotonic()
    while time.monotonic() - begin < 2.5:
        for _ in range(100):
            refuse(store, at=datetime.now(UTC))
    flush(store)
    (row,) = [row for row in rows(store) if row.reason == "service"][-1:]
    assert row.n >= 1_000
    assert 2 <= len(written) <= 5


def test_what_could_not_be_written_is_written_later(store: Store, monkeypatch: Any) -> None:
    refuse(store)
    real = refusals._write

    def away(*_anything: Any) -> None:
        raise OperationalError("", {}, Exception("away"))

    monkeypatch.setattr(refusals, "_write", away)
    flush(store)
    refuse(store)
    assert rows(store) == []
    monkeypatch.setattr(refusals, "_write", real)
    flush(store)
    assert [row.n for row in rows(store)] == [2]


def test_the_use_of_a_key_is_written_once_a_minute(any_store: Store) -> None:
    create_key(any_store, "an app", "app")
    key = list_keys(any_store)[0]
    written = count_writes(any_store.engine)
    for second in range(60):
        record_use(any_store, key.id, at=NOON + timedelta(seconds=second))
        flush(any_store)
    assert len(written) == 1
    record_use(any_store, key.id, at=NOON + timedelta(seconds=60))
    flush(any_store)
    with read(any_store.engine) as connection:
        used = connection.scalar(select(schema.api_key_uses.c.used_at))
    assert used == NOON + timedelta(seconds=60)


def test_a_process_writes_what_it_counted_when_it_ends(any_url: str) -> None:
    program = (
        "import sys; from data.store import open_store; from data.reasons import *\n"
        "from data.refusals import *\n"
        "record_refusal(open_store(sys.argv[1]), status=403, reason=Reason.NO_KEY)"
    )
    subprocess.run([sys.executable, "-c", program, any_url], cwd=ROOT, check=True, timeout=60)
    store = open_store(any_url)
    found = [(row.status, row.reason, row.n) for row in rows(store)]
    store.engine.dispose()
    assert found == [(403, "no_key", 1)]
