"""Closings so quick that what their unit shows for them proves nothing."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from data.evaluation.method import Method
from queries.evaluation.cases import Case
from queries.evaluation.chance import beyond_chance

T = TypeVar("T", int, float)


def time_to_close(case: Case) -> int:
    """Seconds from when the unit got it until it was closed first."""
    return case.closed_at[0] - case.started_at


def share_of(times: Sequence[T], share: float) -> T:
    """What this share of the times, shortest first, is quicker than."""
    return times[int(share * len(times))]


def unusually_quick(cases: list[Case], method: Method) -> list[int]:
    """Places of the cases closed in a small part of what the service takes others, where their
    unit has more of these than chance explains.

    Whoever is quicker in all has more such cases than others, and is not meant: the part is of the
    unit's own pace, unless that itself is as small a part of the others'.
    """
    paces = _paces(cases, method.min_cases)
    of_unit: dict[int, list[float]] = defaultdict(list)
    for place, pace in paces.items():
        of_unit[cases[place].unit_id].append(pace)
    share = method.flags.unusual_quick_share
    limits = {}
    for unit_id, known in of_unit.items():
        own = share_of(sorted(known), 0.5)
        limits[unit_id] = share * (1.0 if own < share else min(own, 1.0))
    quick = [place for place, pace in paces.items() if pace < limits[cases[place].unit_id]]
    beyond = beyond_chance(cases, list(paces), quick)
    return sorted(place for place in quick if cases[place].unit_id in beyond)


def _paces(cases: list[Case], least: int) -> dict[int, float]:
    """By place of those closed: the time it took ÷ the median of others' closings of the service.

    Left out where others have fewer than `least`.
    """
    of_service: dict[int, list[int]] = defaultdict(list)
    closed = [place for place, case in enumerate(cases) if case.closed_at]
    for place in sorted(closed, key=lambda place: time_to_close(cases[place])):
        of_service[cases[place].service_id].append(place)
    found = {}
    for places in of_service.values():
        times = np.array([time_to_close(cases[place]) for place in places], np.int64)
        units = np.array([cases[place].unit_id for place in places], np.int64)
        for unit_id in np.unique(units):
            others, own = times[units != unit_id], np.flatnonzero(units == unit_id)
            if len(others) >= least:
                usual = max(int(others[len(others) // 2]), 1)
                found.update({places[row]: float(times[row] / usual) for row in own})
    return found


def doubted(cases: list[Case], quick: list[int], method: Method) -> set[int]:
    """Of the unusually quick ones those that no citizen vouches for.

    One who gave more than `low_stars` vouches for the own case; `min_cases` who rated such cases
    of a unit, most of them so, for all of that unit.
    """
    low = method.flags.low_stars
    rated: dict[int, list[bool]] = defaultdict(list)
    for place in quick:
        if (stars := cases[place].stars) is not None:
            rated[cases[place].unit_id].append(stars > low)
    vouched = {
        unit_id
        for unit_id, content in rated.items()
        if len(content) >= method.min_cases and sum(content) > len(content) / 2
    }
    return {
        place
        for place in quick
        if cases[place].unit_id not in vouched and (cases[place].stars or 0) <= low
    }
