"""What many threads bring is written together, and one bad item does not spoil the others."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError

from data.group_commit import GroupCommit


def put_at_once(group: GroupCommit[int, int], items: list[int]) -> dict[int, int | Exception]:
    found: dict[int, int | Exception] = {}

    def put(item: int) -> None:
        try:
            found[item] = group.put(item)
        except Exception as error:
            found[item] = error

    threads = [threading.Thread(target=put, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert not any(thread.is_alive() for thread in threads)
    return found


def slowly(
    write: Callable[[list[int]], list[int]], batches: list[list[int]]
) -> Callable[[list[int]], list[int]]:
    def write_batch(items: list[int]) -> list[int]:
        batches.append(list(items))
        time.sleep(0.02)
        return write(items)

    return write_batch


def test_everyone_gets_the_result_of_his_own_item_and_few_batches_are_written() -> None:
    batches: list[list[int]] = []
    group = GroupCommit(slowly(lambda items: [item * 10 for item in items], batches))
    found = put_at_once(group, list(range(50)))
    assert found == {item: item * 10 for item in range(50)}
    assert sorted(item for batch in batches for item in batch) == list(range(50))
    assert len(batches) < 25


def test_no_batch_is_larger_than_allowed() -> None:
    batches: list[list[int]] = []
    group = GroupCommit(slowly(lambda items: items, batches), largest=3)
    assert len(put_at_once(group, list(range(20)))) == 20
    assert max(len(batch) for batch in batches) <= 3


def test_one_that_cannot_be_written_fails_alone() -> None:
    def write(items: list[int]) -> list[int]:
        if 7 in items:
            raise ValueError("seven")
        return items

    batches: list[list[int]] = []
    found = put_at_once(GroupCommit(slowly(write, batches)), list(range(12)))
    assert isinstance(found.pop(7), ValueError)
    assert found == {item: item for item in range(12) if item != 7}


def test_a_database_that_is_away_is_asked_once_for_all() -> None:
    batches: list[list[int]] = []

    def write(items: list[int]) -> list[int]:
        raise OperationalError("BEGIN", None, Exception("away"))

    found = put_at_once(GroupCommit(slowly(write, batches)), list(range(10)))
    assert all(isinstance(error, OperationalError) for error in found.values())
    assert sum(len(batch) for batch in batches) == 10


def test_an_interrupt_leaves_nobody_waiting() -> None:
    def write(items: list[int]) -> list[int]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        GroupCommit(write).put(1)
