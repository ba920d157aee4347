"""The status words that FixMyStreet adds to Open311's open and closed, and what they mean here."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from data.vocabulary import EventKind


class ExtendedStatus(StrEnum):
    """Where a complaint stands, as clients of `servicerequestupdates` say it."""

    OPEN = "OPEN"
    INVESTIGATING = "INVESTIGATING"
    ACTION_SCHEDULED = "ACTION_SCHEDULED"
    IN_PROGRESS = "IN_PROGRESS"
    FIXED = "FIXED"
    CLOSED = "CLOSED"
    NO_FURTHER_ACTION = "NO_FURTHER_ACTION"
    NOT_COUNCILS_RESPONSIBILITY = "NOT_COUNCILS_RESPONSIBILITY"
    DUPLICATE = "DUPLICATE"
    REOPEN = "REOPEN"
    INTERNAL_REFERRAL = "INTERNAL_REFERRAL"
    FOR_TRIAGE = "FOR_TRIAGE"

    @property
    def is_open(self) -> bool:
        return self not in _CLOSED


_CLOSED = frozenset(
    {
        ExtendedStatus.FIXED,
        ExtendedStatus.CLOSED,
        ExtendedStatus.NO_FURTHER_ACTION,
        ExtendedStatus.NOT_COUNCILS_RESPONSIBILITY,
        ExtendedStatus.DUPLICATE,
    }
)

# Only an act of the accountable unit is more than OPEN: to be handed on is not yet an answer.
_AFTER: dict[EventKind, ExtendedStatus] = {
    EventKind.RECEIVED: ExtendedStatus.OPEN,
    EventKind.ACKNOWLEDGED: ExtendedStatus.INVESTIGATING,
    EventKind.ASSIGNED: ExtendedStatus.OPEN,
    EventKind.TRANSFERRED: ExtendedStatus.OPEN,
    EventKind.STARTED: ExtendedStatus.IN_PROGRESS,
    EventKind.SUBMITTED: ExtendedStatus.IN_PROGRESS,
    EventKind.RESOLVED: ExtendedStatus.FIXED,
    EventKind.SENT_BACK: ExtendedStatus.IN_PROGRESS,
    EventKind.REJECTED: ExtendedStatus.NO_FURTHER_ACTION,
    EventKind.REOPENED: ExtendedStatus.OPEN,
}

# What a client says of a complaint, as the event that makes it so. Of the two that are missing,
# one does not name the unit it is referred to, and the other is no news to us.
_MEANT: dict[ExtendedStatus, EventKind] = {
    ExtendedStatus.OPEN: EventKind.REOPENED,
    ExtendedStatus.REOPEN: EventKind.REOPENED,
    ExtendedStatus.INVESTIGATING: EventKind.ACKNOWLEDGED,
    ExtendedStatus.ACTION_SCHEDULED: EventKind.ACKNOWLEDGED,
    ExtendedStatus.IN_PROGRESS: EventKind.STARTED,
    ExtendedStatus.FIXED: EventKind.RESOLVED,
    ExtendedStatus.CLOSED: EventKind.RESOLVED,
    ExtendedStatus.NO_FURTHER_ACTION: EventKind.REJECTED,
    ExtendedStatus.NOT_COUNCILS_RESPONSIBILITY: EventKind.REJECTED,
    ExtendedStatus.DUPLICATE: EventKind.REJECTED,
}

# Words that say more than the event they became: they are given back as they were said.
_KEPT = frozenset(
    {
        ExtendedStatus.ACTION_SCHEDULED,
        ExtendedStatus.CLOSED,
        ExtendedStatus.NOT_COUNCILS_RESPONSIBILITY,
        ExtendedStatus.DUPLICATE,
    }
)

STATUS_KINDS = tuple(_AFTER)
SAID = "status"  # the key in an event's data under which the client's own word is kept


def read_extended_status(text: str) -> ExtendedStatus:
    """In any case, words joined by spaces, hyphens or underscores. Raises ValueError."""
    return ExtendedStatus("_".join(text.replace("-", " ").replace("_", " ").split()).upper())


def status_after(kind: EventKind, data: Mapping[str, Any] | None) -> ExtendedStatus:
    """Where a complaint stands after an event of STATUS_KINDS with these data."""
    said = (data or {}).get(SAID)
    return ExtendedStatus(said) if said in _KEPT else _AFTER[kind]


def event_meant(said: ExtendedStatus, *, is_open: bool) -> EventKind | None:
    """The event that a word asks for of a complaint that is open or not; None: none at all."""
    if said.is_open and said in _MEANT and not is_open:
        return EventKind.REOPENED
    return _MEANT.get(said)
