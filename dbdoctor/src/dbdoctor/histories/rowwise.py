"""What ledgers with one row per applied migration have in common. A tool's own file says how a row is spelled."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.databases.postgresql.connection import Connection, literal
from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places, migration_folder, names_in, read_text
from dbdoctor.histories.names import bare
from dbdoctor.histories.shapes import LedgerState, Mark, Migration, ToolLock, name_of
from dbdoctor.model import Column, Table, TableName


class CannotMark(Exception):
    """Why a mark cannot be made rightly, as a stable code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class RowLedger:
    """One row per applied migration; the name stands in one column."""

    tool: ClassVar[str]
    places: ClassVar[Places]
    column: ClassVar[str] = "name"
    ordered_by: ClassVar[str] = "id"
    keeps_ending: ClassVar[bool] = False  # to such a tool `1-a.js` and `1-a.cjs` are two migrations

    def __init__(self, table: Table, *, folder: Path | None = None, lock: Table | None = None) -> None:
        self.table = table
        self.folder = folder
        self.lock = lock

    @property
    def ledger(self) -> TableName:
        """The table it keeps its ledger in."""
        return self.table.name

    # How the tool spells things ---------------------------------------------------------------------------------------------------

    def entry(self, row: LedgerRow) -> str:
        """The name that a row holds."""
        return row[self.column] or ""

    def stored(self, file_name: str) -> str:
        """The name under which the ledger would hold a file."""
        return file_name

    def identity(self, name: str) -> str:
        """Equal for all spellings of one migration."""
        return bare(name)

    def file_order(self, file_name: str) -> object:
        """The tool runs its files in this order."""
        return file_name.encode(errors="surrogateescape")

    def words(self, file: Path) -> str:
        """What is known of a migration from its file: the SQL, where it is SQL."""
        return read_text(file) if file.suffix == ".sql" else ""

    def plausible(self, name: str, state: LedgerState) -> str:
        """The name to write where no file tells it."""
        del state
        return name

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """A new row, as SQL expressions. Raises CannotMark."""
        del state, folder
        return {self.column: ledgers.value(name)}

    def key(self, name: str) -> LedgerRow:
        """What finds the row again."""
        return {self.column: name}

    def read_lock(self, connection: Connection) -> ToolLock | None:
        """The tool's own lock row, where it has one."""
        del connection
        return None

    def applied(self, rows: Sequence[LedgerRow]) -> list[str]:
        """Which rows say that a migration is done."""
        return [self.entry(row) for row in rows]

    def unfinished(self, rows: Sequence[LedgerRow]) -> list[str]:
        """Which rows say that a migration was begun and not ended."""
        del rows
        return []

    # What every tool's file can do ------------------------------------------------------------------------------------------------

    def state(self, connection: Connection) -> LedgerState:
        """Read the ledger and the tool's own lock."""
        rows = sorted(ledgers.read_rows(connection, self.table), key=self._row_order)
        applied, unfinished = tuple(self.applied(rows)), tuple(self.unfinished(rows))
        lock = self.read_lock(connection)
        return LedgerState(tool=self.tool, table=self.ledger, applied=applied, unfinished=unfinished, lock=lock, rows=tuple(rows))

    def known(self, folder: Path | None, state: LedgerState) -> list[Migration]:
        """The app's migrations in the order the tool runs them."""
        place = self.place(folder, state)
        if place is None:
            return []
        return [Migration(self.stored(name), self.words(place / name)) for name in self.file_names(place)]

    def file_names(self, place: Path) -> list[str]:
        """The files the tool would run, in its order."""
        return sorted(names_in(place, self.places), key=self.file_order)  # type: ignore[arg-type]  # each tool's keys are of one type

    def unseen(self, folder: Path | None, state: LedgerState) -> list[str]:
        """Files beside the migrations that the tool does not take."""
        place = self.place(folder, state)
        if place is None:
            return []
        others = (f.name for f in place.iterdir() if f.is_file() and not self.places.runs.search(f.name))
        return sorted(name for name in others if not name.startswith((".", "_")))

    def place(self, folder: Path | None, state: LedgerState) -> Path | None:
        """The folder with the migrations."""
        there = {self.identity(name) for name in (*state.applied, *state.unfinished)}
        return migration_folder(folder or self.folder, self.places, lambda name: self.identity(self.stored(name)) in there)

    def same(self, one: str, other: str) -> bool:
        """Whether two spellings name the same migration."""
        if one == other or (self.keeps_ending and bare(one) != one and bare(other) != other):
            return one.rsplit("/", 1)[-1] == other.rsplit("/", 1)[-1]
        return bool(self.identity(one)) and self.identity(one) == self.identity(other)

    def records(self, migration: Migration | str, state: LedgerState) -> bool:
        """Whether the ledger says that it is applied."""
        return any(self.same(name_of(migration), name) for name in state.applied)

    def mark(self, migration: Migration | str, *, state: LedgerState, folder: Path | None) -> Mark | None:
        """The statement that records it as applied."""
        try:
            return self.written(migration, state, folder)
        except CannotMark:
            return None

    def why_not(self, migration: Migration | str, *, state: LedgerState, folder: Path | None) -> str:
        """The code of what keeps `mark` from giving a statement; empty when nothing does."""
        try:
            self.written(migration, state, folder)
        except CannotMark as reason:
            return reason.code
        return ""

    def written(self, migration: Migration | str, state: LedgerState, folder: Path | None) -> Mark:
        """The mark. Raises CannotMark."""
        if self.records(migration, state):
            raise CannotMark("already_recorded")
        name = self.spelled(migration, state, folder)
        expressions = self.expressions(name, state, folder)
        filled = {**expressions, **_times(self.table, expressions)}
        return Mark(ledgers.insert(self.ledger, filled), ledgers.delete(self.ledger, self.key(name)))

    def spelled(self, migration: Migration | str, state: LedgerState, folder: Path | None) -> str:
        """The migration's name as the ledger holds it. Raises CannotMark when the app's folder does not have it."""
        known = self.known(folder, state)
        found = next((m.name for m in known if self.same(m.name, name_of(migration))), None)
        if known and found is None:
            raise CannotMark("unknown_migration")
        return found or self.plausible(name_of(migration), state)

    def settle_unfinished(self, state: LedgerState, known: list[Migration]) -> Mark | None:
        """Nothing to settle: such a ledger knows only what is done."""
        del state, known
        return None

    def told(self, sql: str, pending: Sequence[str]) -> str | None:
        """An INSERT records the migration whose traces it holds."""
        if not re.match(r"\s*(/\*.*?\*/\s*)*(with\b.*?)?insert\b", sql, re.IGNORECASE | re.DOTALL):
            return None
        return next((n for n in pending if (traces := self.traces(n)) and all(_holds(sql, trace) for trace in traces)), "")

    def traces(self, name: str) -> tuple[str, ...]:
        """The values by which a row of this migration is known in a statement."""
        return tuple(value for value in self.key(name).values() if value is not None)

    def is_own(self, table: str) -> bool:
        """The ledger and its lock."""
        return table in {self.ledger.name, self.lock.name.name if self.lock else self.ledger.name}

    def up_to(self, command: str, migration: str) -> str | None:
        """No command that stops after a migration."""
        del command, migration
        return None

    def _row_order(self, row: LedgerRow) -> tuple[int, bytes]:
        number = row.get(self.ordered_by) or ""
        return (int(number) if number.lstrip("-").isdecimal() else 0), self.entry(row).encode(errors="surrogateescape")


