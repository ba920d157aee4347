"""Cases as columns, and what each adds to what was observed of a unit and to what was expected.

Expected is what the city reaches with cases of the same service, so that a unit is compared with
its own mix (indirect standardisation). Contributions are whole millionths: sums of whole numbers
are the same in whatever order and on whatever machine they are added.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from data.evaluation.method import Method
from queries.evaluation.cases import (
    closings_of,
    is_answered,
    is_closed,
    is_reopened,
    response_seconds,
)
from queries.evaluation.month import Month
from queries.evaluation.promises import (
    MICRO,
    Bools,
    Ints,
    divided,
    judged,
    on_time,
    others_share,
    own_to_resolve,
    rates,
)
from queries.evaluation.proof import Proof
from queries.evaluation.rows import Rows

PARTS = (
    "median_response",
    "on_time_ratio",
    "resolution_share",
    "satisfaction",
    "reopened_share",
    "sent_back_share",
    "backlog_change",
    "handover_share",
    "rejected_share",
    "proven_share",
    "doubted_share",
)
# Whether more of it is better.
GOOD = np.array([True, True, True, True, False, False, False, False, False, True, False])
_ANSWERS = PARTS.index("median_response")  # the first
_BACKLOG = PARTS.index("backlog_change")
_PROOF = [PARTS.index("proven_share"), PARTS.index("doubted_share")]
_DAY = 86_400


@dataclass(frozen=True)
class Table:
    """One row per case; then one per change of a unit's backlog, which is no case."""

    life: Ints
    unit_id: Ints
    is_case: Bools
    others: Ints  # of the cases of its service, the share of other units; millionths
    seconds: Ints  # of the response clock, until it stopped or was censored
    answered: Bools
    judged: Bools  # its deadline has passed and it was the unit's to keep
    on_time: Bools
    closed: Bools  # resolved, or rejected
    stars: Ints  # 0: not rated
    observed: Ints  # (rows, PARTS), millionths
    credited: Ints  # the same, but of unproven closings no better than usual
    expected: Ints
    usual: Ints  # the same, but of what the city reaches without unproven closings
    counted: Ints  # how many cases the part rests on: 0 or 1 each

    def __len__(self) -> int:
        return len(self.life)


def make_table(
    month: Month,
    method: Method,
    proof: Proof,
    *,
    units: Ints | None = None,
) -> Table:
    """`units` are the units of offices, by number, of a month that is told by these."""
    rows, seen = Rows(month.cases, month.held), month.seen_at
    is_case = rows.where(lambda case: True)
    service = rows.column(lambda case: case.service_id)
    unit = rows.column(lambda case: case.unit_id, [one.unit_id for one in month.held])
    seconds = rows.column(lambda case: response_seconds(case, seen))
    is_judged, kept = _promises(rows, method, seen)
    asked, observed = _parts(rows, method, seen, is_judged, kept)
    asked[:, _PROOF] = rows.where(lambda case: bool(case.closed_at))[:, np.newaxis]
    observed[: len(month.cases), _PROOF] = np.column_stack([proof.proven, proof.doubted])
    expected = _expected(observed, asked, asked, service, seconds, is_case)
    columns = [PARTS.index(part) for part in method.unproven_earn_nothing]
    places = np.ix_(np.array(proof.unproven, np.int64), np.array(columns, np.int64))
    usual = expected.copy()
    if proof.unproven:  # nor do they raise what others are held to
        shown = asked.copy()
        shown[places] = False
        usual[:, columns] = _expected(observed, asked, shown, service, seconds, is_case)[:, columns]
    observed *= MICRO
    return Table(
        life=rows.column(lambda case: case.life, [one.life for one in month.held]),
        unit_id=unit,
        is_case=is_case,
        others=_others(unit if units is None else units[unit], service, is_case),
        seconds=seconds,
        answered=rows.where(is_answered),
        judged=is_judged,
        on_time=kept,
        closed=rows.where(is_closed),
        stars=rows.column(lambda case: case.stars or 0),
        observed=observed,
        credited=_credited(observed, usual, places, columns),
        expected=expected,
        usual=usual,
        counted=asked.astype(np.int64),
    )


def _promises(rows: Rows, method: Method, seen_at: int) -> tuple[Bools, Bools]:
    """Which are judged, and which were kept."""
    due = rows.instants(lambda case: case.due_at)
    # An officer whose term ends has chosen nothing, and owes what was due by then.
    share = np.where(rows.where(lambda case: case.is_left), 1.0, method.flags.late_handover_share)
    started = rows.column(lambda case: case.started_at)
    is_judged = judged(started, due, rows.instants(lambda case: case.ended_at), share, seen_at)
    return is_judged, is_judged & on_time(due, rows.instants(lambda case: case.resolved_at))


