"""Knex: file names with their ending, in batches; a lock row that a killed command leaves behind.

Source of the facts: knex/knex lib/migrations/migrate/table-creator.js, Migrator.js. A ledger name without its file stops Knex
altogether ("The migration directory is corrupt"), so nothing is marked that the folder does not have.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.databases.postgresql.connection import Connection
from dbdoctor.histories.folders import Places
from dbdoctor.histories.names import as_javascript_sorts
from dbdoctor.histories.rowwise import RowLedger, ending_of_others, has_columns
from dbdoctor.histories.shapes import LedgerState, ToolLock
from dbdoctor.model import Catalog, TableName


class KnexHistory(RowLedger):
    """The ledger `knex_migrations` (or as `tableName` has it) with its lock beside it."""

    tool = "Knex"
    keeps_ending = True
    places = Places(
        usual=("migrations", "db/migrations", "src/migrations", "src/db/migrations", "database/migrations", "server/migrations"),
        runs=re.compile(r"^(?!.*\.d\.[cm]?ts$).*\.(co|coffee|eg|iced|js|cjs|litcoffee|ls|mjs|ts|mts|cts)$"),
        settings=("knexfile.*", "src/knexfile.*", "db/knexfile.*", "config/knexfile.*"),
        setting=re.compile(r"directory['\"]?\s*:\s*((?:[\w.]+\([^)]*\))|[^,\n}]*)"),
    )

    def file_order(self, file_name: str) -> object:
        """As JavaScript sorts."""
        return as_javascript_sorts(file_name)

    def plausible(self, name: str, state: LedgerState) -> str:
        """With the ending of the others."""
        return ending_of_others(name, state)

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """A batch of its own, so that a later rollback takes back this one alone."""
        return super().expressions(name, state, folder) | {
            "batch": ledgers.next_number(self.ledger, "batch"), "migration_time": "now()"
        }  # fmt: skip

    def read_lock(self, connection: Connection) -> ToolLock | None:
        """The row `is_locked`; Knex never deletes it, so neither do we."""
        if self.lock is None:
            return None
        held = any(row["is_locked"] not in {None, "0"} for row in ledgers.read_rows(connection, self.lock))
        name = self.lock.name
        return ToolLock(
            table=name,
            held=held,
            release_sql=ledgers.update(name, {"is_locked": "0"}, {"is_locked": "1"}),
            undo_sql=ledgers.update(name, {"is_locked": "1"}, {"is_locked": "0"}),
            holders=ledgers.may_hold(connection, ledger=self.ledger, lock=name) if held else (),
        )


def detect(catalog: Catalog, folder: Path | None) -> Iterator[KnexHistory]:
    """Any table with Knex's columns; apps often name it otherwise."""
    for table in catalog.tables.values():
        if has_columns(table, "name", "batch", "migration_time"):
            lock = catalog.tables.get(TableName(table.name.schema, f"{table.name.name}_lock"))
            yield KnexHistory(table, folder=folder, lock=lock if lock and lock.column("is_locked") else None)
