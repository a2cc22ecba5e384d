"""The statements of repairs, each with the one that takes it back. Names are always quoted and qualified."""

from collections.abc import Sequence

from dbdoctor.databases.postgresql.connection import literal, quoted
from dbdoctor.model import Reference, TableName

QUARANTINE_SCHEMA = "dbdoctor"
LONGEST_NAME = 63


def table(name: TableName) -> str:
    """The quoted, qualified name (unqualified when the schema is unknown)."""
    return f"{quoted(name.schema)}.{quoted(name.name)}" if name.schema else quoted(name.name)


def columns(names: Sequence[str]) -> str:
    """Quoted names in a row."""
    return ", ".join(quoted(name) for name in names)


def references(reference: Reference) -> str:
    """The REFERENCES part of a column or a key."""
    text = f"REFERENCES {table(reference.parent)} ({columns(reference.parent_columns)})"
    text += f" ON DELETE {reference.on_delete}" if reference.on_delete != "NO ACTION" else ""
    return text + (f" ON UPDATE {reference.on_update}" if reference.on_update != "NO ACTION" else "")


def add_column(
    name: TableName, column: str, type_: str, *, default: str = "", not_null: bool = False, reference: Reference | None = None
) -> str:
    """ALTER TABLE … ADD COLUMN."""
    parts = [quoted(column), type_, *([f"DEFAULT {default}"] if default else []), *(["NOT NULL"] if not_null else [])]
    return f"ALTER TABLE {table(name)} ADD COLUMN {' '.join(parts)}" + (f" {references(reference)}" if reference else "")


def drop_column(name: TableName, column: str) -> str:
    """ALTER TABLE … DROP COLUMN."""
    return f"ALTER TABLE {table(name)} DROP COLUMN {quoted(column)}"


def convert_column(
    name: TableName, column: str, type_: str, *, holds_values: bool, without_default: bool = False, default: str = ""
) -> str:
    """ALTER COLUMN … TYPE through text; an empty column is converted by writing NULLs of the new type.

    A default made for the old type is dropped first (`without_default`), or set again after (`default`).
    """
    using = f"{quoted(column)}::text::{type_}" if holds_values else f"NULL::{type_}"
    alter = f"ALTER COLUMN {quoted(column)}"
    parts = [*([f"{alter} DROP DEFAULT"] if without_default else []), f"{alter} TYPE {type_} USING {using}"]
    return f"ALTER TABLE {table(name)} " + ", ".join([*parts, *([f"{alter} SET DEFAULT {default}"] if default else [])])


def unique_index(name: TableName, on: Sequence[str], index: str) -> str:
    """CREATE UNIQUE INDEX CONCURRENTLY."""
    return f"CREATE UNIQUE INDEX CONCURRENTLY {quoted(index)} ON {table(name)} ({columns(on)})"


def drop_index(name: TableName, index: str) -> str:
    """DROP INDEX of the table's schema."""
    return f"DROP INDEX {quoted(name.schema)}.{quoted(index)}"


def drop_constraint(name: TableName, constraint: str) -> str:
    """ALTER TABLE … DROP CONSTRAINT."""
    return f"ALTER TABLE {table(name)} DROP CONSTRAINT {quoted(constraint)}"


def add_constraint(name: TableName, constraint: str, definition: str) -> str:
    """ALTER TABLE … ADD CONSTRAINT with the definition the catalog prints."""
    return f"ALTER TABLE {table(name)} ADD CONSTRAINT {quoted(constraint)} {definition}"


def add_foreign_key(reference: Reference) -> str:
    """ALTER TABLE … ADD FOREIGN KEY, named by the server."""
    return f"ALTER TABLE {table(reference.child)} ADD FOREIGN KEY ({columns(reference.columns)}) {references(reference)}"


def add_foreign_key_not_valid(reference: Reference, constraint: str) -> str:
    """A key that checks new rows and leaves old ones alone."""
    return add_constraint(reference.child, constraint, f"FOREIGN KEY ({columns(reference.columns)}) {references(reference)} NOT VALID")


def drop_table(name: TableName) -> str:
    """DROP TABLE, refused when something depends on it."""
    return f"DROP TABLE {table(name)}"


