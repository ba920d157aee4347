"""The city itself: its places, units, services and working calendars, and who uses its app."""

from sqlalchemy import (
    JSON,
    Column,
    Date,
    Float,
    ForeignKey,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
)

from data.instants import Instant
from data.schema.base import metadata

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

app_usage = Table(
    "app_usage",
    metadata,
    Column("date", Date, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("registered_users", Integer, nullable=False),
    Column("active_users", Integer, nullable=False),
)
