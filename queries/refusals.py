"""What was refused lately, and when each key was last used."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from data import schema
from data.database import read
from data.instants import date_of, day_of
from data.keys import list_keys
from data.refusals import Reason
from data.store import Store


@dataclass(frozen=True)
class Refused:
    """How often a channel (0: none known) was refused for one reason on one local date."""

    day: date
    channel_id: int
    status: int
    reason: Reason
    count: int
    last_at: datetime


@dataclass(frozen=True)
class Grounds:
    """One reason for refusals, over several days."""

    reason: Reason
    status: int
    count: int
    last_at: datetime


@dataclass(frozen=True)
class KeyUse:
    """A key as far as it may be known; `used_at` is exact to a minute, None: not yet."""

    name: str
    channel_code: str
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    scopes: tuple[str, ...]
    per_minute: int


def recent_refusals(store: Store, since: date) -> list[Refused]:
    """All refusals of local dates from `since` on, oldest first."""
    table = schema.refusals
    query = (
        select(
            table.c.day,
            table.c.channel_id,
            table.c.status,
            table.c.reason,
            table.c.n,
            table.c.last_at,
        )
        .where(table.c.day >= day_of(since))
        .order_by(table.c.day, table.c.channel_id, table.c.last_at)
    )
    with read(store.engine) as connection:
        rows = connection.execute(query).all()
    return [
        Refused(date_of(r.day), r.channel_id, r.status, _reason(r.reason), r.n, r.last_at)
        for r in rows
    ]


def grounds_of(refused: Iterable[Refused]) -> tuple[Grounds, ...]:
    """The same by reason and status, commonest first."""
    found: dict[tuple[Reason, int], Grounds] = {}
    for one in refused:
        key = (one.reason, one.status)
        known = found.get(key)
        found[key] = Grounds(
            *key,
            count=one.count + (known.count if known else 0),
            last_at=max(one.last_at, known.last_at) if known else one.last_at,
        )
    return tuple(sorted(found.values(), key=lambda ground: (-ground.count, ground.reason)))


def key_uses(store: Store) -> list[KeyUse]:
    """Every key ever made, oldest first; never the key itself."""
    table = schema.api_key_uses
    with read(store.engine) as connection:
        used = {row.api_key_id: row.used_at for row in connection.execute(select(table))}
    return [
        KeyUse(
            key.name,
            key.channel_code,
            key.created_at,
            used.get(key.id),
            key.revoked_at,
            key.scopes,
            key.per_minute,
        )
        for key in list_keys(store)
    ]


def _reason(code: str) -> Reason:
    """A newer process may have written a reason that this one does not know."""
    return Reason(code) if code in Reason._value2member_map_ else Reason.OTHER
