"""Drizzle: the sha256 of each SQL file and the time its journal gives it; only what is younger than the youngest row is ever run.

Source of the facts: drizzle-team/drizzle-orm drizzle-orm/src/pg-core/dialect.ts, migrator.ts. Because of that rule a migration can be
marked only when nothing before it is pending: what is older would be passed over in silence for ever.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places, folders_below, read_text
from dbdoctor.histories.names import bare
from dbdoctor.histories.rowwise import CannotMark, RowLedger, has_columns
from dbdoctor.histories.shapes import LedgerState, Migration, name_of
from dbdoctor.model import Catalog

_JOURNAL = "meta/_journal.json"


class DrizzleHistory(RowLedger):
    """The ledger `drizzle.__drizzle_migrations` (or as the settings have it)."""

    tool = "Drizzle"
    places = Places(usual=("drizzle", "migrations", "src/drizzle", "src/db/migrations", "db/migrations"), runs=re.compile(r"\.sql$"))
    column = "hash"

    def applied(self, rows: Sequence[LedgerRow]) -> list[str]:
        """The names of the journal, by their time; what it does not know is called by its time."""
        names = {str(entry["when"]): str(entry["tag"]) for entry in self._journal(None)}
        youngest = max((int(row["created_at"] or 0) for row in rows), default=-1)
        listed = {name for when, name in names.items() if int(when) <= youngest}
        strangers = (row["created_at"] or "" for row in rows if (row["created_at"] or "") not in names)
        return [*(name for name in names.values() if name in listed), *strangers]

    def known(self, folder: Path | None, state: LedgerState) -> list[Migration]:
        """The journal's entries in its order."""
        del state
        place = self._place(folder)
        return [Migration(str(e["tag"]), read_text(place / f"{e['tag']}.sql")) for e in self._journal(folder)] if place else []

    def unseen(self, folder: Path | None, state: LedgerState) -> list[str]:
        """SQL files that the journal does not name."""
        place, known = self._place(folder), {m.name for m in self.known(folder, state)}
        return sorted(f.name for f in place.glob("*.sql") if f.stem not in known) if place else []

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """The hash of the file as it is, and the journal's time, never the present one."""
        hash_, when = self._row(name, state, folder)
        return {"hash": ledgers.value(hash_), "created_at": when}

    def key(self, name: str) -> LedgerRow:
        """The journal's time is the row's own."""
        return {"created_at": next((str(e["when"]) for e in self._journal(None) if e["tag"] == name), "0")}

    def traces(self, name: str) -> tuple[str, ...]:
        """The journal's time."""
        return tuple(value for value in self.key(name).values() if value)

    def _row(self, name: str, state: LedgerState, folder: Path | None) -> tuple[str, str]:
        place, entries = self._place(folder), self._journal(folder)
        entry = next((e for e in entries if self.same(str(e["tag"]), name)), None)
        if place is None or entry is None:
            raise CannotMark("no_folder")
        earlier = [str(e["tag"]) for e in entries if int(e["when"]) < int(entry["when"])]
        if any(tag not in state.applied for tag in earlier):
            raise CannotMark("not_next")
        self.folder = folder or self.folder  # `key` looks the time up there
        return hashlib.sha256((place / f"{name}.sql").read_bytes()).hexdigest(), str(int(entry["when"]))

    def spelled(self, migration: Migration | str, state: LedgerState, folder: Path | None) -> str:
        """The journal's spelling; without the journal nothing can be written."""
        name = super().spelled(migration, state, folder)
        if not self._journal(folder):
            raise CannotMark("no_folder")
        return bare(name) if name == name_of(migration) else name

    def _place(self, folder: Path | None) -> Path | None:
        top = folder or self.folder
        if top is None:
            return None
        usual = [top / place for place in self.places.usual if (top / place / _JOURNAL).is_file()]
        return usual[0] if usual else next((p for p in folders_below(top) if (p / _JOURNAL).is_file()), None)

    def _journal(self, folder: Path | None) -> list[dict[str, Any]]:
        place = self._place(folder)
        try:
            entries = json.loads(read_text(place / _JOURNAL))["entries"] if place else []
            return sorted((e for e in entries if {"tag", "when"} <= e.keys()), key=lambda e: int(e.get("idx", 0)))
        except (ValueError, KeyError, TypeError, AttributeError):
            return []


def detect(catalog: Catalog, folder: Path | None) -> Iterator[DrizzleHistory]:
    """A table with hash and time that is called so, or beside whose app lies a journal."""
    for table in catalog.tables.values():
        if has_columns(table, "id", "hash", "created_at") and len(table.columns) == 3:  # noqa: PLR2004 -- exactly these
            history = DrizzleHistory(table, folder=folder)
            if "drizzle" in table.name.name or history.known(folder, LedgerState(tool=history.tool, table=table.name)):
                yield history
