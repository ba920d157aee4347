"""The tables of saved views and their alerts."""

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Integer, String, Table, Text

from data.instants import Instant
from data.schema import metadata

LONGEST_NAME = 120

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("slug", String(32), nullable=False, unique=True),
    Column("owner", String(64), nullable=False, index=True),  # SHA-256 of the secret, hex
    Column("name", String(LONGEST_NAME), nullable=False),
    Column("search", Text, nullable=False),  # query string of the map: filter, layers, position
    Column("is_shared", Boolean, nullable=False),
    Column("figure", String(16), nullable=False),  # one of FIGURES
    Column("alert_above", Float),  # None: no alert
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, key="used_at", nullable=False),  # to the day; see note_use
)

view_alerts = Table(
    "view_alerts",
    metadata,
    Column("view_id", ForeignKey("saved_views.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),  # local: one alert a day is enough
    Column("value", Float, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("seen_at", Instant),
)
