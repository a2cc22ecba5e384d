"""Clearing the way on a throw-away clone, whatever it costs there: so that a stopped migration shows what else it wants.

Nothing here may ever run outside a clone of ours.
"""

from collections.abc import Sequence

from dbdoctor.databases.postgresql import ddl
from dbdoctor.databases.postgresql.connection import Connection, SqlError, quoted, sql_text
from dbdoctor.model import Catalog, Reference, TableName


def clear(connection: Connection, statements: Sequence[str]) -> None:
    """Run what can be run of the statements; what fails is left."""
    for statement in statements:
        try:
            connection.execute(sql_text(statement))
        except SqlError:
            continue


def without_rows(table: TableName) -> str:
    """No rows, no contradiction."""
    return f"TRUNCATE {ddl.table(table)} CASCADE"


def without_table(table: TableName) -> str:
    """The table and everything that leans on it."""
    return f"DROP TABLE {ddl.table(table)} CASCADE"


def without_column(table: TableName, column: str) -> str:
    """The column and everything that leans on it."""
    return f"ALTER TABLE {ddl.table(table)} DROP COLUMN {quoted(column)} CASCADE"


def without_named(table: TableName, name: str) -> list[str]:
    """Whatever bears the name: a constraint, an index, a type."""
    return [
        f"ALTER TABLE {ddl.table(table)} DROP CONSTRAINT {quoted(name)} CASCADE",
        f"DROP INDEX {quoted(name)} CASCADE",
        f"DROP TYPE {quoted(name)} CASCADE",
    ]


def with_column(table: TableName, column: str) -> str:
    """A column of that name, so that a statement which reads it goes through."""
    return f"ALTER TABLE {ddl.table(table)} ADD COLUMN {quoted(column)} numeric"


def with_type(table: TableName, column: str, type_: str) -> list[str]:
    """The column empty and of the type."""
    named = f"ALTER TABLE {ddl.table(table)} ALTER COLUMN {quoted(column)}"
    return [without_rows(table), f"{named} DROP IDENTITY IF EXISTS", f"{named} DROP DEFAULT", f"{named} TYPE {type_} USING NULL::{type_}"]


def with_parent(catalog: Catalog, reference: Reference, child_type: str) -> list[str]:
    """A parent that this key could point at: there, of the child's type, unique."""
    parent = catalog.find(reference.parent.name, reference.parent.schema or None)
    columns = reference.parent_columns or (parent.primary_key.columns if parent and parent.primary_key else ("id",))
    if parent is None:
        return [f"CREATE TABLE {ddl.table(reference.parent)} ({quoted(columns[0])} {child_type or 'integer'} PRIMARY KEY)"]
    leaning = [
        f"ALTER TABLE {ddl.table(key.child)} DROP CONSTRAINT {quoted(key.name)} CASCADE"
        for key in catalog.foreign_keys()
        if parent.name in {key.parent, key.child}
    ]
    fitted = with_type(parent.name, columns[0], child_type) if child_type and len(columns) == 1 else []
    return [*leaning, *fitted, f"CREATE UNIQUE INDEX ON {ddl.table(parent.name)} ({ddl.columns(columns)})"]
