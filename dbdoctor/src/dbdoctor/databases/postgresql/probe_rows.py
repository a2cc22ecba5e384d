"""Rows that are tried and taken back: made like one that is there, or from nothing, with every value given so that no sequence moves."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from psycopg import sql

from dbdoctor.databases.postgresql.connection import Connection, SqlError, literal, sql_text
from dbdoctor.databases.postgresql.probe_values import NoValue, Values
from dbdoctor.databases.postgresql.rows import identifier
from dbdoctor.model import Catalog, Column, ForeignKey, Key, Table, TableName

Style = Literal["copy", "plain"]
STYLES: tuple[Style, ...] = ("copy", "plain")
NOTHING: Mapping[str, str | None] = {}
_DEEPEST = 3
_USE_DEFAULT = "\x00default"  # no text in PostgreSQL can hold this


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was inserted: where it lies, and all it holds as text."""

    table: TableName
    oid: int
    ctid: str
    values: dict[str, str | None]

    def condition(self) -> sql.Composed:
        """Finds exactly this row, in whichever partition it lies."""
        return sql.SQL("ctid = {}::tid AND tableoid = {}").format(sql.Literal(self.ctid), sql.Literal(self.oid))


class ProbeRows:
    """Makes and inserts rows inside a transaction that the caller rolls back."""

    def __init__(self, connection: Connection, catalog: Catalog) -> None:
        self.connection = connection
        self.catalog = catalog
        self.values = Values(connection)

    def insert_new(
        self, name: TableName, *, style: Style, fixed: Mapping[str, str | None] = NOTHING, filled: Sequence[str] = (), depth: int = 0
    ) -> Placed:
        """Insert a row that collides with no other: `fixed` columns hold just that, `filled` ones are not NULL.

        Raises NoValue where none can be made up, or the server's error.
        """
        if depth > _DEEPEST:
            message = f"rows of {name} need ever more parents"
            raise NoValue(message)
        table = self.catalog.tables[name]
        row: dict[str, str | None] = dict(fixed)
        base = self.existing(table) if style == "copy" else None
        for key in table.keys:
            self._make_unique(table, key, row=row, base=base, fixed=fixed, depth=depth)
        for foreign in table.foreign_keys if base is None else ():
            self._give_parent(table, foreign, row=row, filled=filled, depth=depth)
        for column in table.columns:
            if column.name not in row and not column.generated:
                row[column.name] = self._ordinary(column, base, needed=column.name in filled)
        return self.insert(table, row, fixed)

    def insert(self, table: Table, row: Mapping[str, str | None], fixed: Mapping[str, str | None]) -> Placed:
        """Insert exactly this row; raises NoValue where a trigger or rule swallowed it or changed what is fixed."""
        types = {column.name: column.type for column in table.columns}
        names = [column.name for column in table.columns if column.name in row]
        same = [sql.SQL("{} IS NOT DISTINCT FROM {}").format(sql.Identifier(n), _value(v, types[n])) for n, v in fixed.items()]
        returned = [sql.SQL("tableoid::bigint"), sql.SQL("ctid::text"), *same]
        returned += [sql.SQL("{}::text").format(sql.Identifier(column.name)) for column in table.columns]
        query = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({}) RETURNING {}").format(
            identifier(table.name),
            sql.SQL(", ").join(sql.Identifier(n) for n in names),
            sql.SQL(", ").join(_value(row[n], types[n]) for n in names),
            sql.SQL(", ").join(returned),
        )
        found = self.connection.execute(query).fetchone()
        if found is None:
            message = f"a trigger or rule of {table.name} swallows the row"
            raise NoValue(message)
        if not all(found[2 : 2 + len(same)]):
            message = f"a trigger of {table.name} changes the row"
            raise NoValue(message)
        held = dict(zip((column.name for column in table.columns), found[2 + len(same) :], strict=True))
        return Placed(table=table.name, oid=found[0], ctid=found[1], values=held)

    def existing(self, table: Table) -> dict[str, str | None] | None:
        """Some row of the table as text."""
        columns = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(column.name)) for column in table.columns)
        row = self.connection.execute(sql.SQL("SELECT {} FROM {} LIMIT 1").format(columns, identifier(table.name))).fetchone()
        return dict(zip((column.name for column in table.columns), row, strict=True)) if row else None

    def _make_unique(
        self,
        table: Table,
        key: Key,
        *,
        row: dict[str, str | None],
        base: Mapping[str, str | None] | None,
        fixed: Mapping[str, str | None],
        depth: int,
    ) -> None:
        names = _columns_of(table, key)
        if any(name in row and name not in fixed for name in names) or not names:
            return  # one of them is new already
        free = [name for name in names if name not in row]
        foreign = {name for one in table.foreign_keys for name in one.columns}
        if not free:
            return
        if chosen := sorted((n for n in free if n not in foreign), key=lambda n: _fitness(_column(table, n))):
            like = base.get(chosen[0]) if base else None
            if base is None and not key.primary and not _column(table, chosen[0]).not_null:
                return  # NULL collides with nothing
            row[chosen[0]] = self.values.absent(_column(table, chosen[0]).type, [(table.name, chosen[0])], like=like)
            return
        leaning = next(one for one in table.foreign_keys if set(one.columns) & set(free))
        if leaning.parent == table.name:
            return
        self._lean_on(leaning, self.insert_new(leaning.parent, style="copy", filled=leaning.parent_columns, depth=depth + 1), row)

    def _give_parent(self, table: Table, key: ForeignKey, *, row: dict[str, str | None], filled: Sequence[str], depth: int) -> None:
        """Where the key's columns must hold something: a parent that is there, else a new one."""
        needed = any((_column(table, n).not_null or n in filled) and n not in row for n in key.columns)
        if not needed:
            return
        if key.parent == table.name:
            row |= {c: row.get(p) for c, p in zip(key.columns, key.parent_columns, strict=True) if c not in row}
            return
        there = self.existing(self.catalog.tables[key.parent])
        if there is not None:
            row |= {c: there[p] for c, p in zip(key.columns, key.parent_columns, strict=True) if c not in row}
        else:
            self._lean_on(key, self.insert_new(key.parent, style="plain", filled=key.parent_columns, depth=depth + 1), row)

    def _lean_on(self, key: ForeignKey, parent: Placed, row: dict[str, str | None]) -> None:
        row |= {c: parent.values[p] for c, p in zip(key.columns, key.parent_columns, strict=True) if c not in row}

    def _ordinary(self, column: Column, base: Mapping[str, str | None] | None, *, needed: bool) -> str | None:
        if base is not None and (base[column.name] is not None or not needed):
            return base[column.name]
        if not (column.not_null or needed):
            return None
        if column.default and "nextval(" not in column.default and not column.identity:
            return _USE_DEFAULT
        return self.values.plain(column.type)


