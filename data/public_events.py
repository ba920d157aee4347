"""What happened to complaints, as far as the public may read it: never a citizen's own words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from data.database import read
from data.schema import complaints, events
from data.store import Store
from data.vocabulary import EventKind
from data.withheld import public_note

# Notes of these explain the status; a rating or a comment is a citizen's own words.
STATUS_EVENTS = tuple(
    kind for kind in EventKind if kind not in (EventKind.RATED, EventKind.COMMENTED)
)
_HANDING = (EventKind.RECEIVED, EventKind.ASSIGNED, EventKind.TRANSFERRED)


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """One fact in a complaint's life; a note where it explains the status and may be public."""

    kind: EventKind
    at: datetime
    unit_id: int | None  # that acted, else that was accountable
    note: str | None


def fetch_timeline(store: Store, service_request_id: str) -> list[PublicEvent] | None:
    """All events of a complaint in the order of time; None where no complaint has this id."""
    with read(store.engine) as connection:
        complaint_id = connection.scalar(
            select(complaints.c.id).where(complaints.c.service_request_id == service_request_id)
        )
        if complaint_id is None:
            return None
        rows = connection.execute(_events().where(events.c.complaint_id == complaint_id))
        return _public(rows)


def fetch_histories(store: Store, complaint_ids: Sequence[int]) -> dict[int, list[PublicEvent]]:
    """The events that concern the status of each complaint, in the order of time."""
    rows_of: dict[int, list[Any]] = {complaint_id: [] for complaint_id in complaint_ids}
    with read(store.engine) as connection:
        for row in connection.execute(
            _events().where(
                events.c.complaint_id.in_(complaint_ids), events.c.kind.in_(STATUS_EVENTS)
            )
        ):
            rows_of[row.complaint_id].append(row)
    return {complaint_id: _public(rows) for complaint_id, rows in rows_of.items()}


def status_notes(connection: Connection, complaint_ids: Sequence[int]) -> dict[int, str | None]:
    """The public note, if any, of the last event of each complaint that concerns its status."""
    place = func.row_number().over(
        partition_by=events.c.complaint_id, order_by=(events.c.at.desc(), events.c.seq.desc())
    )
    ranked = (
        select(events.c.complaint_id, events.c.note, events.c.data, place.label("place"))
        .where(events.c.complaint_id.in_(complaint_ids), events.c.kind.in_(STATUS_EVENTS))
        .subquery()
    )
    rows = connection.execute(
        select(ranked.c.complaint_id, ranked.c.note, ranked.c.data).where(ranked.c.place == 1)
    )
    return {row.complaint_id: public_note(row.note, row.data) for row in rows}


def _events() -> Select[Any]:
    return select(
        *(events.c[name] for name in ("complaint_id", "kind", "at", "unit_id", "note", "data"))
    ).order_by(events.c.at, events.c.seq)


def _public(rows: Iterable[Any]) -> list[PublicEvent]:
    """The events of one complaint; one that names no unit is of the unit then accountable."""
    found, accountable = [], None
    for row in rows:
        kind = EventKind(row.kind)
        if kind in _HANDING:
            accountable = row.unit_id or accountable
        note = public_note(row.note, row.data) if kind in STATUS_EVENTS else None
        found.append(PublicEvent(kind, row.at, row.unit_id or accountable, note))
    return found
