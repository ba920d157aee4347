"""What shows that a closing was work: a photo of its own, a verification, a content citizen."""

from collections import defaultdict

from data.evaluation.method import Method
from data.vocabulary import EventKind
from queries.evaluation.cases import Case
from queries.evaluation.lives import Life
from queries.evaluation.month import Month

BY_OTHERS = frozenset(
    {EventKind.RECEIVED, EventKind.RATED, EventKind.COMMENTED, EventKind.REOPENED}
)


def own_photos(month: Month) -> list[bool]:
    """By case: whether a picture came with its unit's acts that is on no other complaint of the
    month, and was not the citizen's. Photos kept here are stored once: the same picture has the
    same address."""
    lives = photo_lives(month)
    brought = [_brought(life) for life in month.lives]
    return [
        any(len(lives[url]) == 1 and url not in brought[case.life] for url in case.media)
        for case in month.cases
    ]


def photo_lives(month: Month) -> dict[str, set[int]]:
    """The complaints that each picture of a unit is on; of a citizen's too, if a unit used it."""
    found: dict[str, set[int]] = defaultdict(set)
    for case in month.cases:
        for url in case.media:
            found[url].add(case.life)
    for place, life in enumerate(month.lives):
        for url in _brought(life) & found.keys():
            found[url].add(place)
    return found


def proven(month: Month, low_stars: int) -> list[bool]:
    """By case, of those that were closed: it has a photo of its own, was submitted for
    verification and not sent back, or the citizen gave it more than `low_stars`."""
    return [
        bool(case.closed_at)
        and (has_photo or (case.submitted and not case.sent_back) or (case.stars or 0) > low_stars)
        for case, has_photo in zip(month.cases, own_photos(month), strict=True)
    ]


def unproven(month: Month, is_proven: list[bool], method: Method) -> list[int]:
    """The cases closed in minutes, or quicker than nearly all closings of their service that are
    proven and than half of the unit's own that are, without being so."""
    of_service: dict[int, list[int]] = defaultdict(list)
    of_unit: dict[tuple[int, int], list[int]] = defaultdict(list)
    for case, shown in zip(month.cases, is_proven, strict=True):
        if shown:
            of_service[case.service_id].append(_time_to_close(case))
            of_unit[case.service_id, case.unit_id].append(_time_to_close(case))
    flags, minutes = method.flags, method.flags.quick_close_seconds
    least = {
        service: _share_of(times, flags.quick_close_share)
        for service, times in of_service.items()
        if len(times) >= method.min_cases
    }
    own = {key: _share_of(times, 0.5) for key, times in of_unit.items()}
    found = []
    for place, case in enumerate(month.cases):
        if not case.closed_at or is_proven[place]:
            continue
        usual = least.get(case.service_id, 0)
        quick = min(usual, own.get((case.service_id, case.unit_id), usual))
        if _time_to_close(case) < max(minutes, quick):
            found.append(place)
    return found


def _share_of(times: list[int], share: float) -> int:
    return sorted(times)[int(share * len(times))]


def _time_to_close(case: Case) -> int:
    return case.closed_at[0] - case.started_at


def _brought(life: Life) -> set[str]:
    return {url for moment in life.moments if moment.kind in BY_OTHERS for url in moment.media}