def _parts(
    rows: Rows, method: Method, seen_at: int, is_judged: Bools, kept: Bools
) -> tuple[Bools, Ints]:
    """Of which rows each part asks, and what it finds: (rows, PARTS), but for those of proof."""
    is_case = rows.where(lambda case: True)
    own = is_case & own_to_resolve(rows.instants(lambda case: case.ended_at))
    stars = rows.column(lambda case: case.stars or 0)
    wait = method.reopened_within_days * _DAY
    found: dict[str, tuple[Ints | Bools, Ints | Bools]] = {
        "median_response": (is_case, rows.where(is_answered)),
        "on_time_ratio": (is_judged, kept),
        "resolution_share": (own, rows.where(lambda case: case.resolved_at is not None)),
        "satisfaction": (stars > 0, stars),
        "reopened_share": (
            rows.where(lambda case: min(closings_of(case), default=seen_at) + wait <= seen_at),
            rows.where(lambda case: is_reopened(case, wait)),
        ),
        "sent_back_share": (
            rows.where(lambda case: case.submitted),
            rows.where(lambda case: case.sent_back),
        ),
        "backlog_change": (is_case, rows.column(lambda case: 0, [x.change for x in rows.held])),
        "handover_share": (is_case, rows.where(lambda case: case.passed_on)),
        "rejected_share": (own, rows.where(lambda case: case.rejected_at is not None)),
    }
    asked = np.zeros((len(is_case), len(PARTS)), bool)
    observed = np.zeros((len(is_case), len(PARTS)), np.int64)
    for part, (counts, value) in found.items():
        place = PARTS.index(part)
        asked[:, place] = counts
        observed[:, place] = np.where(asked[:, place] | (place == _BACKLOG), value, 0)
    return asked, observed


def _others(unit: Ints, service: Ints, is_case: Bools) -> Ints:
    units, place = np.unique(unit, return_inverse=True)
    cases = np.zeros((len(units), int(service.max(initial=0)) + 1), np.int64)
    np.add.at(cases, (place[is_case], service[is_case]), 1)
    return np.where(is_case, others_share(cases)[place, service], 0)


def _credited(observed: Ints, usual: Ints, places: Any, columns: list[int]) -> Ints:
    """As observed, but at these places no better than usual."""
    found = observed.copy()
    pair = observed[places], usual[places]
    found[places] = np.where(GOOD[columns], np.minimum(*pair), np.maximum(*pair))
    return found


def _expected(
    observed: Ints, asked: Bools, shown: Bools, service: Ints, seconds: Ints, is_case: Bools
) -> Ints:
    """What the city's cases of the same service show on average; millionths.

    Of the cases that are `asked`, by what those that are `shown` did. Of answers it is what was to
    come in the time each case was at risk.
    """
    size = int(service.max(initial=0)) + 1
    found = np.zeros_like(observed)
    found[:, _ANSWERS] = _expected_answers(
        service, seconds, shown[:, _ANSWERS] & (observed[:, _ANSWERS] > 0), is_case
    )
    for place in range(_ANSWERS + 1, len(PARTS)):
        counted = np.bincount(service[shown[:, place]], minlength=size)
        if place == _BACKLOG:  # of a change one knows no case: the same for all services
            total = int(observed[:, place].sum())
            usual = np.full(size, divided(total * MICRO, max(int(is_case.sum()), 1)))
        else:
            sums = np.zeros(size, np.int64)
            np.add.at(sums, service[shown[:, place]], observed[shown[:, place], place])
            usual = rates(sums, counted)
        found[:, place] = np.where(asked[:, place], usual[service], 0)
    return found


def _expected_answers(service: Ints, seconds: Ints, answered: Bools, is_case: Bools) -> Ints:
    """The hazard that the city's cases of the same service had gathered by each case's end.

    Nelson–Aalen; the sum over a unit is the number of answers that the city would have given in
    the same times at risk (the one-sample log-rank test), so an open case is never left out.
    """
    rows = np.flatnonzero(is_case)
    order = rows[np.lexsort((seconds[rows], service[rows]))]
    found = np.zeros(len(service), np.int64)
    if not len(order):
        return found
    kind, time = service[order], seconds[order]
    is_first = np.ones(len(order), bool)  # of its service and second
    is_first[1:] = (kind[1:] != kind[:-1]) | (time[1:] != time[:-1])
    first = np.flatnonzero(is_first)
    events = np.add.reduceat(answered[order].astype(np.int64), first)
    begins = np.searchsorted(kind, kind[first], side="left")
    ends = np.searchsorted(kind, kind[first], side="right")
    steps = divided(events * MICRO * 1000, ends - first)  # at risk: those not gone before
    gathered = np.cumsum(steps)
    opening = np.searchsorted(first, begins)  # the first step of the same service
    own = gathered - (gathered - steps)[opening]
    found[order] = divided(own, 1000)[np.cumsum(is_first) - 1]
    return found
