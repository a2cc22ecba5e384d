"""Random healthy schemas with data: tables of many shapes, keys between them, rows that keep every key."""

import random
from dataclasses import dataclass, field

from dbdoctor.databases.postgresql.connection import literal, quoted

TYPES = ("integer", "bigint", "uuid", "text")
WORDS = (
    "user",
    "order",
    "Invoice",
    "teamMember",
    "tag",
    "Größe",
    "a b",
    'say "hi"',
    "🦢 nest",
    "x" * 50,
    "visit",
    "ledger_entry",
    "Address",
)
ACTIONS = ("", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE", " ON DELETE RESTRICT", " DEFERRABLE INITIALLY DEFERRED")


@dataclass(kw_only=True)
class MadeKey:
    """A foreign key of the schema: the child's column, its parent, whether the column may be NULL."""

    name: str
    child: "MadeTable"
    column: str
    parent: "MadeTable"
    action: str
    nullable: bool

    @property
    def definition(self) -> str:
        return f"FOREIGN KEY ({quoted(self.column)}) REFERENCES {self.parent.sql} ({quoted(self.parent.key)}){self.action}"

    @property
    def add(self) -> str:
        return f"ALTER TABLE {self.child.sql} ADD CONSTRAINT {quoted(self.name)} {self.definition}"

    @property
    def drop(self) -> str:
        return f"ALTER TABLE {self.child.sql} DROP CONSTRAINT {quoted(self.name)}"


@dataclass(kw_only=True)
class MadeTable:
    """A table with a primary key over one column, some further columns, its rows' keys as SQL literals."""

    schema: str
    name: str
    key: str
    type: str
    columns: list[str] = field(default_factory=list)
    keys: list[MadeKey] = field(default_factory=list)
    values: list[str] = field(default_factory=list)

    @property
    def sql(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"


@dataclass(kw_only=True)
class Healthy:
    """A whole schema: the statements that make it, and its tables."""

    tables: list[MadeTable]
    statements: list[str]

    @property
    def keys(self) -> list[MadeKey]:
        return [key for table in self.tables for key in table.keys]


def healthy(chance: random.Random) -> Healthy:
    """Two to six tables, each with zero to two keys to earlier ones (one of them to itself now and then), none to thirty rows."""
    schema = chance.choice(["public", "public", "app", "My Schema"])
    statements = [f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}", f"SET search_path = {quoted(schema)}, public"]
    tables: list[MadeTable] = []
    for name in chance.sample(WORDS, chance.randint(2, 6)):
        table = MadeTable(schema=schema, name=f"{name}s"[:60], key=chance.choice(["id", "Id", "code"]), type=chance.choice(TYPES))
        _with_keys(table, tables, chance, least=1 if tables else 0)
        statements += [_made(table), *_rows(table, chance), *_indexes(table, chance)]
        tables.append(table)
    if chance.random() < 0.3:
        seen = chance.choice(tables)
        statements.append(f"CREATE VIEW {quoted(schema)}.{quoted('seen')} AS SELECT {quoted(seen.key)} FROM {seen.sql}")
    return Healthy(tables=tables, statements=statements)


def value(type_: str, number: int) -> str:
    """The SQL literal of a type for a number; never the same for two numbers."""
    if type_ == "uuid":
        return f"'00000000-0000-4000-8000-{number:012d}'::uuid"
    if type_ == "text":
        return literal(f"k{number} 'é🦢")
    return str(number)


def _with_keys(table: MadeTable, earlier: list[MadeTable], chance: random.Random, *, least: int) -> None:
    table.columns = ["label", *(["note"] if chance.random() < 0.5 else [])]
    for position, parent in enumerate(chance.sample(earlier, min(len(earlier), chance.randint(least, 2)))):
        column = chance.choice([f"{parent.name.lower()}_id", f"{parent.name}Id", f"ref {position}"])[:60]
        action = chance.choice(ACTIONS)
        nullable = chance.random() < 0.6 or "SET NULL" in action
        name = f"{table.name}_{position}_fk"[:55]
        table.keys.append(MadeKey(name=name, child=table, column=column, parent=parent, action=action, nullable=nullable))


def _made(table: MadeTable) -> str:
    columns = [f"{quoted(table.key)} {table.type} PRIMARY KEY", *(f"{quoted(c)} text" for c in table.columns)]
    columns += [f"{quoted(k.column)} {k.parent.type}{'' if k.nullable else ' NOT NULL'}" for k in table.keys]
    columns += [f"CONSTRAINT {quoted(k.name)} {k.definition}" for k in table.keys]
    return f"CREATE TABLE {table.sql} ({', '.join(columns)})"


def _rows(table: MadeTable, chance: random.Random) -> list[str]:
    filled = all(k.parent.values for k in table.keys)
    count = chance.choice([0, 3, 12, 30]) if filled or all(k.nullable for k in table.keys) else 0
    table.values = [value(table.type, n + 1) for n in range(count)]
    names = ", ".join(quoted(c) for c in (table.key, *table.columns, *(k.column for k in table.keys)))
    rows = []
    for key in table.values:
        texts = [literal(chance.choice(["", "plain", 'quo"te', "línea\nnueva", "🦢"])) for _ in table.columns]
        references = [_reference(k, chance) for k in table.keys]
        rows.append(f"({', '.join([key, *texts, *references])})")
    return [f"INSERT INTO {table.sql} ({names}) VALUES {', '.join(rows)}"] if rows else []


def _reference(key: MadeKey, chance: random.Random) -> str:
    none = not key.parent.values or (key.nullable and chance.random() < 0.2)
    return "NULL" if none else chance.choice(key.parent.values)


def _indexes(table: MadeTable, chance: random.Random) -> list[str]:
    wanted = [k.column for k in table.keys if chance.random() < 0.5]
    return [f"CREATE INDEX ON {table.sql} ({quoted(column)})" for column in wanted]
