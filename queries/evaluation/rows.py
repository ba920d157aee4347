"""What cases say, read into columns of whole numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from queries.evaluation.cases import Case
from queries.evaluation.month import Held
from queries.evaluation.promises import NEVER, Bools, Ints


@dataclass(frozen=True)
class Rows:
    """A row for each case, then one for each change of backlog, with what is given for it."""

    cases: Sequence[Case]
    held: Sequence[Held]

    def column(self, of_case: Callable[[Case], Any], of_held: Sequence[int] | int = 0) -> Ints:
        own = len(self.cases)
        values = np.zeros(own + len(self.held), np.int64)
        values[:own] = [of_case(case) for case in self.cases]
        values[own:] = of_held
        return values

    def where(self, of_case: Callable[[Case], Any]) -> Bools:
        """Never for a change of backlog."""
        return self.column(lambda case: bool(of_case(case))).astype(bool)

    def instants(self, of_case: Callable[[Case], int | None]) -> Ints:
        return self.column(lambda case: NEVER if (at := of_case(case)) is None else at, NEVER)
