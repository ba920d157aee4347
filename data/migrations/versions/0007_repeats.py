"""Complaints that repeat an earlier one are linked to it"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_FACTS = {
    "ix_complaints_district_facts": (
        ("district_id",),
        (
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
        ),
    ),
    "ix_complaints_tile_facts": (("x", "y"), ("district_id", "updated_at")),
}
_FILTERS = ("day", "service_id", "status", "channel_id", "unit_id", "resolution_due_at")
_FILTERS_NOW = ("day", "service_id", "is_repeat", *_FILTERS[2:])


def upgrade() -> None:
    # Plain ALTERs, not batches: SQLite cannot drop and remake a table that others refer to.
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("complaints")}
    if "duplicate_of" not in known:
        op.execute(
            "ALTER TABLE complaints ADD COLUMN duplicate_of INTEGER "
            "CONSTRAINT fk_complaints_duplicate_of REFERENCES complaints (id)"
        )
    for table in ("complaints", "past_complaints"):
        op.add_column(
            table, sa.Column("is_repeat", sa.SmallInteger(), nullable=False, server_default="0")
        )
    op.create_index("ix_complaints_duplicate_of", "complaints", ["duplicate_of"])
    _index_facts(_FILTERS_NOW)


def downgrade() -> None:
    _index_facts(_FILTERS)
    op.drop_index("ix_complaints_duplicate_of", "complaints")
    if op.get_bind().dialect.name == "sqlite":
        # SQLite drops no column that refers to another table; the empty column stays.
        op.execute("UPDATE complaints SET duplicate_of = NULL")
    else:
        op.drop_column("complaints", "duplicate_of")
    for table in ("past_complaints", "complaints"):
        op.drop_column(table, "is_repeat")


def _index_facts(filters: tuple[str, ...]) -> None:
    for name, (before, after) in _FACTS.items():
        op.drop_index(name, "complaints")
        op.create_index(name, "complaints", [*before, *filters, *after])
