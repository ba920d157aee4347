"""What another rule would have said of the same month."""

from dataclasses import dataclass

import numpy as np

from data.evaluation.method import Method
from data.vocabulary import EventKind
from queries.evaluation.canonical import rounded
from queries.evaluation.model import Fairness, FairnessRow, Subject
from queries.evaluation.month import Month
from queries.evaluation.score import ranks

_RULES = ("standardised", "raw", "former_points")


@dataclass(frozen=True)
class Mean:
    """Points of the former rule."""

    total: float = 0.0
    n: int = 0

    def plus(self, points: float) -> "Mean":
        return Mean(self.total + points, self.n + 1)


def compare_rules(
    month: Month, units: tuple[Subject, ...], codes: dict[int, str], method: Method
) -> Fairness:
    """One row for every unit. Rules rank the units that the method ranks; the former one all."""
    former = former_points(month, codes, method)
    ranked = [unit for unit in units if unit.is_ranked]
    by_rule = {
        "score": _ranked({u.code: u.score for u in ranked}),
        "standardised": _ranked({u.code: u.components["on_time_ratio"].value for u in ranked}),
        "raw": _ranked({u.code: u.on_time_share.value for u in ranked}),
        "former_points": _ranked(dict(former)),
    }
    others = {
        str(cutoff): _ranked(
            {
                u.code: u.score
                for u in units
                if u.own_cases >= cutoff and u.comparable_share >= method.min_comparable
            }
        )
        for cutoff in method.other_cutoffs
    }
    rows = tuple(
        FairnessRow(
            code=unit.code,
            score_rank=by_rule["score"].get(unit.code),
            standardised_rank=by_rule["standardised"].get(unit.code),
            raw_rank=by_rule["raw"].get(unit.code),
            former_points_rank=by_rule["former_points"].get(unit.code),
            former_points=former.get(unit.code),
            other_cutoff_rank={cutoff: found.get(unit.code) for cutoff, found in others.items()},
        )
        for unit in units
    )
    moved = {rule: _moved(by_rule["score"], by_rule[rule], method.moved_share) for rule in _RULES}
    moved |= {
        f"cutoff_{cutoff}": _moved(by_rule["score"], found, method.moved_share)
        for cutoff, found in others.items()
    }
    return Fairness(rows, moved, method.moved_share)


def former_points(month: Month, codes: dict[int, str], method: Method) -> dict[str, float]:
    """Mean points of the complaints that each unit has now, whoever had them before."""
    means: dict[str, Mean] = {}
    for case in month.cases:
        if case.ended_at is not None or case.rejected_at is not None:
            continue
        if case.resolved_at is not None:
            state = "resolved"
        elif any(m.kind not in _WAITING for m in month.lives[case.life].moments):
            state = "in_progress"
        else:
            state = "waiting"
        code = codes[case.unit_id]
        means[code] = means.get(code, Mean()).plus(method.former_points[state])
    return {code: rounded(mean.total / mean.n) for code, mean in sorted(means.items())}


_WAITING = (EventKind.RECEIVED, EventKind.COMMENTED)


def _ranked(values: dict[str, float | None]) -> dict[str, int]:
    """1 for the highest; equal ones share the better rank. What is unknown has none."""
    known = {code: value for code, value in values.items() if value is not None}
    found = ranks(np.array(list(known.values()), float))
    return dict(zip(known, found.tolist(), strict=True))


def _moved(score: dict[str, int], other: dict[str, int], by: float) -> int:
    """How many would stand elsewhere, by more than that share of the list."""
    own, whole = max(len(score), 1), max(len(other), 1)
    return sum(
        stands_elsewhere(rank, own, other[code], whole, by)
        for code, rank in score.items()
        if code in other
    )


def stands_elsewhere(rank: int, own: int, other_rank: int, whole: int, by: float) -> bool:
    """Whether a place among `own` and one among `whole` lie apart by more than that share."""
    return abs((rank - 0.5) / own - (other_rank - 0.5) / whole) > by
