"""Bounds of values that rest on few, or on many that are all alike."""

import numpy as np
import pandas as pd
import pytest

from queries.kpi.model import change_between
from queries.kpi.shares import stars_of
from queries.values import mean_stars, satisfaction, wilson_interval


@pytest.mark.parametrize("star", [1, 3, 5])
@pytest.mark.parametrize("n", [1, 2, 20, 5_000])
def test_ratings_that_are_all_alike_are_not_beyond_doubt(n: int, star: int) -> None:
    """Of the mean to be told in 19 of 20 cases: that so many are alike must have been likely."""
    found = stars_of(n, n * star, n * star**2)
    assert found.value == star and found.low is not None and found.high is not None
    assert 1 <= found.low <= star <= found.high <= 5
    assert found.high - found.low > min(3 / n, 1)
    counts = pd.DataFrame({"code": ["a"], "rating": [star], "n": [n]})
    row = satisfaction(counts).loc["a"]
    assert (row["value"], row["low"], row["high"], row["n"]) == (star, found.low, found.high, n)


def test_two_groups_of_equal_ratings_do_not_differ_for_sure() -> None:
    assert not change_between(stars_of(20, 100, 500), stars_of(20, 98, 482)).is_sure
    many, few = stars_of(90, 450, 2_250), stars_of(19, 19, 19)
    assert change_between(many, stars_of(90, 270, 810)).is_sure
    # Nor does one differ for sure from a few, whichever of the two was first.
    for change in (change_between(many, few), change_between(few, many)):
        assert change.low is not None and change.high is not None
        assert change.low * change.high > 0 and not change.is_sure
    assert np.isnan(mean_stars(np.array([0]), np.array([0]), np.array([0]))).all()


@pytest.mark.parametrize("shares", [(3, 2, 5, 20, 70), (5, 0, 0, 0, 95), (20, 20, 20, 20, 20)])
def test_means_lie_within_their_bounds_in_19_of_20(shares: tuple[int, ...]) -> None:
    dice, chances = np.random.default_rng(2), np.array(shares) / 100
    stars = dice.choice(np.arange(1, 6), (4_000, 25), p=chances)
    _, low, high = mean_stars(25, stars.sum(axis=1), (stars**2).sum(axis=1))
    truth = float(chances @ np.arange(1, 6))
    assert 0.93 <= ((low <= truth) & (truth <= high)).mean() <= 0.995


def test_a_share_lies_within_its_own_bounds() -> None:
    n = np.arange(1, 400)
    for successes in (0 * n, n, n // 2):
        low, high = wilson_interval(successes, n)
        assert (low <= successes / n).all() and (successes / n <= high).all()
    assert np.isnan(wilson_interval(np.array([0]), np.array([0]))).all()
