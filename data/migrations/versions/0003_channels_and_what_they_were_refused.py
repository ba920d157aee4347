"""Channels, and what they were refused"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('refusals',
    sa.Column('day', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('channel_id', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('api_key_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('status', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('reason', sa.String(length=32), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('last_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'channel_id', 'api_key_id', 'status', 'reason', name=op.f('pk_refusals'))
    )
    op.create_table('api_key_uses',
    sa.Column('api_key_id', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['api_key_id'], ['api_keys.id'], name=op.f('fk_api_key_uses_api_key_id')),
    sa.PrimaryKeyConstraint('api_key_id', name=op.f('pk_api_key_uses'))
    )
    received = sa.text("kind = 'received'")
    op.create_index('ix_events_arrivals', 'events', ['recorded_at'], unique=False,
        sqlite_where=received, postgresql_where=received)
