"""A life told as cases: each is the time that one unit was accountable, with its own clock.

A unit that gets a complaint back has the same case still: its clock ran on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from data.fold import Fact, Spell, due_from, fold
from data.vocabulary import EventKind
from queries.evaluation.lives import Life, Moment

HANDING = (EventKind.ASSIGNED, EventKind.TRANSFERRED)
_CLOSING = (EventKind.RESOLVED, EventKind.REJECTED)


@dataclass(frozen=True, slots=True)
class Handover:
    at: int
    to: int  # the id of the unit
    is_back: bool  # to a unit that had it before


@dataclass(slots=True)
class Case:
    """Instants are UTC seconds; None: not yet, or not at all."""

    life: int  # its place in the list of lives
    ordinal: int  # 0: the unit that had the complaint first
    unit_id: int
    service_id: int
    started_at: int  # when the unit first got it
    ended_at: int | None  # handed over for good
    responded_at: int | None
    resolved_at: int | None  # and not reopened since
    rejected_at: int | None
    due_at: int | None  # the citizen's allowance, counted from this unit's start
    closed_at: list[int] = field(default_factory=list)  # each resolution, also those undone
    refused_at: list[int] = field(default_factory=list)  # each rejection, also those undone
    reopened_at: list[int] = field(default_factory=list)
    came_from: int | None = None  # the unit that passed it on first
    passed_on: list[Handover] = field(default_factory=list)
    is_left: bool = False  # it ended with a term of office
    is_inherited: bool = False  # it began with one
    was_answered: bool = False  # by who had the office before
    submitted: bool = False
    sent_back: bool = False
    stars: int | None = None  # the last word of the citizen
    media: list[str] = field(default_factory=list)  # pictures that came with the unit's acts


def cases_of(life: Life, place: int) -> list[Case]:
    """The cases of the life at this place of the list, by when their units first got it."""
    state = fold(Fact(m.kind, m.at, m.unit_id, m.stars) for m in life.moments)
    cases: dict[int, Case] = {}
    for ordinal, spell in enumerate(state.spells):
        is_back = spell.unit_id in cases
        if ordinal:
            cases[state.spells[ordinal - 1].unit_id].passed_on.append(
                Handover(spell.started_at, spell.unit_id, is_back)
            )
        if is_back:
            _resume(cases[spell.unit_id], spell)
        else:
            cases[spell.unit_id] = _case(life, place, len(cases), spell)
            if ordinal:
                cases[spell.unit_id].came_from = state.spells[ordinal - 1].unit_id
    unit_id = None
    for moment in life.moments:
        is_first = moment.kind is EventKind.RECEIVED
        if (is_first or moment.kind in HANDING) and moment.unit_id is not None:
            unit_id = moment.unit_id
        if unit_id is not None and not is_first:
            _note(cases[unit_id], moment)
    return list(cases.values())


def _case(life: Life, place: int, ordinal: int, spell: Spell) -> Case:
    return Case(
        life=place,
        ordinal=ordinal,
        unit_id=spell.unit_id,
        service_id=life.service_id,
        started_at=spell.started_at,
        ended_at=spell.ended_at,
        responded_at=spell.responded_at,
        resolved_at=spell.resolved_at,
        rejected_at=spell.rejected_at,
        due_at=due_from(spell.started_at, life.requested_at, life.due_at, life.calendar),
    )


def _resume(case: Case, spell: Spell) -> None:
    if case.responded_at is None:
        case.responded_at = spell.responded_at
    case.ended_at = spell.ended_at
    case.resolved_at, case.rejected_at = spell.resolved_at, spell.rejected_at


def _note(case: Case, moment: Moment) -> None:
    kind = moment.kind
    if kind is EventKind.RESOLVED:
        case.closed_at.append(moment.at)
    elif kind is EventKind.REJECTED:
        case.refused_at.append(moment.at)
    elif kind is EventKind.REOPENED:
        case.reopened_at.append(moment.at)
    elif kind is EventKind.SUBMITTED:
        case.submitted = True
    elif kind is EventKind.SENT_BACK:
        case.sent_back = True
    elif kind is EventKind.RATED:
        case.stars = moment.stars
    if kind not in (EventKind.RATED, EventKind.COMMENTED, EventKind.REOPENED):
        case.media += moment.media


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


def open_with(life: Life, before: int) -> int | None:
    """The unit that had the complaint open just before an instant."""
    unit_id, is_open = None, False
    for moment in _until(life, before):
        is_first = moment.kind is EventKind.RECEIVED
        if (is_first or moment.kind in HANDING) and moment.unit_id is not None:
            unit_id = moment.unit_id
        if moment.kind in _CLOSING:
            is_open = False
        elif is_first or moment.kind is EventKind.REOPENED:
            is_open = True
    return unit_id if is_open else None


def is_open(life: Life) -> bool:
    """Whether the complaint, whoever has it, is neither resolved nor rejected."""
    found = True
    for moment in life.moments:
        if moment.kind in _CLOSING:
            found = False
        elif moment.kind is EventKind.REOPENED:
            found = True
    return found


def _until(life: Life, before: int) -> Iterator[Moment]:
    for moment in life.moments:
        if moment.at >= before:
            return
        yield moment