def _holds(sql: str, trace: str) -> bool:
    return literal(trace) in sql or (trace.isdecimal() and re.search(rf"(?<![\w']){trace}(?![\w'])", sql) is not None)


def ending_of_others(name: str, state: LedgerState) -> str:
    """The name with the ending that the ledger's other names have."""
    if bare(name) != name or not state.applied:
        return name
    last = state.applied[-1]
    return name + last[len(bare(last)) :] if bare(last) != last else name


def _times(table: Table, expressions: dict[str, str]) -> dict[str, str]:
    """Times that must be given are now; anything else that must be given we cannot know."""
    found = {}
    for column in table.columns:
        if column.name not in expressions and must_be_given(column):
            if not column.type.startswith(("timestamp", "date")):
                raise CannotMark("needs_values")
            found[column.name] = "now()"
    return found


def must_be_given(column: Column) -> bool:
    """Whether a new row cannot leave it out."""
    return column.not_null and column.default is None and not column.generated and not column.identity


def has_columns(table: Table, *names: str) -> bool:
    """Whether it is a table that has all these columns."""
    return table.kind in {"table", "partitioned"} and {c.name for c in table.columns} >= set(names)


def only_columns(table: Table, *names: str) -> bool:
    """Whether it is a table that has exactly these columns."""
    return table.kind in {"table", "partitioned"} and {c.name for c in table.columns} == set(names)


def type_of(table: Table, column: str) -> str:
    """The column's type; empty where there is none."""
    found = table.column(column)
    return found.type if found else ""
