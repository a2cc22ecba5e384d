"""A statement rewritten so that it says what fits: another type or name. Through sqlglot's tree, never by text."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.generator import Generator

from dbdoctor.model import Reference, TableName
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


def with_wider_reference(
    sql: str, reference: Reference, *, pairs: Sequence[tuple[str, str]], types: Mapping[str, str], dialect: str = "postgres"
) -> str | None:
    """A CREATE TABLE whose key to a part of a parent's key becomes one to the whole; None when the key is not found there.

    `pairs` are the key's columns, the child's and the parent's; `types` those of the child's columns that are yet to be added.
    """
    tree = parsed(sql, dialect=dialect)
    schema = tree.this if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema) else None
    if tree is None or schema is None or not _taken_out(schema, reference):
        return None
    first = next((n for n in schema.expressions if isinstance(n, exp.ColumnDef) and _spelled(n.this, reference.columns[0])), None)
    required = first is not None and any(
        isinstance(c.args.get("kind"), exp.NotNullColumnConstraint) for c in first.args.get("constraints") or []
    )
    for name, type_ in types.items():
        said = [exp.ColumnConstraint(kind=exp.NotNullColumnConstraint())] if required else []
        kind = exp.DataType.build(type_, dialect=dialect, udt=True)
        schema.append("expressions", exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=kind, constraints=said))
    parent = exp.Table(
        this=exp.to_identifier(reference.parent.name, quoted=True),
        db=exp.to_identifier(reference.parent.schema, quoted=True) if reference.parent.schema else None,
    )
    target = exp.Schema(this=parent, expressions=[exp.to_identifier(theirs, quoted=True) for _, theirs in pairs])
    actions = [f"ON DELETE {reference.on_delete}"] if reference.on_delete != "NO ACTION" else []
    actions += [f"ON UPDATE {reference.on_update}"] if reference.on_update != "NO ACTION" else []
    schema.append(
        "expressions",
        exp.ForeignKey(
            expressions=[exp.to_identifier(mine, quoted=True) for mine, _ in pairs],
            reference=exp.Reference(this=target, options=actions),
        ),
    )
    return _written(tree, dialect)


def with_parent_columns(sql: str, reference: Reference, columns: Sequence[str], *, dialect: str = "postgres") -> str | None:
    """The statement with the parent's columns of one of its keys named; None when the key is not found there."""
    tree = parsed(sql, dialect=dialect)
    changed = False
    for node in tree.find_all(exp.Reference) if tree is not None else ():
        table = node.this.this if isinstance(node.this, exp.Schema) else node.this
        key = node.find_ancestor(exp.ForeignKey, exp.ColumnDef)
        own = (
            [i.name for i in key.expressions]
            if isinstance(key, exp.ForeignKey)
            else [key.this.name]
            if isinstance(key, exp.ColumnDef)
            else []
        )
        if own == list(reference.columns) and _spelled(table.this, reference.parent.name):
            node.set("this", exp.Schema(this=table.copy(), expressions=[exp.to_identifier(c, quoted=True) for c in columns]))
            changed = True
    return _written(tree, dialect) if tree is not None and changed else None


def without_reference(sql: str, reference: Reference, *, dialect: str = "postgres") -> str | None:
    """A CREATE TABLE without one of its keys; None when the key is not found there."""
    tree = parsed(sql, dialect=dialect)
    schema = tree.this if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema) else None
    return _written(tree, dialect) if tree is not None and schema is not None and _taken_out(schema, reference) else None


def without_not_null(sql: str, column: str, *, without_default: bool = False, dialect: str = "postgres") -> str | None:
    """The statement with a column that it adds allowed to be NULL (and with no default); None when it adds no such column."""
    tree = parsed(sql, dialect=dialect)
    changed = False
    for node in tree.find_all(exp.ColumnDef) if tree is not None else ():
        if _spelled(node.this, column):
            said = node.args.get("constraints") or []
            gone = (exp.NotNullColumnConstraint, exp.DefaultColumnConstraint) if without_default else (exp.NotNullColumnConstraint,)
            node.set("constraints", [c for c in said if not isinstance(c.args.get("kind"), gone)])
            changed = True
    return _written(tree, dialect) if tree is not None and changed else None


def _taken_out(schema: exp.Schema, reference: Reference) -> bool:
    """Take the key out of a table's definition, wherever it stands there."""
    for node in list(schema.expressions):
        if isinstance(node, exp.ColumnDef) and len(reference.columns) == 1 and _spelled(node.this, reference.columns[0]):
            said = node.args.get("constraints") or []
            kept = [c for c in said if not isinstance(c.args.get("kind"), exp.Reference)]
            node.set("constraints", kept)
            if len(kept) < len(said):
                return True
        key = next(node.find_all(exp.ForeignKey), None) if not isinstance(node, exp.ColumnDef) else None
        if key is not None and [i.name for i in key.expressions] == list(reference.columns):
            schema.set("expressions", [n for n in schema.expressions if n is not node])
            return True
    return False


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
