"""Updates from clients"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('posted_updates',
    sa.Column('api_key_id', sa.Integer(), nullable=False),
    sa.Column('update_id', sa.String(length=255), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['api_key_id'], ['api_keys.id'], name=op.f('fk_posted_updates_api_key_id')),
    sa.ForeignKeyConstraint(['seq'], ['events.seq'], name=op.f('fk_posted_updates_seq')),
    sa.PrimaryKeyConstraint('api_key_id', 'update_id', name=op.f('pk_posted_updates')),
    sa.UniqueConstraint('seq', name=op.f('uq_posted_updates_seq'))
    )
    op.create_table('update_authors',
    sa.Column('seq', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('title', sa.String(length=64), nullable=True),
    sa.Column('first_name', sa.String(length=200), nullable=True),
    sa.Column('last_name', sa.String(length=200), nullable=True),
    sa.Column('email', sa.String(length=320), nullable=True),
    sa.Column('phone', sa.String(length=64), nullable=True),
    sa.Column('account_id', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['seq'], ['events.seq'], name=op.f('fk_update_authors_seq')),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_update_authors'))
    )
    changes = sa.text("kind != 'received'")
    op.create_index('ix_events_changes', 'events', ['recorded_at', 'seq'], unique=False,
        sqlite_where=changes, postgresql_where=changes)


def downgrade() -> None:
    op.drop_index('ix_events_changes', table_name='events')
    op.drop_table('update_authors')
    op.drop_table('posted_updates')
