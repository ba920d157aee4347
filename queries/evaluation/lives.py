"""The lives of complaints as they were known: what had happened, and had been recorded, by then.

An event that is recorded later may be dated earlier. So the past is told by two things: the
instant up to which one looks, and the number of the last event that the log then held.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, literal, select, type_coerce

from data import schema
from data.accountability.calendar import WorkingCalendar
from data.updates import MEDIA
from data.vocabulary import EventKind


@dataclass(slots=True)
class Moment:
    """One event. `media` are the addresses of pictures that came with it."""

    kind: EventKind
    at: int  # UTC seconds
    unit_id: int | None = None
    stars: int | None = None
    media: tuple[str, ...] = ()


@dataclass(slots=True)
class Life:
    """A complaint and its events in the order they happened; instants are UTC seconds."""

    complaint_id: int
    service_request_id: str
    service_id: int
    requested_at: int
    due_at: int | None  # of the resolution, on the citizen's clock
    calendar: WorkingCalendar | None  # by which that deadline runs; None: day and night
    moments: list[Moment] = field(default_factory=list)

    def allowance_used(self, start: int, end: int, due_at: int) -> float:
        """Of the time from `start` to `due_at`, the share that was gone at `end`."""
        if end >= due_at:
            return 1.0
        if self.calendar is None:
            return (end - start) / (due_at - start)
        whole = self.calendar.between(start, due_at)
        return self.calendar.between(start, end) / whole if whole else 1.0


def read_lives(
    connection: Connection,
    condition: ColumnElement[bool],
    calendars: Mapping[int, WorkingCalendar],
    *,
    until: int,
    through_seq: int,
) -> list[Life]:
    """The lives, by complaint, of those that meet a condition on `complaints` and were known.

    `calendars` are all that the city had by then, by id.
    """
    complaints, events = schema.complaints, schema.events
    rows = connection.execute(
        select(
            events.c.complaint_id,
            events.c.kind,
            type_coerce(events.c.at, BigInteger).label("at"),
            events.c.unit_id,
            events.c.data,
        )
        .join_from(events, complaints, complaints.c.id == events.c.complaint_id)
        .where(condition, events.c.at <= literal(until, BigInteger), events.c.seq <= through_seq)
        .order_by(events.c.at, events.c.seq)
    )
    known: dict[int, list[Moment]] = {}
    for row in rows:
        known.setdefault(row.complaint_id, []).append(_moment(row))
    return [
        Life(
            complaint_id=row.id,
            service_request_id=row.service_request_id,
            service_id=row.service_id,
            requested_at=row.asked,
            due_at=row.due,
            calendar=None if row.calendar_id is None else calendars[row.calendar_id],
            moments=known[row.id],
        )
        for row in connection.execute(
            select(
                complaints.c.id,
                complaints.c.service_request_id,
                complaints.c.service_id,
                type_coerce(complaints.c.requested_at, BigInteger).label("asked"),
                type_coerce(complaints.c.resolution_due_at, BigInteger).label("due"),
                complaints.c.resolution_calendar_id.label("calendar_id"),
            )
            .where(condition, complaints.c.requested_at <= literal(until, BigInteger))
            .order_by(complaints.c.id)
        )
        if row.id in known  # one that was not may keep to a calendar that was not there yet
    ]


_KINDS = {kind.value: kind for kind in EventKind}  # quicker than the enumeration's own look-up


def _moment(row: Any) -> Moment:
    kind = _KINDS[row.kind]
    if not row.data:
        return Moment(kind, row.at, row.unit_id)
    media = tuple(url for url in row.data.get(MEDIA) or () if isinstance(url, str))
    return Moment(kind, row.at, row.unit_id, row.data.get("stars"), media)
