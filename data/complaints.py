"""The write path. Every fact about a complaint enters through here, one transaction each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from data import schema
from data.database import write
from data.fold import Fact, NotAllowed, complaint_facts, fold
from data.instants import from_epoch, now, to_epoch
from data.log import (
    insert_rows,
    next_seq,
    raw_columns,
    raw_values,
    read_facts,
    spell_rows,
    unchanging,
)
from data.prepare import ComplaintError, NewComplaint, OutsideCity, UnknownCode, unit_id_of
from data.receiving import Idempotency, IdempotencyConflict, Receipt, receive
from data.reference import Reference
from data.store import Store
from data.vocabulary import EventKind

__all__ = [
    "ComplaintError",
    "Idempotency",
    "IdempotencyConflict",
    "NewComplaint",
    "NoSuchComplaint",
    "NotAllowed",
    "OutsideCity",
    "Receipt",
    "UnknownCode",
    "append",
    "append_within",
    "receive",
]


class NoSuchComplaint(ComplaintError):
    """No complaint has this service_request_id."""


def append(
    store: Store,
    service_request_id: str,
    kind: EventKind,
    *,
    at: datetime | None = None,
    unit_code: str | None = None,
    note: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> int:
    """Add one event and bring the complaint's row up to date; returns the event's seq.

    Raises NoSuchComplaint, UnknownCode, or NotAllowed when the event cannot happen now.
    """
    reference = store.reference()
    with write(store.engine) as connection:
        return append_within(
            connection,
            reference,
            service_request_id,
            kind,
            at=at,
            unit_code=unit_code,
            note=note,
            data=data,
        )


def append_within(
    connection: Connection,
    reference: Reference,
    service_request_id: str,
    kind: EventKind,
    *,
    at: datetime | None = None,
    unit_code: str | None = None,
    note: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> int:
    """`append` as a part of a transaction that holds the lock of `write`."""
    unit_id = None if unit_code is None else unit_id_of(reference, unit_code)
    complaints = schema.complaints
    row = connection.execute(
        select(*raw_columns(complaints)).where(
            complaints.c.service_request_id == service_request_id
        )
    ).first()
    if row is None:
        raise NoSuchComplaint(
            f"service_request_id {service_request_id!r} is not known here",
            field="service_request_id",
        )
    instant = max(to_epoch(now()), row.updated_at) if at is None else to_epoch(at)
    new_fact = Fact(kind, instant, unit_id, (data or {}).get("stars"))
    # What is reported late takes its place in time; among equals the order of arrival counts.
    history = sorted([*read_facts(connection, row.id), new_fact], key=lambda fact: fact.at)
    state, fixed = fold(history), unchanging(row, reference.calendars)
    seq = next_seq(connection)
    connection.execute(
        insert(schema.events).values(
            seq=seq,
            complaint_id=row.id,
            kind=kind.value,
            at=from_epoch(instant),
            recorded_at=now(),
            unit_id=unit_id,
            note=note,
            data=None if data is None else dict(data),
        )
    )
    facts = complaint_facts(state, fixed, reference.city.time_zone)
    connection.execute(
        update(complaints)
        .where(complaints.c.id == row.id)
        .values(last_seq=seq, **raw_values(complaints, facts))
    )
    connection.execute(delete(schema.spells).where(schema.spells.c.complaint_id == row.id))
    insert_rows(connection, schema.spells, spell_rows(row.id, state, fixed))
    return seq


def acknowledge(store: Store, service_request_id: str, **event: Any) -> int:
    return append(store, service_request_id, EventKind.ACKNOWLEDGED, **event)


def assign(store: Store, service_request_id: str, unit_code: str, **event: Any) -> int:
    return append(store, service_request_id, EventKind.ASSIGNED, unit_code=unit_code, **event)


def transfer(store: Store, service_request_id: str, unit_code: str, **event: Any) -> int:
    return append(store, service_request_id, EventKind.TRANSFERRED, unit_code=unit_code, **event)


def start(store: Store, service_request_id: str, **event: Any) -> int:
    return append(store, service_request_id, EventKind.STARTED, **event)


def submit_for_verification(store: Store, service_request_id: str, **event: Any) -> int:
    return append(store, service_request_id, EventKind.SUBMITTED, **event)


def resolve(store: Store, service_request_id: str, **event: Any) -> int:
    return append(store, service_request_id, EventKind.RESOLVED, **event)


def send_back(store: Store, service_request_id: str, **event: Any) -> int:
    return append(store, service_request_id, EventKind.SENT_BACK, **event)


def reject(store: Store, service_request_id: str, **event: Any) -> int:
    return append(store, service_request_id, EventKind.REJECTED, **event)


def reopen(store: Store, service_request_id: str, **event: Any) -> int:
    return append(store, service_request_id, EventKind.REOPENED, **event)


def rate(
    store: Store,
    service_request_id: str,
    stars: int,
    *,
    solved: bool | None = None,
    comment: str | None = None,
    at: datetime | None = None,
) -> int:
    """Stars 1 to 5 from the reporter; raises ComplaintError for any other number."""
    if stars not in range(1, 6):
        raise ComplaintError(f"stars {stars!r} is not a whole number from 1 to 5", field="stars")
    data = {"stars": stars, "solved": solved}
    return append(store, service_request_id, EventKind.RATED, at=at, note=comment, data=data)


def comment(store: Store, service_request_id: str, note: str, **event: Any) -> int:
    return append(store, service_request_id, EventKind.COMMENTED, note=note, **event)
