"""A past instant, read from the event log.

Complaints that have changed since are replayed up to it and kept here; all others are read from
`complaints`.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    SmallInteger,
    Table,
    UniqueConstraint,
)

from data.instants import Instant
from data.schema.base import metadata
from data.schema.complaints import facts, spell_facts

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
    *facts(),
)

past_spells = Table(
    "past_spells",
    metadata,
    Column("snapshot_id", ForeignKey("snapshots.id", ondelete="CASCADE"), primary_key=True),
    Column("complaint_id", ForeignKey("complaints.id"), primary_key=True),
    Column("ordinal", SmallInteger, primary_key=True),
    *spell_facts(),
)
