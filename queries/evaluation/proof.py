"""What shows that a closing was work: a photo of its own, a verification, a content citizen."""

from collections import defaultdict
from dataclasses import dataclass

from data.evaluation.method import Method
from data.vocabulary import EventKind
from queries.evaluation.cases import Case
from queries.evaluation.lives import Life
from queries.evaluation.month import Month
from queries.evaluation.quickness import doubted, share_of, time_to_close, unusually_quick

BY_OTHERS = frozenset(
    {EventKind.RECEIVED, EventKind.RATED, EventKind.COMMENTED, EventKind.REOPENED}
)


@dataclass(frozen=True)
class Proof:
    """Of a month's cases, by their places."""

    own_photo: list[bool]  # of each case
    same_photo: list[int]  # cases with a picture that is on two complaints
    quick: list[int]  # closed so quickly that only citizens can vouch for it
    doubted: list[bool]  # of each case: one of these for which none does
    proven: list[bool]  # of each case
    unproven: list[int]  # whose closing earns nothing


def prove(month: Month, method: Method) -> Proof:
    cases, brought = month.cases, [_brought(life) for life in month.lives]
    lives = _photo_lives(cases, brought)
    own_photo = [
        any(len(lives[url]) == 1 and url not in brought[case.life] for url in case.media)
        for case in cases
    ]
    quick = unusually_quick(cases, method)
    in_doubt = doubted(cases, quick, method)
    proven = [
        bool(case.closed_at)
        and place not in in_doubt
        and (has_photo or _is_confirmed(case, method.flags.low_stars))
        for place, (case, has_photo) in enumerate(zip(cases, own_photo, strict=True))
    ]
    return Proof(
        own_photo=own_photo,
        same_photo=[
            place
            for place, case in enumerate(cases)
            if any(len(lives[url]) > 1 for url in case.media)
        ],
        quick=quick,
        doubted=[place in in_doubt for place in range(len(cases))],
        proven=proven,
        unproven=sorted(in_doubt | _unproven(cases, proven, method)),
    )


def _photo_lives(cases: list[Case], brought: list[set[str]]) -> dict[str, set[int]]:
    """The complaints that each picture of a unit is on; of a citizen's too, if a unit used it.

    Photos kept here are stored once: the same picture has the same address.
    """
    found: dict[str, set[int]] = defaultdict(set)
    for case in cases:
        for url in case.media:
            found[url].add(case.life)
    for place, urls in enumerate(brought):
        for url in urls & found.keys():
            found[url].add(place)
    return found


def _is_confirmed(case: Case, low_stars: int) -> bool:
    """Submitted for verification and not sent back, or its citizen is content."""
    return (case.submitted and not case.sent_back) or (case.stars or 0) > low_stars


def _unproven(cases: list[Case], proven: list[bool], method: Method) -> set[int]:
    """The cases closed in minutes, or quicker than nearly all closings of their service that are
    proven and than half of the unit's own that are, without being so."""
    of_service: dict[int, list[int]] = defaultdict(list)
    of_unit: dict[tuple[int, int], list[int]] = defaultdict(list)
    for case, shown in zip(cases, proven, strict=True):
        if shown:
            of_service[case.service_id].append(time_to_close(case))
            of_unit[case.service_id, case.unit_id].append(time_to_close(case))
    flags, minutes = method.flags, method.flags.quick_close_seconds
    least = {
        service: share_of(sorted(times), flags.quick_close_share)
        for service, times in of_service.items()
        if len(times) >= method.min_cases
    }
    own = {key: share_of(sorted(times), 0.5) for key, times in of_unit.items()}
    found = set()
    for place, case in enumerate(cases):
        if not case.closed_at or proven[place]:
            continue
        usual = least.get(case.service_id, 0)
        quick = min(usual, own.get((case.service_id, case.unit_id), usual))
        if time_to_close(case) < max(minutes, quick):
            found.add(place)
    return found


def _brought(life: Life) -> set[str]:
    return {url for moment in life.moments if moment.kind in BY_OTHERS for url in moment.media}