def drop_type(name: TableName) -> str:
    """DROP TYPE, refused when something depends on it."""
    return f"DROP TYPE {table(name)}"


def fitting(name: str, *, ending: str = "") -> str:
    """The name with the ending, so short that PostgreSQL does not cut it: 63 bytes, cut between characters and before the ending."""
    return name.encode()[: LONGEST_NAME - len(ending.encode())].decode(errors="ignore") + ending


def quarantine(name: TableName) -> TableName:
    """Where rows of a table are kept when they must leave it."""
    place = "" if name.schema in {"", "public"} else f"{name.schema}_"
    return TableName(QUARANTINE_SCHEMA, fitting(f"quarantine_{place}{name.name}"))


def make_quarantine(name: TableName) -> list[str]:
    """The schema and a table of the same columns, with when and why in front; one that is there already is used again."""
    as_it_is = f"SELECT now() AS quarantined_at, ''::text AS quarantine_reason, t.* FROM {table(name)} t"
    return [
        f"CREATE SCHEMA IF NOT EXISTS {quoted(QUARANTINE_SCHEMA)}",
        f"CREATE TABLE IF NOT EXISTS {table(quarantine(name))} AS {as_it_is} LIMIT 0",
    ]


def at_once(name: TableName, statements: Sequence[str]) -> str:
    """The statements as one step, with nobody else writing to the table between them: what is copied is what is then changed."""
    return "; ".join([f"LOCK TABLE {table(name)} IN SHARE ROW EXCLUSIVE MODE", *statements])


def twins_condition(name: TableName, filled: Sequence[str]) -> str:
    """All but the first of the rows `t` that are equal in every column, as text; rows with a NULL in `filled` are left alone."""
    there = " AND ".join(f"o.{quoted(c)} IS NOT NULL" for c in filled)
    return (
        "(t.tableoid, t.ctid) IN (SELECT w.part, w.place FROM (SELECT o.tableoid AS part, o.ctid AS place,"
        f" row_number() OVER (PARTITION BY o::text ORDER BY o.tableoid, o.ctid) AS n FROM {table(name)} o WHERE {there}) w WHERE w.n > 1)"
    )


def orphans_condition(reference: Reference, alias: str) -> str:
    """The rows of `alias` whose value no parent has."""
    pairs = " AND ".join(f"p.{quoted(p)} = {alias}.{quoted(c)}" for c, p in zip(reference.columns, reference.parent_columns, strict=True))
    filled = " AND ".join(f"{alias}.{quoted(c)} IS NOT NULL" for c in reference.columns)
    return f"{filled} AND NOT EXISTS (SELECT FROM {table(reference.parent)} p WHERE {pairs})"


def keep_copy(name: TableName, reason: str, condition: str) -> str:
    """Copy the rows `t` that meet the condition into quarantine."""
    return f"INSERT INTO {table(quarantine(name))} SELECT now(), {literal(reason)}, t.* FROM {table(name)} t WHERE {condition}"


def remove_rows(name: TableName, condition: str) -> str:
    """Take the rows `t` that meet the condition out of the table."""
    return f"DELETE FROM {table(name)} t WHERE {condition}"


def empty_columns(name: TableName, names: Sequence[str], condition: str) -> str:
    """Write NULL into the columns of the rows `t` that meet the condition."""
    return f"UPDATE {table(name)} t SET {', '.join(f'{quoted(c)} = NULL' for c in names)} WHERE {condition}"


def number_in_order(name: TableName, column: str, key: Sequence[str]) -> str:
    """Number the rows 0, 1, 2 … in the order they have, ties by primary key; only rows whose number changes are written."""
    on = " AND ".join(f"t.{quoted(k)} = n.{quoted(k)}" for k in key)
    return (
        f"UPDATE {table(name)} t SET {quoted(column)} = n.place FROM"
        f" (SELECT {columns(key)}, row_number() OVER (ORDER BY {quoted(column)}, {columns(key)})"
        f" - 1 + (SELECT min({quoted(column)}) FROM {table(name)}) AS place FROM {table(name)} WHERE {quoted(column)} IS NOT NULL) n"
        f" WHERE {on} AND t.{quoted(column)} IS DISTINCT FROM n.place"
    )
