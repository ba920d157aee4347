"""Posts, the officers who hold them, and from when until when.

Terms are never changed: what is corrected is withdrawn and written anew, so that one can ask who
was known to be in office as seen at a past instant.
"""

from sqlalchemy import (
    JSON,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from data.instants import Instant
from data.schema import metadata

posts = Table(  # an office that answers for a unit; most units have one
    "posts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("code", String(64), nullable=False),  # 'head' unless a unit has several
    Column("titles", JSON, nullable=False),  # {language: text}
    UniqueConstraint("unit_id", "code"),
)

officers = Table(  # personal data of office holders: shown only where they are evaluated
    "officers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
)

terms = Table(
    "terms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("post_id", ForeignKey("posts.id"), nullable=False),
    Column("officer_id", ForeignKey("officers.id"), nullable=False),
    Column("from_date", Date, nullable=False),  # local
    Column("until_date", Date),  # local, the last day in office; None: in office still
    Column("recorded_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),  # None: it holds
    Index("ix_terms_post_id", "post_id"),
)
