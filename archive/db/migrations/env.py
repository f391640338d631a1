"""Run the migrations on the connection that `pygent.archive.db.migrate` passes."""

from __future__ import annotations

from alembic import context

from pygent.archive.db.schema import metadata

# All steps share the caller's transaction, so that a crash leaves the old version intact.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
