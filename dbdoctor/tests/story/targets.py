"""A database that stands for the one nobody may harm: looked at closely, before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from dbdoctor.databases.postgresql.connection import quoted, sql_text
from dbdoctor.databases.postgresql.dump import schema_text
from dbdoctor.databases.postgresql.rows import stored_tables
from dbdoctor.embedded import Server, find_binaries

APPLICATION_NAME = "the test itself"
Rows = list[tuple[str | None, ...]]


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything a database holds: schema as pg_dump writes it, rows of every table as sorted text."""

    schema: str
    columns: dict[str, list[str]]
    rows: dict[str, Rows]


@dataclass(frozen=True, kw_only=True)
class Target:
    """One database; `url` is what a user would give to the doctor."""

    url: str
    tools: Path

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(make_conninfo(self.url, application_name=APPLICATION_NAME), autocommit=True)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            cursor = connection.execute(sql_text(query))
            return cursor.fetchall() if cursor.description else []

    def run(self, script: str) -> None:
        with self.connect() as connection, connection.transaction():
            connection.execute(sql_text(script))

    def value(self, query: str) -> Any:
        return self.ask(query)[0][0]

    def ledger(self) -> list[str]:
        return [str(name) for (name,) in self.ask('SELECT name FROM "SequelizeMeta" ORDER BY name COLLATE "C"')]

    def tables(self) -> set[str]:
        return {str(name) for (name,) in self.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}

    def column(self, table: str, name: str) -> str:
        """The column's type; empty where there is none."""
        with self.connect() as connection:
            query = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = %s"
            row = connection.execute(query, (f"public.{quoted(table)}", name)).fetchone()
        return str(row[0]) if row else ""

    def keys(self) -> dict[tuple[str, str], str]:
        """What happens `ON DELETE`, for every key of one column: ("sessions.userId", "users.id") → "SET NULL"."""
        acts = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
        found = self.ask(
            "SELECT child.relname || '.' || a.attname, parent.relname || '.' || p.attname, k.confdeltype::text"
            " FROM pg_constraint k JOIN pg_class child ON child.oid = k.conrelid JOIN pg_class parent ON parent.oid = k.confrelid"
            " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
            " JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = k.confkey[1]"
            " WHERE k.contype = 'f' AND cardinality(k.conkey) = 1"
        )
        return {(str(child), str(parent)): acts[act] for child, parent, act in found}

    def state(self) -> State:
        with self.connect() as connection:
            columns = {t.name.name: list(t.columns.values()) for t in stored_tables(connection).values()}
        return State(schema=schema_text(self.tools, self.url), columns=columns, rows=self.rows_of(columns))

    def rows_of(self, columns: Mapping[str, Sequence[str]]) -> dict[str, Rows]:
        """The rows of these tables as text, over these columns only."""
        return {table: self._rows(table, names) for table, names in columns.items()}

    def _rows(self, table: str, names: Sequence[str]) -> Rows:
        listed = ", ".join(f"{quoted(name)}::text" for name in names)
        return sorted(self.ask(f"SELECT {listed} FROM {quoted(table)}"), key=repr)


def new_target(server: Server, name: str, *, template: str = "template1", owner: str = "postgres") -> Target:
    """Make a database on a server of ours that listens on TCP; its address is a TCP one, as sequelize-cli reads no other."""
    with psycopg.connect(server.url(), autocommit=True, application_name=APPLICATION_NAME) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(sql_text(f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(template)} OWNER {quoted(owner)}"))
        major = connection.info.server_version // 10000
    return Target(url=server.tcp_url(database=name), tools=find_binaries(major=major).folder)
