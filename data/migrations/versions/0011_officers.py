"""Officers in their posts, and targets in working hours"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_CLOCKS = ("response", "resolution")


def upgrade() -> None:
    tables = sa.inspect(op.get_bind()).get_table_names()
    if "working_calendars" not in tables:
        _create_calendars()
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_posts_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("unit_id", "code", name=op.f("uq_posts_unit_id_code")),
    )
    op.create_table(
        "officers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officers")),
        sa.UniqueConstraint("code", name=op.f("uq_officers_code")),
    )
    op.create_table(
        "terms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("until_date", sa.Date()),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_terms_post_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_terms_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
    )
    op.create_index("ix_terms_post_id", "terms", ["post_id"])
    # Plain ALTERs, not batches: SQLite cannot drop and remake a table that others refer to.
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("complaints")}
    for clock in _CLOCKS:
        op.add_column(
            "services",
            sa.Column(f"{clock}_basis", sa.String(16), nullable=False, server_default="calendar"),
        )
        if f"{clock}_calendar_id" not in known:
            op.execute(
                f"ALTER TABLE complaints ADD COLUMN {clock}_calendar_id INTEGER CONSTRAINT "
                f"fk_complaints_{clock}_calendar_id REFERENCES working_calendars (id)"
            )


def _create_calendars() -> None:
    op.create_table(
        "working_calendars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_calendars")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_working_calendars_fingerprint")),
    )


def downgrade() -> None:
    for clock in _CLOCKS:
        if op.get_bind().dialect.name == "sqlite":
            # SQLite drops no column that refers to another table; the empty column stays, and the
            # table it refers to.
            op.execute(f"UPDATE complaints SET {clock}_calendar_id = NULL")
        else:
            op.drop_column("complaints", f"{clock}_calendar_id")
        op.drop_column("services", f"{clock}_basis")
    for table in ("terms", "officers", "posts"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DELETE FROM working_calendars")
    else:
        op.drop_table("working_calendars")
