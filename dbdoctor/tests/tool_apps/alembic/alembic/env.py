"""Alembic runs this to reach the database."""

import os

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

address = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
with create_engine(address, poolclass=NullPool).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
