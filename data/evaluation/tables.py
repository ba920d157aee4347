"""Editions of the monthly evaluation. Rows are only ever added: the database refuses the rest."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
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

LONGEST_NAME = 200
LONGEST_SUBJECT = 64

editions = Table(  # a month as it was seen at an instant; a draft until it is issued
    "evaluation_editions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("month", String(7), nullable=False, index=True),  # '2026-10'
    Column("drafted_at", Instant, nullable=False),
    Column("drafted_by", String(LONGEST_NAME), nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("through_seq", BigInteger, nullable=False),  # the newest event that was known
    Column("method", String(16), nullable=False),
    Column("method_text", Text, nullable=False),  # the TOML, whole
    Column("inputs", Text, nullable=False),  # what the log does not say, as canonical JSON
    Column("evaluation", Text, nullable=False),  # canonical JSON
    Column("sha256", String(64), nullable=False),  # of `evaluation`, hex
    Column("maturity", JSON, nullable=False),  # of the evaluation, for lists
    Column("corrects", ForeignKey("evaluation_editions.id")),  # the issued one before
    Column("reason", Text),  # of a correction: what and why
)

objections = Table(
    "evaluation_objections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition_id", ForeignKey("evaluation_editions.id"), nullable=False, index=True),
    Column("subject", String(LONGEST_SUBJECT)),  # code of a unit or an officer; None: the whole
    Column("by", String(LONGEST_NAME), nullable=False),  # as typed, nobody has verified it
    Column("text", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

answers = Table(
    "evaluation_answers",
    metadata,
    Column("objection_id", ForeignKey("evaluation_objections.id"), primary_key=True),
    Column("by", String(LONGEST_NAME), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

issues = Table(
    "evaluation_issues",
    metadata,
    Column("edition_id", ForeignKey("evaluation_editions.id"), primary_key=True),
    Column("month", String(7), nullable=False),
    Column("number", SmallInteger, nullable=False),  # 1: the first of the month
    Column("by", String(LONGEST_NAME), nullable=False),
    Column("at", Instant, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the list of all files and their SHA-256
    UniqueConstraint("month", "number"),
)

files = Table(  # the documents of an issued edition, as they were on that day
    "evaluation_files",
    metadata,
    Column("edition_id", ForeignKey("evaluation_editions.id"), primary_key=True),
    Column("name", String(120), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
)
