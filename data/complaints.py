"""The write path. Every fact about a complaint enters through here, one transaction each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from data import schema
from data.database import write
from data.fold import Fact, NotAllowed, complaint_facts, fold
from data.instants import from_epoch, now, to_epoch
from data.log import (
    complaint_row,
    details_row,
    insert_rows,
    new_token,
    next_complaint_id,
    next_seq,
    photo_rows,
    raw_columns,
    raw_values,
    read_facts,
    spell_rows,
    unchanging,
)
from data.prepare import (
    ComplaintError,
    NewComplaint,
    OutsideCity,
    Prepared,
    UnknownCode,
    prepare,
    unit_id_of,
)
from data.reference import Reference, current_version
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
    "receive",
]


class NoSuchComplaint(ComplaintError):
    """No complaint has this service_request_id."""


class IdempotencyConflict(ComplaintError):
    """An Idempotency-Key that came before with other content."""


@dataclass(frozen=True)
class Idempotency:
    """What recognises a retry of the same request."""

    api_key_id: int
    key: str
    fingerprint: str


@dataclass(frozen=True)
class Receipt:
    """The answer to a complaint; `created` is False for a repetition."""

    complaint_id: int
    service_request_id: str
    token: str
    seq: int
    created: bool


def receive(
    store: Store,
    new: NewComplaint,
    *,
    idempotency: Idempotency | None = None,
    require_inside: bool = False,
) -> Receipt:
    """Store a new complaint; returns after commit.

    A repetition (same Idempotency-Key, or same source and external_id) stores nothing and gives
    the first receipt again. Raises ComplaintError and its kinds.
    """
    while True:
        reference = store.reference()
        prepared = prepare(new, reference, store.locator(), require_inside=require_inside)
        with write(store.engine) as connection:
            if current_version(connection) == reference.version:
                return _store(connection, prepared, reference, idempotency)
        store.forget()  # boundaries changed while we waited for the lock: locate it anew


def _store(
    connection: Connection,
    prepared: Prepared,
    reference: Reference,
    idempotency: Idempotency | None,
) -> Receipt:
    new, zone = prepared.new, reference.city.time_zone
    state = fold([Fact(EventKind.RECEIVED, prepared.requested_at, prepared.unit_id)])
    earlier = _earlier_receipt(connection, new, idempotency)
    if earlier is not None:
        return earlier
    seq, complaint_id, token = next_seq(connection), next_complaint_id(connection), new_token()
    row = complaint_row(complaint_id, token, prepared, state, seq, zone)
    insert_rows(connection, schema.complaints, [row])
    insert_rows(connection, schema.complaint_details, [details_row(complaint_id, prepared)])
    insert_rows(connection, schema.complaint_photos, photo_rows(complaint_id, prepared))
    insert_rows(
        connection,
        schema.events,
        [
            {
                "seq": seq,
                "complaint_id": complaint_id,
                "kind": EventKind.RECEIVED.value,
                "at": prepared.requested_at,
                "recorded_at": to_epoch(now()),
                "unit_id": prepared.unit_id,
            }
        ],
    )
    insert_rows(connection, schema.spells, spell_rows(complaint_id, state, prepared.fixed))
    if idempotency is not None:
        connection.execute(
            insert(schema.idempotency_keys).values(
                api_key_id=idempotency.api_key_id,
                key=idempotency.key,
                fingerprint=idempotency.fingerprint,
                complaint_id=complaint_id,
                created_at=now(),
            )
        )
    return Receipt(complaint_id, str(complaint_id), token, seq, created=True)


def _earlier_receipt(
    connection: Connection, new: NewComplaint, idempotency: Idempotency | None
) -> Receipt | None:
    complaints, keys = schema.complaints, schema.idempotency_keys
    query = select(
        complaints.c.id,
        complaints.c.service_request_id,
        complaints.c.token,
        select(func.min(schema.events.c.seq))
        .where(schema.events.c.complaint_id == complaints.c.id)
        .scalar_subquery()
        .label("seq"),
    )
    row = None
    if idempotency is not None:
        known = connection.execute(
            select(keys.c.complaint_id, keys.c.fingerprint).where(
                keys.c.api_key_id == idempotency.api_key_id, keys.c.key == idempotency.key
            )
        ).first()
        if known is not None:
            if known.fingerprint != idempotency.fingerprint:
                raise IdempotencyConflict(
                    f"Idempotency-Key {idempotency.key!r} came before with other content; "
                    "use a new key for a new complaint",
                    field="Idempotency-Key",
                )
            row = connection.execute(query.where(complaints.c.id == known.complaint_id)).first()
    if row is None and new.source is not None and new.external_id is not None:
        row = connection.execute(
            query.where(
                complaints.c.source == new.source, complaints.c.external_id == new.external_id
            )
        ).first()
    return None if row is None else Receipt(*row, created=False)


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
    unit_id = None if unit_code is None else unit_id_of(reference, unit_code)
    complaints = schema.complaints
    with write(store.engine) as connection:
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
        state, fixed = fold(history), unchanging(row)
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
