"""TypeORM: the class name, which ends in thirteen digits of time; all migrations in one transaction by default.

Source of the facts: typeorm/typeorm src/migration/MigrationExecutor.ts, src/commands/MigrationRunCommand.ts.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places, folders_below, read_text
from dbdoctor.histories.names import bare
from dbdoctor.histories.rowwise import CannotMark, RowLedger, has_columns, type_of
from dbdoctor.histories.shapes import LedgerState, Migration
from dbdoctor.model import Catalog

_TIME = re.compile(r"(?<!\d)(\d{13})(?!\d)")
_CLASS = re.compile(r"class\s+([A-Za-z_$][\w$]*?\d{13})\b")
_NAME = re.compile(r"""\bname\s*=\s*['"`]([^'"`]*\d{13})['"`]""")
_SHOWN = re.compile(r"\bthis\.name\s*=\s*['\"`]([^'\"`]*\d{13})['\"`]")


class TypeOrmHistory(RowLedger):
    """The ledger `migrations` (or as `migrationsTableName` has it)."""

    tool = "TypeORM"
    places = Places(usual=(), runs=re.compile(r"^(?!.*\.d\.[cm]?ts$).*\.[cm]?[jt]s$"))

    def known(self, folder: Path | None, state: LedgerState) -> list[Migration]:
        """The classes in files named TIME-name, or that the ledger knows, by time; a built copy of one is the same."""
        del state
        found: dict[str, str] = {}
        top = folder or self.folder
        for place in folders_below(top) if top else ():
            for file in sorted(place.iterdir()):
                if file.is_file() and self.places.runs.search(file.name):
                    found |= {self.identity(name): name for name in self._classes(file)}
        return [Migration(name) for name in sorted(found.values(), key=_time)]

    def unseen(self, folder: Path | None, state: LedgerState) -> list[str]:
        """Which files TypeORM takes is said by patterns in code: nothing can be told."""
        del folder, state
        return []

    def identity(self, name: str) -> str:
        """Letters and time: `1645000000000-writer-fk.ts` holds the class `WriterFk1645000000000`."""
        time = _TIME.search(name)
        letters = re.sub(r"[^a-z0-9]", "", _TIME.sub("", bare(name)).lower())
        return f"{letters}{time.group(1)}" if time else bare(name)

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """The time of the name stands beside it; TypeORM runs what is not there by name."""
        if not _TIME.search(name):
            raise CannotMark("unknown_migration")
        return super().expressions(name, state, folder) | {"timestamp": str(_time(name))}

    def plausible(self, name: str, state: LedgerState) -> str:
        """The class that TypeORM would have generated for a file of that name."""
        del state
        time = _TIME.match(bare(name))
        if not time:
            return name
        words = [word for word in re.split(r"[^A-Za-z0-9]+", bare(name)[13:]) if word]
        return "".join(word[0].upper() + word[1:] for word in words) + time.group(1)

    def key(self, name: str) -> LedgerRow:
        """Both columns, as TypeORM deletes."""
        return {"timestamp": str(_time(name)), "name": name}

    def traces(self, name: str) -> tuple[str, ...]:
        """Its name."""
        return (name,)

    def is_own(self, table: str) -> bool:
        """Also what it keeps on views and generated columns."""
        return table == "typeorm_metadata" or super().is_own(table)

    def _classes(self, file: Path) -> Iterator[str]:
        if not _TIME.search(file.name) and "migration" not in str(file).lower():
            return
        text = read_text(file)
        if "up(" not in text:
            return
        names = [*_NAME.findall(text), *_SHOWN.findall(text)]
        yield from dict.fromkeys(names or _CLASS.findall(text))


def detect(catalog: Catalog, folder: Path | None) -> Iterator[TypeOrmHistory]:
    """Any table with a time as a number and a name."""
    for table in catalog.tables.values():
        if has_columns(table, "timestamp", "name") and type_of(table, "timestamp") in {"bigint", "numeric"}:
            yield TypeOrmHistory(table, folder=folder)


def _time(name: str) -> int:
    found = _TIME.findall(name)
    return int(found[-1]) if found else 0
