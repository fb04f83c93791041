"""Alembic's entry: migrations run on the connection that `catalog.migrations.upgrade` hands over."""

from __future__ import annotations

from alembic import context

from catalog import alert_tables, learned_tables, tables  # noqa: F401 - they declare what `metadata` holds
from catalog.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
