"""pgroll: migrations as JSON in its own schema, with versions of the app's schema behind them. Read only: a mark would lie to it.

Source of the facts: xataio/pgroll pkg/state/init.sql.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places
from dbdoctor.histories.names import bare
from dbdoctor.histories.rowwise import CannotMark, RowLedger, has_columns
from dbdoctor.histories.shapes import LedgerState, Mark, Migration
from dbdoctor.model import Catalog


class PgrollHistory(RowLedger):
    """The ledger `pgroll.migrations`."""

    tool = "pgroll"
    places = Places(usual=("migrations", "db/migrations", "pgroll"), runs=re.compile(r"\.(json|ya?ml)$"))
    ordered_by = ""

    def applied(self, rows: Sequence[LedgerRow]) -> list[str]:
        """Completed ones."""
        return [self.entry(row) for row in rows if row["done"] == "true"]

    def unfinished(self, rows: Sequence[LedgerRow]) -> list[str]:
        """Started and not completed."""
        return [self.entry(row) for row in rows if row["done"] != "true"]

    def stored(self, file_name: str) -> str:
        """Without its ending."""
        return bare(file_name)

    def written(self, migration: Migration | str, state: LedgerState, folder: Path | None) -> Mark:
        """Never."""
        del folder
        raise CannotMark("already_recorded" if self.records(migration, state) else "read_only")


def detect(catalog: Catalog, folder: Path | None) -> Iterator[PgrollHistory]:
    """The table's own columns."""
    for table in catalog.tables.values():
        if has_columns(table, "schema", "name", "migration", "parent", "done"):
            yield PgrollHistory(table, folder=folder)
