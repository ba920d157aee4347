"""Complaints as Open311 service requests: what the public may read, by id, token or period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from data.database import read
from data.schema import complaint_details, complaints, events
from data.store import Store
from data.vocabulary import EventKind, Status

# Notes of these explain the status; a rating or a comment is a citizen's own words.
_STATUS_EVENTS = tuple(
    kind for kind in EventKind if kind not in (EventKind.RATED, EventKind.COMMENTED)
)
_OPEN = tuple(int(status) for status in Status if status.is_open)
_CLOSED = tuple(int(status) for status in Status if not status.is_open)


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """One complaint without its reporter. Instants are aware; coordinates WGS 84 degrees."""

    service_request_id: str
    status: Status
    status_note: str | None
    service_id: int
    unit_id: int | None
    requested_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    resolution_due_at: datetime | None
    latitude: float | None
    longitude: float | None
    description: str | None
    address_string: str | None
    address_id: str | None
    zipcode: str | None
    media_urls: tuple[str, ...]


def fetch_requests_by_id(store: Store, ids: Sequence[str]) -> list[StoredRequest]:
    """Those of the service_request_ids that exist, newest first."""
    return _fetch(store, _query().where(complaints.c.service_request_id.in_(ids)))


def fetch_requests(
    store: Store,
    *,
    start: datetime,
    end: datetime,
    limit: int,
    service_ids: Sequence[int] = (),
    is_open: bool | None = None,
) -> list[StoredRequest]:
    """The newest `limit` complaints received from `start` to `end`, both included."""
    query = _query().where(complaints.c.requested_at.between(start, end)).limit(limit)
    if service_ids:
        query = query.where(complaints.c.service_id.in_(service_ids))
    if is_open is not None:
        query = query.where(complaints.c.status.in_(_OPEN if is_open else _CLOSED))
    return _fetch(store, query)


def fetch_id_of_token(store: Store, token: str) -> str | None:
    """The service_request_id that belongs to a reporter's token."""
    with read(store.engine) as connection:
        return connection.scalar(
            select(complaints.c.service_request_id).where(complaints.c.token == token)
        )


def _query() -> Select[Any]:
    return (
        select(
            complaints.c.id,
            *(complaints.c[name] for name in _COMPLAINT_FIELDS),
            *(complaint_details.c[name] for name in _DETAIL_FIELDS),
            complaint_details.c.media_urls,
        )
        .outerjoin(complaint_details, complaint_details.c.complaint_id == complaints.c.id)
        .order_by(complaints.c.requested_at.desc(), complaints.c.id.desc())
    )


_COMPLAINT_FIELDS = (
    "service_request_id",
    "status",
    "service_id",
    "unit_id",
    "requested_at",
    "updated_at",
    "resolved_at",
    "resolution_due_at",
    "latitude",
    "longitude",
)
_DETAIL_FIELDS = ("description", "address_string", "address_id", "zipcode")


def _fetch(store: Store, query: Select[Any]) -> list[StoredRequest]:
    with read(store.engine) as connection:
        rows = connection.execute(query).mappings().all()
        notes = _status_notes(connection, [row["id"] for row in rows])
    return [
        StoredRequest(
            **{name: row[name] for name in _COMPLAINT_FIELDS + _DETAIL_FIELDS if name != "status"},
            status=Status(row["status"]),
            status_note=notes.get(row["id"]),
            media_urls=tuple(row["media_urls"] or ()),
        )
        for row in rows
    ]


def _status_notes(connection: Connection, complaint_ids: Sequence[int]) -> dict[int, str | None]:
    """The note, if any, of the last event of each complaint that concerns its status."""
    last = (
        select(func.max(events.c.seq))
        .where(events.c.complaint_id.in_(complaint_ids), events.c.kind.in_(_STATUS_EVENTS))
        .group_by(events.c.complaint_id)
    )
    rows = connection.execute(
        select(events.c.complaint_id, events.c.note).where(events.c.seq.in_(last))
    )
    return {row.complaint_id: row.note for row in rows}
