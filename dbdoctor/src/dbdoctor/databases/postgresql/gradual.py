"""Big changes in small steps, for tables that are written all the time: a column's type by a second column, a key in two.

A column: a second one is added and a trigger keeps it in step, the rows that are there are written in batches, what is equal is proven,
and in one short lock the two change names. The old column stays, kept in step the other way, so that an undo loses nothing that was
written since; `clean` takes it away. (The pattern is pgroll's.)
"""

import re
from collections.abc import Iterator
from typing import LiteralString

import msgspec

from dbdoctor.databases.postgresql import ddl
from dbdoctor.databases.postgresql.connection import Connection, quoted
from dbdoctor.findings import Fact, SqlStep
from dbdoctor.model import Index, Reference, Table, TableName

FIRST_WITH_NOT_VALID_ON_PARTITIONED = 18
_PLAIN_INDEX = re.compile(r"^CREATE (UNIQUE )?INDEX .* USING btree \(([^()]*)\)$", re.DOTALL)
_GOES_WITH_IT = "SELECT 'this goes away with the column'"

# What leans on a column and would not follow when another takes its name: plain indexes and its own default are dealt with.
_LEANING: LiteralString = """
SELECT pg_describe_object(d.classid, d.objid, d.objsubid)
FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass(%(table)s) AND a.attname = %(column)s
  AND NOT (d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_index i WHERE i.indexrelid = d.objid))
  AND NOT (d.classid = 'pg_attrdef'::regclass AND d.deptype = 'a')
  AND NOT (d.classid = 'pg_constraint'::regclass AND EXISTS (SELECT FROM pg_constraint k WHERE k.oid = d.objid AND k.contype = 'n'))
UNION ALL SELECT 'rights on the column' FROM pg_attribute
WHERE attrelid = to_regclass(%(table)s) AND attname = %(column)s AND attacl IS NOT NULL
UNION ALL SELECT 'a comment on the column' FROM pg_attribute
WHERE attrelid = to_regclass(%(table)s) AND attname = %(column)s AND col_description(attrelid, attnum) IS NOT NULL
UNION ALL SELECT 'the publication ' || pubname FROM pg_publication  -- who receives its rows would have to know the second column
WHERE to_regclass(%(table)s) IN (SELECT relid FROM pg_get_publication_tables(pubname::text))
UNION ALL SELECT 'children of the table' FROM pg_inherits WHERE inhparent = to_regclass(%(table)s)
UNION ALL SELECT 'its being a child of another table' FROM pg_inherits WHERE inhrelid = to_regclass(%(table)s)"""

# Since PostgreSQL 18 a column's NOT NULL has a name, which shall be the same afterwards.
_NOT_NULL: LiteralString = """
SELECT k.conname FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND k.conkey = ARRAY[a.attnum]
WHERE k.contype = 'n' AND k.conrelid = to_regclass(%(table)s) AND a.attname = %(column)s"""

_INDEXES_ON_IT: LiteralString = """
SELECT DISTINCT c.relname FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'i'
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.classid = 'pg_class'::regclass AND d.refobjid = to_regclass(%(table)s) AND a.attname = %(column)s"""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A column's new type; `using` and `back` are expressions over the quoted column (empty: through text).

    `default` is the one it shall have then, `not_null_name` what `not_null_name()` says.
    """

    table: Table
    column: str
    to_type: str
    default: str = ""
    using: str = ""
    back: str = ""
    not_null_name: str = ""


class _Names(msgspec.Struct, frozen=True, kw_only=True):
    """All the names that a change needs, quoted; `trigger` sorts behind an app's own, so that it sees what they have made of a row."""

    table: str
    column: str
    new: str
    old: str
    function: str
    trigger: str
    equal: str
    filled: str


