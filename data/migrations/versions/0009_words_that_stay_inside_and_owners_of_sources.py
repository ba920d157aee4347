"""Words that stay inside, and owners of sources

What clients have posted so far was written without anybody's leave to publish it.
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = "0008"
branch_labels = None
depends_on = None

_EVENTS = sa.table('events',
    sa.column('seq', sa.BigInteger()),
    sa.column('kind', sa.String()),
    sa.column('data', sa.JSON())
)
_POSTED = sa.table('posted_updates', sa.column('seq', sa.BigInteger()))


def _posted(connection: sa.Connection) -> list[tuple[int, dict]]:
    """The events that clients have posted and the public can read."""
    rows = connection.execute(
        sa.select(_EVENTS.c.seq, _EVENTS.c.data)
        .join(_POSTED, _POSTED.c.seq == _EVENTS.c.seq)
        .where(_EVENTS.c.kind != 'commented')
    )
    return [(row.seq, row.data or {}) for row in rows]


def _set(connection: sa.Connection, seq: int, data: dict) -> None:
    value = data or sa.null()
    connection.execute(sa.update(_EVENTS).where(_EVENTS.c.seq == seq).values(data=value))


def upgrade() -> None:
    op.create_table('source_owners',
    sa.Column('source', sa.String(length=64), nullable=False),
    sa.Column('channel_id', sa.Integer(), nullable=False),
    sa.Column('since', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['channel_id'], ['channels.id'], name=op.f('fk_source_owners_channel_id')),
    sa.PrimaryKeyConstraint('source', name=op.f('pk_source_owners'))
    )
    connection = op.get_bind()
    for seq, data in _posted(connection):
        _set(connection, seq, {**data, 'withheld': True})


def downgrade() -> None:
    connection = op.get_bind()
    for seq, data in _posted(connection):
        _set(connection, seq, {name: value for name, value in data.items() if name != 'withheld'})
    op.drop_table('source_owners')
