"""Ledgers that people made themselves: a table called after migrations, with a version or a name in each row."""

import re
from collections.abc import Iterator
from pathlib import Path

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places
from dbdoctor.histories.names import bare, number
from dbdoctor.histories.rowwise import CannotMark, RowLedger, type_of
from dbdoctor.histories.shapes import LedgerState
from dbdoctor.model import Catalog, Table

_CALLED = re.compile(r"migrations?(_?(history|log|ledger|versions?|status|table|tables|meta|info))?$|schema_?(version|history|info|log)s?$"
                     r"|db_?versions?$|change_?logs?$|^_?_?ef_?migrationshistory$", re.IGNORECASE)  # fmt: skip
_VERSIONS = ("version", "version_id", "migration_version", "version_num", "revision", "migrationid", "migration_id", "number")
_NAMES = ("name", "migration", "migration_name", "filename", "file_name", "file", "script", "title", "description", "hash", "id")
MOST_COLUMNS = 8
_NUMBERS = ("integer", "bigint", "smallint", "numeric")


class PlainHistory(RowLedger):
    """A table of rows with a version, a name, or both."""

    tool = "a home-made ledger"
    ordered_by = ""
    places = Places(
        usual=("migrations", "db/migrations", "db/migrate", "database/migrations", "sql/migrations", "sql", "schema/migrations"),
        runs=re.compile(r"^(?![._])(?!.*\.down\.\w+$)(?!.*\.d\.ts$).*\.(sql|[cm]?[jt]s|py|rb|php|sh|go)$"),
    )

    def __init__(self, table: Table, *, folder: Path | None = None, lock: Table | None = None) -> None:
        super().__init__(table, folder=folder, lock=lock)
        self.version = _first(table, _VERSIONS)
        self.named = _first(table, _NAMES) if not self.version or _first(table, _NAMES) != "id" else ""
        self.numeric = bool(self.version) and type_of(table, self.version).startswith(_NUMBERS)

    def entry(self, row: LedgerRow) -> str:
        """`40 item_events`, or whichever part there is."""
        parts = (row.get(column) or "" for column in (self.version, self.named) if column)
        return " ".join(part for part in parts if part)

    def stored(self, file_name: str) -> str:
        """As the file is called."""
        return file_name

    def identity(self, name: str) -> str:
        """The number, where versions are numbers; else the name without folder and ending."""
        return number(name) if self.numeric else bare(name)

    def file_order(self, file_name: str) -> object:
        """By number, then by name."""
        return int(number(file_name) or "0"), file_name

    def same(self, one: str, other: str) -> bool:
        """`40`, `40 item_events` and `0040_item_events.sql` are one; so are a version and the name beside it."""
        if super().same(one, other):
            return True
        if self.numeric:
            return False
        mine, theirs = set(bare(one).split(" ")), set(bare(other).split(" "))
        return bool(mine) and bool(theirs) and (mine <= theirs or theirs <= mine)

    def is_own(self, table: str) -> bool:
        """We only guess that it is a ledger, so its rows are watched over like all others."""
        del table
        return False

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """Only what a name tells; `needs_values` where the table wants more."""
        del folder
        row: dict[str, str] = {}
        if self.version:
            version = number(name) if self.numeric else re.split(r"\s", name, maxsplit=1)[0]
            if not version:
                raise CannotMark("unknown_migration")
            row[self.version] = ledgers.value(version)
        if self.named:
            row[self.named] = ledgers.value(_as_others(name, state) if self.version else name)
        if not row:
            raise CannotMark("needs_values")
        if len(state.rows) == 1 and self.numeric and not self.named and _single_row(self.table):
            raise CannotMark("needs_values")  # one row that is changed, perhaps; a second one would be no mark
        return row

    def key(self, name: str) -> LedgerRow:
        """The version where there is one, else the name."""
        if self.version:
            return {self.version: number(name) if self.numeric else re.split(r"\s", name, maxsplit=1)[0]}
        return {self.named: name}


def detect(catalog: Catalog, folder: Path | None) -> Iterator[PlainHistory]:
    """Any table that is called like a ledger and has a version or a name."""
    for table in catalog.tables.values():
        if _may_be_one(table, catalog):
            history = PlainHistory(table, folder=folder)
            if history.version or history.named:
                yield history


def _may_be_one(table: Table, catalog: Catalog) -> bool:
    """Called like a ledger, small, and tied to no other table: the migrations of birds are none."""
    called = table.kind in {"table", "partitioned"} and _CALLED.search(table.name.name) is not None
    return called and len(table.columns) <= MOST_COLUMNS and not table.foreign_keys and not catalog.children_of(table.name)


def _first(table: Table, names: tuple[str, ...]) -> str:
    there = {column.name.lower(): column.name for column in table.columns}
    return next((there[name] for name in names if name in there), "")


def _single_row(table: Table) -> bool:
    """Whether nothing keeps versions apart, so that the table may hold one row for ever."""
    return not any(key.may_be_referenced for key in table.keys)


def _as_others(name: str, state: LedgerState) -> str:
    """What stands after the number, joined as in a file's name: `40 item_events` is called `item_events`."""
    del state
    return re.sub(r"^[Vv]?\d+[\s_.:-]*", "", bare(name)) or name
