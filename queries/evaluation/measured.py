"""Components of subjects, each with its 95% interval and the cases it rests on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from queries.evaluation.canonical import rounded
from queries.evaluation.score import Floats
from queries.evaluation.sums import Groups, Sums
from queries.evaluation.table import MICRO, PARTS, Ints, Table
from queries.layers.intervals import difference_interval
from queries.measured import Measured, state_of
from queries.survival import follow
from queries.values import mean_stars, poisson_interval, wilson_interval

_SHARES = (
    "resolution_share",
    "reopened_share",
    "sent_back_share",
    "handover_share",
    "rejected_share",
    "proven_share",
    "doubted_share",
)
_COUNTS = ("median_response", "on_time_ratio", *_SHARES)
Columns = dict[str, list[Measured]]


def measure_all(
    table: Table, groups: Groups, sums: Sums, min_cases: int
) -> tuple[Columns, Columns, list[Measured]]:
    """Components and ratios by name, and on-time shares: a list each, by subject."""

    def state(n: Ints, *bounds: Floats) -> list[Measured]:
        return with_states(n, *bounds, enough=min_cases)

    def state_of_ratio(n: Ints, *bounds: Floats) -> list[Measured]:
        return with_states(n, *bounds, enough=min_cases, unknown="nothing_expected")

    ratios = {name: state_of_ratio(*_ratio(sums, PARTS.index(name))) for name in _COUNTS}
    rated = groups.count(table.stars > 0)
    stars = mean_stars(rated, groups.count(table.stars), groups.count(table.stars**2))
    ratios["satisfaction"] = state(rated, *_against(stars, sums, rated))
    components = {name: state(*_share(sums, PARTS.index(name))) for name in _SHARES}
    components["on_time_ratio"] = ratios["on_time_ratio"]
    components["median_response"] = state(*_medians(table, groups))
    components["satisfaction"] = state(rated, *stars)
    closed = groups.count(table.closed)
    answers = groups.count(table.closed & (table.stars > 0))
    components["answer_share"] = state(closed, *_with_bounds(answers, closed))
    components["backlog_change"] = state(*_backlog(table, groups, sums))
    kept, due = groups.count(table.on_time), groups.count(table.judged)
    return components, ratios, state(due, *_with_bounds(kept, due))


def with_states(
    n: Ints,
    value: Floats,
    low: Floats,
    high: Floats,
    *,
    enough: int,
    unknown: str = "not_reached",
) -> list[Measured]:
    """NaN where there is none, `unknown` its state; written as an evaluation writes them."""
    return [
        Measured(
            _known(value[place]),
            _known(low[place]),
            _known(high[place]),
            int(n[place]),
            state_of(int(n[place]), bool(np.isnan(value[place])), enough, unknown),
        )
        for place in range(len(n))
    ]


def _known(number: float) -> float | None:
    return rounded(number) if np.isfinite(number) else None


def _ratio(sums: Sums, part: int) -> tuple[Ints, Floats, Floats, Floats]:
    observed = sums.observed[:, part] / MICRO
    return sums.counted[:, part], *ratio_of(observed, sums.expected[:, part] / MICRO)


def ratio_of(observed: Floats, expected: Floats) -> tuple[Floats, Floats, Floats]:
    """Observed ÷ expected, with exact Poisson limits of the observed (Garwood 1936)."""
    expected = np.where(expected > 0, expected, np.nan)
    low, high = poisson_interval(observed)
    return observed / expected, low / expected, high / expected


def _share(sums: Sums, part: int) -> tuple[Ints, Floats, Floats, Floats]:
    n = sums.counted[:, part]
    return n, *_with_bounds(sums.observed[:, part] // MICRO, n)


def _with_bounds(successes: Ints, n: Ints) -> tuple[Floats, Floats, Floats]:
    low, high = wilson_interval(successes, n)
    trials = np.where(n > 0, n, np.nan)
    return successes / trials, low, high


def _against(
    stars: tuple[Floats, Floats, Floats], sums: Sums, rated: Ints
) -> tuple[Floats, Floats, Floats]:
    expected = sums.expected[:, PARTS.index("satisfaction")] / MICRO
    usual = np.where(rated > 0, expected / np.maximum(rated, 1), np.nan)
    mean, low, high = stars
    return mean / usual, low / usual, high / usual


def _backlog(table: Table, groups: Groups, sums: Sums) -> tuple[Ints, Floats, Floats, Floats]:
    """How many more are open at the month's end than at its begin, for each case of the month.

    What came and stayed and what was there and went are two Poisson counts, each with its exact
    limits.
    """
    part = PARTS.index("backlog_change")
    n = sums.counted[:, part]
    trials = np.where(n > 0, n, np.nan)
    moves = table.observed[:, part] // MICRO
    came, went = (groups.count(np.maximum(side, 0)) for side in (moves, -moves))
    low, high = difference_interval(came, poisson_interval(came), went, poisson_interval(went))
    return n, (came - went) / trials, low / trials, high / trials


def _medians(table: Table, groups: Groups) -> tuple[Ints, Floats, Floats, Floats]:
    """Kaplan–Meier, to the second: when half had been answered, and its log(-log) bounds."""
    is_case = table.is_case[groups.rows]
    rows, subject = groups.rows[is_case], groups.subject[is_case]
    order = np.lexsort((table.seconds[rows], subject))
    curves = follow(subject[order], table.seconds[rows[order]], table.answered[rows[order]])
    n: NDArray[Any] = np.bincount(subject, minlength=len(groups))
    value, low, high = (
        curves.reach(name, 0.5, len(groups)) for name in ("survival", "lower", "upper")
    )
    return n, value, low, high
