"""New complaints are stored together: all that wait for the write lock go into one transaction."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, tuple_

from data import schema
from data.database import write
from data.duplicates import Linking
from data.fold import Fact, fold
from data.group_commit import GroupCommit
from data.instants import now, to_epoch
from data.limits import Bucket, Levels, forget_full
from data.log import (
    complaint_row,
    details_row,
    insert_rows,
    new_token,
    next_numbers,
    photo_rows,
    spell_rows,
)
from data.prepare import ComplaintError, NewComplaint, Prepared, prepare
from data.reference import Reference, current_version
from data.store import Store
from data.vocabulary import EventKind

_FORGET_SECONDS = 60.0
RETRY_DAYS = 30  # so long a retry is recognised by its Idempotency-Key
_PRUNE_SECONDS = 3_600.0


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


@dataclass(frozen=True)
class _Arrival:
    prepared: Prepared
    reference: Reference  # by which it was prepared
    idempotency: Idempotency | None
    buckets: tuple[Bucket, ...]


_Outcome = Receipt | ComplaintError | None  # None: the city changed meanwhile; prepare it anew


def receive(
    store: Store,
    new: NewComplaint,
    *,
    idempotency: Idempotency | None = None,
    require_inside: bool = False,
    buckets: Sequence[Bucket] = (),
) -> Receipt:
    """Store a new complaint; returns after commit.

    A repetition (same Idempotency-Key, or same source and external_id) stores nothing, takes
    nothing from the buckets, and gives the first receipt again. Raises ComplaintError and its
    kinds, TooMany among them.
    """
    together: GroupCommit[_Arrival, _Outcome] = store.kept("receive", lambda: _together(store))
    while True:
        reference = store.reference()
        prepared = prepare(new, reference, store.locator(), require_inside=require_inside)
        outcome = together.put(_Arrival(prepared, reference, idempotency, tuple(buckets)))
        if isinstance(outcome, Receipt):
            return outcome
        if outcome is not None:
            raise outcome
        store.forget()  # boundaries changed while we waited for the lock: locate it anew


def _together(store: Store) -> GroupCommit[_Arrival, _Outcome]:
    forgotten = pruned = -math.inf

    def write_batch(arrivals: list[_Arrival]) -> list[_Outcome]:
        nonlocal forgotten, pruned
        with write(store.engine) as connection:
            if time.monotonic() - forgotten > _FORGET_SECONDS:
                forget_full(connection, _microseconds())
                forgotten = time.monotonic()
            if time.monotonic() - pruned > _PRUNE_SECONDS:
                _forget_old_keys(connection)
                pruned = time.monotonic()
            return _store(connection, arrivals)

    return GroupCommit(write_batch)


def _forget_old_keys(connection: Connection) -> None:
    keys = schema.idempotency_keys
    old = keys.c.created_at < now() - timedelta(days=RETRY_DAYS)
    connection.execute(delete(keys).where(old))


def _store(connection: Connection, arrivals: list[_Arrival]) -> list[_Outcome]:
    version = current_version(connection)
    current = [arrival for arrival in arrivals if arrival.reference.version == version]
    if not current:
        return [None] * len(arrivals)
    batch = _Batch(connection, current)
    outcomes: list[_Outcome] = []
    for arrival in arrivals:
        try:
            outcomes.append(batch.add(arrival) if arrival.reference.version == version else None)
        except ComplaintError as error:
            outcomes.append(error)
    batch.write()
    return outcomes


class _Batch:
    """The rows of one transaction, and what they must not repeat."""

    def __init__(self, connection: Connection, arrivals: list[_Arrival]) -> None:
        self._connection = connection
        self._known = _find_known(connection, arrivals)
        self._levels = Levels(
            connection, (b for arrival in arrivals for b in arrival.buckets), _microseconds()
        )
        self._seq, self._id = next_numbers(connection)
        self._at = now()
        self._rows: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in ("complaints", "complaint_details", "complaint_photos", "events", "spells")
        }
        self._keys: list[dict[str, Any]] = []
        self._zone = arrivals[0].reference.city.time_zone  # one city, so one for all
        self._linking = Linking(connection, [a.prepared for a in arrivals], self._zone)

    def add(self, arrival: _Arrival) -> Receipt:
        """Raises IdempotencyConflict or TooMany, and has then added nothing."""
        for name in _names(arrival):
            if name in self._known:
                fingerprint, earlier = self._known[name]
                _refuse_other_content(arrival.idempotency, fingerprint)
                return earlier
        self._levels.take(arrival.buckets)
        receipt = Receipt(self._id, str(self._id), new_token(), self._seq, created=True)
        self._add_rows(arrival, receipt)
        self._seq, self._id = self._seq + 1, self._id + 1
        fingerprint = arrival.idempotency.fingerprint if arrival.idempotency else None
        again = Receipt(
            receipt.complaint_id, receipt.service_request_id, receipt.token, receipt.seq, False
        )
        for name in _names(arrival):
            self._known[name] = (fingerprint if name[0] == "key" else None, again)
        return receipt

    def _add_rows(self, arrival: _Arrival, receipt: Receipt) -> None:
        prepared, zone = arrival.prepared, self._zone
        state = fold([Fact(EventKind.RECEIVED, prepared.requested_at, prepared.unit_id)])
        complaint_id = receipt.complaint_id
        root = self._linking.link(complaint_id, prepared)
        self._rows["complaints"].append(
            complaint_row(
                *(complaint_id, receipt.token, prepared, state, receipt.seq, zone),
                duplicate_of=root,
            )
        )
        self._rows["complaint_details"].append(details_row(complaint_id, prepared))
        self._rows["complaint_photos"] += photo_rows(complaint_id, prepared)
        self._rows["events"].append(
            {
                "seq": receipt.seq,
                "complaint_id": complaint_id,
                "kind": EventKind.RECEIVED.value,
                "at": prepared.requested_at,
                "recorded_at": to_epoch(self._at),
                "unit_id": prepared.unit_id,
            }
        )
        self._rows["spells"] += spell_rows(complaint_id, state, prepared.fixed)
        if arrival.idempotency is not None:
            self._keys.append(
                {
                    "api_key_id": arrival.idempotency.api_key_id,
                    "key": arrival.idempotency.key,
                    "fingerprint": arrival.idempotency.fingerprint,
                    "complaint_id": complaint_id,
                    "created_at": self._at,
                }
            )

    def write(self) -> None:
        for name, rows in self._rows.items():
            insert_rows(self._connection, schema.metadata.tables[name], rows)
        if self._keys:
            self._connection.execute(insert(schema.idempotency_keys), self._keys)
        self._levels.write()


_Name = tuple[str, Any, str]  # ("key", api_key_id, key) or ("source", source, external_id)


def _names(arrival: _Arrival) -> list[_Name]:
    """By what a complaint is recognised when it comes again."""
    names: list[_Name] = []
    if arrival.idempotency is not None:
        names.append(("key", arrival.idempotency.api_key_id, arrival.idempotency.key))
    new = arrival.prepared.new
    if new.source is not None and new.external_id is not None:
        names.append(("source", new.source, new.external_id))
    return names


def _refuse_other_content(idempotency: Idempotency | None, fingerprint: str | None) -> None:
    if idempotency is None or fingerprint in (None, idempotency.fingerprint):
        return
    raise IdempotencyConflict(
        f"Idempotency-Key {idempotency.key!r} came before with other content; "
        "use a new key for a new complaint",
        field="Idempotency-Key",
    )


def _find_known(
    connection: Connection, arrivals: list[_Arrival]
) -> dict[_Name, tuple[str | None, Receipt]]:
    """Fingerprint and receipt of those that are stored already."""
    wanted = {name for arrival in arrivals for name in _names(arrival)}
    complaints, keys = schema.complaints, schema.idempotency_keys
    receipt = (
        complaints.c.id,
        complaints.c.service_request_id,
        complaints.c.token,
        select(func.min(schema.events.c.seq))
        .where(schema.events.c.complaint_id == complaints.c.id)
        .scalar_subquery(),
    )
    known: dict[_Name, tuple[str | None, Receipt]] = {}
    row: Any
    if sent := [name[1:] for name in wanted if name[0] == "key"]:
        query = select(keys.c.api_key_id, keys.c.key, keys.c.fingerprint, *receipt).join(
            complaints, complaints.c.id == keys.c.complaint_id
        )
        for row in connection.execute(query.where(tuple_(keys.c.api_key_id, keys.c.key).in_(sent))):
            known[("key", row[0], row[1])] = (row[2], _again(row[3:]))
    if sent := [name[1:] for name in wanted if name[0] == "source"]:
        among = tuple_(complaints.c.source, complaints.c.external_id).in_(sent)
        query = select(complaints.c.source, complaints.c.external_id, *receipt).where(among)
        for row in connection.execute(query):
            known[("source", row[0], row[1])] = (None, _again(row[2:]))
    return known


def _again(found: Sequence[Any]) -> Receipt:
    complaint_id, service_request_id, token, seq = found
    return Receipt(complaint_id, service_request_id, token, seq, created=False)


def _microseconds() -> int:
    return time.time_ns() // 1_000
