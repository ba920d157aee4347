"""Units or officers, judged alike: components, points, ranks and how sure these are."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.evaluation.method import Method
from queries.evaluation.bootstrap import rank_intervals
from queries.evaluation.canonical import rounded
from queries.evaluation.cases import Case
from queries.evaluation.flags import Flagged
from queries.evaluation.funnel import draw_funnel
from queries.evaluation.measured import measure_all
from queries.evaluation.model import FLAG_KINDS, Funnel, Handovers, Subject
from queries.evaluation.month import Month
from queries.evaluation.promises import is_comparable
from queries.evaluation.score import (
    Floats,
    confirmed_cases,
    evidence,
    points,
    ranks,
    scores,
)
from queries.evaluation.sums import Groups, sum_groups
from queries.evaluation.table import MICRO, PARTS, Table

_OWN = PARTS.index("resolution_share")


@dataclass(frozen=True)
class Named:
    """What is said of a subject whatever it did."""

    name: str
    kind: str
    parent: str | None = None


def judge(
    month: Month,
    table: Table,
    groups: Groups,
    names: Mapping[str, Named],
    flagged: list[Flagged],
    method: Method,
    weights: NDArray[np.uint8],
) -> tuple[tuple[Subject, ...], Funnel]:
    """Subjects with cases, in order of code, and the funnel of those that are ranked."""
    sums = sum_groups(table, groups)
    n = groups.count(table.is_case)
    others = groups.count(table.others)
    enough = sums.counted[:, _OWN] >= method.min_ranked
    ranked = enough & is_comparable(others, n, method.min_comparable)
    if np.count_nonzero(ranked) == 1:  # first and last of one says nothing
        ranked[:] = False
    components, ratios, on_time = measure_all(table, groups, sums, method.min_cases)
    parts = points(sums, method)
    total = scores(parts, method)
    intervals = rank_intervals(table, groups, ranked, method, weights)
    standing = _standing(total, ranked)
    confirmed = confirmed_cases(sums, "on_time_ratio", evidence(sums, parts, method))
    funnel = draw_funnel(table, groups, ranked, method.winsorised_share, confirmed)
    differs = _differs(funnel, groups, enough & ~ranked)
    counts = _flag_counts(groups, flagged, len(table))
    handovers = _handovers(month, groups, method.late_on_arrival_share, len(table))
    found = []
    for place, code in enumerate(groups.codes):
        if not n[place]:
            continue
        named = names[code]
        low, high = sorted(intervals[place].tolist())
        own = int(standing[place])
        found.append(
            Subject(
                code=code,
                name=named.name,
                kind=named.kind,
                parent=named.parent,
                n=int(n[place]),
                own_cases=int(sums.counted[place, _OWN]),
                components={name: values[place] for name, values in components.items()},
                on_time_share=on_time[place],
                ratios={name: values[place] for name, values in ratios.items()},
                comparable_share=rounded(int(others[place]) / MICRO / int(n[place])),
                parts={
                    part: rounded(parts[place, column])
                    for column, part in enumerate(PARTS)
                    if part in method.weights
                },
                score=rounded(total[place]),
                rank=(min(low, own), max(high, own)) if ranked[place] else None,
                is_ranked=bool(ranked[place]),
                differs=differs.get(code),
                flags={kind: int(counts[kind][place]) for kind in FLAG_KINDS},
                handovers=handovers[place],
            )
        )
    return tuple(found), funnel


def _standing(total: Floats, ranked: NDArray[np.bool_]) -> NDArray[np.int64]:
    found = np.zeros(len(total), np.int64)
    found[ranked] = ranks(total[ranked])
    return found


def _differs(funnel: Funnel, groups: Groups, alone: NDArray[np.bool_]) -> dict[str, str]:
    found = {point.code: point.differs for point in funnel.points}
    return found | {groups.codes[place]: "no_other" for place in np.flatnonzero(alone).tolist()}


def _flag_counts(groups: Groups, flagged: list[Flagged], rows: int) -> dict[str, np.ndarray]:
    found = {}
    for kind in FLAG_KINDS:
        marked = np.zeros(rows, np.int64)
        marked[[flag.case for flag in flagged if flag.kind == kind]] = 1
        found[kind] = groups.count(marked)
    return found


def _handovers(month: Month, groups: Groups, late_share: float, rows: int) -> list[Handovers]:
    columns = np.zeros((3, rows), np.int64)
    for place, case in enumerate(month.cases):
        columns[0, place] = case.ordinal > 0 and not case.is_inherited
        columns[1, place] = bool(case.passed_on)
        columns[2, place] = _is_late_on_arrival(month, case, late_share)
    counts = [groups.count(column).tolist() for column in columns]
    return [Handovers(*three) for three in zip(*counts, strict=True)]


def _is_late_on_arrival(month: Month, case: Case, share: float) -> bool:
    life = month.lives[case.life]
    if case.ordinal == 0 or case.is_inherited or life.due_at is None:
        return False
    return life.allowance_used(life.requested_at, case.started_at, life.due_at) > share
