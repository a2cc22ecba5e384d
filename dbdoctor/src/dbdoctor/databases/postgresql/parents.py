"""Where the missing parents are: in another table, in another column, in a child by inheritance."""

from collections.abc import Mapping, Sequence
from typing import LiteralString

from psycopg import sql

from dbdoctor.databases.postgresql.connection import Connection, SqlError, sql_text
from dbdoctor.databases.postgresql.rows import identifier
from dbdoctor.model import ForeignKey, Reference, TableName

# A row whose value is in ONLY the table itself; children by inheritance are not what a key looks into.
_ONLY: LiteralString = "SELECT count(*) FROM ONLY {table}"

_FUNCTION: LiteralString = """
SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.proname = %(name)s AND p.prokind = 'f' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"""

_SIZES: LiteralString = """
SELECT n.nspname::text, c.relname::text, pg_relation_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor'"""

_COLLATION: LiteralString = """
SELECT format('%%I.%%I', n.nspname, l.collname)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace s ON s.oid = c.relnamespace
JOIN pg_collation l ON l.oid = a.attcollation JOIN pg_namespace n ON n.oid = l.collnamespace
WHERE s.nspname = %(schema)s AND c.relname = %(table)s AND a.attname = %(column)s"""


def covered_orphans_query(reference: Reference, other: TableName, columns: Sequence[str]) -> sql.Composed:
    """Child rows without a parent, and how many of them find one in `columns` of the table `other` (compared as text)."""
    child = [sql.SQL("c.{}").format(sql.Identifier(c)) for c in reference.columns]
    filled = sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(c) for c in child)
    parent = _match(reference.parent_columns, child, alias="p")
    there = _match(columns, child, alias="o")
    return sql.SQL(
        "SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM ONLY {other} o WHERE {there})) FROM {table} c"
        " WHERE {filled} AND NOT EXISTS (SELECT FROM ONLY {parent} p WHERE {match})"
    ).format(
        other=identifier(other),
        there=there,
        table=identifier(reference.child),
        filled=filled,
        parent=identifier(reference.parent),
        match=parent,
    )


def held_values_query(child: TableName, column: str, other: TableName, *, other_column: str) -> sql.Composed:
    """Values of a column, and how many of them stand in a column of another table (compared as text)."""
    return sql.SQL(
        "SELECT count(c.{column}), count(*) FILTER (WHERE EXISTS (SELECT FROM {other} o WHERE o.{there}::text = c.{column}::text))"
        " FROM {child} c WHERE c.{column} IS NOT NULL"
    ).format(column=sql.Identifier(column), other=identifier(other), there=sql.Identifier(other_column), child=identifier(child))


def only_rows_query(table: TableName) -> sql.Composed:
    """Rows of the table itself, without those of its children by inheritance."""
    return sql.SQL(_ONLY).format(table=identifier(table))


def doubled_parents_query(table: TableName, values: Sequence[str], *, children: Sequence[ForeignKey]) -> sql.Composed:
    """Values of which more than one row is pointed at by children."""
    names = sql.SQL(", ").join(sql.SQL("o.{}").format(sql.Identifier(c)) for c in values)
    used = [
        sql.SQL("EXISTS (SELECT FROM {} c WHERE {})").format(
            identifier(k.child),
            sql.SQL(" AND ").join(
                sql.SQL("c.{} = o.{}").format(sql.Identifier(a), sql.Identifier(b))
                for a, b in zip(k.columns, k.parent_columns, strict=True)
            ),
        )
        for k in children
    ]
    return sql.SQL("SELECT count(*) FROM (SELECT {names} FROM {table} o WHERE {used} GROUP BY {names} HAVING count(*) > 1) d").format(
        names=names, table=identifier(table), used=sql.SQL(" OR ").join(used) if used else sql.SQL("false")
    )


def function_definition(connection: Connection, name: str) -> str:
    """CREATE OR REPLACE FUNCTION …, for a name as the server shows it; '' when there is none, or more than one."""
    rows = connection.execute(_FUNCTION, {"name": name.split("(", maxsplit=1)[0].rsplit(".", 1)[-1].strip('"')}).fetchall()
    return str(rows[0][0]) if len(rows) == 1 else ""


