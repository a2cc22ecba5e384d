"""Migration ledgers as rows: reading them, and the statements that add, change and take back one entry of any tool's."""

from collections.abc import Mapping
from typing import LiteralString

from psycopg import sql

from dbdoctor.databases.postgresql.connection import Connection, SqlError, literal, quoted
from dbdoctor.databases.postgresql.rows import identifier
from dbdoctor.model import Table, TableName

LedgerRow = dict[str, str | None]

# Sessions that may belong to a migration that is still going on: busy, inside a transaction, or last seen at the ledger
# or changing the schema.
# What another role's session said last is hidden from us, so such a session counts as well.
_MAY_HOLD: LiteralString = r"""
SELECT pid, COALESCE(NULLIF(application_name, ''), usename, '?'), COALESCE(state, 'hidden')
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
  AND application_name NOT LIKE 'dbdoctor%%' AND application_name <> 'pg_dump'
  AND (state IS DISTINCT FROM 'idle' OR strpos(query, %(ledger)s) > 0 OR strpos(query, %(lock)s) > 0
       OR query ~* '^\s*(create|alter|drop|comment|truncate|lock)\y')
ORDER BY pid"""


def read_rows(connection: Connection, table: Table) -> list[LedgerRow]:
    """Every row, each value as text."""
    names = [column.name for column in table.columns]
    listed = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in names)
    found = connection.execute(sql.SQL("SELECT {} FROM {}").format(listed, identifier(table.name))).fetchall()
    return [dict(zip(names, row, strict=True)) for row in found]


def may_hold(connection: Connection, *, ledger: TableName, lock: TableName) -> tuple[str, ...]:
    """The sessions of this database that may hold a migration tool's lock; empty proves that its holder is gone."""
    try:
        found = connection.execute(_MAY_HOLD, {"ledger": ledger.name, "lock": lock.name}).fetchall()
    except SqlError as error:
        return (f"the sessions cannot be seen ({error.sqlstate})",)
    return tuple(f"session {pid} ({name}, {state})" for pid, name, state in found)


def place(name: TableName) -> str:
    """The table's name as statements write it."""
    return f"{quoted(name.schema)}.{quoted(name.name)}"


def value(text: str | None) -> str:
    """A value as an SQL expression; the column gives it its type."""
    return "NULL" if text is None else literal(text)


def values(row: Mapping[str, str | None]) -> dict[str, str]:
    """A row's values as SQL expressions."""
    return {name: value(text) for name, text in row.items()}


def where(row: Mapping[str, str | None]) -> str:
    """The condition that finds the row."""
    return " AND ".join(f"{quoted(c)} IS NULL" if text is None else f"{quoted(c)} = {literal(text)}" for c, text in row.items())


def insert(name: TableName, expressions: Mapping[str, str]) -> str:
    """The statement that adds one entry; values are SQL expressions."""
    columns = ", ".join(quoted(column) for column in expressions)
    return f"INSERT INTO {place(name)} ({columns}) VALUES ({', '.join(expressions.values())})"


def delete(name: TableName, row: Mapping[str, str | None]) -> str:
    """The statement that takes one entry out."""
    return f"DELETE FROM {place(name)} WHERE {where(row)}"


def update(name: TableName, expressions: Mapping[str, str], row: Mapping[str, str | None]) -> str:
    """The statement that changes one entry; values are SQL expressions."""
    changes = ", ".join(f"{quoted(column)} = {expression}" for column, expression in expressions.items())
    return f"UPDATE {place(name)} SET {changes} WHERE {where(row)}"


def next_number(name: TableName, column: str) -> str:
    """The number after the highest one, as an SQL expression."""
    return f"(SELECT COALESCE(max({quoted(column)}), 0) + 1 FROM {place(name)})"


def together(first: str, then: str) -> str:
    """Two writes as one statement: both happen or neither, and the row count is that of the second."""
    return f"WITH first AS ({first}) {then}"
