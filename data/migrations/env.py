"""Alembic runs inside the connection that `data.database.upgrade` hands over."""

from alembic import context

from data.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
