"""The locks with which migration tools keep a second one of their kind away, so that a deploy cannot start in the middle of a treatment.

Sources: prisma-engines schema-engine (pg_advisory_lock 72707369), node-pg-migrate src/runner.ts, Rails ActiveRecord::Migrator
(MIGRATOR_SALT), golang-migrate database/util.go, flyway PostgreSQLAdvisoryLockTemplate.java, knex lib/migrations/migrate/Migrator.js
(FOR UPDATE on its lock table), Liquibase (UPDATE of its lock row), ecto_sql (SHARE UPDATE EXCLUSIVE on its ledger). Alembic, Django,
Sequelize, Drizzle and TypeORM have none.
"""

import time
import zlib
from collections.abc import Iterator, Sequence
from typing import LiteralString

import msgspec
from psycopg import sql

from dbdoctor.databases.postgresql.connection import Connection, SqlError
from dbdoctor.databases.postgresql.rows import identifier
from dbdoctor.databases.postgresql.run_lock import POLL_S, Holder
from dbdoctor.model import Catalog, Table, TableName

PRISMA = 72707369
NODE_PG_MIGRATE = 7241865325823964
RAILS_SALT = 2053462845
GOLANG_MIGRATE_SALT = 1486364155
FLYWAY = 77431708279161
LOCK_NOT_AVAILABLE = "55P03"

_HOLDER: LiteralString = """
SELECT a.pid, COALESCE(a.application_name, ''), COALESCE(a.client_addr::text, 'this machine'),
       COALESCE(extract(epoch FROM now() - a.backend_start), 0)::float8
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND (l.classid::bigint << 32) + l.objid::bigint = %s
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


class ToolLock(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool takes: an advisory lock of this `key`, the rows of a `table`, or the table itself in a mode of its own (`whole`)."""

    tool: str
    key: int | None = None
    table: TableName | None = None
    whole: bool = False


def locks_of_tools(catalog: Catalog) -> list[ToolLock]:
    """The locks of the tools whose ledgers are there."""
    return [lock for table in catalog.tables.values() if table.kind == "table" for lock in _of_table(table, catalog)]


def _of_table(table: Table, catalog: Catalog) -> Iterator[ToolLock]:
    place, name = table.name.schema, table.name.name
    if name == "_prisma_migrations":
        yield ToolLock(tool="Prisma", key=PRISMA)
    elif name == "pgmigrations":
        yield ToolLock(tool="node-pg-migrate", key=NODE_PG_MIGRATE)
    elif name == "flyway_schema_history":
        yield ToolLock(tool="Flyway", key=FLYWAY + _java_hash(f'"{place}"."{name}"'))
    elif name == "schema_migrations" and table.column("dirty"):
        text = f"{place}\0{name}\0{catalog.database}"
        yield ToolLock(tool="golang-migrate", key=zlib.crc32(text.encode()) * GOLANG_MIGRATE_SALT % 2**32)
    elif name == "schema_migrations" and table.column("inserted_at"):
        yield ToolLock(tool="Ecto", table=table.name, whole=True)
    elif name == "ar_internal_metadata":
        yield ToolLock(tool="Rails", key=RAILS_SALT * zlib.crc32(catalog.database.encode()))
    elif name == "knex_migrations_lock" and table.column("is_locked"):
        yield ToolLock(tool="Knex", table=table.name)
    elif name.lower() == "databasechangeloglock":
        yield ToolLock(tool="Liquibase", table=table.name)


def _java_hash(text: str) -> int:
    """What String.hashCode() says, a signed number of 32 bits."""
    found = 0
    for unit in memoryview(text.encode("utf-16-le")).cast("H"):
        found = (found * 31 + unit) % 2**32
    return found - 2**32 if found >= 2**31 else found


def take(connection: Connection, lock: ToolLock, *, patience_s: float) -> str | None:
    """Take the lock for this session (those of tables: for its open transaction); None, or who holds it where it was not to be had."""
    if lock.key is not None:
        return _take_key(connection, lock.key, patience_s=patience_s)
    if lock.table is None:
        return None
    statement = "LOCK TABLE {} IN SHARE UPDATE EXCLUSIVE MODE" if lock.whole else "SELECT FROM {} FOR UPDATE"
    connection.execute("SELECT set_config('lock_timeout', %s, true)", (f"{int(patience_s * 1000)}ms",))
    try:
        connection.execute(sql.SQL(statement).format(identifier(lock.table)))
    except SqlError as error:
        if error.sqlstate != LOCK_NOT_AVAILABLE:
            raise
        return f"a session that has locked {lock.table}"
    return None


def _take_key(connection: Connection, key: int, *, patience_s: float) -> str | None:
    deadline = time.monotonic() + patience_s
    while True:
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
        if row and row[0]:
            return None
        if time.monotonic() >= deadline:
            found = connection.execute(_HOLDER, (key,)).fetchone()
            if found is None:
                return "a session that cannot be seen"
            return str(Holder(pid=found[0], application=found[1], address=found[2], seconds=float(found[3])))
        time.sleep(POLL_S)


def let_go(connection: Connection, locks: Sequence[ToolLock]) -> None:
    """Give them all back; the transaction that holds those of tables ends."""
    connection.rollback()
    for lock in locks:
        if lock.key is not None:
            connection.execute("SELECT pg_advisory_unlock(%s)", (lock.key,))
    connection.rollback()
