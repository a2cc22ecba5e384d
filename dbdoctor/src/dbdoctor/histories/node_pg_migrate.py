"""node-pg-migrate: file names without their ending; all in one transaction by default, behind an advisory lock.

Source of the facts: salsita/node-pg-migrate src/runner.ts. It refuses to go on when the ledger's order is not the files' order.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from dbdoctor.histories.folders import Places, read_text
from dbdoctor.histories.names import bare
from dbdoctor.histories.rowwise import RowLedger, only_columns
from dbdoctor.histories.shapes import LedgerState
from dbdoctor.model import Catalog

_UP = re.compile(r"^--\s*up\b.*?$(.*?)(?=^--\s*down\b|\Z)", re.IGNORECASE | re.MULTILINE | re.DOTALL)


class NodePgMigrateHistory(RowLedger):
    """The ledger `pgmigrations` (or as `--migrations-table` has it)."""

    tool = "node-pg-migrate"
    places = Places(
        usual=("migrations", "db/migrations", "src/migrations", "database/migrations"),
        runs=re.compile(r"^(?!\.)(?!.*\.d\.[cm]?ts$)(?!.*\.down\.sql$).*\.([cm]?[jt]s|sql)$"),
        settings=("package.json", "database.json", "config/default.json", ".node-pg-migraterc*", "config/*.json"),
        setting=re.compile(r"(?:migrations-dir['\"]?\s*:\s*|(?:--migrations-dir|\s-m)[= ])([^,\n}\s\\]+)"),
    )

    def stored(self, file_name: str) -> str:
        """Without its ending."""
        return bare(file_name)

    def file_order(self, file_name: str) -> object:
        """By the number in front, then by name."""
        front = re.match(r"\d+", file_name)
        return (int(front.group()) if front else 0, file_name)

    def words(self, file: Path) -> str:
        """The part for going up of an SQL file."""
        text = read_text(file) if file.suffix == ".sql" else ""
        up = _UP.search(text)
        return up.group(1).strip() if up else text

    def plausible(self, name: str, state: LedgerState) -> str:
        """Without its ending."""
        del state
        return bare(name)

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """Run now."""
        return super().expressions(name, state, folder) | {"run_on": "now()"}


def detect(catalog: Catalog, folder: Path | None) -> Iterator[NodePgMigrateHistory]:
    """Any table of exactly its three columns."""
    for table in catalog.tables.values():
        if only_columns(table, "id", "name", "run_on"):
            yield NodePgMigrateHistory(table, folder=folder)
