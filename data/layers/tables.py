"""The tables of city layers: what is said of each, its versions, and their features."""

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from data.instants import Instant
from data.schema import metadata

layers = Table(
    "layers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(64), nullable=False, unique=True),
    Column("names", JSON, nullable=False),  # {language: text}
    Column("descriptions", JSON, nullable=False),
    Column("source", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("is_approximate", SmallInteger, nullable=False),
    Column("style", JSON, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("removed_at", Instant),
    # No foreign key: each table would have to be there before the other.
    Column("version_id", Integer),  # the version in force; None until one is whole
    # Where a remote layer is fetched from, how often, by which Choice, and how that went.
    Column("url", Text),
    Column("every_seconds", Integer),
    Column("choice", JSON),
    Column("validators", JSON),  # what the source gave to ask whether it changed
    Column("claimed_until", Instant),  # a process is fetching it
    Column("tried_at", Instant),
    Column("succeeded_at", Instant),
    Column("last_error", Text),
)

layer_versions = Table(
    "layer_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("layer_id", ForeignKey("layers.id"), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, … of its layer
    Column("created_at", Instant, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_format", String(64), nullable=False),
    Column("crs", String(64), nullable=False),
    Column("features", Integer, nullable=False),
    Column("geometry", String(16), nullable=False),  # point | line | polygon | mixed
    Column("west", Float),
    Column("south", Float),
    Column("east", Float),
    Column("north", Float),
    Column("fields", JSON, nullable=False),  # [[name, kind], …]
    Column("notes", JSON, nullable=False),  # [[kind, count], …]
    Column("sha256", String(64), nullable=False),  # of shapes and properties, hex
    UniqueConstraint("layer_id", "number"),
)

layer_features = Table(
    "layer_features",
    metadata,
    Column("version_id", ForeignKey("layer_versions.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # 0, 1, … in file order
    Column("shape", LargeBinary, nullable=False),  # WKB, WGS 84
    Column("properties", Text, nullable=False),  # JSON array in the order of the fields
)
