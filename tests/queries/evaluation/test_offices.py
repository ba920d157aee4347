"""Officers answer for their own time: what a term leaves open is the next one's, anew."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.accountability.officer_file import read_officers
from data.accountability.officers import keep_terms
from data.bulk import History
from data.store import Store
from data.vocabulary import EventKind
from queries.evaluation.evaluate import evaluate
from queries.evaluation.model import Subject
from tests.queries.evaluation.planting import BEGIN, MONTH, SEEN_AT, hours, life, plant

PLACE, EASY = "31.73.01.1001", "garbage"  # 24 hours
CHANGE = datetime(2026, 10, 10, 17, tzinfo=UTC)  # local midnight: Budi's first
Told = tuple[EventKind, float]


def case(begins: float, *told: Told) -> History:
    """Hours are told from the change of office; `begins` is when it was received."""
    day = (CHANGE - BEGIN + timedelta(hours=begins)) / timedelta(days=1)
    return life(PLACE, EASY, day, *((kind, hours(at - begins), {}) for kind, at in told))


@pytest.fixture
def led(jakarta_store: Store, tmp_path: Path) -> Store:
    rows = [
        "unit,post,officer,from,until",
        f"kel-{PLACE},Head,Ani,2025-01-01,2026-10-10",
        f"kel-{PLACE},Head,Budi,2026-10-11,",
    ]
    path = tmp_path / "officers.csv"
    path.write_text("\n".join(rows) + "\n")
    keep_terms(jakarta_store, read_officers(path, jakarta_store.reference()), replace=True)
    return jakarta_store


def officers(store: Store) -> tuple[Subject, Subject]:
    found = {one.name: one for one in evaluate(store, MONTH, seen_at=SEEN_AT).officers}
    return found["Ani"], found["Budi"]


def test_who_leaves_answers_for_what_was_due_by_then(led: Store) -> None:
    answer, resolve = EventKind.ACKNOWLEDGED, EventKind.RESOLVED
    plant(led, [case(-8, (resolve, 300)) for _ in range(5)])  # neglected by Budi
    plant(led, [case(-20, (answer, -19), (resolve, 23)) for _ in range(3)])  # kept by Budi
    plant(led, [case(-30, (resolve, 3)) for _ in range(2)])  # too late for Ani
    plant(led, [case(-0.001, (resolve, -0.0005)), case(0, (resolve, 1))])  # hers; his
    ani, budi = officers(led)
    assert (ani.n, ani.on_time_share.n, ani.on_time_share.value) == (11, 3, pytest.approx(1 / 3))
    kept = budi.on_time_share
    assert (budi.n, kept.n, kept.value) == (11, 11, pytest.approx(6 / 11))
    assert ani.comparable_share == budi.comparable_share == 0  # a predecessor is no other unit
    assert ani.handovers.passed_on == budi.handovers.received == 0
    assert ani.components["handover_share"].value == 0
    # She found none open and left ten; he found these and cleared them.
    assert ani.components["backlog_change"].value == pytest.approx(10 / 11, abs=1e-6)
    assert budi.components["backlog_change"].value == pytest.approx(-10 / 11, abs=1e-6)


def test_who_follows_is_asked_no_answer_that_was_given(led: Store) -> None:
    """Of the answered it has no clock: the others' median is that of the first hour."""
    answer, resolve = EventKind.ACKNOWLEDGED, EventKind.RESOLVED
    plant(led, [case(-9, (answer, -8), (resolve, 20)) for _ in range(5)])
    plant(led, [case(-9, (answer, 1), (resolve, 20)) for _ in range(2)])
    _, budi = officers(led)
    assert budi.components["median_response"].value == 3600
    assert budi.components["median_response"].n == 7


def test_what_was_closed_stays_until_it_is_opened_again(led: Store) -> None:
    submit, back, resolve = EventKind.SUBMITTED, EventKind.SENT_BACK, EventKind.RESOLVED
    plant(led, [case(-9, (resolve, -8)), case(-9, (submit, -8), (resolve, 5))])
    plant(led, [case(-9, (submit, -8), (back, 5), (resolve, 6))])
    plant(led, [case(-9, (resolve, -8), (EventKind.REOPENED, 5), (resolve, 6))])
    ani, budi = officers(led)
    assert (ani.n, budi.n) == (4, 2)
    assert ani.components["reopened_share"].value == pytest.approx(1 / 3, abs=1e-6)
    assert ani.own_cases == 2
    assert ani.components["sent_back_share"].value == 1 / 2
    assert budi.on_time_share.value == 1.0