def try_styles(
    rows: ProbeRows, name: TableName, *, fixed: Mapping[str, str | None] = NOTHING, filled: Sequence[str] = ()
) -> tuple[Placed, Style]:
    """Insert a new row in whichever style works; raises what the first style met where none does."""
    first: NoValue | SqlError | None = None
    for style in STYLES:
        try:
            with rows.connection.transaction():
                return rows.insert_new(name, style=style, fixed=fixed, filled=filled), style
        except (NoValue, SqlError) as error:
            first = first or error
    raise first or NoValue("no style")


def _columns_of(table: Table, key: Key) -> list[str]:
    """The columns a key rests on, those inside its expressions too."""
    if not key.expression:
        return [name for name in key.columns if not _column(table, name).generated]
    text = next((index.definition for index in table.indexes if index.name == key.name), "")
    return [column.name for column in table.columns if column.name in text and not column.generated]


def _column(table: Table, name: str) -> Column:
    found = table.column(name)
    if found is None:
        message = f"{table.name} has no column {name}"
        raise NoValue(message)
    return found


def _fitness(column: Column) -> int:
    """Which column of a key is best given a new value: numbers and uuids first, dates (partitions hang on them) last."""
    order = ("uuid", "bigint", "integer", "text", "character varying", "numeric", "smallint")
    return next((place for place, start in enumerate(order) if column.type.startswith(start)), len(order))


def _value(value: str | None, type_: str) -> sql.Composable:
    if value is None:
        return sql.SQL("NULL")
    if value == _USE_DEFAULT:
        return sql.SQL("DEFAULT")
    return sql.SQL("CAST({} AS {})").format(sql.SQL(sql_text(literal(value))), sql.SQL(sql_text(type_)))
