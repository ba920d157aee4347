"""The health of channels, against what was planted, on both databases."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from data.complaints import NewComplaint, receive, resolve
from data.instants import now
from data.keys import create_key, list_keys, revoke_key
from data.reasons import Reason
from data.refusals import flush, record_refusal, record_use
from data.store import Store
from queries import arrivals
from queries.channels import ChannelHealth, State, channel_overview
from tests.planted import plant

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def health(store: Store, code: str) -> ChannelHealth:
    found = channel_overview(store).of(code)
    assert found is not None
    return found


def refuse(store: Store, times: int, reason: Reason = Reason.SERVICE, **changes: Any) -> None:
    values = {"status": 404, "channel_code": "app", "api_key_id": 1, "at": now()}
    for _ in range(times):
        record_refusal(store, reason=reason, **{**values, **changes})
    flush(store)


def every(step: timedelta, *, until: datetime, days: int) -> list[datetime]:
    first = until - timedelta(days=days)
    return [first + n * step for n in range(1, int(timedelta(days=days) / step) + 1)]


def test_what_was_accepted_lately_and_how_late(any_store: Store) -> None:
    plant(any_store, "app", [now() - HOUR * n for n in range(1, 12)], lag=60)
    plant(any_store, "app", [now() - 3 * DAY - HOUR * n for n in range(9)], lag=3_600)
    plant(any_store, "app", [now() - 20 * DAY], lag=5)
    app = health(any_store, "app")
    assert (app.accepted_24h, app.accepted_7d, app.total) == (11, 20, 21)
    assert (app.lag_24h.median_seconds, app.lag_24h.p90_seconds, app.lag_24h.n) == (60, 60, 11)
    assert (app.lag_7d.median_seconds, app.lag_7d.p90_seconds, app.lag_7d.n) == (60, 3_600, 20)
    assert sum(day.accepted for day in app.traffic.days) == 21
    assert app.last_complaint_at is not None
    assert timedelta() <= now() - HOUR + timedelta(seconds=60) - app.last_complaint_at < DAY / 24
    counter = health(any_store, "counter")
    assert counter.state is State.UNUSED and counter.last_attempt_at is None
    assert math.isnan(counter.lag_7d.median_seconds) and math.isnan(counter.open_share)


def test_days_are_the_citys(any_store: Store) -> None:
    zone = any_store.reference().city.time_zone
    midnight = now().astimezone(zone).replace(hour=0, minute=0, second=0)
    plant(any_store, "app", [midnight - timedelta(seconds=1), midnight - 2 * DAY])
    refuse(any_store, 2, at=midnight - timedelta(seconds=1))
    days = health(any_store, "app").traffic.days
    assert [day.accepted for day in days[-4:]] == [0, 1, 1, 0]
    assert [day.refused for day in days[-4:]] == [0, 0, 2, 0]
    assert days[-1].date == midnight.date()


def test_what_came_meanwhile_is_seen_at_once(any_store: Store) -> None:
    plant(any_store, "app", [now() - 2 * DAY])
    assert health(any_store, "app").accepted_24h == 0
    new = NewComplaint(service_code="flood", channel_code="app", district_code="10.1")
    receipt = receive(any_store, new)
    app = health(any_store, "app")
    assert (app.accepted_24h, app.accepted_7d, app.open_now, app.total) == (1, 2, 2, 2)
    resolve(any_store, receipt.service_request_id)
    assert health(any_store, "app").open_share == 0.5
    refuse(any_store, 1)
    assert health(any_store, "app").traffic.refused_today == 1


def test_refusals_by_reason_and_by_channel(any_store: Store) -> None:
    plant(any_store, "app", [now() - timedelta(minutes=n) for n in range(1, 7)])
    last = now()
    refuse(any_store, 1, Reason.ATTRIBUTE, status=400)
    refuse(any_store, 3, at=last)
    refuse(any_store, 5, at=now() - 9 * DAY)  # no part of the week
    refuse(any_store, 4, Reason.BAD_KEY, status=403, channel_code=None, api_key_id=0)
    overview = channel_overview(any_store)
    app = overview.of("app")
    assert app is not None
    assert app.traffic.refused_share == pytest.approx(4 / 10)
    grounds = [(g.reason, g.status, g.count) for g in app.traffic.grounds]
    assert grounds == [(Reason.SERVICE, 404, 3), (Reason.ATTRIBUTE, 400, 1)]
    assert app.traffic.grounds[0].last_at == last == app.last_attempt_at
    assert overview.unknown.refused_7d == 4
    assert overview.unknown.refused_share == 1.0
    assert overview.of("email").traffic.grounds == ()  # type: ignore[union-attr]


def test_keys_belong_to_their_channel(any_store: Store) -> None:
    create_key(any_store, "old", "app")
    revoke_key(any_store, "old")
    create_key(any_store, "new", "app")
    create_key(any_store, "letters", "email")
    used = now()
    record_use(any_store, list_keys(any_store)[1].id, at=used)
    flush(any_store)
    app = health(any_store, "app")
    assert [key.name for key in app.keys] == ["old", "new"]
    assert app.keys[0].revoked_at is not None and app.keys[0].used_at is None
    assert app.keys[1].revoked_at is None and app.keys[1].used_at == used == app.last_attempt_at
    assert app.state is State.UNUSED  # a key was tried, but nothing ever came


def test_silent_failing_and_sound(any_store: Store) -> None:
    plant(any_store, "app", every(HOUR, until=now() - 8 * HOUR, days=30))
    plant(any_store, "email", every(HOUR, until=now() - 2 * HOUR, days=30))
    plant(any_store, "counter", [now() - 3 * DAY])
    overview = channel_overview(any_store)
    states = {one.channel.code: one.state for one in overview.channels}
    assert states == {"app": State.SILENT, "email": State.OK, "counter": State.OK}
    assert [one.channel.code for one in overview.ailing] == ["app"]
    app, counter = overview.of("app"), overview.of("counter")
    assert app is not None and app.silent_from is not None and app.silent_from < now()
    assert counter is not None and counter.rhythm is None and counter.silent_from is None
    refuse(any_store, 100, channel_code="app")
    assert health(any_store, "app").state is State.FAILING
    refuse(any_store, 9, channel_code="counter")
    assert health(any_store, "counter").state is State.OK
    assert channel_overview(any_store).stamp != overview.stamp


def test_a_channel_that_fell_silent_long_ago_stays_silent(any_store: Store) -> None:
    plant(any_store, "app", every(HOUR, until=now() - 60 * DAY, days=20))
    app = health(any_store, "app")
    assert app.state is State.SILENT
    assert app.last_complaint_at is not None
    assert now() - app.last_complaint_at > 59 * DAY
    assert app.accepted_7d == 0


def test_an_archive_is_no_life(any_store: Store) -> None:
    plant(any_store, "app", every(12 * HOUR, until=now() - 100 * DAY, days=30), lag=10**9)
    app = health(any_store, "app")
    assert (app.total, app.loaded, app.accepted_7d) == (60, 60, 0)
    assert app.state is State.UNUSED and app.last_complaint_at is None


def test_the_stamp_is_another_in_the_next_hour_though_nothing_came(store: Store) -> None:
    overview = channel_overview(store)
    later = replace(overview, seen_at=overview.seen_at + HOUR)
    assert later.stamp != overview.stamp
    assert replace(overview).stamp == overview.stamp


def test_nothing_is_read_twice(store: Store) -> None:
    plant(store, "app", every(HOUR, until=now(), days=30))
    channel_overview(store)
    asked: list[str] = []

    @event.listens_for(store.engine, "before_cursor_execute")
    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    channel_overview(store)
    assert not any("complaint_id" in statement for statement in asked)


def test_the_window_is_read_by_its_index(store: Store) -> None:
    with store.engine.connect() as connection:
        received = arrivals._RECEIVED.compile(compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT complaint_id, recorded_at, at FROM events "
            f"WHERE {received} AND recorded_at >= 1"
        ).all()
    assert "INDEX ix_events_arrivals" in str(plan)


@pytest.fixture
def busy_app(app: Flask, store: Store) -> Iterator[Flask]:
    plant(store, "app", every(HOUR, until=now() - 8 * HOUR, days=30), lag=30)
    create_key(store, "phones", "app")
    refuse(store, 2)
    refuse(store, 1, Reason.NO_KEY, status=403, channel_code=None, api_key_id=0)
    yield app


def test_the_command_says_the_same(busy_app: Flask, store: Store) -> None:
    runner = busy_app.test_cli_runner()
    found = json.loads(runner.invoke(args=["channels", "health", "--format", "json"]).output)
    assert [row["code"] for row in found] == ["app", "email", "counter", "-"]
    app = health(store, "app")
    row = found[0]
    assert row["state"] == "silent"
    assert row["accepted_7d"] == app.accepted_7d
    assert row["lag_7d_median_seconds"] == 30
    assert row["reasons"][0]["reason"] == "service" and row["reasons"][0]["count"] == 2
    assert row["keys"][0]["name"] == "phones"
    assert datetime.fromisoformat(row["last_complaint_at"]).astimezone(UTC) == app.last_complaint_at
    assert len(row["days"]) == 30
    assert found[-1]["refused_7d"] == 1
    assert "pantau_" not in json.dumps(found)


def test_the_command_in_text_and_csv_and_for_a_channel_there_is_not(busy_app: Flask) -> None:
    runner = busy_app.test_cli_runner()
    text = runner.invoke(args=["channels", "health", "app"]).output.splitlines()
    assert len(text) == 2 and text[1].split()[:2] == ["app", "silent"]
    table = runner.invoke(args=["channels", "health", "--format", "csv"]).output.splitlines()
    assert len({line.count(",") for line in table}) == 1 and len(table) == 5
    listed = runner.invoke(args=["channels", "list"]).output
    assert "Aplikasi" in listed
    wrong = runner.invoke(args=["channels", "health", "nowhere"])
    assert wrong.exit_code == 1 and "'nowhere' is not one of app, counter, email" in wrong.output
