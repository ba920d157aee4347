"""API keys: each belongs to a channel, is shown once and kept as its SHA-256.

A key opens what its scopes name, and no more often than its limit.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, String, bindparam, cast, func, insert, literal, select, update

from data.database import read, write
from data.instants import now
from data.limits import Bucket
from data.schema import api_keys, channels, rate_buckets
from data.store import Store

WORKS = ("read", "write", "updates", "feedback")
PUBLISH = "publish"  # what it says of a complaint's status may be read by the public
ALL_CHANNELS = "all-channels"  # it may act beyond its own channel
GRANTS = (PUBLISH, ALL_CHANNELS)  # these open nothing by themselves: they widen the others
SCOPES = (*WORKS, *GRANTS)
REPORTING = ("write", "feedback")  # what an app in everybody's hands may do
PER_MINUTE = 30_000  # more than two cores can store: a client gone wild, not a busy one, is stopped


class KeyProblem(ValueError):
    """A key that cannot be created or revoked."""


@dataclass(frozen=True)
class ApiKey:
    """A key as far as it may be known afterwards."""

    id: int
    name: str
    channel_code: str
    created_at: datetime
    revoked_at: datetime | None
    scopes: tuple[str, ...]
    per_minute: int
    full_at: int  # when its bucket was last known to be full again; microseconds since 1970

    @property
    def bucket(self) -> Bucket:
        """What all that this key sends is taken from."""
        return Bucket(f"key:{self.id}", self.per_minute, 60, f"the API key '{self.name}'")

    @property
    def publishes(self) -> bool:
        """Whether the public may read what it says of a complaint's status."""
        return PUBLISH in self.scopes

    @property
    def acts_in(self) -> str | None:
        """The only channel whose complaints and sources it may touch; None: those of all."""
        return None if ALL_CHANNELS in self.scopes else self.channel_code


def create_key(
    store: Store,
    name: str,
    channel_code: str,
    *,
    scopes: Sequence[str] = WORKS,
    per_minute: int = PER_MINUTE,
) -> str:
    """The new key, in plain: it cannot be read again. Raises KeyProblem."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise KeyProblem(f"scope {', '.join(unknown) or 'none'} is not of {', '.join(SCOPES)}")
    if not set(scopes) & {"write", "updates"} and (idle := [s for s in GRANTS if s in scopes]):
        raise KeyProblem(f"scope {', '.join(idle)} widens write and updates; give one of these too")
    if not 0 < per_minute <= 10_000_000:
        raise KeyProblem(f"per-minute {per_minute} is not from 1 to 10000000")
    channel = store.reference().channel_by_code.get(channel_code)
    if channel is None:
        known = ", ".join(sorted(store.reference().channel_by_code))
        raise KeyProblem(f"channel {channel_code!r} is not one of {known}")
    plain = f"pantau_{secrets.token_urlsafe(24)}"
    with write(store.engine) as connection:
        if connection.scalar(
            select(api_keys.c.id).where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
        ):
            raise KeyProblem(f"a key named {name!r} is in use; choose another name or revoke it")
        connection.execute(
            insert(api_keys).values(
                id=(connection.scalar(select(func.max(api_keys.c.id))) or 0) + 1,
                key_hash=_digest(plain),
                name=name,
                channel_id=channel.id,
                created_at=now(),
                scopes=" ".join(scope for scope in SCOPES if scope in scopes),
                per_minute=per_minute,
            )
        )
    return plain


def find_key(store: Store, plain: str) -> ApiKey | None:
    """The key in force that this is, if any."""
    with read(store.engine) as connection:
        row = connection.execute(_find(), {"digest": _digest(plain)}).first()
    return None if row is None else _key(row)


def list_keys(store: Store) -> list[ApiKey]:
    """All keys ever created, oldest first."""
    with read(store.engine) as connection:
        return [_key(row) for row in connection.execute(_query().order_by(api_keys.c.id))]


def revoke_key(store: Store, name: str) -> None:
    """From now on the key of this name opens nothing. Raises KeyProblem."""
    with write(store.engine) as connection:
        revoked = connection.execute(
            update(api_keys)
            .where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=now())
        )
        if not revoked.rowcount:
            raise KeyProblem(f"no key in use is named {name!r}; see `flask keys list`")


@cache
def _find() -> Select[Any]:
    """Made once: every request asks it."""
    return _query().where(
        api_keys.c.key_hash == bindparam("digest"), api_keys.c.revoked_at.is_(None)
    )


def _query() -> Select[Any]:
    return select(
        api_keys.c.id,
        api_keys.c.name,
        channels.c.code.label("channel_code"),
        api_keys.c.created_at,
        api_keys.c.revoked_at,
        api_keys.c.scopes,
        api_keys.c.per_minute,
        rate_buckets.c.full_at,
    ).select_from(
        api_keys.join(channels, channels.c.id == api_keys.c.channel_id).outerjoin(
            rate_buckets, rate_buckets.c.name == literal("key:").concat(cast(api_keys.c.id, String))
        )
    )


def _key(row: Any) -> ApiKey:
    found = dict(row._mapping)
    found["scopes"] = tuple(found["scopes"].split())
    found["full_at"] = found["full_at"] or 0
    return ApiKey(**found)


def _digest(plain: str) -> str:
    # The keys are 192 random bits, so that a plain hash is as safe as a slow one.
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
