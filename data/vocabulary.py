"""The closed vocabularies, with the integers that are stored."""

from enum import IntEnum, StrEnum


class Status(IntEnum):
    """Where a complaint stands."""

    WAITING = 0
    ASSIGNED = 1
    IN_PROGRESS = 2
    VERIFYING = 3
    RESOLVED = 4
    REJECTED = 5

    @property
    def code(self) -> str:
        return self.name.lower()

    @property
    def is_open(self) -> bool:
        return self < Status.RESOLVED


class EventKind(StrEnum):
    """One fact in a complaint's life."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    TRANSFERRED = "transferred"
    STARTED = "started"
    SUBMITTED = "submitted"
    RESOLVED = "resolved"
    SENT_BACK = "sent_back"
    REJECTED = "rejected"
    REOPENED = "reopened"
    RATED = "rated"
    COMMENTED = "commented"


class Outcome(IntEnum):
    """How a clock stands: still running, stopped by what it waits for, or censored."""

    OPEN = 0
    EVENT = 1
    REJECTED = 2
    HANDED_OVER = 3


RESPONSES = frozenset(
    {EventKind.ACKNOWLEDGED, EventKind.STARTED, EventKind.SUBMITTED, EventKind.RESOLVED}
)
