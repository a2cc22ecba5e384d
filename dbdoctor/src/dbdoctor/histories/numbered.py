"""Tools that know a migration by the number in front of its file's name: Rails, dbmate, Ecto, goose. The first three share a table's name.

Source of the facts: rails/rails activerecord/lib/active_record/schema_migration.rb; amacneil/dbmate pkg/driver/postgres/postgres.go;
elixir-ecto/ecto_sql lib/ecto/migration/schema_migration.ex; pressly/goose internal/dialects/postgres.go.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from dbdoctor.databases.postgresql import ledgers
from dbdoctor.databases.postgresql.ledgers import LedgerRow
from dbdoctor.histories.folders import Places, folders_below, names_in, read_text
from dbdoctor.histories.names import bare, number
from dbdoctor.histories.rowwise import CannotMark, RowLedger, has_columns, only_columns, type_of
from dbdoctor.histories.shapes import LedgerState, Mark, Migration
from dbdoctor.model import Catalog, TableName

_DBMATE_UP = re.compile(r"^--\s*migrate:up\b.*?$(.*?)(?=^--\s*migrate:down\b|\Z)", re.MULTILINE | re.DOTALL)
_GOOSE_UP = re.compile(r"^--\s*\+goose\s+Up\b.*?$(.*?)(?=^--\s*\+goose\s+Down\b|\Z)", re.MULTILINE | re.DOTALL | re.IGNORECASE)


class NumberedLedger(RowLedger):
    """The ledger holds numbers; a migration is called by its file's name."""

    column = "version"
    ordered_by = "version"

    def stored(self, file_name: str) -> str:
        """The file's name without its ending: the number alone says little to people."""
        return bare(file_name)

    def identity(self, name: str) -> str:
        """The number in front."""
        return number(name)

    def file_order(self, file_name: str) -> object:
        """By number, then by name."""
        return int(number(file_name) or "0"), file_name

    def file_names(self, place: Path) -> list[str]:
        """Only what begins with a number."""
        return [name for name in super().file_names(place) if number(name)]

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """The number, as the file spells it where the column is text."""
        del state, folder
        return {self.column: ledgers.value(self._spelled(name))}

    def key(self, name: str) -> LedgerRow:
        """The number."""
        return {self.column: self._spelled(name)}

    def traces(self, name: str) -> tuple[str, ...]:
        """The number."""
        return (self._spelled(name),) if number(name) else ()

    def _spelled(self, name: str) -> str:
        front = re.match(r"\d+", bare(name))
        if front is None:
            raise CannotMark("unknown_migration")
        return front.group() if type_of(self.table, self.column).startswith(("character", "text")) else number(name)


class RailsHistory(NumberedLedger):
    """`schema_migrations` with versions as text, beside `ar_internal_metadata`."""

    tool = "Rails"
    places = Places(usual=("db/migrate",), runs=re.compile(r"^\d+_\w+\.rb$"))

    def up_to(self, command: str, migration: str) -> str | None:
        """`db:migrate VERSION=…`."""
        return f"{command} VERSION={number(migration)}" if re.search(r"\bdb:migrate\s*$", command) and number(migration) else None


class DbmateHistory(NumberedLedger):
    """`schema_migrations` with versions as text alone."""

    tool = "dbmate"
    places = Places(usual=("db/migrations", "migrations"), runs=re.compile(r"^\d+.*\.sql$"))

    def words(self, file: Path) -> str:
        """The part for going up."""
        up = _DBMATE_UP.search(read_text(file))
        return up.group(1).strip() if up else ""


class EctoHistory(NumberedLedger):
    """`schema_migrations` with versions as numbers and the time of each."""

    tool = "Ecto"
    places = Places(usual=("priv/repo/migrations",), runs=re.compile(r"^\d+_\w+\.exs$"))

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """Ecto's times are UTC."""
        return super().expressions(name, state, folder) | {"inserted_at": "(now() AT TIME ZONE 'UTC')::timestamp(0)"}

    def up_to(self, command: str, migration: str) -> str | None:
        """`mix ecto.migrate --to …`."""
        return f"{command} --to {number(migration)}" if re.search(r"\becto\.migrate\s*$", command) and number(migration) else None


class GooseHistory(NumberedLedger):
    """`goose_db_version`: rows are only added; the last one of a version counts."""

    tool = "goose"
    column = "version_id"
    ordered_by = "id"
    places = Places(usual=("migrations", "db/migrations", "sql/migrations", "sql"), runs=re.compile(r"^\d+_.*\.(sql|go)$"))

    def applied(self, rows: Sequence[LedgerRow]) -> list[str]:
        """Versions whose last row says so; the row 0 is only a beginning."""
        last = {self.entry(row): row["is_applied"] == "true" for row in rows}
        return [version for version, there in last.items() if there and version != "0"]

    def words(self, file: Path) -> str:
        """The part for going up."""
        up = _GOOSE_UP.search(read_text(file)) if file.suffix == ".sql" else None
        return up.group(1).strip() if up else ""

    def written(self, migration: Migration | str, state: LedgerState, folder: Path | None) -> Mark:
        """One row more; taking it back leaves the version's older rows, which may say that it was applied and taken back before."""
        mark = super().written(migration, state, folder)
        version = self._spelled(self.spelled(migration, state, folder))
        last = f"SELECT max(id) FROM {ledgers.place(self.ledger)} WHERE {ledgers.where({self.column: version})} AND is_applied"
        return Mark(mark.sql, f"DELETE FROM {ledgers.place(self.ledger)} WHERE id = ({last})")

    def expressions(self, name: str, state: LedgerState, folder: Path | None) -> dict[str, str]:
        """A row that says it is applied."""
        return super().expressions(name, state, folder) | {"is_applied": "true"}

    def up_to(self, command: str, migration: str) -> str | None:
        """`goose … up-to VERSION`."""
        changed = re.sub(r"\bup\s*$", f"up-to {number(migration)}", command)
        return changed if number(migration) and changed != command else None


def detect(catalog: Catalog, folder: Path | None) -> Iterator[NumberedLedger]:
    """Told apart by their columns; Rails and dbmate, which have the same, by what lies beside them."""
    for table in catalog.tables.values():
        if has_columns(table, "version_id", "is_applied"):
            yield GooseHistory(table, folder=folder)
        elif only_columns(table, "version", "inserted_at"):
            yield EctoHistory(table, folder=folder)
        elif only_columns(table, "version") and type_of(table, "version").startswith(("character varying", "text")):
            metadata = TableName(table.name.schema, "ar_internal_metadata") in catalog.tables
            yield DbmateHistory(table, folder=folder) if not metadata and _is_dbmate(folder) else RailsHistory(table, folder=folder)


def _is_dbmate(folder: Path | None) -> bool:
    """SQL files with dbmate's own words, and no file of Rails'."""
    if folder is None or (folder / "db" / "migrate").is_dir():
        return False
    places = (*(folder / place for place in DbmateHistory.places.usual), *folders_below(folder))
    first = ((place / names[0]) for place in places if (names := names_in(place, DbmateHistory.places)))
    return any("migrate:up" in read_text(file) for file in first)
