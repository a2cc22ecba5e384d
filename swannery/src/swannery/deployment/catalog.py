"""What the app's database holds, as far as the detection looks at it."""

import re
from collections.abc import Callable
from typing import NamedTuple

import msgspec


def visible(text: str, *, keep: str = "") -> str:
    """Names come from a catalog anybody may have filled: nothing in them steers the terminal or begins a line."""
    return "".join(c if c.isprintable() or c in keep else " " if c.isspace() else "�" for c in text)


class TableName(NamedTuple):
    """A table's name with its schema, exactly as the catalog spells them."""

    schema: str
    name: str

    def __str__(self) -> str:
        """As people would write it, fit to be shown: the schema only where it is not public."""
        return visible(self.name if self.schema == "public" else f"{self.schema}.{self.name}")


class HostColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column; `type` as format_type spells it, `labels` those of an enum."""

    name: str
    type: str
    not_null: bool = False
    labels: tuple[str, ...] = ()


class HostKey(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign key of one column."""

    column: str
    parent: TableName
    parent_column: str


class HostTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table; `primary` is its primary key where that is a single column, `unique` other columns that are unique by themselves."""

    name: TableName
    columns: tuple[HostColumn, ...]
    primary: str | None = None
    unique: tuple[str, ...] = ()
    keys: tuple[HostKey, ...] = ()
    may_read: bool = True

    def column(self, name: str) -> HostColumn | None:
        """The column of exactly that name."""
        return next((column for column in self.columns if column.name == name), None)


class HostCatalog(msgspec.Struct, frozen=True, kw_only=True):
    """All tables of the app, in the order of their names."""

    tables: tuple[HostTable, ...]

    def find(self, name: TableName) -> HostTable | None:
        """The table of exactly that name."""
        return next((table for table in self.tables if table.name == name), None)

    def called(self, text: str) -> list[HostTable]:
        """Return the tables a person may mean: with or without schema, with or without quotes."""
        return [table for table in self.tables if text in _spellings(table.name)]

    def keys_to(self, name: TableName) -> int:
        """How many keys point at the table."""
        return sum(1 for table in self.tables for key in table.keys if key.parent == name)


# Some different values of a column of text: (table, column) in, values out.
Sample = Callable[[TableName, str], tuple[str, ...]]


def quoted(name: str) -> str:
    """Return an identifier in quotes, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def readable(name: str) -> str:
    """Return an identifier as people write it: in quotes only where SQL needs them."""
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else quoted(name)


def _spellings(name: TableName) -> set[str]:
    bare = {name.name, quoted(name.name)}
    return bare | {f"{schema}.{table}" for schema in (name.schema, quoted(name.schema)) for table in bare}


def words(name: str) -> str:
    """Return a name in small letters with underscores: `firstName` → `first_name`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", apart.lower()).strip("_")


def family(type_name: str) -> str:
    """Return which types may be compared by a key: integer, uuid, text, time, boolean; '' for all others."""
    bare = re.sub(r"\(\d+\)", "", type_name).strip()
    families = {
        "integer": ("smallint", "integer", "bigint"),
        "uuid": ("uuid",),
        "text": ("text", "citext", "character varying", "character"),
        "time": ("timestamp without time zone", "timestamp with time zone", "date"),
        "boolean": ("boolean",),
    }
    return next((name for name, members in families.items() if bare in members), "")
