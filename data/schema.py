"""The tables. Ids of facets are small integers, so that a measure is a GROUP BY over integers."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from data.instants import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

settings = Table(
    "settings",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", JSON, nullable=False),
)

districts = Table(
    "districts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("level", SmallInteger, nullable=False),  # index into the city's levels, 0 at the top
    Column("parent_id", ForeignKey("districts.id")),
    Column("population", Integer),
    Column("households", Integer),
    Column("area_km2", Float),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("geometry", Text),  # GeoJSON, WGS 84
)

units = Table(
    "units",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(32), nullable=False),  # district_office | agency
    Column("district_id", ForeignKey("districts.id")),
)

services = Table(
    "services",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("service_code", String(64), nullable=False, unique=True),
    Column("names", JSON, nullable=False),  # {language: text}
    Column("descriptions", JSON, nullable=False),
    Column("group_code", String(64), nullable=False),
    Column("group_names", JSON, nullable=False),
    Column("keywords", Text, nullable=False, default=""),
    Column("response_hours", Float),
    Column("resolution_hours", Float),
    Column("unit_kind", String(32), nullable=False),
    Column("agency_id", ForeignKey("units.id")),
    Column("attributes", JSON, nullable=False),  # Open311 attribute definitions, in order
    Column("response_basis", String(16), nullable=False, server_default="calendar"),  # | working
    Column("resolution_basis", String(16), nullable=False, server_default="calendar"),
)

working_calendars = Table(  # never changed: a promise keeps the calendar it was made by
    "working_calendars",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String(64), nullable=False, unique=True),  # SHA-256, hex
    Column("content", JSON, nullable=False),  # see data/accountability/calendar_rules.py
    Column("since", Instant, nullable=False),
)

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


def _facts() -> list[Column]:
    """The columns that measures count by; the same for the present and for a past instant."""
    return [
        Column("service_id", SmallInteger, nullable=False),
        Column("status", SmallInteger, nullable=False),
        Column("channel_id", SmallInteger, nullable=False),
        Column("unit_id", SmallInteger),  # accountable now
        Column("district_id", SmallInteger),  # the leaf district; None: not on the map
        Column("x", Integer),  # Web-Mercator tile at zoom 20, about 38 m
        Column("y", Integer),
        Column("day", Integer, nullable=False),  # local date received, days since 1970-01-01
        Column("minute", Integer, nullable=False),  # instant received, minutes since 1970
        Column("response_outcome", SmallInteger, nullable=False),
        Column("response_bin", SmallInteger),
        Column("response_due_at", Instant),
        Column("responded_at", Instant),
        Column("resolution_outcome", SmallInteger, nullable=False),
        Column("resolution_bin", SmallInteger),
        Column("resolution_due_at", Instant),
        Column("resolved_at", Instant),
        Column("rating", SmallInteger),
        # 1: it repeats an earlier complaint; known at receipt, never altered by an event
        Column("is_repeat", SmallInteger, nullable=False, server_default="0"),
        Column("updated_at", Instant, nullable=False),  # of the last event
    ]


complaints = Table(
    "complaints",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("service_request_id", String(64), nullable=False, unique=True),
    Column("token", String(64), nullable=False, unique=True),
    Column("source", String(64)),
    Column("external_id", String(200)),
    Column("requested_at", Instant, nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("last_seq", BigInteger, nullable=False),
    Column("duplicate_of", ForeignKey("complaints.id")),  # the first of the group; see duplicates
    # By which calendar the deadline runs; None: day and night.
    Column("response_calendar_id", ForeignKey("working_calendars.id")),
    Column("resolution_calendar_id", ForeignKey("working_calendars.id")),
    *_facts(),
    UniqueConstraint("source", "external_id"),
    Index("ix_complaints_requested_at", "requested_at"),
    Index("ix_complaints_updated_at", "updated_at"),
    Index("ix_complaints_last_seq", "last_seq"),
    Index("ix_complaints_duplicate_of", "duplicate_of"),
)

FACT_COLUMNS = tuple(column.name for column in _facts())

# A covering index begins with the columns one groups by: districts for measures, tiles for heat.
_FILTERS = (
    "day",
    "service_id",
    "is_repeat",
    "status",
    "channel_id",
    "unit_id",
    "resolution_due_at",
)
Index(
    "ix_complaints_district_facts",
    *(complaints.c[name] for name in ("district_id", *_FILTERS)),
    *(
        complaints.c[name]
        for name in (
            "minute",
            "response_outcome",
            "response_bin",
            "response_due_at",
            "responded_at",
            "resolution_outcome",
            "resolution_bin",
            "resolved_at",
            "rating",
            "x",
            "updated_at",
        )
    ),
)
Index(
    "ix_complaints_tile_facts",
    *(complaints.c[name] for name in ("x", "y", *_FILTERS, "district_id", "updated_at")),
)

complaint_details = Table(  # personal data: never joined by a measure, an export or a map payload
    "complaint_details",
    metadata,
    Column("complaint_id", ForeignKey("complaints.id"), primary_key=True),
    Column("description", Text),
    Column("address_string", Text),
    Column("address_id", String(200)),
    Column("zipcode", String(32)),
    Column("first_name", String(200)),
    Column("last_name", String(200)),
    Column("email", String(320)),
    Column("phone", String(64)),
    Column("device_id", String(200)),
    Column("account_id", String(200)),
    Column("attributes", JSON),  # {code: [value, …]}
    Column("media_urls", JSON),  # [url, …]; photos kept here by their address on this server
)

events = Table(
    "events",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # gap-free, ever growing
    Column("complaint_id", ForeignKey("complaints.id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("at", Instant, nullable=False),  # when it happened
    Column("recorded_at", Instant, nullable=False),  # when it was stored
    Column("unit_id", ForeignKey("units.id")),
    Column("note", Text),
    Column("data", JSON),
    Index("ix_events_complaint_id", "complaint_id"),
    Index("ix_events_at", "at"),
)
_RECEIVED = events.c.kind == "received"
Index(  # what arrived lately: one entry for each complaint
    "ix_events_arrivals",
    events.c.recorded_at,
    sqlite_where=_RECEIVED,
    postgresql_where=_RECEIVED,
)
_CHANGES = events.c.kind != "received"
Index(  # what changed lately: it costs the arrival of a complaint nothing
    "ix_events_changes",
    events.c.recorded_at,
    events.c.seq,
    sqlite_where=_CHANGES,
    postgresql_where=_CHANGES,
)


def _spell_facts() -> list[Column]:
    return [
        Column("unit_id", SmallInteger, nullable=False),
        Column("started_at", Instant, nullable=False),
        Column("ended_at", Instant),
        Column("response_outcome", SmallInteger, nullable=False),
        Column("response_bin", SmallInteger),
        Column("response_due_at", Instant),
        Column("responded_at", Instant),
        Column("resolution_outcome", SmallInteger, nullable=False),
        Column("resolution_bin", SmallInteger),
        Column("resolution_due_at", Instant),
        Column("resolved_at", Instant),
    ]


SPELL_COLUMNS = tuple(column.name for column in _spell_facts())

spells = Table(  # the time one unit is accountable for one complaint: its own clock
    "spells",
    metadata,
    Column("complaint_id", ForeignKey("complaints.id"), primary_key=True),
    Column("ordinal", SmallInteger, primary_key=True),
    *_spell_facts(),
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

photos = Table(  # as they are kept: decoded and encoded anew, each once
    "photos",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),  # of the file we wrote, hex
    Column("name", String(32), nullable=False, unique=True),  # 128 random bits, hex
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),  # when it last came with a complaint, about
)

complaint_photos = Table(  # which complaints came with the same photo
    "complaint_photos",
    metadata,
    Column("complaint_id", ForeignKey("complaints.id"), primary_key=True),
    Column("photo_id", ForeignKey("photos.id"), primary_key=True),
    Index("ix_complaint_photos_photo_id", "photo_id"),
)

posted_updates = Table(  # what a client has sent of complaints already stored, by its own names
    "posted_updates",
    metadata,
    Column("api_key_id", ForeignKey("api_keys.id"), primary_key=True),
    Column("update_id", String(255), primary_key=True),
    Column("seq", ForeignKey("events.seq"), nullable=False, unique=True),
)

update_authors = Table(  # personal data: never joined by a measure, an export or an answer
    "update_authors",
    metadata,
    Column("seq", ForeignKey("events.seq"), primary_key=True, autoincrement=False),
    Column("title", String(64)),
    Column("first_name", String(200)),
    Column("last_name", String(200)),
    Column("email", String(320)),
    Column("phone", String(64)),
    Column("account_id", String(200)),
)

app_usage = Table(
    "app_usage",
    metadata,
    Column("date", Date, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("registered_users", Integer, nullable=False),
    Column("active_users", Integer, nullable=False),
)

# A past instant is read from the event log: complaints that have changed since are replayed up to
# it and kept here; all others are read from `complaints`.
snapshots = Table(
    "snapshots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("as_of", Instant, nullable=False),
    Column("through_seq", BigInteger),  # events after it count for nothing; None: all count
    Column("seq", BigInteger, nullable=False),  # replayed with the log up to here
    Column("used_at", Instant, nullable=False),
    UniqueConstraint("as_of", "through_seq"),
)

past_complaints = Table(
    "past_complaints",
    metadata,
    Column("snapshot_id", ForeignKey("snapshots.id", ondelete="CASCADE"), primary_key=True),
    Column("id", ForeignKey("complaints.id"), primary_key=True),
    *_facts(),
)

past_spells = Table(
    "past_spells",
    metadata,
    Column("snapshot_id", ForeignKey("snapshots.id", ondelete="CASCADE"), primary_key=True),
    Column("complaint_id", ForeignKey("complaints.id"), primary_key=True),
    Column("ordinal", SmallInteger, primary_key=True),
    *_spell_facts(),
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
