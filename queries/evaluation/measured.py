"""Components of subjects, each with its 95% interval and the cases it rests on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from queries.evaluation.canonical import rounded
from queries.evaluation.score import Floats
from queries.evaluation.sums import Groups, Sums
from queries.evaluation.table import MICRO, PARTS, Ints, Table
from queries.measured import Measured, state_of
from queries.survival import kaplan_meier_in_turn
from queries.values import poisson_interval, wilson_interval

_Z = 1.959963984540054
_TOUCHING = 1e-9  # a curve so near the half is at it but for rounding
_COUNTS = (
    "median_response",
    "on_time_ratio",
    "resolution_share",
    "reopened_share",
    "sent_back_share",
    "handover_share",
    "rejected_share",
    "proven_share",
)
_SHARES = (
    "resolution_share",
    "reopened_share",
    "sent_back_share",
    "handover_share",
    "rejected_share",
    "proven_share",
)
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
    mean, half, rated = _stars(table, groups)
    ratios["satisfaction"] = state(rated, *_against(mean, half, sums, rated))
    components = {name: state(*_share(sums, PARTS.index(name))) for name in _SHARES}
    components["on_time_ratio"] = ratios["on_time_ratio"]
    components["median_response"] = state(*_medians(table, groups))
    components["satisfaction"] = state(
        rated, mean, np.maximum(mean - half, 1.0), np.minimum(mean + half, 5.0)
    )
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


def _stars(table: Table, groups: Groups) -> tuple[Floats, Floats, Ints]:
    """Mean, half of its interval, and n; of the spread of the stars given."""
    rated = groups.count(table.stars > 0)
    n = np.where(rated > 0, rated, np.nan)
    one, two = groups.count(table.stars), groups.count(table.stars**2)
    mean = one / n
    variance = np.maximum(two - one * mean, 0.0) / np.maximum(n - 1, 1)
    return mean, _Z * np.sqrt(variance / n), rated


def _against(mean: Floats, half: Floats, sums: Sums, rated: Ints) -> tuple[Floats, Floats, Floats]:
    expected = sums.expected[:, PARTS.index("satisfaction")] / MICRO
    usual = np.where(rated > 0, expected / np.maximum(rated, 1), np.nan)
    return (
        mean / usual,
        np.maximum(mean - half, 1.0) / usual,
        np.minimum(mean + half, 5.0) / usual,
    )


def _backlog(table: Table, groups: Groups, sums: Sums) -> tuple[Ints, Floats, Floats, Floats]:
    """How many more are open at the month's end than at its begin, for each case of the month.

    What came and stayed and what was there and went are two Poisson counts.
    """
    part = PARTS.index("backlog_change")
    n = sums.counted[:, part]
    trials = np.where(n > 0, n, np.nan)
    moves = groups.count(np.abs(table.observed[:, part]) // MICRO)
    change, half = sums.observed[:, part] / MICRO, _Z * np.sqrt(moves)
    return n, change / trials, (change - half) / trials, (change + half) / trials


def _medians(table: Table, groups: Groups) -> tuple[Ints, Floats, Floats, Floats]:
    """Kaplan–Meier, to the second: when half had been answered, and its log(-log) bounds."""
    is_case = table.is_case[groups.rows]
    rows, subject = groups.rows[is_case], groups.subject[is_case]
    order = np.lexsort((table.seconds[rows], subject))
    rows, subject = rows[order], subject[order]
    seconds, answered = table.seconds[rows], table.answered[rows]
    found = np.full((3, len(groups)), np.nan)
    n: NDArray[Any] = np.bincount(subject, minlength=len(groups))
    if not len(rows):
        return n, *found
    is_first = np.ones(len(rows), bool)  # of its subject and second
    is_first[1:] = (subject[1:] != subject[:-1]) | (seconds[1:] != seconds[:-1])
    first = np.flatnonzero(is_first)
    leaving = np.diff(first, append=len(rows))
    events = np.add.reduceat(answered.astype(np.int64), first)
    begins = np.flatnonzero(np.diff(subject[first], prepend=-1))
    curves = kaplan_meier_in_turn(events, leaving - events, begins)
    ends = np.append(begins[1:], len(first))
    for place, curve in enumerate((curves.survival, curves.lower, curves.upper)):
        reached = np.flatnonzero(curve <= 0.5 + _TOUCHING)
        at = np.append(reached, len(first))[np.searchsorted(reached, begins)]
        times = np.append(seconds[first].astype(float), np.nan)[at]
        found[place, subject[first][begins]] = np.where(at < ends, times, np.nan)
    return n, *found
