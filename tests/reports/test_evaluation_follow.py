"""A month is drafted by itself soon after its end, once, and between months nothing is done."""

import threading
from datetime import UTC, datetime

import pytest

from data.bulk import record_histories
from data.evaluation.editions import list_editions
from data.store import Store
from reports.evaluation.lifecycle import draft_edition
from reports.evaluation_follow import Drafter
from tests.queries.random_city import HISTORIES

# The tiny city is 7 h ahead of UTC: its April begins at 17:00 UTC on 31 March.
BEFORE = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)
AFTER = datetime(2026, 3, 31, 17, 6, tzinfo=UTC)


@pytest.fixture
def drafted(store: Store) -> list[str]:
    assert record_histories(store, HISTORIES).refused == []
    return []


def drafter(store: Store, drafted: list[str], told: list[str] | None = None) -> Drafter:
    def draft(month: str) -> None:
        drafted.append(month)
        draft_edition(store, month, by="scheduler", seen_at=AFTER, is_first=True)

    return Drafter(store, tell=(told if told is not None else []).append, draft=draft)


def test_a_month_is_drafted_after_its_end_and_once(store: Store, drafted: list[str]) -> None:
    one = drafter(store, drafted)
    draft_edition(store, "2026-02", by="x", seen_at=BEFORE)
    assert one.look(BEFORE) == pytest.approx(3600)
    assert one.look(AFTER.replace(minute=4)) == pytest.approx(60) and drafted == []
    assert one.look(AFTER) == 3600 and drafted == ["2026-03"]
    assert one.look(AFTER) == 3600 and drafted == ["2026-03"]
    assert [edition.month for edition in list_editions(store)] == ["2026-03", "2026-02"]


def test_a_month_without_complaints_is_left(store: Store, drafted: list[str]) -> None:
    drafter(store, drafted).look(datetime(2026, 11, 5, tzinfo=UTC))
    assert drafted == []


def test_a_failure_is_told_and_tried_again_later(store: Store, drafted: list[str]) -> None:
    def fail(_month: str) -> None:
        raise OSError("no room on the disk")

    told: list[str] = []
    one = Drafter(store, tell=told.append, draft=fail)
    assert one.look(AFTER) == 600
    assert told[-1] == "the draft failed and is tried again: no room on the disk"


def test_it_ends_when_told_to(store: Store, drafted: list[str]) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=drafter(store, drafted).run, args=(stop,))
    thread.start()
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()
