"""Laravel: file names without their ending, in batches.

Source of the facts: laravel/framework src/Illuminate/Database/Migrations/DatabaseMigrationRepository.php.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.histories.folders import Places
from dbdoctor.histories.names import bare
from dbdoctor.histories.rowwise import RowLedger, has_columns
from dbdoctor.histories.shapes import LedgerState
from dbdoctor.model import Catalog


class LaravelHistory(RowLedger):
    """The ledger `migrations` (or as config/database.php has it)."""

    tool = "Laravel"
    column = "migration"
    places = Places(usual=("database/migrations",), runs=re.compile(r"_.*\.php$"))

    def stored(self, file_name: str) -> str:
        """Without its ending."""
        return bare(file_name)

    def plausible(self, name: str, state: LedgerState) -> str:
        """Without its ending."""
        del state
        return bare(name)

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """A batch of its own, so that a later rollback takes back this one alone."""
        return super().expressions(name, state, folder) | {"batch": ledgers.next_number(self.ledger, "batch")}


def detect(catalog: Catalog, folder: Path | None) -> Iterator[LaravelHistory]:
    """Any table with a migration and a batch."""
    for table in catalog.tables.values():
        if has_columns(table, "migration", "batch"):
            yield LaravelHistory(table, folder=folder)
