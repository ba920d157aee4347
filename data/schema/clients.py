"""Who sends complaints, by which keys, how often, and what was refused."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
)

from data.instants import Instant
from data.schema.base import metadata

channels = Table(
    "channels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(32), nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key_hash", String(64), nullable=False, unique=True),  # SHA-256 of the key, hex
    Column("name", String(200), nullable=False),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("scopes", String(200), nullable=False),  # separated by spaces
    Column("per_minute", Integer, nullable=False),
)

rate_buckets = Table(
    "rate_buckets",
    metadata,
    Column("name", String(200), primary_key=True),
    # When the bucket will be full: finer than an Instant, for a thousand may be taken in a second.
    Column("full_at", BigInteger, nullable=False, index=True),  # microseconds since 1970
)

api_key_uses = Table(  # apart from the keys: it changes while they are being read
    "api_key_uses",
    metadata,
    Column("api_key_id", ForeignKey("api_keys.id"), primary_key=True),
    Column("used_at", Instant, nullable=False),
)

refusals = Table(  # how often, never what was sent
    "refusals",
    metadata,
    Column(
        "day", Integer, primary_key=True, autoincrement=False
    ),  # local date, days since 1970-01-01
    Column(
        "channel_id", SmallInteger, primary_key=True, autoincrement=False
    ),  # 0: no channel is known
    Column("api_key_id", Integer, primary_key=True, autoincrement=False),  # 0: no key is known
    Column("status", SmallInteger, primary_key=True, autoincrement=False),
    Column("reason", String(32), primary_key=True),
    Column("n", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("api_key_id", ForeignKey("api_keys.id"), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),  # SHA-256 of the request's fields
    Column("complaint_id", ForeignKey("complaints.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
)

source_owners = Table(  # the one channel that may push complaints under the names of a source
    "source_owners",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("since", Instant, nullable=False),
)

pull_sources = Table(  # Open311 servers whose complaints are pulled, and how far each was read
    "pull_sources",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String(64), nullable=False, unique=True),
    Column("address", Text, nullable=False),
    Column("received_through", Instant),
    Column("updated_through", Instant),
    Column("sweeps", JSON, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("last_error", Text),
)
