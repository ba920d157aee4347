"""A curve that touches a share has reached it, whichever way its rounding falls."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from data.durations import BINS, from_bins
from queries.durations import Tally, put_exact_quantiles, read_quantiles
from queries.evaluation.measured import _medians
from queries.evaluation.sums import group_rows
from queries.kpi.clocks import grouped_curves
from queries.survival import crossing, kaplan_meier

SIZES = range(2, 201)


def exact(size: int, share: Fraction) -> int:
    """Of so many clocks that stop after 1, 2, 3 … seconds: the first time at which `share` wait."""
    return next(t for t in range(1, size + 1) if Fraction(size - t, size) <= share)


@pytest.mark.parametrize("share", [Fraction(1, 2), Fraction(1, 10)])
def test_the_curves_of_whole_groups_cross_where_fractions_do(share: Fraction) -> None:
    groups = np.repeat(SIZES, SIZES) - 2
    seconds = np.concatenate([np.arange(1, size + 1) for size in SIZES])
    curves = grouped_curves(groups, len(SIZES), seconds, np.ones(len(groups), bool))
    expected = [exact(size, share) for size in SIZES]
    assert [one.value for one in curves.quantiles(float(share))] == expected
    ones = np.arange(200) < np.array(SIZES)[:, None]
    survival = kaplan_meier(ones.astype(int), np.zeros(ones.shape, int)).survival
    assert (crossing(survival, float(share)) + 1).tolist() == expected


def test_the_map_and_the_evaluation_say_the_same_median() -> None:
    for size in SIZES:
        seconds, happened = np.arange(1, size + 1), np.ones(size, bool)
        summary = pd.DataFrame({"median_seconds": [np.nan], "p90_seconds": [np.nan]})
        for name in ("median_low", "median_high", "p90_low", "p90_high"):
            summary[name] = np.nan
        clocks = pd.DataFrame({"seconds": seconds, "happened": happened})
        put_exact_quantiles(summary, clocks, np.zeros(size, int))
        assert summary["median_seconds"].tolist() == [exact(size, Fraction(1, 2))]
        assert summary["p90_seconds"].tolist() == [exact(size, Fraction(1, 10))]
        table = type("T", (), {})()
        table.is_case, table.seconds, table.answered = happened, seconds, happened
        _, value, _, _ = _medians(table, group_rows([("one", row) for row in range(size)]))
        assert value.tolist() == [exact(size, Fraction(1, 2))]


def test_bins_that_touch_a_half_need_no_clocks() -> None:
    """Ten within an hour and ten within 60: half are done after the first ten."""
    events = np.zeros((1, BINS), int)
    events[0, [100, 150]] = 10
    none = np.zeros_like(events)
    summary, unsure = read_quantiles(Tally(events, none, none, none.sum(axis=1)))
    assert summary["median_seconds"].tolist() == from_bins(np.array([100])).tolist()
    assert not unsure.any()
