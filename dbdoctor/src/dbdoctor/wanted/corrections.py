"""A statement rewritten so that it says what fits: another type or name. Through sqlglot's tree, never by text."""

from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.generator import Generator

from dbdoctor.model import TableName
from dbdoctor.wanted.effects import parsed


class _Faithful(Postgres.Generator):  # type: ignore[misc, valid-type]  # a class, which sqlglot stores as a variable
    """Writes a statement back as it was: SERIAL stays SERIAL (sqlglot would make it an identity column)."""

    TRANSFORMS: ClassVar = {kind: rule for kind, rule in Postgres.Generator.TRANSFORMS.items() if kind is not exp.ColumnDef}


def with_column_type(sql: str, column: str, new_type: str, *, dialect: str = "postgres") -> str | None:
    """The statement with the column it defines given another type; None when it defines no such column."""
    tree = parsed(sql, dialect=dialect)
    changed = False
    for node in tree.find_all(exp.ColumnDef) if tree is not None else ():
        if _spelled(node.this, column):
            node.set("kind", exp.DataType.build(new_type, dialect=dialect, udt=True))
            # A default made for the old type (a generated uuid, say) would not fit the new one.
            said = node.args.get("constraints") or []
            node.set("constraints", [c for c in said if not isinstance(c.args.get("kind"), exp.DefaultColumnConstraint)])
            changed = True
    return _written(tree, dialect) if tree is not None and changed else None


def with_column_name(sql: str, old: str, new: str, *, dialect: str = "postgres") -> str | None:
    """The statement with every column called `old` called `new` instead."""
    tree = parsed(sql, dialect=dialect)
    found = [i for i in tree.find_all(exp.Identifier) if _spelled(i, old) and _names_a_column(i)] if tree is not None else []
    for identifier in found:
        identifier.replace(exp.to_identifier(new, quoted=True))
    return _written(tree, dialect) if tree is not None and found else None


def with_table_name(sql: str, old: TableName, new: TableName, *, dialect: str = "postgres") -> str | None:
    """The statement with every mention of table `old` turned to `new`."""
    tree = parsed(sql, dialect=dialect)
    found = [t for t in tree.find_all(exp.Table) if _spelled(t.this, old.name)] if tree is not None else []
    for table in found:
        table.set("this", exp.to_identifier(new.name, quoted=True))
        table.set("db", exp.to_identifier(new.schema, quoted=True) if new.schema else None)
    for column in tree.find_all(exp.Column) if tree is not None and found else ():
        if _spelled(column.args.get("table"), old.name):
            column.set("table", exp.to_identifier(new.name, quoted=True))
    return _written(tree, dialect) if tree is not None and found else None


def without_guard(sql: str, *, dialect: str = "postgres") -> str:
    """The statement without IF NOT EXISTS, so that it cannot be skipped in silence."""
    tree = parsed(sql, dialect=dialect)
    if tree is None:
        return sql
    for node in tree.find_all(exp.Create, exp.ColumnDef):
        node.set("exists", None)
    return _written(tree, dialect)


def _spelled(node: object, name: str) -> bool:
    if not isinstance(node, exp.Identifier):
        return False
    return bool(node.this == name if node.args.get("quoted") else str(node.this).lower() == name)


def _names_a_column(identifier: exp.Identifier) -> bool:
    parent = identifier.parent
    holds_columns = isinstance(parent, exp.Column | exp.ColumnDef | exp.Schema | exp.ForeignKey | exp.AlterColumn)
    return parent is not None and holds_columns and parent.args.get("table") is not identifier


def _written(tree: exp.Expression, dialect: str) -> str:
    writer: Generator = _Faithful() if dialect == "postgres" else Generator(dialect=dialect)
    return writer.generate(tree)
