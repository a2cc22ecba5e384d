"""MikroORM: file names without their ending (old rows may have it), each with its time.

Source of the facts: mikro-orm/mikro-orm packages/migrations/src/MigrationStorage.ts, docs/docs/migrations.md.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from dbdoctor.histories.folders import Places
from dbdoctor.histories.names import as_javascript_sorts, bare
from dbdoctor.histories.rowwise import RowLedger, has_columns
from dbdoctor.histories.shapes import LedgerState
from dbdoctor.model import Catalog


class MikroOrmHistory(RowLedger):
    """The ledger `mikro_orm_migrations` (or as `tableName` has it)."""

    tool = "MikroORM"
    places = Places(
        usual=("migrations", "src/migrations", "db/migrations", "database/migrations", "dist/migrations"),
        runs=re.compile(r"^(?!.*\.d\.[cm]?ts$)(?!\.snapshot).*\.[cm]?[jt]s$"),
        settings=("mikro-orm.config.*", "src/mikro-orm.config.*", "src/config/mikro-orm*"),
        setting=re.compile(r"\bpath(?:Ts)?['\"]?\s*:\s*((?:[\w.]+\([^)]*\))|[^,\n}]*)"),
    )

    def stored(self, file_name: str) -> str:
        """Without its ending."""
        return bare(file_name)

    def file_order(self, file_name: str) -> object:
        """As JavaScript sorts."""
        return as_javascript_sorts(file_name)

    def plausible(self, name: str, state: LedgerState) -> str:
        """Without its ending."""
        del state
        return bare(name)

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """Executed now."""
        return super().expressions(name, state, folder) | {"executed_at": "now()"}

    def up_to(self, command: str, migration: str) -> str | None:
        """`migration:up --to NAME`."""
        plain = re.search(r"\bmigration:up\s*$", command) and re.match(r"^[\w.@:+-]+$", migration)
        return f"{command} --to={migration}" if plain else None


def detect(catalog: Catalog, folder: Path | None) -> Iterator[MikroOrmHistory]:
    """Any table with a name and the time of its execution."""
    for table in catalog.tables.values():
        if has_columns(table, "id", "name", "executed_at") and len(table.columns) == 3:  # noqa: PLR2004 -- exactly these
            yield MikroOrmHistory(table, folder=folder)
