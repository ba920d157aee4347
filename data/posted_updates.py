"""Updates that clients send of complaints already stored: a citizen's comment, a desk's news.

A FixMyStreet site repeats with every comment the status it last heard, and sends again, every
half hour and for ever, what was not accepted. So a status is taken as news only where it is any,
and what cannot follow is kept as a comment beside the word that was said; nothing is refused for
its status.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select

from data.complaints import ComplaintError, NoSuchComplaint, append_within
from data.database import write
from data.extended_status import (
    SAID,
    STATUS_KINDS,
    ExtendedStatus,
    event_meant,
    status_after,
)
from data.fold import Fact, NotAllowed, fold
from data.instants import from_epoch, now, to_epoch
from data.keys import ALL_CHANNELS
from data.limits import Bucket, Levels
from data.log import read_facts
from data.reference import Reference
from data.schema import complaints, events, posted_updates, update_authors
from data.store import Store
from data.updates import MEDIA
from data.vocabulary import EventKind
from data.withheld import withhold

# How far back FixMyStreet asks for updates: after that long a client has heard of a change.
HEARD_AFTER = timedelta(hours=2)


class UpdateIdTaken(ComplaintError):
    """An update_id under which this client sent an update of another complaint."""


@dataclass(frozen=True, kw_only=True)
class Author:
    """Personal data of who wrote an update."""

    title: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    account_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class PostedUpdate:
    """One update in the client's words; `update_id` is the client's own name for it."""

    service_request_id: str
    update_id: str
    status: ExtendedStatus | None = None
    at: datetime | None = None  # None: now
    note: str | None = None
    media_urls: tuple[str, ...] = ()
    author: Author = field(default_factory=Author)


@dataclass(frozen=True)
class UpdateReceipt:
    """`seq` is that of the event it became; `created` is False for a repetition."""

    seq: int
    kind: EventKind
    status: ExtendedStatus  # of the complaint, now
    created: bool


class OtherChannel(ComplaintError):
    """A complaint that came through another channel than the one a client may act in."""


@dataclass(frozen=True)
class _Standing:
    """Where the complaint stood from an event on, as far as was known then."""

    status: ExtendedStatus
    recorded_at: datetime
    is_own: bool  # the client made it so itself


def post_update(
    store: Store,
    posted: PostedUpdate,
    *,
    api_key_id: int,
    acts_in: str | None,
    publishes: bool,
    buckets: Sequence[Bucket] = (),
) -> UpdateReceipt:
    """Store an update as one event, with its author, in one transaction.

    `acts_in` is the code of the only channel whose complaints it may be of, None for all; its
    words and pictures stay inside unless it `publishes`.

    A repetition (same key, same update_id) stores nothing, takes nothing from the buckets and
    gives the first receipt again, even where its words differ: a client that tries again says
    what it knows by then. Raises NoSuchComplaint, OtherChannel, UpdateIdTaken or
    TooMany.
    """
    reference = store.reference()
    with write(store.engine) as connection:
        complaint_id = _find(connection, reference, posted.service_request_id, acts_in)
        earlier = _earlier(connection, posted, complaint_id, api_key_id)
        if earlier is not None:
            return earlier
        levels = Levels(connection, buckets, time.time_ns() // 1_000)
        levels.take(buckets)
        levels.write()
        return _store(connection, reference, posted, complaint_id, api_key_id, publishes)


def _find(
    connection: Connection, reference: Reference, service_request_id: str, acts_in: str | None
) -> int:
    row = connection.execute(
        select(complaints.c.id, complaints.c.channel_id).where(
            complaints.c.service_request_id == service_request_id
        )
    ).first()
    if row is None:
        raise NoSuchComplaint(
            f"service_request_id {service_request_id!r} is not known here",
            field="service_request_id",
        )
    channel = reference.channels[row.channel_id].code
    if acts_in not in (None, channel):
        raise OtherChannel(
            f"service_request_id {service_request_id!r} came through the channel {channel!r}, and "
            f"this API key is for {acts_in!r} alone; ask this service's operator for a key with "
            f"the scope {ALL_CHANNELS}",
            field="service_request_id",
        )
    return int(row.id)


def _earlier(
    connection: Connection, posted: PostedUpdate, complaint_id: int, api_key_id: int
) -> UpdateReceipt | None:
    row = connection.execute(
        select(events.c.seq, events.c.kind, events.c.complaint_id)
        .join(posted_updates, posted_updates.c.seq == events.c.seq)
        .where(
            posted_updates.c.api_key_id == api_key_id,
            posted_updates.c.update_id == posted.update_id,
        )
    ).first()
    if row is None:
        return None
    if row.complaint_id != complaint_id:
        raise UpdateIdTaken(
            f"update_id {posted.update_id!r} came before with another service_request_id; "
            "send each update under an id of its own, and each site's with a key of its own",
            field="update_id",
        )
    status = _standings(connection, complaint_id, api_key_id)[-1].status
    return UpdateReceipt(row.seq, EventKind(row.kind), status, created=False)


def _store(
    connection: Connection,
    reference: Reference,
    posted: PostedUpdate,
    complaint_id: int,
    api_key_id: int,
    publishes: bool,
) -> UpdateReceipt:
    kind, at = _event(connection, posted, complaint_id, api_key_id)
    data: dict[str, Any] = {}
    if posted.status is not None:
        data[SAID] = posted.status.value
    if posted.media_urls:
        data[MEDIA] = list(posted.media_urls)
    if not publishes and kind is not EventKind.COMMENTED and (posted.note or posted.media_urls):
        data = withhold(data)  # of a comment nothing is public anyway
    seq = append_within(
        connection,
        reference,
        posted.service_request_id,
        kind,
        at=from_epoch(at),
        note=posted.note,
        data=data or None,
    )
    connection.execute(
        insert(posted_updates).values(api_key_id=api_key_id, update_id=posted.update_id, seq=seq)
    )
    if posted.author != Author():
        connection.execute(insert(update_authors).values(seq=seq, **asdict(posted.author)))
    status = _standings(connection, complaint_id, api_key_id)[-1].status
    return UpdateReceipt(seq, kind, status, created=True)


def _event(
    connection: Connection, posted: PostedUpdate, complaint_id: int, api_key_id: int
) -> tuple[EventKind, int]:
    """What the update becomes, and its instant: never before what it follows, never to come."""
    facts = sorted(read_facts(connection, complaint_id), key=lambda fact: fact.at)
    state, latest = fold(facts), to_epoch(now())
    at = latest if posted.at is None else min(to_epoch(posted.at), latest)
    comment = EventKind.COMMENTED, max(at, state.requested_at)
    if posted.status is None:
        return comment
    kind = event_meant(posted.status, is_open=state.status.is_open)
    if kind is None or _is_old_news(
        posted.status, _standings(connection, complaint_id, api_key_id), now() - HEARD_AFTER
    ):
        return comment
    news = Fact(kind, max(at, state.updated_at))
    try:
        fold([*facts, news])
    except NotAllowed:
        return comment
    return news.kind, news.at


def _is_old_news(said: ExtendedStatus, standings: Sequence[_Standing], heard: datetime) -> bool:
    """Whether the client may only repeat where the complaint stood when it last heard of it.

    OPEN and CLOSED may stand for any open and any closed status: sites without the extended
    words have no others. REOPEN is said by nobody who means something else.
    """
    if said is ExtendedStatus.REOPEN:
        return False
    own = [place for place, standing in enumerate(standings) if standing.is_own]
    begin = own[-1] if own else 0
    last = len(standings) - 1
    known = {
        standing.status
        for place, standing in enumerate(standings)
        if place >= begin and (place == last or standings[place + 1].recorded_at >= heard)
    }
    if said in (ExtendedStatus.OPEN, ExtendedStatus.CLOSED):
        return any(status.is_open == said.is_open for status in known)
    return said in known


def _standings(connection: Connection, complaint_id: int, api_key_id: int) -> list[_Standing]:
    """Where a complaint stood after each of its events, in the order recorded."""
    is_own = func.coalesce(posted_updates.c.api_key_id, 0) == api_key_id
    rows = connection.execute(
        select(
            events.c.seq,
            events.c.kind,
            events.c.at,
            events.c.recorded_at,
            events.c.data,
            is_own.label("is_own"),
        )
        .outerjoin(posted_updates, posted_updates.c.seq == events.c.seq)
        .where(events.c.complaint_id == complaint_id, events.c.kind.in_(STATUS_KINDS))
        .order_by(events.c.seq)
    )
    standings, latest = [], None
    for row in rows:
        if latest is None or row.at >= latest.at:
            latest = row
        standings.append(
            _Standing(
                status_after(EventKind(latest.kind), latest.data),
                row.recorded_at,
                bool(row.is_own),
            )
        )
    return standings
