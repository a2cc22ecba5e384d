"""Prisma: one row per attempt, with the sha256 of migration.sql; a failed attempt blocks all further ones (P3009).

Source of the facts: prisma/prisma-engines schema-engine/ARCHITECTURE.md, connectors/schema-connector/src/migration_persistence.rs.
"""

import hashlib
import re
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places, folders_below, read_text
from dbdoctor.histories.rowwise import CannotMark, RowLedger, has_columns
from dbdoctor.histories.shapes import LedgerState, Mark, Migration
from dbdoctor.model import Catalog

_SCRIPT = "migration.sql"


class PrismaHistory(RowLedger):
    """The ledger `_prisma_migrations`."""

    tool = "Prisma"
    column = "migration_name"
    _begun = ""
    ordered_by = ""
    places = Places(usual=("prisma/migrations", "migrations", "src/prisma/migrations"), runs=re.compile(r"\.sql$"))

    def applied(self, rows: Sequence[LedgerRow]) -> list[str]:
        """Finished and not rolled back."""
        return [self.entry(row) for row in rows if row["finished_at"] and not row["rolled_back_at"]]

    def unfinished(self, rows: Sequence[LedgerRow]) -> list[str]:
        """Neither finished nor rolled back."""
        return [self.entry(row) for row in rows if not row["finished_at"] and not row["rolled_back_at"]]

    def known(self, folder: Path | None, state: LedgerState) -> list[Migration]:
        """Folders with a script in them, by name."""
        place = self.place(folder, state)
        scripts = sorted(place.glob(f"*/{_SCRIPT}"), key=lambda f: f.parent.name) if place else []
        return [Migration(script.parent.name, read_text(script)) for script in scripts]

    def unseen(self, folder: Path | None, state: LedgerState) -> list[str]:
        """Folders without a script."""
        place = self.place(folder, state)
        return sorted(f.name for f in place.iterdir() if f.is_dir() and not (f / _SCRIPT).is_file()) if place else []

    def place(self, folder: Path | None, state: LedgerState) -> Path | None:
        """The folder that holds `migration_lock.toml` or scripts in folders."""
        del state
        top = folder or self.folder
        if top is None:
            return None
        usual = [top / place for place in self.places.usual if any((top / place).glob(f"*/{_SCRIPT}"))]
        return usual[0] if usual else next((p for p in folders_below(top) if any(p.glob(f"*/{_SCRIPT}"))), None)

    def identity(self, name: str) -> str:
        """The folder's name, whichever file in it is meant."""
        return name.strip().removesuffix(f"/{_SCRIPT}").rsplit("/", 1)[-1]

    def written(self, migration: Migration | str, state: LedgerState, folder: Path | None) -> Mark:
        """As `migrate resolve --applied`: a failed attempt of the same name counts as rolled back from then on."""
        mark = super().written(migration, state, folder)
        name = self.spelled(migration, state, folder)
        failed = [row["id"] for row in state.rows if not row["finished_at"] and not row["rolled_back_at"] and self.entry(row) == name]
        settle, unsettle = self._rolled_back(failed)
        return Mark(ledgers.together(settle, mark.sql), ledgers.together(unsettle, mark.undo_sql)) if failed else mark

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """A finished row of no steps, with the checksum of the script as it is."""
        place = self.place(folder, state)
        script = place / name / _SCRIPT if place else None
        if script is None or not script.is_file():
            raise CannotMark("no_folder")
        checksum = hashlib.sha256(script.read_bytes()).hexdigest()
        return {
            "id": ledgers.value(_id(name)), "checksum": ledgers.value(checksum), "finished_at": "now()",
            "migration_name": ledgers.value(name), "logs": "NULL", "rolled_back_at": "NULL", "started_at": "now()",
            "applied_steps_count": "0",
        }  # fmt: skip

    def key(self, name: str) -> LedgerRow:
        """Our own id."""
        return {"id": _id(name)}

    def settle_unfinished(self, state: LedgerState, known: list[Migration]) -> Mark | None:
        """As `migrate resolve --rolled-back`."""
        del known
        failed = [row["id"] for row in state.rows if not row["finished_at"] and not row["rolled_back_at"]]
        return Mark(*self._rolled_back(failed)) if failed else None

    def told(self, sql: str, pending: Sequence[str]) -> str | None:
        """A row is begun by an INSERT, which holds the name, and finished by an UPDATE, which holds only its id."""
        if re.match(r"\s*update\b", sql, re.IGNORECASE):
            return self._begun if "finished_at" in sql else None
        self._begun = super().told(sql, pending) or ""
        return None

    def traces(self, name: str) -> tuple[str, ...]:
        """Its name."""
        return (name,)

    def _rolled_back(self, ids: Sequence[str | None]) -> tuple[str, str]:
        listed = ", ".join(ledgers.value(id_) for id_ in ids)
        name = ledgers.place(self.ledger)
        return (
            f"UPDATE {name} SET rolled_back_at = now() WHERE id IN ({listed}) AND finished_at IS NULL AND rolled_back_at IS NULL",
            f"UPDATE {name} SET rolled_back_at = NULL WHERE id IN ({listed})",
        )


def detect(catalog: Catalog, folder: Path | None) -> Iterator[PrismaHistory]:
    """The table's own columns."""
    for table in catalog.tables.values():
        if has_columns(table, "id", "checksum", "finished_at", "migration_name", "rolled_back_at"):
            yield PrismaHistory(table, folder=folder)


def _id(name: str) -> str:
    """An id that stays the same for the same migration, so that a plan says the same each time."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"dbdoctor:prisma:{name}"))
