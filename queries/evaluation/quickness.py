"""Closings so quick that what their unit shows for them proves nothing."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.evaluation.method import Method
from queries.evaluation.cases import Case
from queries.evaluation.chance import is_beyond_chance
from queries.values import wilson_interval

Times = NDArray[np.int64]
_ROUNDS = 8  # by then a pace stands still, to a thousandth
# What one would believe of a service before others' closings are seen: one of ten so quick, as of
# twenty closings. Without it a single one where others have none would be beyond chance.
_QUICK_BEFORE, _CLOSED_BEFORE = 2, 20


def time_to_close(case: Case) -> int:
    """Seconds from when the unit got it until it was closed first."""
    return case.closed_at[0] - case.started_at


def share_of(times: Any, share: float) -> Any:
    """What this share of the times, shortest first, is quicker than."""
    return times[int(share * len(times))]


@dataclass(frozen=True)
class _Beside:
    """The closings of one unit and service beside those of all others; seconds, shortest first."""

    unit_id: int
    places: list[int]
    own: Times
    others: Times

    @property
    def usual(self) -> int:
        return max(int(share_of(self.others, 0.5)), 1)

    def quicker(self, share: float) -> int:
        """How many of the others' took less than this share of their median."""
        return int(np.searchsorted(self.others, share * self.usual))

    def typical(self, share: float) -> int:
        """The median of the others' that are not quicker."""
        last = len(self.others) - 1
        return max(int(self.others[min((self.quicker(share) + last + 1) // 2, last)]), 1)


def unusually_quick(cases: list[Case], method: Method) -> list[int]:
    """Places of the cases closed in a small part of what the service takes others, where their
    unit has more of these than chance and its own pace explain.

    Whoever is quicker in all has more of them than others, and is not meant.
    """
    share = method.flags.unusual_quick_share
    of_unit: dict[int, list[_Beside]] = defaultdict(list)
    for one in _beside(cases, method.flags.unusual_quick_others):
        of_unit[one.unit_id].append(one)
    found = []
    for pairs in of_unit.values():
        speed = max(_speed(pairs, share), method.flags.believed_pace)
        expected, quick = [], []
        for one in pairs:
            mine = one.places[: int(np.searchsorted(one.own, share * one.usual))]
            like_it = one.quicker(share / speed) + _QUICK_BEFORE
            expected.append(len(one.own) * like_it / (len(one.others) + _CLOSED_BEFORE))
            quick += mine
        if is_beyond_chance(len(quick), math.fsum(expected)):
            found += quick
    return sorted(found)


def _speed(pairs: list[_Beside], share: float) -> float:
    """How much of others' time a unit takes for what it does not close in that small `share` of
    it; at most 1.

    Such closings tell nothing of the pace of the rest. Others' that would be among them, were they
    as fast, are left out, too, until the pace stands still. Who closes half of all so has none.
    """
    if share_of(np.sort(np.concatenate([one.own / one.usual for one in pairs])), 0.5) < share:
        return 1.0
    speed = 1.0
    for _ in range(_ROUNDS):
        paces = [
            one.own[one.own >= share * one.usual] / one.typical(share / speed) for one in pairs
        ]
        speed = min(share_of(np.sort(np.concatenate(paces)), 0.5), 1.0)
    return speed


def _beside(cases: list[Case], least: int) -> Iterator[_Beside]:
    """By service and unit, where others have closed at least so many.

    But for cases that began with a term of office: their clock tells nothing of the work before.
    """
    of_service: dict[int, list[int]] = defaultdict(list)
    closed = [place for place, case in enumerate(cases) if case.closed_at and not case.is_inherited]
    for place in sorted(closed, key=lambda place: time_to_close(cases[place])):
        of_service[cases[place].service_id].append(place)
    for places in of_service.values():
        times = np.array([time_to_close(cases[place]) for place in places], np.int64)
        units = np.array([cases[place].unit_id for place in places], np.int64)
        for unit_id in np.unique(units).tolist():
            is_own = units == unit_id
            own, others = times[is_own], times[~is_own]
            if len(others) >= least:
                named = [places[row] for row in np.flatnonzero(is_own)]
                yield _Beside(unit_id, named, own, others)


def doubted(cases: list[Case], quick: list[int], method: Method) -> set[int]:
    """Of the unusually quick ones those that no citizen vouches for.

    One who gave more than `low_stars` vouches for the own case; those who rated such cases of a
    unit for all of them, where Wilson's lower bound says that more than half are so content.
    """
    low = method.flags.low_stars
    rated: dict[int, list[bool]] = defaultdict(list)
    for place in quick:
        if (stars := cases[place].stars) is not None:
            rated[cases[place].unit_id].append(stars > low)
    vouched = {
        unit_id
        for unit_id, content in rated.items()
        if wilson_interval(np.array(sum(content)), np.array(len(content)))[0] > 0.5
    }
    return {
        place
        for place in quick
        if cases[place].unit_id not in vouched and (cases[place].stars or 0) <= low
    }
