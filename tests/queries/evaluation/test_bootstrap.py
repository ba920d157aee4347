"""Months drawn anew: the weights, and where 95% of the draws place each unit."""

import numpy as np
import pytest

from data.evaluation.method import read_method
from queries.evaluation import bootstrap
from queries.evaluation.bootstrap import draw_weights, rank_intervals
from queries.evaluation.proof import prove
from queries.evaluation.score import points, ranks, scores
from queries.evaluation.sums import group_rows, sum_groups
from queries.evaluation.table import make_table
from tests.queries.evaluation.test_response_times import month_of

METHOD = read_method("1.0")
UNITS, ROUNDS = 15, 200


def test_weights_are_the_same_however_many_are_drawn_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = draw_weights(7, 1_001, 30)
    assert whole.shape == (30, 1_001) and whole.mean() == pytest.approx(1, abs=0.02)
    assert whole.var() == pytest.approx(1, abs=0.03)
    monkeypatch.setattr(bootstrap, "_AT_ONCE", 64)
    assert (draw_weights(7, 1_001, 30) == whole).all()


def test_intervals_hold_95_of_100_draws() -> None:
    """Each round by itself: of as many copies of each complaint as its weight says."""
    dice = np.random.default_rng(5)
    month = month_of(
        [
            (unit, 1, int(dice.integers(0, 9_000)), int(dice.integers(0, 1_000)), True)
            for unit in range(1, UNITS + 1)
            for _ in range(12)
        ]
    )
    table = make_table(month, METHOD, prove(month, METHOD))
    pairs = [(str(unit), row) for row, unit in enumerate(table.unit_id.tolist())]
    weights = draw_weights(7, ROUNDS, len(month.cases))
    placed = []
    for drawn in weights.T:
        copies = [pair for pair in pairs for _ in range(drawn[table.life[pair[1]]])]
        sums = sum_groups(table, group_rows(copies))
        placed.append(ranks(scores(points(sums, METHOD), METHOD)))
    among = np.sort(placed, axis=0)
    tail = ROUNDS // 40
    found = rank_intervals(table, group_rows(pairs), np.ones(UNITS, bool), METHOD, weights)
    assert found.tolist() == np.transpose([among[tail], among[-1 - tail]]).tolist()
