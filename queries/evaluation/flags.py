"""Cases that deserve a look: each ground for a question, none a proof."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from data.evaluation.method import Flags
from queries.evaluation.cases import Case, Handover
from queries.evaluation.chance import beyond_chance
from queries.evaluation.model import FLAG_KINDS, Flag
from queries.evaluation.month import Month
from queries.evaluation.promises import is_early
from queries.evaluation.proof import Proof
from queries.evaluation.quickness import time_to_close


@dataclass(frozen=True)
class Flagged:
    """One kind of flag on one case."""

    kind: str
    case: int  # its place among the month's cases


def find_flags(month: Month, proof: Proof, limits: Flags) -> list[Flagged]:
    """Every flag on every case, by kind in the order of FLAG_KINDS, then by case."""
    found: dict[str, Iterable[int]] = {
        "low_rating_closed": _low_ratings(month, limits),
        "closed_in_minutes_without_photo": _quick_closings(month, proof, limits),
        "unusually_quick_closing": proof.quick,
        "bulk_closing": _bulk_closings(month, limits),
        "reopened_repeatedly": _repeated_reopenings(month, limits),
        "closed_just_before_deadline": _brinks(month, limits),
        "same_photo_twice": proof.same_photo,
        "unusual_handover": _unusual_handovers(month, limits),
        "unusual_rejection": _unusual_rejections(month, limits),
    }
    return [Flagged(kind, case) for kind in FLAG_KINDS for case in sorted(set(found[kind]))]


def list_flags(month: Month, flagged: list[Flagged], codes: dict[int, str]) -> tuple[Flag, ...]:
    """The flags of each unit, by kind and its code (`codes` by id), with the complaints behind."""
    lives: dict[tuple[str, str], list[int]] = defaultdict(list)
    for flag in flagged:
        case = month.cases[flag.case]
        lives[flag.kind, codes[case.unit_id]].append(case.life)
    found = []
    for (kind, unit), places in sorted(lives.items(), key=lambda item: _order(*item[0])):
        names = tuple(month.lives[place].service_request_id for place in dict.fromkeys(places))
        found.append(Flag(kind, unit, names, len(names)))
    return tuple(found)


def _order(kind: str, unit: str) -> tuple[int, str]:
    return FLAG_KINDS.index(kind), unit


def _low_ratings(month: Month, limits: Flags) -> Iterator[int]:
    for place, case in enumerate(month.cases):
        if case.closed_at and case.stars is not None and case.stars <= limits.low_stars:
            yield place


def _quick_closings(month: Month, proof: Proof, limits: Flags) -> Iterator[int]:
    """Closed before anybody could have been there, and nothing shown for it."""
    for place, (case, has_photo) in enumerate(zip(month.cases, proof.own_photo, strict=True)):
        if case.closed_at and not has_photo and time_to_close(case) < limits.quick_close_seconds:
            yield place


def _bulk_closings(month: Month, limits: Flags) -> Iterator[int]:
    """Many closed by one unit within a short time: at a desk, not on the street."""
    by_unit: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place, case in enumerate(month.cases):
        by_unit[case.unit_id] += [(at, place) for at in case.closed_at]
    for closings in by_unit.values():
        closings.sort()
        for last in range(limits.bulk_cases - 1, len(closings)):
            first = last - limits.bulk_cases + 1
            if closings[last][0] - closings[first][0] <= limits.bulk_within_seconds:
                yield from (place for _, place in closings[first : last + 1])


def _repeated_reopenings(month: Month, limits: Flags) -> Iterator[int]:
    for place, case in enumerate(month.cases):
        if len(case.reopened_at) >= limits.reopened_times:
            yield place


def _brinks(month: Month, limits: Flags) -> Iterator[int]:
    """Closed just before the deadline, by a unit that does so often."""
    by_unit: dict[int, list[int]] = defaultdict(list)
    closed = Counter(case.unit_id for case in month.cases if case.closed_at)
    for place, case in enumerate(month.cases):
        if case.due_at is None or not case.closed_at:
            continue
        if 0 <= case.due_at - case.closed_at[0] <= limits.brink_seconds:
            by_unit[case.unit_id].append(place)
    for unit_id, places in by_unit.items():
        if len(places) >= max(limits.brink_cases, limits.brink_share * closed[unit_id]):
            yield from places


def _unusual_handovers(month: Month, limits: Flags) -> Iterator[int]:
    """Passed on when most of the unit's own time was gone, or back to one that had it before; or
    by one who passes on beyond chance."""
    everyone = list(range(len(month.cases)))
    passed_on = [place for place in everyone if month.cases[place].passed_on]
    beyond = beyond_chance(month.cases, everyone, passed_on)
    for place in passed_on:
        case = month.cases[place]
        if case.unit_id in beyond or any(
            one.is_back or _is_late(case, one, limits) for one in case.passed_on
        ):
            yield place


def _is_late(case: Case, handover: Handover, limits: Flags) -> bool:
    return case.due_at is not None and not is_early(
        case.started_at, handover.at, case.due_at, limits.late_handover_share
    )


def _unusual_rejections(month: Month, limits: Flags) -> Iterator[int]:
    """Rejected when it was late, or called open again; or by one who rejects beyond chance."""
    own = [place for place, case in enumerate(month.cases) if case.ended_at is None]
    refused = [place for place in own if month.cases[place].rejected_at is not None]
    beyond = beyond_chance(month.cases, own, refused)
    for place, case in enumerate(month.cases):
        late = case.due_at is not None and any(at > case.due_at for at in case.refused_at)
        undone = any(at >= first for first in case.refused_at for at in case.reopened_at)
        if late or undone or (case.refused_at and case.unit_id in beyond):
            yield place