def obstacles(connection: Connection, table: Table, column: str) -> list[str]:
    """Why the type of this column cannot be changed gradually, as the server names it; nothing where it can."""
    found = table.column(column)
    if found is None or found.generated or found.identity:
        return ["its being computed, or an identity"]
    if table.kind != "table":
        return [f"its table being a {table.kind}"]
    asked = {"table": ddl.table(table.name), "column": column}
    leaning = {str(row[0]) for row in connection.execute(_LEANING, asked).fetchall()}
    indexed = {str(row[0]) for row in connection.execute(_INDEXES_ON_IT, asked).fetchall()}
    odd = {f"index {index.name}" for index in table.indexes if index.name in indexed and not _is_plain(index)}
    return sorted(leaning | odd)


def not_null_name(connection: Connection, table: Table, column: str) -> str:
    """The name of the column's NOT NULL, where the server gives it one."""
    row = connection.execute(_NOT_NULL, {"table": ddl.table(table.name), "column": column}).fetchone()
    return str(row[0]) if row else ""


def steps_for_gradual_conversion(change: Change) -> tuple[SqlStep, ...]:
    """Change the type of a big, busy table's column without keeping anybody waiting; ask `obstacles` first."""
    names = _names(change)
    column = change.table.column(change.column)
    indexes = [index for index in change.table.indexes if change.column in index.columns]
    facts: dict[str, Fact] = {"table": str(change.table.name), "column": change.column, "to": change.to_type}
    facts["from"] = column.type if column else ""
    steps = [_second_column(change, names), _fill(change, names)]
    steps += [_second_index(change, names, index) for index in indexes]
    steps += _prove(change, names)
    steps.append(_swap(change, names, indexes))
    return tuple(msgspec.structs.replace(step, facts={**step.facts, **facts}) for step in steps)


def _names(change: Change) -> _Names:
    name, column = change.table.name, change.column
    both = f"{name.name}_{column}"
    return _Names(
        table=ddl.table(name),
        column=quoted(column),
        new=quoted(ddl.fitting(column, ending="_dbdoctor_new")),
        old=quoted(ddl.fitting(column, ending="_dbdoctor_old")),
        function=ddl.table(TableName(name.schema, ddl.fitting(both, ending="_dbdoctor_keep"))),
        trigger=quoted(ddl.fitting(f"~{column}", ending="_dbdoctor_keep")),
        equal=quoted(ddl.fitting(column, ending="_dbdoctor_equal")),
        filled=quoted(ddl.fitting(column, ending="_dbdoctor_filled")),
    )


def _using(change: Change, names: _Names) -> str:
    return change.using or f"{names.column}::text::{change.to_type}"


def _keep_in_step(names: _Names, *, into: str, expression: str, unless: str = "") -> str:
    """The trigger: what cannot be converted becomes NULL there, so that the app's own write never fails by it."""
    return (
        f"CREATE OR REPLACE FUNCTION {names.function}() RETURNS trigger LANGUAGE plpgsql AS $keep$ BEGIN {unless}"
        f"BEGIN NEW.{into} := {expression}; EXCEPTION WHEN data_exception THEN NEW.{into} := NULL; END; RETURN NEW; END $keep$; "
        f"CREATE TRIGGER {names.trigger} BEFORE INSERT OR UPDATE ON {names.table} FOR EACH ROW EXECUTE FUNCTION {names.function}(); "
        f"ALTER TABLE {names.table} ENABLE ALWAYS TRIGGER {names.trigger}"
    )


def _of_new_row(expression: str, column: str) -> str:
    """The expression over the row that a trigger is given."""
    return expression.replace(column, f"NEW.{column}")


def _second_column(change: Change, names: _Names) -> SqlStep:
    keep = _keep_in_step(names, into=names.new, expression=_of_new_row(_using(change, names), names.column))
    return SqlStep(
        code="add_second_column",
        sql=f"ALTER TABLE {names.table} ADD COLUMN {names.new} {change.to_type}; {keep}",
        undo_sql=f"DROP TRIGGER IF EXISTS {names.trigger} ON {names.table}; DROP FUNCTION {names.function}();"
        f" ALTER TABLE {names.table} DROP COLUMN {names.new}",
        lock="AccessExclusiveLock",
        blocks="reads and writes",
    )


