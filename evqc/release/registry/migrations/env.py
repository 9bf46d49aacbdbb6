"""Runs migrations on the connection that ``opening.migrate`` gives, within its transaction."""

from __future__ import annotations

from alembic import context

_given = context.config.attributes
context.configure(
    connection=_given["connection"],
    transactional_ddl=True,
    on_version_apply=_given["note"],
)
with context.begin_transaction():
    context.run_migrations()