def sizes(connection: Connection) -> dict[TableName, int]:
    """Bytes of each ordinary table and partition as they are on disk now."""
    return {TableName(schema, name): int(size) for schema, name, size in connection.execute(_SIZES).fetchall()}


def has_orphans_query(reference: Reference) -> sql.Composed:
    """Whether any child row has no parent."""
    child = [sql.SQL("c.{}").format(sql.Identifier(c)) for c in reference.columns]
    pairs = [sql.SQL("p.{} = {}").format(sql.Identifier(p), mine) for p, mine in zip(reference.parent_columns, child, strict=True)]
    return sql.SQL("SELECT EXISTS (SELECT FROM {child} c WHERE {filled} AND NOT EXISTS (SELECT FROM {parent} p WHERE {match}))").format(
        child=identifier(reference.child),
        filled=sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(c) for c in child),
        parent=identifier(reference.parent),
        match=sql.SQL(" AND ").join(pairs),
    )


def two_numbers(connection: Connection, query: sql.Composed) -> tuple[int, int]:
    """The answer of a question that gives two."""
    row = connection.execute(query).fetchall()[0]
    return int(row[0]), int(row[1])


def has_row(connection: Connection, table: TableName, values: Mapping[str, str], *, own: bool = False) -> bool:
    """Whether some row of the table (its children's too, unless only its `own` are asked for) holds the values, given as text."""
    query = sql.SQL("SELECT EXISTS (SELECT FROM {only}{table} WHERE {match})").format(
        only=sql.SQL("ONLY " if own else ""),
        table=identifier(table),
        match=sql.SQL(" AND ").join(sql.SQL("{}::text = %s").format(sql.Identifier(column)) for column in values),
    )
    return bool(connection.execute(query, list(values.values())).fetchall()[0][0])


def collation(connection: Connection, table: TableName, column: str) -> str:
    """The column's collation, quoted and qualified; '' where its type has none."""
    rows = connection.execute(_COLLATION, {"schema": table.schema, "table": table.name, "column": column}).fetchall()
    return str(rows[0][0]) if rows else ""


def inconvertible_values(connection: Connection, table: TableName, column: str, *, to_type: str, most: int) -> list[str] | None:
    """The distinct values (as text) that cannot be read as the type; None when there are more than `most`."""
    query = sql.SQL("SELECT DISTINCT {0}::text FROM {1} WHERE {0} IS NOT NULL ORDER BY 1").format(sql.Identifier(column), identifier(table))
    bad: list[str] = []
    with connection.transaction(), connection.cursor(name="dbdoctor_values") as cursor:
        cursor.itersize = 5000
        cursor.execute(query)
        values = [str(row[0]) for row in cursor]
    for start in range(0, len(values), 1000):
        bad += _refused(connection, values[start : start + 1000], to_type)
        if len(bad) > most:
            return None
    return bad


def _refused(connection: Connection, values: list[str], to_type: str) -> list[str]:
    """Those that cannot be read, by halving: a batch that reads whole costs one question."""
    if not values or _reads(connection, values, to_type):
        return []
    if len(values) == 1:
        return values
    half = len(values) // 2
    return _refused(connection, values[:half], to_type) + _refused(connection, values[half:], to_type)


def _reads(connection: Connection, values: list[str], to_type: str) -> bool:
    """Whether the type reads every value as its own input: a cast would cut off what is too long for it."""
    as_input = "SELECT count(r.v) FROM unnest(%s::text[]) AS t(v), json_to_record(json_build_object('v', t.v)) AS r(v {})"
    # A text is itself a value of JSON there; read as JSON it must be cast.
    as_json = "SELECT count(t.v::{}) FROM unnest(%s::text[]) AS t(v)"
    query = sql.SQL(as_json if to_type.lower() in {"json", "jsonb"} else as_input).format(sql.SQL(sql_text(to_type)))
    try:
        with connection.transaction():
            connection.execute(query, (values,))
    except SqlError:
        return False
    return True


def _match(columns: Sequence[str], child: Sequence[sql.Composed], *, alias: str) -> sql.Composed:
    pairs = [
        sql.SQL("{}.{}::text = {}::text").format(sql.Identifier(alias), sql.Identifier(column), mine)
        for column, mine in zip(columns, child, strict=True)
    ]
    return sql.SQL(" AND ").join(pairs)
