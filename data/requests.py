"""Complaints as Open311 service requests: what the public may read, by id, token or filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, func, select

from data.database import read
from data.public_events import status_notes
from data.request_filter import RequestFilter, changed_at
from data.schema import complaint_details, complaints
from data.store import Store
from data.vocabulary import Status

Order = Literal["requested", "changed"]


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """One complaint without its reporter. Instants are aware; coordinates WGS 84 degrees."""

    id: int
    service_request_id: str
    status: Status
    status_note: str | None
    service_id: int
    channel_id: int
    unit_id: int | None
    district_id: int | None
    requested_at: datetime
    duplicate_of: str | None  # the service_request_id of the first complaint of the same problem
    changed_at: datetime  # of a closed complaint the instant of closing
    resolution_due_at: datetime | None
    latitude: float | None
    longitude: float | None
    description: str | None
    address_string: str | None
    address_id: str | None
    zipcode: str | None
    attributes: Mapping[str, Sequence[str]]
    media_urls: tuple[str, ...]


@dataclass(frozen=True)
class RequestPage:
    """Some of the complaints that a filter finds, and how many it finds in all."""

    requests: list[StoredRequest]
    total: int


def fetch_requests_by_id(store: Store, ids: Sequence[str]) -> list[StoredRequest]:
    """Those of the service_request_ids that exist, newest first."""
    query = _query().where(complaints.c.service_request_id.in_(ids))
    with read(store.engine) as connection:
        return _fetch(connection, query.order_by(*_ordered("requested", ascending=False)))


def fetch_requests(
    store: Store,
    request_filter: RequestFilter,
    *,
    limit: int,
    offset: int = 0,
    order: Order = "requested",
    ascending: bool = False,
) -> RequestPage:
    """`limit` of the complaints a filter finds, after the first `offset`; equals go by their id."""
    conditions = request_filter.conditions()
    query = _query().where(*conditions).order_by(*_ordered(order, ascending=ascending))
    with read(store.engine) as connection:
        found = _fetch(connection, query.limit(limit).offset(offset))
        if len(found) < limit and (found or not offset):
            return RequestPage(found, offset + len(found))
        count = select(func.count()).select_from(complaints).where(*conditions)
        return RequestPage(found, connection.scalar(count) or 0)


def fetch_id_of_token(store: Store, token: str) -> str | None:
    """The service_request_id that belongs to a reporter's token."""
    with read(store.engine) as connection:
        return connection.scalar(
            select(complaints.c.service_request_id).where(complaints.c.token == token)
        )


PUBLIC_FACTS = (  # the columns of a complaint that anybody may read
    "id",
    "service_request_id",
    "service_id",
    "channel_id",
    "unit_id",
    "district_id",
    "requested_at",
    "resolution_due_at",
    "latitude",
    "longitude",
)
_DETAIL_FIELDS = ("description", "address_string", "address_id", "zipcode")


def _query() -> Select[Any]:
    first = complaints.alias("first")
    facts = complaints.outerjoin(first, first.c.id == complaints.c.duplicate_of).outerjoin(
        complaint_details, complaint_details.c.complaint_id == complaints.c.id
    )
    return select(
        *(complaints.c[name] for name in PUBLIC_FACTS),
        complaints.c.status,
        first.c.service_request_id.label("duplicate_of"),
        changed_at.label("changed_at"),
        *(complaint_details.c[name] for name in _DETAIL_FIELDS),
        complaint_details.c.attributes,
        complaint_details.c.media_urls,
    ).select_from(facts)


def _ordered(order: Order, *, ascending: bool) -> list[ColumnElement[Any]]:
    key = complaints.c.requested_at if order == "requested" else changed_at
    return [c.asc() if ascending else c.desc() for c in (key, complaints.c.id)]


def _fetch(connection: Connection, query: Select[Any]) -> list[StoredRequest]:
    rows = connection.execute(query).mappings().all()
    notes = status_notes(connection, [row["id"] for row in rows])
    return [
        StoredRequest(
            **{name: row[name] for name in PUBLIC_FACTS + _DETAIL_FIELDS},
            status=Status(row["status"]),
            status_note=notes.get(row["id"]),
            duplicate_of=row["duplicate_of"],
            changed_at=row["changed_at"],
            attributes=row["attributes"] or {},
            media_urls=tuple(row["media_urls"] or ()),
        )
        for row in rows
    ]
