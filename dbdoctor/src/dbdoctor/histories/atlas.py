"""Atlas: one row per version with how many of its statements are done; hashes come from atlas.sum.

Source of the facts: ariga/atlas sql/migrate/migrate.go (Revision), cmd/atlas/internal/migrate/ent/schema/revision.go.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places, read_text
from dbdoctor.histories.names import bare, number
from dbdoctor.histories.rowwise import CannotMark, RowLedger, has_columns
from dbdoctor.histories.shapes import LedgerState, Mark, Migration
from dbdoctor.model import Catalog

_RESOLVED = "4"  # as `atlas migrate set` writes it: known to be there, not run


class AtlasHistory(RowLedger):
    """The ledger `atlas_schema_revisions`, mostly in a schema of its own."""

    tool = "Atlas"
    column = "version"
    ordered_by = "version"
    places = Places(usual=("migrations", "db/migrations", "ent/migrate/migrations"), runs=re.compile(r"^\d+.*\.sql$"))

    def applied(self, rows: Sequence[LedgerRow]) -> list[str]:
        """Rows in which every statement is done; a row that begins with a point is Atlas' own."""
        return [self.entry(row) for row in rows if _done(row) and not self.entry(row).startswith(".")]

    def unfinished(self, rows: Sequence[LedgerRow]) -> list[str]:
        """Rows that stopped on the way."""
        return [self.entry(row) for row in rows if not _done(row) and not self.entry(row).startswith(".")]

    def stored(self, file_name: str) -> str:
        """The file's name without its ending."""
        return bare(file_name)

    def identity(self, name: str) -> str:
        """The number in front."""
        return number(name)

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """As `atlas migrate set` would; the version of the tool is that of the last row."""
        place = self.place(folder, state)
        listed = re.search(rf"^{re.escape(name)}\.sql h1:(\S+)$", read_text(place / "atlas.sum") if place else "", re.MULTILINE)
        if listed is None:
            raise CannotMark("no_folder")
        version, _, description = name.partition("_")
        operator = (state.rows[-1].get("operator_version") or "") if state.rows else ""
        return {
            "version": ledgers.value(version), "description": ledgers.value(description), "type": _RESOLVED, "applied": "0", "total": "0",
            "executed_at": "now()", "execution_time": "0", "hash": ledgers.value(listed.group(1)),
            "operator_version": ledgers.value(operator),
        }  # fmt: skip

    def key(self, name: str) -> LedgerRow:
        """The version."""
        return {"version": name.partition("_")[0], "type": _RESOLVED}

    def settle_unfinished(self, state: LedgerState, known: list[Migration]) -> Mark | None:
        """A row of which nothing was done goes; where something was, Atlas itself goes on after it."""
        del known
        stopped = [row for row in state.rows if not _done(row) and row["applied"] == "0"]
        if len(stopped) != 1:
            return None
        key = {"version": self.entry(stopped[0]), "applied": "0"}
        return Mark(ledgers.delete(self.ledger, key), ledgers.insert(self.ledger, ledgers.values(stopped[0])))


def detect(catalog: Catalog, folder: Path | None) -> Iterator[AtlasHistory]:
    """Any table with Atlas' columns."""
    for table in catalog.tables.values():
        if has_columns(table, "version", "applied", "total", "executed_at", "hash", "operator_version"):
            yield AtlasHistory(table, folder=folder)


def _done(row: LedgerRow) -> bool:
    return int(row["applied"] or 0) >= int(row["total"] or 0) and not row.get("error")
