"""yoyo-migrations: the sha256 of each migration's id, a log beside it, and a lock row that a killed command leaves behind.

Source of the facts: yoyo/backends/base.py, yoyo/internalmigrations/v2.py, yoyo/migrations.py (get_migration_hash).
"""

import hashlib
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.databases.postgresql.connection import Connection
from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places, read_text
from dbdoctor.histories.names import bare
from dbdoctor.histories.rowwise import RowLedger, has_columns
from dbdoctor.histories.shapes import LedgerState, Mark, Migration, ToolLock
from dbdoctor.model import Catalog, Table, TableName

_UTC = "(now() AT TIME ZONE 'UTC')"


class YoyoHistory(RowLedger):
    """The ledger `_yoyo_migration` with `_yoyo_log` and `yoyo_lock` beside it."""

    tool = "yoyo"
    column = "migration_id"
    ordered_by = ""
    places = Places(
        usual=("migrations", "db/migrations"),
        runs=re.compile(r"^(?!_)(?!post-apply)(?!.*\.rollback\.sql$).*\.(py|sql)$"),
        settings=("yoyo.ini",),
        setting=re.compile(r"^\s*sources\s*[=:]\s*(\S+)", re.MULTILINE),
    )

    def __init__(self, table: Table, *, folder: Path | None = None, lock: Table | None = None, log: Table | None = None) -> None:
        super().__init__(table, folder=folder, lock=lock)
        self.log = log

    def stored(self, file_name: str) -> str:
        """Without its ending."""
        return bare(file_name)

    def words(self, file: Path) -> str:
        """The SQL, where it is SQL."""
        return read_text(file) if file.suffix == ".sql" else ""

    def plausible(self, name: str, state: LedgerState) -> str:
        """Without its ending."""
        del state
        return bare(name)

    def written(self, migration: Migration | str, state: LedgerState, folder: Path | None) -> Mark:
        """As `yoyo mark`: the entry, and a line in the log."""
        mark = super().written(migration, state, folder)
        if self.log is None:
            return mark
        name = self.spelled(migration, state, folder)
        line = str(uuid.uuid5(uuid.NAMESPACE_URL, f"dbdoctor:yoyo:{name}"))
        logged = {
            "id": ledgers.value(line), "migration_hash": ledgers.value(_hash(name)), "migration_id": ledgers.value(name),
            "operation": "'mark'", "username": "current_user", "comment": "'dbdoctor'", "created_at_utc": _UTC,
        }  # fmt: skip
        return Mark(
            ledgers.together(ledgers.insert(self.log.name, logged), mark.sql),
            ledgers.together(ledgers.delete(self.log.name, {"id": line}), mark.undo_sql),
        )

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """The hash is that of the id, not of the file."""
        del state, folder
        return {"migration_hash": ledgers.value(_hash(name)), "migration_id": ledgers.value(name), "applied_at_utc": _UTC}

    def key(self, name: str) -> LedgerRow:
        """The hash."""
        return {"migration_hash": _hash(name)}

    def traces(self, name: str) -> tuple[str, ...]:
        """Its name; the log's line holds it too, but is no entry."""
        return (name,)

    def is_own(self, table: str) -> bool:
        """Also what it makes only to learn whether the server can take such things back."""
        return table.startswith(("_yoyo_", "yoyo_tmp_")) or super().is_own(table)

    def read_lock(self, connection: Connection) -> ToolLock | None:
        """A row with the number of the process that took it; `yoyo break-lock` deletes it."""
        if self.lock is None:
            return None
        name, rows = self.lock.name, ledgers.read_rows(connection, self.lock)
        if not rows:
            return ToolLock(table=name, held=False)
        return ToolLock(
            table=name,
            held=True,
            holder=f"process {rows[0]['pid']}",
            since=rows[0]["ctime"] or "",
            release_sql=ledgers.delete(name, {"pid": rows[0]["pid"]}),
            undo_sql=ledgers.insert(name, ledgers.values(rows[0])),
            holders=ledgers.may_hold(connection, ledger=self.ledger, lock=name),
        )


def detect(catalog: Catalog, folder: Path | None) -> Iterator[YoyoHistory]:
    """Any table with yoyo's columns that is not its log."""
    for table in catalog.tables.values():
        if has_columns(table, "migration_hash", "migration_id", "applied_at_utc"):
            beside = {name: catalog.tables.get(TableName(table.name.schema, name)) for name in ("yoyo_lock", "_yoyo_log")}
            yield YoyoHistory(table, folder=folder, lock=beside["yoyo_lock"], log=beside["_yoyo_log"])


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()
