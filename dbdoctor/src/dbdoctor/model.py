"""A schema in neutral words: what the catalog of any database holds, and what somebody wants of it."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

Action = Literal["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]
ConstraintKind = Literal["primary", "unique", "foreign", "check", "exclusion"]
Persistence = Literal["permanent", "unlogged", "temporary"]
TableKind = Literal["table", "partitioned", "view", "materialized view", "foreign table", "partition"]


# gc=False: structs that hold only text cannot be part of a cycle, and a big catalog has a hundred thousand of them.
class TableName(msgspec.Struct, frozen=True, order=True, gc=False):
    """A table's name with its schema, both exactly as the catalog spells them (no quotes)."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


class Column(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One column; `type` is the database's own full spelling, e.g. `character varying(255)`."""

    name: str
    type: str
    not_null: bool = False
    default: str | None = None
    generated: bool = False
    identity: bool = False


class Key(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A primary key or a unique constraint or a bare unique index."""

    name: str
    columns: tuple[str, ...]
    primary: bool = False
    constraint: bool = True
    deferrable: bool = False
    valid: bool = True
    partial: bool = False
    expression: bool = False

    @property
    def may_be_referenced(self) -> bool:
        """Whether a foreign key can lean on it: full, valid, immediate, plain columns."""
        return self.valid and not (self.partial or self.expression or self.deferrable)


class ForeignKey(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A foreign key as it stands; `enforced` is false when its triggers are disabled or it says NOT ENFORCED."""

    name: str
    child: TableName
    columns: tuple[str, ...]
    parent: TableName
    parent_columns: tuple[str, ...]
    on_delete: Action = "NO ACTION"
    on_update: Action = "NO ACTION"
    deferrable: bool = False
    validated: bool = True
    enforced: bool = True
    definition: str = ""


class Index(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Any index; `columns` holds the plain columns in order, expressions left out."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    valid: bool = True
    definition: str = ""


class Constraint(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A constraint by its name, with the definition the database would print."""

    name: str
    kind: ConstraintKind
    definition: str


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table, view or the like; `rows_estimated` is the planner's guess, −1 when it has none.

    `inherits` names the tables it is a child or a partition of; `partition_columns` are the plain columns it is partitioned by.
    """

    name: TableName
    kind: TableKind = "table"
    columns: tuple[Column, ...] = ()
    keys: tuple[Key, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    owner: str = ""
    rows_estimated: int = -1
    bytes: int = 0
    persistence: Persistence = "permanent"
    inherits: tuple[TableName, ...] = ()
    partition_columns: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """The column of exactly that name."""
        return next((c for c in self.columns if c.name == name), None)

    @property
    def primary_key(self) -> Key | None:
        """Its primary key."""
        return next((k for k in self.keys if k.primary), None)


class Catalog(msgspec.Struct, frozen=True, kw_only=True):
    """What one database holds, read in one moment."""

    dialect: str
    server_version: str
    major: int
    database: str
    user: str
    search_path: tuple[str, ...]
    tables: dict[TableName, Table]
    enums: dict[TableName, tuple[str, ...]] = {}
    superuser: bool = False
    read_only: bool = False

    def find(self, name: str, schema: str | None = None) -> Table | None:
        """The table a statement means by `name`: in `schema` if given, else the first hit on the search path."""
        for candidate in [schema] if schema else self.search_path:
            table = self.tables.get(TableName(candidate, name))
            if table:
                return table
        return None

    def foreign_keys(self) -> Iterator[ForeignKey]:
        """Every foreign key of every table."""
        for table in self.tables.values():
            yield from table.foreign_keys

    def children_of(self, parent: TableName) -> list[ForeignKey]:
        """The foreign keys that point at `parent`."""
        return [key for key in self.foreign_keys() if key.parent == parent]

    def deleted_with(self, parents: Iterable[TableName]) -> set[TableName]:
        """The tables themselves, and all whose rows go when rows of them are deleted (ON DELETE CASCADE, over any number of keys)."""
        reached = set(parents)
        todo = list(reached)
        while todo:
            below = {key.child for key in self.children_of(todo.pop()) if key.on_delete == "CASCADE"} - reached
            reached |= below
            todo += below
        return reached


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign key somebody wants. Names may be unresolved: `schema` is empty when the statement gave none."""

    child: TableName
    columns: tuple[str, ...]
    parent: TableName
    parent_columns: tuple[str, ...] = ()
    constraint: str = ""
    on_delete: Action = "NO ACTION"
    on_update: Action = "NO ACTION"
    not_valid: bool = False
    column_type: str = ""
    child_is_new: bool = False


class ServerError(msgspec.Struct, frozen=True, kw_only=True):
    """An error as the server reported it; `position` is 1-based in the statement's text, 0 when it gave none.

    `table`, `column` and `constraint` are the objects the server itself named beside its message, '' where it named none.
    """

    sqlstate: str
    message: str
    detail: str = ""
    hint: str = ""
    context: str = ""
    position: int = 0
    table: TableName = TableName("", "")
    column: str = ""
    constraint: str = ""


class Scaffold(msgspec.Struct, frozen=True, kw_only=True):
    """The views in the way of a change: statements that take them down, and those that put them up again."""

    names: tuple[str, ...]
    down: tuple[str, ...]
    up: tuple[str, ...]


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger or rule of a table. `before` means that it may keep the write from happening: BEFORE, INSTEAD OF, DO INSTEAD."""

    kind: Literal["trigger", "rule"]
    name: str
    function: str = ""
    source: str = ""
    events: tuple[str, ...] = ()
    before: bool = False
    enabled: bool = True
    definition: str = ""
