"""Limits of the funnel against exact sums of unlike coins, and on cities where all are equal."""

import numpy as np
import pytest
from scipy.stats import norm

from queries.evaluation.funnel import Standing, stand
from queries.evaluation.promises import MICRO
from queries.evaluation.tails import Coins
from tests.queries.unlike_coins import exact_z

UNITS = 276
CITIES: list[list[tuple[int, float]]] = [
    [(24, 0.98)],
    [(100, 0.98)],
    [(60, 0.5)],
    [(30, 0.995)],
    [(15, 0.98), (9, 0.7)],
    [(200, 0.9), (50, 0.3), (3, 0.05)],
    [(20, 0.999999), (4, 0.3), (2, 0.0001)],
    [(800, 0.9995)],
]


def made_of(coins: list[tuple[int, float]], units: int) -> Coins:
    n = np.tile([float(n) for n, _ in coins], (units, 1))
    return Coins(n, np.array([chance for _, chance in coins]))


@pytest.mark.parametrize("coins", CITIES)
def test_z_is_that_of_the_exact_tail(coins: list[tuple[int, float]]) -> None:
    expected = exact_z(coins)
    kept = np.arange(len(expected), dtype=float)
    z = made_of(coins, len(kept)).z_of(kept)
    is_exact = np.abs(expected) < 8
    is_far = is_exact & (np.abs(expected) > 2)
    assert z[is_far] == pytest.approx(expected[is_far], abs=0.03)
    assert z[is_exact] == pytest.approx(expected[is_exact], abs=0.05)
    assert z[-1] == pytest.approx(expected[-1])
    between = np.linspace(kept[is_exact][0], kept[-1], 10 * len(kept))
    many = made_of(coins, len(between))
    assert (np.diff(many.z_of(between)) > 0).all()
    assert many.reached(many.z_of(between)) == pytest.approx(between, abs=1e-6)


def equals(p: float, smallest: int, largest: int, seed: int) -> Standing:
    """A month of units of equal skill."""
    dice = np.random.default_rng(seed)
    n = dice.integers(smallest, largest, UNITS)
    kept = dice.binomial(n, p)
    chance = np.array([round(kept.sum() / n.sum() * MICRO)])
    return stand(kept, n[:, np.newaxis], chance, np.ones(UNITS, bool), 0.1)


@pytest.mark.parametrize(("p", "largest"), [(0.98, 60), (0.9, 60), (0.9, 300)])
def test_equals_are_called_different_no_more_often_than_the_limits_say(
    p: float, largest: int
) -> None:
    months = 100
    sides = np.concatenate([equals(p, 24, largest, seed).sides for seed in range(months)])
    assert (sides != 0).sum() <= 2 * 0.002 * UNITS * months
    assert (sides == -1).sum() <= 2 * 0.001 * UNITS * months
    if largest == 300:
        assert (sides == 1).any()


def test_who_differs_lies_beyond_the_limits_drawn_and_nobody_else() -> None:
    """With an overdispersion; and one who keeps all that may be kept may be better."""
    dice = np.random.default_rng(3)
    n = dice.integers(24, 900, (UNITS, 3))
    skill = np.clip([0.9, 0.6, 1.0] + dice.normal(0, 0.05, (UNITS, 3)) * [1, 1, 0], 0, 1)
    kept = dice.binomial(n, skill)
    kept[0] = n[0]
    chance = np.round(kept.sum(axis=0) / n.sum(axis=0) * MICRO).astype(np.int64)
    found = stand(kept.sum(axis=1), n, chance, np.ones(UNITS, bool), 0.1)
    assert found.is_overdispersed and chance[2] == MICRO
    for point in (found.point(place, str(place)) for place in range(UNITS)):
        assert point.low998 < point.low95 < 1 < point.high95 < point.high998
        side = -1 if point.ratio < point.low998 else int(point.ratio > point.high998)
        assert point.differs == ("as_expected", "better", "worse")[side]
        assert (point.differs == "as_expected") == (abs(point.z) <= norm.ppf(0.999))
    assert found.differs(0) == "better"


def test_thousands_of_cases_are_judged_at_once() -> None:
    """And nothing is left to chance where the city keeps all, or none."""
    chance = np.array([0, 400_000, 900_000, MICRO])
    due = np.array([[5, 0, 0, 40], [0, 4_000, 196_000, 0], [1, 1, 0, 0]])
    kept = np.array([40, 178_000, 1])
    found = stand(kept, due, chance, np.ones(3, bool), 0.1, among=None)
    assert found.z[0] == 0 and found.z[2] == pytest.approx(norm.isf(0.2), abs=1e-6)
    assert found.z[1] == pytest.approx(0, abs=0.01)
