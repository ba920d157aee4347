"""Cases as columns, and what each adds to what was observed of a unit and to what was expected.

Expected is what the city reaches with cases of the same service, so that a unit is compared with
its own mix (indirect standardisation). Contributions are whole millionths: sums of whole numbers
are the same in whatever order and on whatever machine they are added.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.evaluation.method import Method
from queries.evaluation.cases import Case
from queries.evaluation.month import Month
from queries.evaluation.promises import (
    MICRO,
    NEVER,
    Bools,
    Ints,
    divided,
    judged,
    on_time,
    others_share,
    own_to_resolve,
    rates,
)

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
)
# Whether more of it is better.
GOOD = np.array([True, True, True, True, False, False, False, False, False, True])
_ANSWERS = PARTS.index("median_response")  # the first
_BACKLOG = PARTS.index("backlog_change")
_DAY = 86_400


@dataclass(frozen=True)
class Table:
    """One row per case; then one per change of a unit's backlog, which is no case."""

    life: Ints
    unit_id: Ints
    service_id: Ints  # 0 for a change of backlog
    started_at: Ints  # when the unit got it
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
    month: Month, method: Method, proven: Sequence[bool], unproven: Sequence[int] = ()
) -> Table:
    """`proven` of each case; `unproven` are places of cases whose closing earns nothing."""
    cases, held = month.cases, month.held
    rows = len(cases) + len(held)
    is_case = np.arange(rows) < len(cases)

    def column(of_case: Callable[[Case], Any], of_held: Sequence[int] | int = 0) -> Ints:
        values = np.zeros(rows, np.int64)
        values[: len(cases)] = [of_case(case) for case in cases]
        values[len(cases) :] = of_held
        return values

    seen = month.seen_at
    service = column(lambda case: case.service_id)
    seconds = column(lambda case: response_seconds(case, seen))
    answered = column(lambda case: is_answered(case)).astype(bool)
    due = column(lambda case: _instant(case.due_at), NEVER)
    resolved = column(lambda case: _instant(case.resolved_at), NEVER)
    ended = column(lambda case: _instant(case.ended_at), NEVER)
    is_rejected = column(lambda case: case.rejected_at is not None).astype(bool)
    began = column(lambda case: case.started_at, [one.started_at for one in held])
    # An officer whose term ends has chosen nothing, and owes what was due by then.
    share = np.where(column(lambda case: case.is_left), 1.0, method.flags.late_handover_share)
    is_judged = judged(began, due, ended, share, seen)
    kept = is_judged & on_time(due, resolved)
    own = is_case & own_to_resolve(ended)
    stars = column(lambda case: case.stars or 0)
    closed = column(lambda case: is_closed(case)).astype(bool)
    wait = method.reopened_within_days * _DAY
    columns = [PARTS.index(part) for part in method.unproven_earn_nothing]
    asked = np.zeros((rows, len(PARTS)), bool)
    observed = np.zeros((rows, len(PARTS)), np.int64)
    for place, (counts, value) in enumerate(
        (
            (is_case, answered),
            (is_judged, kept),
            (own, resolved != NEVER),
            (stars > 0, stars),
            (
                column(lambda case: min(closings_of(case), default=seen) + wait <= seen),
                column(lambda case: is_reopened(case, wait)),
            ),
            (column(lambda case: case.submitted), column(lambda case: case.sent_back)),
            (is_case, column(lambda case: 0, [one.change for one in held])),
            (is_case, column(lambda case: bool(case.passed_on))),
            (own, is_rejected),
            (
                column(lambda case: bool(case.closed_at)),
                np.append(np.array(proven, bool), np.zeros(len(held), bool)),
            ),
        )
    ):
        asked[:, place] = counts
        observed[:, place] = np.where(asked[:, place] | (place == _BACKLOG), value, 0)
    expected = _expected(observed, asked, asked, service, seconds, is_case)
    places = np.ix_(np.array(unproven, np.int64), np.array(columns, np.int64))
    usual = expected.copy()
    if len(unproven):  # nor do they raise what others are held to
        shown = asked.copy()
        shown[places] = False
        usual[:, columns] = _expected(observed, asked, shown, service, seconds, is_case)[:, columns]
    observed *= MICRO
    unit = column(lambda case: case.unit_id, [one.unit_id for one in held])
    return Table(
        life=column(lambda case: case.life, [one.life for one in held]),
        unit_id=unit,
        service_id=service,
        started_at=began,
        is_case=is_case,
        others=_others(unit, service, is_case),
        seconds=seconds,
        answered=answered,
        judged=is_judged,
        on_time=kept,
        closed=closed,
        stars=stars,
        observed=observed,
        credited=_credited(observed, usual, places, columns),
        expected=expected,
        usual=usual,
        counted=asked.astype(np.int64),
    )


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


def _instant(at: int | None) -> int:
    return NEVER if at is None else at


def response_seconds(case: Case, seen_at: int) -> int:
    """Until the first act, or until it could no longer be seen to come."""
    if case.was_answered:
        return 0
    stops = (case.responded_at, case.rejected_at, case.ended_at)
    stopped = next((at for at in stops if at is not None), seen_at)
    return max(stopped - case.started_at, 0)


def is_answered(case: Case) -> bool:
    """By whose case it is; an answer that was given before has no clock left to run."""
    return case.responded_at is not None and not case.was_answered


def is_closed(case: Case) -> bool:
    return case.resolved_at is not None or case.rejected_at is not None


def is_reopened(case: Case, within_seconds: int) -> bool:
    """So soon after the closing that this undid: any of them, a rejection too."""
    closings = closings_of(case)
    return any(
        at - max((closing for closing in closings if closing <= at), default=-within_seconds - 1)
        <= within_seconds
        for at in case.reopened_at
    )


def closings_of(case: Case) -> list[int]:
    """When it was resolved or rejected, also what was undone; in order."""
    return sorted([*case.closed_at, *case.refused_at])


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
