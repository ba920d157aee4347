"""A complaint is the sum of its events: this module does the sum, and nothing else.

Instants are whole UTC seconds (int) in here: the fold runs millions of times.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from data.accountability.calendar import WorkingCalendar
from data.durations import to_bin
from data.instants import day_of
from data.vocabulary import RESPONSES, EventKind, Outcome, Status

_STILL_OPEN, _EVENT = int(Outcome.OPEN), int(Outcome.EVENT)
_REJECTED, _HANDED_OVER = int(Outcome.REJECTED), int(Outcome.HANDED_OVER)
_OPEN = frozenset({Status.WAITING, Status.ASSIGNED, Status.IN_PROGRESS, Status.VERIFYING})
_CLOSED = frozenset({Status.RESOLVED, Status.REJECTED})

# From which status an event may come, and to which it leads (None: the status stays).
_TRANSITIONS: dict[EventKind, tuple[frozenset[Status], Status | None]] = {
    EventKind.ACKNOWLEDGED: (frozenset({Status.WAITING, Status.ASSIGNED}), Status.ASSIGNED),
    EventKind.ASSIGNED: (_OPEN, Status.ASSIGNED),
    EventKind.TRANSFERRED: (_OPEN, Status.ASSIGNED),
    EventKind.STARTED: (frozenset({Status.WAITING, Status.ASSIGNED}), Status.IN_PROGRESS),
    EventKind.SUBMITTED: (_OPEN - {Status.VERIFYING}, Status.VERIFYING),
    EventKind.RESOLVED: (_OPEN, Status.RESOLVED),
    EventKind.SENT_BACK: (frozenset({Status.VERIFYING}), Status.IN_PROGRESS),
    EventKind.REJECTED: (_OPEN, Status.REJECTED),
    EventKind.REOPENED: (_CLOSED, Status.ASSIGNED),
    EventKind.RATED: (_CLOSED, None),
    EventKind.COMMENTED: (_OPEN | _CLOSED, None),
}


class NotAllowed(ValueError):
    """An event that cannot happen to this complaint now."""


@dataclass(slots=True)
class Fact:
    """One event, as far as the sum needs it."""

    kind: EventKind
    at: int
    unit_id: int | None = None
    rating: int | None = None


@dataclass(slots=True)
class Spell:
    """The time one unit is accountable."""

    unit_id: int
    started_at: int
    ended_at: int | None = None
    responded_at: int | None = None
    resolved_at: int | None = None
    rejected_at: int | None = None


@dataclass(slots=True)
class Folded:
    """Where a complaint stands after its events."""

    requested_at: int
    updated_at: int
    status: Status = Status.WAITING
    unit_id: int | None = None
    responded_at: int | None = None
    resolved_at: int | None = None
    rejected_at: int | None = None
    rating: int | None = None
    spells: list[Spell] = field(default_factory=list)


def fold(facts: Iterable[Fact]) -> Folded:
    """Sum events in the order they happened; the first is `received`.

    Raises NotAllowed for an event that its predecessors rule out.
    """
    ordered = iter(facts)
    received = next(ordered)
    if received.kind is not EventKind.RECEIVED:
        raise NotAllowed(f"'{received.kind}' happened before the complaint was received")
    state = Folded(requested_at=received.at, updated_at=received.at)
    _hand_to(state, received.unit_id, received.at)
    for fact in ordered:
        _apply(state, fact)
    return state


def _apply(state: Folded, fact: Fact) -> None:
    kind, at = fact.kind, fact.at
    if kind is EventKind.RECEIVED:
        raise NotAllowed("a complaint is received once")
    allowed, target = _TRANSITIONS[kind]
    if state.status not in allowed:
        raise NotAllowed(f"'{kind}' cannot follow while the complaint is {state.status.code}")
    if kind in (EventKind.ASSIGNED, EventKind.TRANSFERRED):
        if fact.unit_id is None:
            raise NotAllowed(f"'{kind}' must name the unit that takes over")
        _hand_to(state, fact.unit_id, at)
    spell = state.spells[-1] if state.spells else None
    for clock in (state, spell) if spell else (state,):
        if kind in RESPONSES and clock.responded_at is None:
            clock.responded_at = at
        if kind is EventKind.RESOLVED:
            clock.resolved_at = at
        elif kind is EventKind.REJECTED:
            clock.rejected_at = at
        elif kind is EventKind.REOPENED:
            clock.resolved_at = clock.rejected_at = None
    if kind is EventKind.RATED:
        state.rating = fact.rating
    if target is not None:
        state.status = target
    state.updated_at = at


def _hand_to(state: Folded, unit_id: int | None, at: int) -> None:
    if unit_id is None or unit_id == state.unit_id:
        return
    if state.spells:
        state.spells[-1].ended_at = at
    state.unit_id = unit_id
    state.spells.append(Spell(unit_id, at))


@dataclass(frozen=True, slots=True)
class Unchanging:
    """What a complaint's events never alter. Deadlines are UTC seconds.

    The calendars are those by which the deadlines run; None: day and night.
    """

    service_id: int
    channel_id: int
    district_id: int | None
    x: int | None
    y: int | None
    response_due_at: int | None
    resolution_due_at: int | None
    is_repeat: int = 0  # 1 or 0
    response_calendar: WorkingCalendar | None = None
    resolution_calendar: WorkingCalendar | None = None


def complaint_facts(state: Folded, fixed: Unchanging, zone: ZoneInfo) -> dict[str, Any]:
    """The fact columns of the complaint row, as raw integers."""
    response = _clock(state.requested_at, state.responded_at, state.rejected_at, None)
    resolution = _clock(state.requested_at, state.resolved_at, state.rejected_at, None)
    return {
        "service_id": fixed.service_id,
        "status": int(state.status),
        "channel_id": fixed.channel_id,
        "unit_id": state.unit_id,
        "district_id": fixed.district_id,
        "x": fixed.x,
        "y": fixed.y,
        "day": day_of(datetime.fromtimestamp(state.requested_at, UTC).astimezone(zone).date()),
        "minute": state.requested_at // 60,
        "response_outcome": response[0],
        "response_bin": response[1],
        "response_due_at": fixed.response_due_at,
        "responded_at": state.responded_at,
        "resolution_outcome": resolution[0],
        "resolution_bin": resolution[1],
        "resolution_due_at": fixed.resolution_due_at,
        "resolved_at": state.resolved_at,
        "rating": state.rating,
        "is_repeat": fixed.is_repeat,
        "updated_at": state.updated_at,
    }


def spell_facts(state: Folded, fixed: Unchanging) -> list[dict[str, Any]]:
    """The fact columns of each spell: a unit's clock starts when the complaint reaches it.

    Each unit has the complaint's whole allowance, counted from its own start.
    """
    received = state.requested_at
    rows = []
    for spell in state.spells:
        start = spell.started_at
        response = _clock(start, spell.responded_at, spell.rejected_at, spell.ended_at)
        resolution = _clock(start, spell.resolved_at, spell.rejected_at, spell.ended_at)
        rows.append(
            {
                "unit_id": spell.unit_id,
                "started_at": start,
                "ended_at": spell.ended_at,
                "response_outcome": response[0],
                "response_bin": response[1],
                "response_due_at": due_from(
                    start, received, fixed.response_due_at, fixed.response_calendar
                ),
                "responded_at": spell.responded_at,
                "resolution_outcome": resolution[0],
                "resolution_bin": resolution[1],
                "resolution_due_at": due_from(
                    start, received, fixed.resolution_due_at, fixed.resolution_calendar
                ),
                "resolved_at": spell.resolved_at,
            }
        )
    return rows


def _clock(
    start: int, stopped: int | None, rejected: int | None, handed_over: int | None
) -> tuple[int, int | None]:
    """Outcome and duration bin of one clock; an open clock has no bin yet."""
    if stopped is not None:
        return _EVENT, to_bin(stopped - start)
    if rejected is not None:
        return _REJECTED, to_bin(rejected - start)
    if handed_over is not None:
        return _HANDED_OVER, to_bin(handed_over - start)
    return _STILL_OPEN, None


def due_from(
    start: int, received: int, due_at: int | None, calendar: WorkingCalendar | None
) -> int | None:
    """The deadline of who had the complaint from `start` on, with all the time it had at first."""
    if due_at is None or start == received:
        return due_at
    if calendar is None:
        return due_at + start - received
    return calendar.add(start, calendar.between(received, due_at))
