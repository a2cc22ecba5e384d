"""Flyway: one row per script with a checksum over its lines; a row without success stops everything until it is repaired.

Source of the facts: flyway/flyway PostgreSQLDatabase.java, DbRepair.java, ChecksumCalculator.java (CRC32 over the lines without
their ends, as a signed number of 32 bits).
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places
from dbdoctor.histories.rowwise import CannotMark, RowLedger, has_columns
from dbdoctor.histories.shapes import LedgerState, Mark, Migration
from dbdoctor.model import Catalog

_SCRIPT = re.compile(r"^V(\d+(?:[._]\d+)*)__(.*)\.sql$")
_SPELLED = re.compile(r"^(?:.*/)?[Vv]?(\d+(?:[._]\d+)*)(?:__|[\s:_]|$)")


class FlywayHistory(RowLedger):
    """The ledger `flyway_schema_history` (or as `flyway.table` has it)."""

    tool = "Flyway"
    column = "script"
    ordered_by = "installed_rank"
    places = Places(
        usual=("src/main/resources/db/migration", "db/migration", "sql", "migrations", "src/main/resources/db/migrations"),
        runs=re.compile(r"^[VR].*__.*\.sql$"),
        settings=("flyway.conf", "conf/flyway.conf", "flyway.toml", "pom.xml", "build.gradle*", "src/main/resources/application*"),
        setting=re.compile(r"locations\s*[=:>]\s*\[?\s*[\"']?(?:filesystem|classpath):([^,\s\"'<\]]+)"),
    )

    def applied(self, rows: Sequence[LedgerRow]) -> list[str]:
        """Scripts whose row says success."""
        return [self.entry(row) for row in rows if row["success"] == "true"]

    def unfinished(self, rows: Sequence[LedgerRow]) -> list[str]:
        """Scripts whose row says failure."""
        return [self.entry(row) for row in rows if row["success"] == "false"]

    def identity(self, name: str) -> str:
        """The version, with points and without zeros at its end; a repeatable script has none and is known by its name."""
        found = _SPELLED.match(name.strip())
        if not found:
            return name.strip()
        parts = [str(int(part)) for part in re.split(r"[._]", found.group(1))]
        while len(parts) > 1 and parts[-1] == "0":
            parts.pop()
        return ".".join(parts)

    def file_order(self, file_name: str) -> object:
        """By version; the repeatable ones come last, by name."""
        found = _SCRIPT.match(file_name)
        return (0, [int(p) for p in re.split(r"[._]", found.group(1))], "") if found else (1, [], file_name)

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """As the script would have been recorded had it run just now."""
        place, found = self.place(folder, state), _SCRIPT.match(name)
        if place is None or not (place / name).is_file():
            raise CannotMark("no_folder")
        if found is None:
            raise CannotMark("unknown_migration")
        return {
            "installed_rank": ledgers.next_number(self.ledger, "installed_rank"),
            "version": ledgers.value(found.group(1).replace("_", ".")),
            "description": ledgers.value(found.group(2).replace("_", " ")),
            "type": "'SQL'", "script": ledgers.value(name), "checksum": str(checksum((place / name).read_bytes())),
            "installed_by": "current_user", "installed_on": "now()", "execution_time": "0", "success": "true",
        }  # fmt: skip

    def traces(self, name: str) -> tuple[str, ...]:
        """The script."""
        return (name,)

    def settle_unfinished(self, state: LedgerState, known: list[Migration]) -> Mark | None:
        """As `flyway repair`: the row of the failure goes."""
        del known
        failed = [row for row in state.rows if row["success"] == "false"]
        if len(failed) != 1:
            return None  # Flyway stops at the first failure, so there never are two
        return Mark(ledgers.delete(self.ledger, self._key(failed[0])), ledgers.insert(self.ledger, ledgers.values(failed[0])))

    def up_to(self, command: str, migration: str) -> str | None:
        """`flyway -target=VERSION migrate`."""
        changed = re.sub(r"\bmigrate\s*$", f"-target={self.identity(migration)} migrate", command)
        return changed if _SCRIPT.match(migration) and changed != command else None

    def _key(self, row: LedgerRow) -> LedgerRow:
        return {"installed_rank": row["installed_rank"], "success": "false"}


def detect(catalog: Catalog, folder: Path | None) -> Iterator[FlywayHistory]:
    """Any table with Flyway's columns."""
    for table in catalog.tables.values():
        if has_columns(table, "installed_rank", "version", "script", "checksum", "success"):
            yield FlywayHistory(table, folder=folder)


def checksum(script: bytes) -> int:
    """Flyway's own: CRC32 over the lines without their ends, as Java's signed int."""
    text = script.decode("utf-8", errors="replace").removeprefix("\ufeff")
    lines = re.split(r"\r\n|\r|\n", text)
    if lines and not lines[-1]:
        lines.pop()  # an end of line at the end begins no further line
    total = 0
    for line in lines:
        total = zlib.crc32(line.encode(), total)
    return total - 2**32 if total >= 2**31 else total
