"""What was observed of each group of cases, what was expected, and how many cases that rests on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from queries.evaluation.table import Ints, Table


@dataclass(frozen=True)
class Groups:
    """Which rows of a table belong to which of some subjects; a row may belong to several."""

    codes: tuple[str, ...]  # in order
    rows: Ints  # of the table, ascending within each subject
    subject: Ints  # the place among the codes of each, ascending

    def __len__(self) -> int:
        return len(self.codes)

    def count(self, chosen: NDArray[Any]) -> Ints:
        """How many rows of each subject are chosen, or the sum of whole numbers over them."""
        found = np.zeros(len(self), np.int64)
        np.add.at(found, self.subject, chosen[self.rows].astype(np.int64))
        return found


@dataclass(frozen=True)
class Sums:
    """Arrays (subjects, PARTS); all but the counts in millionths."""

    observed: Ints
    credited: Ints  # observed, but of unproven closings no better than usual
    expected: Ints
    usual: Ints  # expected by what the city reaches without unproven closings
    counted: Ints


def sum_groups(table: Table, groups: Groups) -> Sums:
    found = []
    for values in (table.observed, table.credited, table.expected, table.usual, table.counted):
        total = np.zeros((len(groups), values.shape[1]), np.int64)
        np.add.at(total, groups.subject, values[groups.rows])
        found.append(total)
    return Sums(*found)


def group_rows(pairs: list[tuple[str, int]]) -> Groups:
    """Groups from (code, row), in any order."""
    pairs = sorted(pairs)
    codes = tuple(dict.fromkeys(code for code, _ in pairs))
    place = {code: number for number, code in enumerate(codes)}
    return Groups(
        codes,
        np.array([row for _, row in pairs], np.int64),
        np.array([place[code] for code, _ in pairs], np.int64),
    )
