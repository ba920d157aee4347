"""The past as arrays in memory is the past that the database tells, whatever happens since."""

import random
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from data import schema
from data.bulk import record_histories
from data.complaints import NotAllowed, append
from data.store import Store
from data.vocabulary import EventKind
from queries.columns import MISSING
from queries.filters import ComplaintFilter
from queries.kpi.spell_columns import select_spells
from queries.past import past_facts
from queries.present import select_past
from queries.views import looking, spells_of
from tests.queries.random_city import BEGIN, DAYS, make_histories

INSTANTS = [BEGIN + timedelta(days=days) for days in (1, DAYS // 2, DAYS, DAYS + 40)]
SPELL = ("complaint_id", "unit_id", "started_at", "ended_at", "resolution_outcome", "resolved_at")
KINDS = (EventKind.RESOLVED, EventKind.REOPENED, EventKind.TRANSFERRED, EventKind.COMMENTED)


@pytest.mark.parametrize("is_bounded", [False, True], ids=["all that is known", "known then"])
def test_it_is_what_the_database_tells(any_store: Store, is_bounded: bool) -> None:
    chance = random.Random(5)
    record_histories(any_store, make_histories(seed=1, number=80))
    through = any_store.latest_seq() if is_bounded else None
    for turn in range(4):
        for instant in INSTANTS:
            wanted = ComplaintFilter(as_of=instant, through_seq=through)
            assert in_memory(any_store, wanted) == in_database(any_store, wanted), (turn, instant)
        let_happen(any_store, chance)


def test_a_filter_selects_of_it(any_store: Store) -> None:
    record_histories(any_store, make_histories(seed=2, number=80))
    for part in (
        {"services": ("flood",)},
        {"statuses": ("waiting",), "districts": ("10",)},
        {"start": BEGIN.date() + timedelta(days=3), "end": BEGIN.date() + timedelta(days=9)},
        {"overdue": True},
    ):
        wanted = ComplaintFilter(as_of=INSTANTS[1], **part)
        present = select_past(any_store, wanted)
        assert present is not None
        with looking(any_store, wanted) as (connection, view):
            ids = connection.execute(select(view.facts.c.id).where(view.condition)).scalars()
            assert sorted(ids) == present["id"].tolist() != []


def in_memory(store: Store, wanted: ComplaintFilter) -> tuple[Any, Any]:
    facts, spells = past_facts(store, wanted), select_spells(store, wanted)
    columns = [facts.ids] + [facts.columns[name] for name in schema.FACT_COLUMNS]
    of_spells = sorted(zip(*(spells[name].tolist() for name in SPELL), strict=True))
    return list(zip(*(column.tolist() for column in columns), strict=True)), of_spells


def in_database(store: Store, wanted: ComplaintFilter) -> tuple[Any, Any]:
    with looking(store, wanted) as (connection, view):
        facts, spells = view.facts, spells_of(view)
        names = ("id", *schema.FACT_COLUMNS)
        rows = connection.execute(select(*(facts.c[name] for name in names)).order_by(facts.c.id))
        of_spells = connection.execute(select(*(spells.c[name] for name in SPELL)))
        return [whole(row) for row in rows], sorted(one_a_unit(map(whole, of_spells)))


def one_a_unit(spells: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """What a unit had in several spells is one: begun with the first, and then as the last is."""
    found: dict[tuple[int, int], tuple[int, ...]] = {}
    for complaint, unit, started, *rest in sorted(spells, key=lambda spell: spell[:3]):
        first = found.get((complaint, unit), (complaint, unit, started))
        found[complaint, unit] = (*first[:3], *rest)
    return list(found.values())


def whole(row: Any) -> tuple[int, ...]:
    return tuple(
        MISSING if value is None else int(getattr(value, "timestamp", lambda v=value: v)())
        for value in row
    )


def let_happen(store: Store, chance: random.Random) -> None:
    """What is told late of earlier days, and what is new."""
    for _ in range(25):
        kind = chance.choice(KINDS)
        unit = "dbm" if kind is EventKind.TRANSFERRED else None
        at = BEGIN + timedelta(seconds=chance.randrange(DAYS * 86_400))
        with suppress(NotAllowed):  # it could not have happened then
            append(store, str(chance.randrange(1, 81)), kind, at=at, unit_code=unit)
    late = make_histories(seed=chance.randrange(1_000_000), number=5)
    for place, history in enumerate(late):
        history.new = replace(history.new, external_id=f"late-{chance.random()}-{place}")
    record_histories(store, late)
