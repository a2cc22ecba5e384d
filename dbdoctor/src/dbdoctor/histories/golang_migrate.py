"""golang-migrate: one single row with the version reached, `dirty` while a migration runs and after it failed.

Source of the facts: golang-migrate/migrate database/postgres/postgres.go, GETTING_STARTED.md (`migrate force`).
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places
from dbdoctor.histories.names import bare, number
from dbdoctor.histories.rowwise import CannotMark, RowLedger, has_columns
from dbdoctor.histories.shapes import LedgerState, Mark, Migration, name_of
from dbdoctor.model import Catalog


class GolangMigrateHistory(RowLedger):
    """The ledger `schema_migrations` (or as `x-migrations-table` has it)."""

    tool = "golang-migrate"
    column = "version"
    ordered_by = "version"
    places = Places(usual=("migrations", "db/migrations", "database/migrations", "sql/migrations"), runs=re.compile(r"^\d+_.*\.up\.\w+$"))

    def stored(self, file_name: str) -> str:
        """The file's name without its ending."""
        return bare(file_name)

    def identity(self, name: str) -> str:
        """The number in front."""
        return number(name)

    def file_order(self, file_name: str) -> object:
        """By number."""
        return int(number(file_name) or "0"), file_name

    def applied(self, rows: Sequence[LedgerRow]) -> list[str]:
        """The version reached; everything before it is applied as well, see `records`."""
        return [self.entry(row) for row in rows if row["dirty"] != "true"]

    def unfinished(self, rows: Sequence[LedgerRow]) -> list[str]:
        """The version that was being run."""
        return [self.entry(row) for row in rows if row["dirty"] == "true"]

    def records(self, migration: Migration | str, state: LedgerState) -> bool:
        """Whether it lies before the version reached, or is this and not dirty."""
        version = number(name_of(migration))
        if not version:
            return False
        return any(int(version) < int(self.entry(r) or 0) or (version == self.entry(r) and r["dirty"] != "true") for r in state.rows)

    def written(self, migration: Migration | str, state: LedgerState, folder: Path | None) -> Mark:
        """As `migrate force VERSION`, where the version comes next."""
        if self.records(migration, state):
            raise CannotMark("already_recorded")
        version = number(self.spelled(migration, state, folder))
        pending = [m for m in self.known(folder, state) if not self.records(m, state)]
        if not version:
            raise CannotMark("unknown_migration")
        if pending and number(pending[0].name) != version:
            raise CannotMark("not_next")
        there = self._there(state)
        if there is None:
            first = {"version": version, "dirty": "false"}
            return Mark(ledgers.insert(self.ledger, first), ledgers.delete(self.ledger, {"version": version}))
        return self._moved(there, {"version": version, "dirty": "false"})

    def settle_unfinished(self, state: LedgerState, known: list[Migration]) -> Mark | None:
        """Back to the version before; no row at all where there is none."""
        there = self._there(state)
        if there is None or there["dirty"] != "true" or not any(number(m.name) == there["version"] for m in known):
            return None
        before = [number(m.name) for m in known if int(number(m.name) or 0) < int(there["version"] or 0)]
        if not before:
            return Mark(ledgers.delete(self.ledger, there), ledgers.insert(self.ledger, ledgers.values(there)))
        return self._moved(there, {"version": max(before, key=int), "dirty": "false"})

    def told(self, sql: str, pending: Sequence[str]) -> str | None:
        """A row is written twice: dirty before, and not dirty after."""
        if re.search(r"(?<!\w)(true|'t'|'true')(?!\w)", sql, re.IGNORECASE):
            return None
        return super().told(sql, pending)

    def key(self, name: str) -> LedgerRow:
        """The number."""
        return {self.column: number(name)}

    def up_to(self, command: str, migration: str) -> str | None:
        """`migrate … goto VERSION`."""
        changed = re.sub(r"\bup\s*$", f"goto {number(migration)}", command)
        return changed if number(migration) and changed != command else None

    def _there(self, state: LedgerState) -> LedgerRow | None:
        return state.rows[-1] if state.rows else None

    def _moved(self, old: LedgerRow, new: LedgerRow) -> Mark:
        change = ledgers.update(self.ledger, ledgers.values(new), old)
        return Mark(change, ledgers.update(self.ledger, ledgers.values(old), new))


def detect(catalog: Catalog, folder: Path | None) -> Iterator[GolangMigrateHistory]:
    """Any table with a version and `dirty`."""
    for table in catalog.tables.values():
        if has_columns(table, "version", "dirty") and len(table.columns) == 2:  # noqa: PLR2004 -- exactly these
            yield GolangMigrateHistory(table, folder=folder)
