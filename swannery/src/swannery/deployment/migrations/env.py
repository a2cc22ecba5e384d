"""Run by Alembic for each command; connection and host come from deployment/migrating.py, in a transaction that is open already."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table_schema="swannery")
context.run_migrations()