def _fill(change: Change, names: _Names) -> SqlStep:
    return SqlStep(
        code="fill_second_column",
        sql=f"UPDATE {names.table} SET {names.new} = {_using(change, names)} WHERE {names.column} IS NOT NULL AND {names.new} IS NULL",
        undo_sql=_GOES_WITH_IT,
        lock="RowExclusiveLock",
        blocks="nothing",
        writes=(change.table.name,),
        rows_touched=max(change.table.rows_estimated, 0),
        batches=change.table.name,
    )


def _second_index(change: Change, names: _Names, index: Index) -> SqlStep:
    name = TableName(change.table.name.schema, ddl.fitting(index.name, ending="_dbdoctor_new"))
    columns = ", ".join(names.new if column == change.column else quoted(column) for column in index.columns)
    unique = "UNIQUE " if index.unique else ""
    return SqlStep(
        code="add_second_index",
        sql=f"CREATE {unique}INDEX CONCURRENTLY {quoted(name.name)} ON {names.table} ({columns})",
        undo_sql=f"DROP INDEX {ddl.table(name)}",
        lock="ShareUpdateExclusiveLock",
        blocks="nothing",
        transactional=False,
    )


def _prove(change: Change, names: _Names) -> Iterator[SqlStep]:
    """Every row is equal in both; from here to the swap a value that cannot be converted is refused, as it will be after it."""
    conditions = {names.equal: f"{names.new} IS NOT DISTINCT FROM {_using(change, names)}"}
    column = change.table.column(change.column)
    if column is not None and column.not_null:
        conditions[names.filled] = f"{names.new} IS NOT NULL"
    added = [f"ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID" for name, condition in conditions.items()]
    gone = [f"DROP CONSTRAINT IF EXISTS {name}" for name in conditions]
    yield SqlStep(
        code="promise_equality",
        sql=f"ALTER TABLE {names.table} {', '.join(added)}",
        undo_sql=f"ALTER TABLE {names.table} {', '.join(gone)}",
        lock="AccessExclusiveLock",
        blocks="reads and writes",
    )
    yield SqlStep(
        code="prove_equality",
        sql="; ".join(f"ALTER TABLE {names.table} VALIDATE CONSTRAINT {name}" for name in conditions),
        undo_sql=_GOES_WITH_IT,
        lock="ShareUpdateExclusiveLock",
        blocks="nothing",
    )


