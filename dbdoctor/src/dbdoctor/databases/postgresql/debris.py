"""Running a plan's statements, and what statements outside a transaction leave half-made: invalid indexes."""

import re
from collections.abc import Sequence
from typing import LiteralString

import msgspec
from psycopg import pq, sql

from dbdoctor.databases.postgresql.connection import Connection, sql_text
from dbdoctor.errors import DoctorError

_NEW_INDEXES: LiteralString = """
SELECT n.nspname, x.relname, i.indisvalid AND i.indisready,
       EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor' AND n.nspname || '.' || x.relname <> ALL (%s)"""


_PART = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_INDEX_NAME = re.compile(rf"\bINDEX\s+CONCURRENTLY\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(?!ON\b)(?:{_PART}\.)?({_PART})", re.IGNORECASE)
LONGEST_NAME = 63


class TransactionEnded(DoctorError):
    """A statement of the plan ended the transaction it was to be part of."""

    kind = "failed"


class NewIndex(msgspec.Struct, frozen=True, kw_only=True):
    """An index that was not there before."""

    schema: str
    name: str
    valid: bool
    being_built: bool


def set_lock_timeout(connection: Connection, seconds: float, *, local: bool) -> None:
    """How long a statement may wait for a lock: in this transaction, or in this session (0: for ever)."""
    connection.execute("SELECT set_config('lock_timeout', %s, %s)", (f"{int(seconds * 1000)}ms", local))


def run_inside(connection: Connection, statement: str) -> None:
    """Run a statement of the plan within the open transaction; raises TransactionEnded where it brought its own COMMIT."""
    connection.execute(sql_text(statement))
    if connection.info.transaction_status is not pq.TransactionStatus.INTRANS:
        raise TransactionEnded("A statement of the plan ends the transaction it belongs to.", next_step="Take BEGIN and COMMIT out of it.")


def index_named_in(statement: str) -> str:
    """The name of the index that CREATE or DROP INDEX CONCURRENTLY gives, as the catalog spells it; '' where it gives none."""
    found = _INDEX_NAME.search(statement)
    if not found:
        return ""
    written = found[1]
    name = written[1:-1].replace('""', '"') if written.startswith('"') else written.lower()
    return name.encode()[:LONGEST_NAME].decode(errors="ignore")


def run_alone(connection: Connection, statement: str) -> None:
    """Run a statement that allows no transaction around it."""
    connection.execute(sql_text(statement))


def new_indexes(connection: Connection, before: Sequence[str]) -> list[NewIndex]:
    """Indexes whose `schema.name` is not among `before`."""
    rows = connection.execute(_NEW_INDEXES, (list(before),)).fetchall()
    return [NewIndex(schema=schema, name=name, valid=valid, being_built=built) for schema, name, valid, built in rows]


def drop_index_concurrently(connection: Connection, index: NewIndex) -> None:
    """Drop an index without keeping anybody from writing."""
    connection.execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(index.schema, index.name)))
