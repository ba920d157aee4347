"""Buckets fill evenly, are shared by processes, and are forgotten when full."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from data.complaints import Idempotency, receive
from data.database import read, write
from data.keys import create_key, find_key
from data.limits import Bucket, Levels, TooMany, forget_full
from data.schema import complaints, rate_buckets
from data.store import Store, open_store
from tests.data.test_write_path import garbage

SECOND = 1_000_000


def drain(store: Store, bucket: Bucket, at: int) -> int:
    """How many may be taken at an instant (microseconds)."""
    taken = 0
    with write(store.engine) as connection:
        levels = Levels(connection, [bucket], at)
        try:
            while taken < 1_000:
                levels.take([bucket])
                taken += 1
        except TooMany:
            pass
        levels.write()
    return taken


def test_a_bucket_holds_its_size_and_fills_evenly(any_store: Store) -> None:
    bucket = Bucket("one", 10, 60, "it")
    at = 1_800_000_000 * SECOND
    assert drain(any_store, bucket, at) == 10
    assert drain(any_store, bucket, at) == 0
    assert drain(any_store, bucket, at + 30 * SECOND) == 5
    assert drain(any_store, bucket, at + 3_600 * SECOND) == 10


@given(
    size=st.integers(1, 50),
    seconds=st.sampled_from([1, 60, 3_600]),
    gaps=st.lists(st.integers(0, 10**8), max_size=60),
)
def test_never_more_than_its_size_and_what_filled_since(
    size: int, seconds: int, gaps: list[int]
) -> None:
    bucket = Bucket("any", size, seconds, "it")
    at = start = 1_800_000_000 * SECOND
    full_at, taken = 0, 0
    for gap in gaps:
        at += gap
        if bucket.wait(full_at, at) == 0:
            full_at = max(full_at, at) + bucket.worth
            taken += 1
    assert taken <= size + (at - start) / bucket.worth + 1


def test_the_wait_that_is_told_is_enough_and_no_more() -> None:
    bucket = Bucket("one", 3, 60, "it")
    at = 1_800_000_000 * SECOND
    full_at = at + 60 * SECOND
    wait = bucket.wait(full_at, at)
    assert 0 < wait <= 20
    assert bucket.wait(full_at, at + round(wait * SECOND)) == 0
    assert bucket.wait(full_at, at + round(wait * SECOND) - 1_000) > 0


@pytest.mark.parametrize("behind_ms", [0, 50, 30_000, 60_000])
def test_a_clock_that_is_behind_opens_no_limit(behind_ms: int) -> None:
    bucket = Bucket("one", 10, 60, "it")
    at = 1_800_000_000 * SECOND
    empty = at + 60 * SECOND
    assert bucket.wait(empty, at - behind_ms * 1_000) == 6
    assert bucket.wait(empty, at - 61 * SECOND) == 0  # set back: it would be empty for ever


def test_two_processes_share_a_bucket_and_a_repetition_takes_nothing(any_url: str) -> None:
    one, other = open_store(any_url), open_store(any_url)
    bucket = Bucket("shared", 3, 3_600, "the API key 'app'")
    key = find_key(one, create_key(one, "app", "app"))
    assert key is not None
    again = Idempotency(key.id, "first", "f")
    receive(one, garbage(), buckets=[bucket], idempotency=again)
    receive(other, garbage(), buckets=[bucket])
    assert not receive(other, garbage(), buckets=[bucket], idempotency=again).created
    receive(one, garbage(), buckets=[bucket])
    for store in (one, other):
        with pytest.raises(TooMany, match="'app' is at its limit of 3 in an hour") as refused:
            receive(store, garbage(), buckets=[bucket])
        assert 0 < refused.value.retry_seconds <= 1_200
    with read(one.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(complaints)) == 3
    for store in (one, other):
        store.engine.dispose()


def test_of_two_buckets_none_is_taken_from_when_one_is_empty(store: Store) -> None:
    small, large = Bucket("small", 1, 60, "small"), Bucket("large", 5, 60, "large")
    receive(store, garbage(), buckets=[large, small])
    with pytest.raises(TooMany, match="small"):
        receive(store, garbage(), buckets=[large, small])
    for _ in range(4):
        receive(store, garbage(), buckets=[large])
    with pytest.raises(TooMany, match="large"):
        receive(store, garbage(), buckets=[large])


def test_full_buckets_are_not_kept(any_store: Store) -> None:
    at = 1_800_000_000 * SECOND
    drain(any_store, Bucket("reporter:abc", 2, 60, "it"), at)
    with write(any_store.engine) as connection:
        forget_full(connection, at + 30 * SECOND)
        assert connection.scalar(select(func.count()).select_from(rate_buckets)) == 1
        forget_full(connection, at + 61 * SECOND)
        assert connection.scalar(select(func.count()).select_from(rate_buckets)) == 0
