"""Keys have scopes and limits"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("api_keys") as table:
        table.add_column(
            sa.Column(
                "scopes", sa.String(200), nullable=False, server_default="read write updates feedback"
            )
        )
        table.add_column(
            sa.Column("per_minute", sa.Integer(), nullable=False, server_default="30000")
        )
    with op.batch_alter_table("api_keys") as table:
        table.alter_column("scopes", server_default=None)
        table.alter_column("per_minute", server_default=None)
    op.create_table(
        "rate_buckets",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("full_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rate_buckets")),
    )
    op.create_index(op.f("ix_rate_buckets_full_at"), "rate_buckets", ["full_at"])


def downgrade() -> None:
    op.drop_table("rate_buckets")
    with op.batch_alter_table("api_keys") as table:
        table.drop_column("per_minute")
        table.drop_column("scopes")
