"""What changed about complaints, as updates that clients fetch: never a citizen's own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, literal_column, select

from data.database import REQUEST_SECONDS, read
from data.extended_status import STATUS_KINDS, ExtendedStatus, status_after
from data.instants import now
from data.schema import complaints, events
from data.store import Store
from data.vocabulary import EventKind
from data.withheld import is_withheld, public_note
from data.writers import wait_for_writers

MEDIA = "media_urls"  # the key in an event's data
_PUBLIC = tuple(kind for kind in STATUS_KINDS if kind is not EventKind.RECEIVED)


class WritersBusy(Exception):
    """Somebody has been storing for so long that what is new cannot be told completely."""


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """One public event of a complaint, and where the complaint stood when it was recorded.

    An event that was reported late may leave the status as it was: a complaint that is known to
    be resolved stays so when one hears afterwards that work had begun before.
    """

    seq: int
    service_request_id: str
    status: ExtendedStatus
    decided_by: EventKind
    at: datetime  # when it happened
    recorded_at: datetime  # when it was stored
    note: str | None
    media_urls: tuple[str, ...]


@dataclass(frozen=True)
class UpdatePage:
    """`total` is how many updates there are on all pages."""

    updates: list[StoredUpdate]
    total: int


def fetch_updates(
    store: Store,
    *,
    start: datetime | None,
    end: datetime | None,
    service_request_ids: Sequence[str] = (),
    limit: int,
    offset: int = 0,
) -> UpdatePage:
    """The newest updates recorded from `start` to `end`, both included, in the order recorded.

    A page with an offset has those before. By the instant of recording, so that one that is
    reported late is in the window in which it is new; and an update that another writer is just
    storing is waited for, so that who asks next from here on has missed none: raises WritersBusy
    where that takes longer than five seconds.
    """
    is_new = end is None or end >= now() - timedelta(minutes=1)
    if is_new and not wait_for_writers(store.engine, patience_seconds=REQUEST_SECONDS):
        raise WritersBusy
    # The first condition is, to the letter, that of the index `ix_events_changes`.
    conditions = [events.c.kind != literal_column("'received'"), events.c.kind.in_(_PUBLIC)]
    if start is not None:
        conditions.append(events.c.recorded_at >= start)
    if end is not None:
        conditions.append(events.c.recorded_at <= end)
    if service_request_ids:
        wanted = complaints.c.service_request_id.in_(service_request_ids)
        ids = select(complaints.c.id).where(wanted)
        conditions.append(events.c.complaint_id.in_(ids))
    query = _query().where(*conditions).limit(limit).offset(offset)
    with read(store.engine) as connection:
        total = connection.scalar(select(func.count()).select_from(events).where(*conditions)) or 0
        rows = connection.execute(query).all()
    return UpdatePage([_update(row) for row in reversed(rows)], total)


def _query() -> Select[Any]:
    """Each event beside the one that decided the status, as far as was known at its recording."""
    known, deciding = events.alias("known"), events.alias("deciding")
    decided_by = (
        select(known.c.seq)
        .where(
            known.c.complaint_id == events.c.complaint_id,
            known.c.seq <= events.c.seq,
            known.c.kind.in_(STATUS_KINDS),
        )
        .order_by(known.c.at.desc(), known.c.seq.desc())
        .limit(1)
        .correlate(events)
        .scalar_subquery()
    )
    return (
        select(
            events.c.seq,
            complaints.c.service_request_id,
            deciding.c.kind,
            deciding.c.data.label("deciding_data"),
            events.c.at,
            events.c.recorded_at,
            events.c.note,
            events.c.data,
        )
        .select_from(events)
        .join(complaints, complaints.c.id == events.c.complaint_id)
        .join(deciding, deciding.c.seq == decided_by)
        .order_by(events.c.recorded_at.desc(), events.c.seq.desc())
    )


def _update(row: Any) -> StoredUpdate:
    kind = EventKind(row.kind)
    return StoredUpdate(
        seq=row.seq,
        service_request_id=row.service_request_id,
        status=status_after(kind, row.deciding_data),
        decided_by=kind,
        at=row.at,
        recorded_at=row.recorded_at,
        note=public_note(row.note, row.data),
        media_urls=() if is_withheld(row.data) else tuple((row.data or {}).get(MEDIA) or ()),
    )
