"""Remote layers: up to date when the source is, and the last good data when it is not."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from data.database import write
from data.instants import now
from data.layers import catalogue, remote
from data.layers.addresses import Sources
from data.layers.catalogue import Layer, find_layer, list_layers, list_versions
from data.layers.contents import fetch_features
from data.layers.download import Limits
from data.layers.follow import Follower, refresh_due
from data.layers.model import About, Choice, LayerError
from data.layers.remote import Outcome, add_remote, due_layers, refresh, refresh_remote
from data.layers.remote_state import CLAIM_SECONDS, change_remote, claim, find_remote, is_stale
from data.layers.tables import layers
from data.sentence import say
from data.store import Store, open_store
from tests.data.layers.layer_server import Source, points, serving

HERE = Sources(("127.0.0.1",))
LEVELS = About(names={"en": "Water levels"})


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def address(source: Source) -> Iterator[str]:
    with serving(source) as address:
        yield f"{address}/levels.geojson"


def add(store: Store, address: str, code: str = "levels", every_seconds: int = 300) -> Layer:
    return add_remote(
        store, code, LEVELS, address,
        every_seconds=every_seconds, choice=Choice(), sources=HERE,
    )  # fmt: skip


def levels(store: Store, code: str = "levels") -> list[object]:
    return fetch_features(store, find_layer(store, code).version.id).columns["level"]


def pretend(store: Store, code: str = "levels", **columns: object) -> None:
    """Set columns of a layer, as if time had gone by."""
    with write(store.engine) as connection:
        connection.execute(update(layers).where(layers.c.code == code).values(**columns))


def ago(seconds: int) -> object:
    return now() - timedelta(seconds=seconds)


def test_a_layer_follows_its_source(any_store: Store, source: Source, address: str) -> None:
    layer = add(any_store, address)
    assert (layer.url, layer.every_seconds, layer.last_error) == (address, 300, None)
    assert layer.succeeded_at is not None
    source.body = points(3.0, 4.0, 5.0)
    assert refresh(any_store, "levels", HERE) == Outcome("levels", "new", say("{n} features", n=3))
    assert levels(any_store) == [3.0, 4.0, 5.0]
    assert [version.number for version in list_versions(any_store, "levels")] == [2, 1]


def test_what_did_not_change_makes_no_version(
    any_store: Store, source: Source, address: str
) -> None:
    source.etag = '"one"'
    add(any_store, address)
    pretend(any_store, succeeded_at=ago(600))
    assert refresh(any_store, "levels", HERE).kind == "same"
    assert source.asked[-1]["If-None-Match"] == '"one"'
    assert not is_stale(find_layer(any_store, "levels"), now())
    source.etag = None  # the same bytes again
    assert refresh(any_store, "levels", HERE).kind == "same"
    source.body = source.body.replace(b", ", b",")  # other bytes, the same features
    assert refresh(any_store, "levels", HERE).kind == "same"
    assert len(list_versions(any_store, "levels")) == 1


@pytest.mark.parametrize("fault", ["status", "nonsense", "cut", "private", "large", "slow"])
def test_the_last_good_data_stay(store: Store, source: Source, address: str, fault: str) -> None:
    source.etag = '"one"'
    before = add(store, address)
    source.etag = '"two"'
    said = {
        "status": "answers 500", "nonsense": "levels.geojson", "cut": "broke off",
        "private": "PANTAU_PRIVATE_SOURCES", "large": "more than 0 MB", "slow": "takes more than",
    }[fault]  # fmt: skip
    if fault == "status":
        source.status = 500
    elif fault == "nonsense":
        source.body = b"<html>Down for maintenance</html>"
    elif fault == "cut":
        source.announced = 9_999
    elif fault == "private":
        source.location = "http://169.254.169.254/latest/meta-data"
    elif fault == "slow":
        source.pause_seconds = 0.05
    limits = Limits(
        most_bytes=10 if fault == "large" else 1 << 20, silence_seconds=1, whole_seconds=1
    )
    outcome = refresh(store, "levels", HERE, limits=limits)
    assert outcome.kind == "failed"
    assert said in str(outcome.message)
    after = find_layer(store, "levels")
    assert after.last_error == outcome.message
    assert (after.version, after.succeeded_at) == (before.version, before.succeeded_at)
    assert levels(store) == [1.0, 2.0]
    # And all is well again as soon as the source is; nothing was claimed for longer.
    vars(source).update(vars(Source()) | {"body": points(7.0), "asked": source.asked})
    assert refresh(store, "levels", HERE).kind == "new"
    assert source.asked[-1]["If-None-Match"] == '"one"'
    assert find_layer(store, "levels").last_error is None


def test_a_source_that_cannot_be_read_makes_no_layer(
    store: Store, source: Source, address: str
) -> None:
    for body in (b"", b"nothing of the kind"):
        source.body = body
        with pytest.raises(LayerError):
            add(store, address)
    for url in ("file:///etc/passwd", "/levels.geojson"):
        with pytest.raises(LayerError, match="must begin with http"):
            add(store, url)
    for seconds in (5, 10**9):
        with pytest.raises(LayerError, match="cannot be fetched every"):
            add(store, address, every_seconds=seconds)
    assert list_layers(store) == ()


def test_layers_are_fetched_when_they_are_due(
    any_store: Store, source: Source, address: str
) -> None:
    add(any_store, address)
    add(any_store, address, code="hourly", every_seconds=3_600)
    assert refresh_due(any_store, HERE) == []
    for code in ("levels", "hourly"):
        pretend(any_store, code, tried_at=ago(301))
    assert [one.code for one in refresh_due(any_store, HERE)] == ["levels"]
    assert refresh_due(any_store, HERE) == []
    source.status = 500
    pretend(any_store, tried_at=ago(301))
    assert [one.kind for one in refresh_due(any_store, HERE)] == ["failed"]
    assert refresh_due(any_store, HERE) == []  # a failing source is not asked more often


def test_a_busy_source_is_left_alone_for_as_long_as_it_asks(
    store: Store, source: Source, address: str
) -> None:
    add(store, address)
    source.status, source.headers = 429, {"Retry-After": "3600"}
    refresh(store, "levels", HERE)
    pretend(store, tried_at=ago(600))
    assert due_layers(store, now()) == ()
    assert len(due_layers(store, now() + timedelta(seconds=3_601))) == 1


def test_a_layer_is_stale_after_three_missed_times(
    store: Store, source: Source, address: str
) -> None:
    layer = add(store, address)
    assert layer.succeeded_at is not None
    assert not is_stale(layer, layer.succeeded_at + timedelta(seconds=960))
    assert is_stale(layer, layer.succeeded_at + timedelta(seconds=961))
    pretend(store, url=None)
    assert not is_stale(find_layer(store, "levels"), now() + timedelta(days=9))


def test_only_the_newest_versions_are_kept(
    store: Store, source: Source, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "KEPT_VERSIONS", 2)
    add(store, address)
    for number in range(3):
        source.body = points(10.0 + number)
        assert refresh(store, "levels", HERE).kind == "new"
    assert [version.number for version in list_versions(store, "levels")] == [4, 3]
    assert levels(store) == [12.0]


def test_two_processes_do_not_fetch_at_once(any_store: Store, source: Source, address: str) -> None:
    add(any_store, address)
    source.body = points(9.0)
    pretend(any_store, tried_at=ago(301))
    asked = len(source.asked)
    # As str() the address of a database hides its password.
    others = [
        open_store(any_store.engine.url.render_as_string(hide_password=False)) for _ in range(6)
    ]
    found = [due_layers(other, now())[0] for other in others]
    outcomes: list[str] = []
    threads = [
        threading.Thread(target=lambda pair=pair: outcomes.append(refresh_remote(*pair, HERE).kind))
        for pair in zip(others, found, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.engine.dispose()
    assert sorted(outcomes) == ["busy"] * 5 + ["new"]
    assert len(source.asked) == asked + 1


def test_a_claim_of_a_process_that_died_runs_out(
    any_store: Store, source: Source, address: str
) -> None:
    add(any_store, address)
    assert claim(any_store, find_remote(any_store, "levels")) is not None
    assert refresh(any_store, "levels", HERE).kind == "busy"
    pretend(any_store, claimed_until=ago(1))
    assert refresh(any_store, "levels", HERE).kind == "same"


def test_what_comes_after_the_claim_ran_out_is_not_put_in_force(
    any_store: Store, source: Source, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(any_store, address)
    source.body = points(9.0)
    real = remote.read_source

    def slow(*given: object, **named: object) -> object:
        pretend(any_store, claimed_until=now() + timedelta(seconds=CLAIM_SECONDS + 60))
        return real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(remote, "read_source", slow)
    assert refresh(any_store, "levels", HERE).kind == "busy"
    assert levels(any_store) == [1.0, 2.0]


def test_a_layer_that_is_removed_meanwhile_stays_removed(
    any_store: Store, source: Source, address: str
) -> None:
    add(any_store, address)
    found = find_remote(any_store, "levels")
    catalogue.remove(any_store, "levels")
    assert refresh_remote(any_store, found, HERE).kind == "busy"
    assert due_layers(any_store, now() + timedelta(days=1)) == ()
    with pytest.raises(LayerError, match="is no remote layer; those that are: none"):
        refresh(any_store, "levels", HERE)


def test_another_address_is_asked_at_once(store: Store, source: Source, address: str) -> None:
    source.etag = '"one"'
    add(store, address)
    other = address.replace("levels", "other")
    change_remote(store, "levels", other, 600, Choice())
    assert [found.url for found in due_layers(store, now())] == [other]
    refresh(store, "levels", HERE)
    assert source.paths[-1] == "/other.geojson"
    assert "If-None-Match" not in source.asked[-1]


def test_an_error_of_our_own_frees_the_layer(
    store: Store, source: Source, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, address)
    source.body = points(9.0)

    def broken(*_: object, **__: object) -> object:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(remote, "read_source", broken)
        with pytest.raises(MemoryError):
            refresh(store, "levels", HERE)
    assert find_layer(store, "levels").last_error == say(
        "an error of Pantau's own: {kind}", kind="MemoryError"
    )
    with store.engine.connect() as connection:
        assert connection.scalar(select(layers.c.claimed_until)) is None
    assert refresh(store, "levels", HERE).kind == "new"


def test_following_goes_on_whatever_one_source_does(
    any_store: Store, source: Source, address: str
) -> None:
    slow = Source()
    with serving(slow) as other:
        add(any_store, address)
        add(any_store, f"{other}/slow.geojson", code="slow")
        slow.pause_seconds = 0.02
        slow.body = source.body = points(8.0)
        for code in ("levels", "slow"):
            pretend(any_store, code, tried_at=ago(301))
        told: list[Outcome] = []
        stop = threading.Event()
        follower = Follower(any_store, HERE, tell=told.append, warn=pytest.fail, look_seconds=0.05)
        thread = threading.Thread(target=follower.run, args=(stop,))
        thread.start()
        deadline = time.monotonic() + 20
        while len(told) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        stop.set()
        thread.join()
    assert [(one.code, one.kind) for one in told] == [("levels", "new"), ("slow", "new")]
    assert len(slow.asked) == 2  # once to add it, and once although it was looked at often
