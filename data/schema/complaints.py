"""Complaints, what happened to them, and the clocks of the units that had them."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from data.instants import Instant
from data.schema.base import metadata


def facts() -> list[Column]:
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
    *facts(),
    UniqueConstraint("source", "external_id"),
    Index("ix_complaints_requested_at", "requested_at"),
    Index("ix_complaints_updated_at", "updated_at"),
    Index("ix_complaints_last_seq", "last_seq"),
    Index("ix_complaints_duplicate_of", "duplicate_of"),
)

FACT_COLUMNS = tuple(column.name for column in facts())

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


def spell_facts() -> list[Column]:
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


SPELL_COLUMNS = tuple(column.name for column in spell_facts())

spells = Table(  # the time one unit is accountable for one complaint: its own clock
    "spells",
    metadata,
    Column("complaint_id", ForeignKey("complaints.id"), primary_key=True),
    Column("ordinal", SmallInteger, primary_key=True),
    *spell_facts(),
)
