"""How far ranks depend on chance: the month drawn anew from its own complaints, many times.

Each complaint is given a weight from the Poisson distribution of mean 1 in each round (the Poisson
bootstrap), the same for all units that had it. What the city reaches is held as it was. Raw bits
of PCG64, which NumPy promises to keep, are turned into weights by a table of whole numbers, and
all sums are of whole numbers below 2**53: so every machine draws and adds the same.
"""

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from data.evaluation.method import Method
from queries.evaluation.score import points, ranks, scores
from queries.evaluation.sums import Groups, Sums
from queries.evaluation.table import PARTS, Ints, Table

_STEPS = 2**16
_TAIL = 0.025
_AT_ONCE = 2**22  # weights, four from each number drawn


def seed_of(city: str, month: str, version: str) -> int:
    """The same for the same city, month and version of the method."""
    text = f"{city}|{month}|{version}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def draw_weights(seed: int, rounds: int, complaints: int) -> NDArray[np.uint8]:
    """(complaints, rounds) weights of mean 1."""
    weights = np.empty(rounds * complaints, np.uint8)
    source, weight_of = np.random.PCG64(seed), _poisson_table()
    for begin in range(0, len(weights), _AT_ONCE):
        part = weights[begin : begin + _AT_ONCE]
        raw = source.random_raw((len(part) + 3) // 4)
        part[:] = weight_of[raw.astype("<u8").view("<u2")[: len(part)]]
    return weights.reshape(complaints, rounds)


def _poisson_table() -> NDArray[np.uint8]:
    """The weight for each number of 16 bits."""
    table = np.zeros(_STEPS, np.uint8)
    reached, term = 0.0, math.exp(-1.0)
    for weight in range(9):
        table[round(reached * _STEPS) :] = weight
        reached += term
        term /= weight + 1
    return table


def rank_intervals(
    table: Table,
    groups: Groups,
    ranked: NDArray[np.bool_],
    method: Method,
    weights: NDArray[np.uint8],
) -> NDArray[np.int64]:
    """(subjects, 2): the 2.5th and 97.5th percentile of the rank of each ranked subject; else 0.

    `weights` are those of the complaints, (complaints, rounds).
    """
    found = np.zeros((len(groups), 2), np.int64)
    places = np.flatnonzero(ranked)
    if not len(places):
        return found
    rounds = weights.shape[1]
    drawn = np.empty((rounds, len(places)))
    facts = np.hstack([table.credited, table.usual, table.counted]).astype(np.float64)
    ends = np.searchsorted(groups.subject, np.arange(len(groups) + 1))
    for column, place in enumerate(places):
        rows = groups.rows[ends[place] : ends[place + 1]]
        sums = _exact((facts[rows].T @ weights[table.life[rows]].astype(np.float64)).T)
        drawn[:, column] = scores(points(sums, method), method)
    standing = np.sort(ranks(drawn), axis=0)
    tail = int(_TAIL * rounds)
    found[places, 0], found[places, 1] = standing[tail], standing[rounds - 1 - tail]
    return found


def _exact(sums: NDArray[np.float64]) -> Sums:
    size = len(PARTS)
    whole: Ints = np.rint(sums).astype(np.int64)
    credited, usual = whole[:, :size], whole[:, size : 2 * size]
    return Sums(credited, credited, usual, usual, whole[:, 2 * size :])
