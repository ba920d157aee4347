"""How far other servers' complaints have been pulled."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pull_sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("received_through", sa.BigInteger(), nullable=True),
        sa.Column("updated_through", sa.BigInteger(), nullable=True),
        sa.Column("sweeps", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull_sources")),
        sa.UniqueConstraint("source", name=op.f("uq_pull_sources_source")),
    )


def downgrade() -> None:
    op.drop_table("pull_sources")
