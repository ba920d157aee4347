"""Closings quicker than chance and the unit's own pace explain."""

import random

import pytest

from data.evaluation.method import read_method
from queries.evaluation.cases import Case
from queries.evaluation.quickness import unusually_quick

METHOD = read_method("1.0")
HOUR = 3_600
PLAYER = 1


def closed(unit_id: int, hours: list[float], service_id: int = 1) -> list[Case]:
    return [
        Case(
            life=0,
            ordinal=0,
            unit_id=unit_id,
            service_id=service_id,
            started_at=0,
            ended_at=None,
            responded_at=0,
            resolved_at=round(time * HOUR),
            rejected_at=None,
            due_at=None,
            closed_at=[round(time * HOUR)],
        )
        for time in hours
    ]


def spread(chance: random.Random, number: int, middle: float) -> list[float]:
    return [middle * chance.lognormvariate(0, 1.2) for _ in range(number)]


@pytest.mark.parametrize(("others", "found"), [(4, 0), (6, 36)])
def test_a_few_of_others_closings_of_each_service_tell_what_is_usual(
    others: int, found: int
) -> None:
    cases = [one for service in range(6) for one in closed(PLAYER, [1 / 6] * 6, service)]
    for service in range(6):
        cases += closed(2, [10.0 + n for n in range(others)], service)
    assert unusually_quick(cases, METHOD) == list(range(found))


@pytest.mark.parametrize("share", [0.2, 0.45, 0.55, 1.0])
def test_as_many_as_are_quick_are_found(share: float) -> None:
    chance = random.Random(1)
    shown = round(100 * share)
    played = [chance.uniform(0.05, 1) for _ in range(shown)]
    cases = closed(PLAYER, played + spread(chance, 100 - shown, 14))
    for unit_id in range(2, 8):
        cases += closed(unit_id, spread(chance, 100, 14))
    found = unusually_quick(cases, METHOD)
    assert found[:shown] == list(range(shown))
    assert all(cases[place].unit_id == PLAYER for place in found)


@pytest.mark.parametrize("times", [1, 2, 4])
def test_who_is_faster_in_all_is_not_found(times: float) -> None:
    """Over many draws: at 99.8% one of a thousand may be."""
    found = 0
    for seed in range(40):
        chance = random.Random(seed)
        cases = closed(PLAYER, [time / times for time in spread(chance, 150, 14)])
        for unit_id in range(2, 8):
            cases += closed(unit_id, spread(chance, 150, 14)) + closed(
                unit_id, spread(chance, 50, 90), service_id=2
            )
        found += bool(unusually_quick(cases, METHOD))
    assert found <= 2


def test_nobody_is_found_where_all_take_no_time_or_nothing_is_closed() -> None:
    assert unusually_quick(closed(1, [0] * 30) + closed(2, [0] * 30), METHOD) == []
    assert unusually_quick([], METHOD) == []


def test_who_has_half_of_a_service_is_held_to_the_other_half() -> None:
    chance = random.Random(2)
    cases = closed(PLAYER, [chance.uniform(0.1, 1) for _ in range(25)])
    cases += closed(2, spread(chance, 25, 60))
    assert unusually_quick(cases, METHOD) == list(range(25))


def test_who_finishes_what_a_predecessor_began_is_not_found() -> None:
    cases = closed(PLAYER, [0.5] * 30)
    for case in cases:
        case.is_inherited = True
    cases += closed(2, spread(random.Random(4), 100, 60))
    assert unusually_quick(cases, METHOD) == []


def test_a_pace_that_cannot_be_believed_excuses_nothing() -> None:
    """Half just above the limit, half far below it."""
    chance = random.Random(3)
    cases = closed(PLAYER, [0.8] * 48 + [6.8] * 52)
    for unit_id in range(2, 12):
        cases += closed(unit_id, spread(chance, 100, 60))
    assert unusually_quick(cases, METHOD)[:48] == list(range(48))