def _swap(change: Change, names: _Names, indexes: list[Index]) -> SqlStep:
    """In one short lock the columns and their indexes change names, and the trigger its direction."""
    column = change.table.column(change.column)
    default, not_null, from_type = (column.default or "", column.not_null, column.type) if column else ("", False, "")
    alter = f"ALTER TABLE {names.table}"
    there = [f"{alter} DROP CONSTRAINT {name}" for name in (names.equal, *([names.filled] if not_null else []))]
    there = [f"{alter} ALTER COLUMN {names.column} DROP NOT NULL", _not_null(change, names, names.new), *there] if not_null else there
    there += [f"{alter} ALTER COLUMN {names.column} DROP DEFAULT"] if default else []
    there += [f"{alter} ALTER COLUMN {names.new} SET DEFAULT {change.default}"] if change.default else []
    there += [f"{alter} RENAME COLUMN {names.column} TO {names.old}", f"{alter} RENAME COLUMN {names.new} TO {names.column}"]
    back = [f"{alter} RENAME COLUMN {names.column} TO {names.new}", f"{alter} RENAME COLUMN {names.old} TO {names.column}"]
    back += [f"{alter} ALTER COLUMN {names.column} SET DEFAULT {default}"] if default else []
    back += [f"{alter} ALTER COLUMN {names.new} DROP NOT NULL", _not_null(change, names, names.column)] if not_null else []
    for index in indexes:
        place = change.table.name.schema
        new, old = (ddl.fitting(index.name, ending=f"_dbdoctor_{which}") for which in ("new", "old"))
        there += [_rename_index(place, index.name, old), _rename_index(place, new, index.name)]
        back += [_rename_index(place, index.name, new), _rename_index(place, old, index.name)]
    expression = change.back or f"{names.column}::text::{from_type}"
    # An INSERT that names no columns still writes the old one, at its place in the row.
    unnamed = _using(change, names).replace(names.column, f"NEW.{names.old}")
    unless = f"IF TG_OP = 'INSERT' AND NEW.{names.old} IS NOT NULL THEN NEW.{names.column} := {unnamed}; RETURN NEW; END IF; "
    other_way = _keep_in_step(names, into=names.old, expression=_of_new_row(expression, names.column), unless=unless)
    lock = f"LOCK TABLE {names.table} IN ACCESS EXCLUSIVE MODE; DROP TRIGGER {names.trigger} ON {names.table}"
    return SqlStep(
        code="swap_columns",
        sql="; ".join([lock, *there, other_way]),
        undo_sql="; ".join([lock, _refuse_to_lose(names), *back]),
        lock="AccessExclusiveLock",
        blocks="reads and writes",
        clean_sql=f"DROP TRIGGER {names.trigger} ON {names.table}; DROP FUNCTION {names.function}(); {alter} DROP COLUMN {names.old}",
    )


def _not_null(change: Change, names: _Names, column: str) -> str:
    if change.not_null_name:
        return f"ALTER TABLE {names.table} ADD CONSTRAINT {quoted(change.not_null_name)} NOT NULL {column}"
    return f"ALTER TABLE {names.table} ALTER COLUMN {column} SET NOT NULL"


def _rename_index(schema: str, name: str, to: str) -> str:
    return f"ALTER INDEX {ddl.table(TableName(schema, name))} RENAME TO {quoted(to)}"


def _refuse_to_lose(names: _Names) -> str:
    return (
        f"DO $lose$ BEGIN IF EXISTS (SELECT FROM {names.table} WHERE {names.column} IS NOT NULL AND {names.old} IS NULL) THEN "
        "RAISE EXCEPTION 'values written since do not fit the type the column had' USING ERRCODE = 'data_exception'; END IF; END $lose$"
    )


def _is_plain(index: Index) -> bool:
    """Whether another one like it can be made of its columns alone."""
    found = _PLAIN_INDEX.match(index.definition)
    return (
        index.valid
        and bool(found)
        and found is not None
        and found[2].replace('"', "") == ", ".join(c.replace('"', "") for c in index.columns)
    )


def steps_for_key_in_two(reference: Reference, constraint: str, *, child: Table, major: int) -> tuple[SqlStep, ...]:
    """A key that first checks what is written from now on, and in a transaction of its own the rows that are there.

    Before PostgreSQL 18 a partitioned table takes no key that is NOT VALID: there it is one step, which blocks writers while it looks.
    """
    name = reference.child
    add, drop = ddl.add_foreign_key_not_valid(reference, constraint), ddl.drop_constraint(name, constraint)
    if child.kind == "partitioned" and major < FIRST_WITH_NOT_VALID_ON_PARTITIONED:
        whole = add.removesuffix(" NOT VALID")
        return (SqlStep(code="add_key", sql=whole, undo_sql=drop, lock="ShareRowExclusiveLock", blocks="writes"),)
    return (
        SqlStep(code="add_key_not_valid", sql=add, undo_sql=drop, lock="ShareRowExclusiveLock", blocks="writes"),
        SqlStep(
            code="validate_key",
            sql=f"ALTER TABLE {ddl.table(name)} VALIDATE CONSTRAINT {quoted(constraint)}",
            undo_sql=f"{drop}; {add}",
            lock="ShareUpdateExclusiveLock",
            blocks="nothing",
        ),
    )
