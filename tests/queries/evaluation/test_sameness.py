"""The same inputs give the same bytes: on either database, later, and in another process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from data import schema
from data.accountability.listing import read_terms
from data.bulk import record_histories
from data.complaints import resolve
from data.database import read
from data.instants import now
from data.store import Store, open_store
from queries.evaluation.evaluate import evaluate
from queries.evaluation.model import Evaluation
from queries.evaluation.month import MonthError, month_bounds
from tests.conftest import ROOT
from tests.queries.random_city import make_histories

MONTH, SEEN_AT = "2026-03", datetime(2026, 3, 30, tzinfo=UTC)


@pytest.fixture
def other_store(postgresql_tiny_url: str) -> Iterator[Store]:
    store = open_store(postgresql_tiny_url)
    yield store
    store.engine.dispose()


def filled(store: Store) -> Store:
    assert record_histories(store, make_histories(3, 400)).refused == []
    return store


def test_both_databases_give_the_same_bytes(store: Store, other_store: Store) -> None:
    one, other = (evaluate(filled(s), MONTH, seen_at=SEEN_AT) for s in (store, other_store))
    assert one.units and one.to_json() == other.to_json()


def test_another_process_gives_the_same_bytes(store: Store) -> None:
    expected = evaluate(filled(store), MONTH, seen_at=SEEN_AT).to_json()
    program = (
        "import sys; from datetime import datetime; from data.store import open_store; "
        "from queries.evaluation.evaluate import evaluate; "
        f"found = evaluate(open_store(sys.argv[1]), {MONTH!r}, "
        "seen_at=datetime.fromisoformat(sys.argv[2])); sys.stdout.write(found.to_json())"
    )
    for hash_seed in ("0", "7"):
        output = subprocess.run(
            [sys.executable, "-c", program, str(store.engine.url), SEEN_AT.isoformat()],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        assert output == expected


def test_what_is_recorded_later_changes_nothing_of_what_was_known(any_store: Store) -> None:
    before = evaluate(filled(any_store), MONTH, seen_at=SEEN_AT)
    made_at = now()
    with read(any_store.engine) as connection:
        row = connection.execute(
            select(schema.complaints.c.service_request_id, schema.complaints.c.updated_at)
            .where(
                schema.complaints.c.requested_at >= datetime(2026, 3, 2, tzinfo=UTC),
                schema.complaints.c.status < 4,
            )
            .order_by(schema.complaints.c.id)
            .limit(1)
        ).one()
        assert read_terms(connection) == []
    late = row.updated_at + timedelta(minutes=1)  # told afterwards of an instant in the month
    resolve(any_store, row.service_request_id, at=late)
    record_histories(any_store, make_histories(99, 40)[:20])  # the same names: none is new
    fresh = [
        history
        for history in make_histories(98, 60)
        if history.new.requested_at and history.new.requested_at.month == 3
    ]
    for history in fresh:
        object.__setattr__(history.new, "source", "later")
    assert record_histories(any_store, fresh).created > 5
    after = evaluate(any_store, MONTH, seen_at=SEEN_AT)
    assert after.to_json() != before.to_json()
    again = evaluate(
        any_store, MONTH, seen_at=SEEN_AT, through_seq=before.through_seq, known_at=made_at
    )
    assert again.to_json() == before.to_json()


def test_json_comes_back_as_it_was(store: Store) -> None:
    found = evaluate(filled(store), MONTH, seen_at=SEEN_AT)
    text = found.to_json()
    assert Evaluation.from_json(text) == found
    assert Evaluation.from_json(text).to_json() == text
    assert "NaN" not in text and "Infinity" not in text
    with pytest.raises(ValueError, match="not the JSON of an Evaluation"):
        Evaluation.from_json('{"city": "Kota Uji"}')


def test_a_month_without_complaints_is_an_empty_evaluation(any_store: Store) -> None:
    found = evaluate(any_store, MONTH, seen_at=SEEN_AT)
    assert (found.units, found.flags, found.funnel.points, found.fairness.rows) == ((), (), (), ())
    assert found.maturity.received == 0 and found.maturity.share_open is None
    assert found.city_figures["median_response"].state == "none"
    assert Evaluation.from_json(found.to_json()) == found


def test_months_begin_at_local_midnight(store: Store) -> None:
    zone = store.reference().city.time_zone
    assert month_bounds("2026-12", zone) == (
        datetime(2026, 11, 30, 17, tzinfo=UTC),
        datetime(2026, 12, 31, 17, tzinfo=UTC),
    )
    for wrong in ("2026-13", "2026-1", "0000-01", "9999-12", "October", "2026-10\n"):
        with pytest.raises(MonthError, match="write it as 2026-10"):
            month_bounds(wrong, zone)
    with pytest.raises(MonthError, match="had not begun"):
        evaluate(store, "2026-04", seen_at=datetime(2026, 3, 31, 17, tzinfo=UTC))
