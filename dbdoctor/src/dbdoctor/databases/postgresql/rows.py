"""Questions about rows: how many, which are orphans, do two databases hold the same."""

import re
from collections.abc import Iterator, Sequence
from typing import LiteralString

import msgspec
from psycopg import sql

from dbdoctor.databases.postgresql.connection import Connection, SqlError, sql_text
from dbdoctor.databases.postgresql.ddl import quarantine
from dbdoctor.model import Reference, TableName

BATCH_ROWS = 2000
KNOWS_VALID_INPUT = 160000  # pg_input_is_valid came with PostgreSQL 16

_IDENTITIES: LiteralString = """
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text,
       array_agg(a.attnum::int ORDER BY a.attnum) FILTER (WHERE a.attgenerated = ''),
       array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = ''),
       (SELECT i.indkey::int2[]::int[] FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor'
GROUP BY c.oid, n.nspname, c.relname, c.relkind"""


_KEYS_COMPARE: LiteralString = """
WITH RECURSIVE bases(named, type, base) AS (
  SELECT x.named, t.oid, t.typbasetype FROM (VALUES ('child', to_regtype(%(child)s)), ('parent', to_regtype(%(parent)s))) x(named, oid)
  JOIN pg_type t ON t.oid = x.oid
  UNION ALL SELECT b.named, t.oid, t.typbasetype FROM bases b JOIN pg_type t ON t.oid = b.base
), pair AS (
  SELECT (SELECT type FROM bases WHERE named = 'child' AND base = 0) AS child,
         (SELECT type FROM bases WHERE named = 'parent' AND base = 0) AS parent
), same AS (
  SELECT amopfamily AS family, amoplefttype AS one, amoprighttype AS other FROM pg_amop WHERE amopstrategy = 3
), class AS (
  SELECT p.child, p.parent, o.opcintype, o.opcfamily
  FROM pair p JOIN pg_type t ON t.oid = p.parent
  JOIN pg_opclass o ON o.opcdefault JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree' JOIN pg_type i ON i.oid = o.opcintype
  WHERE o.opcintype = p.parent
    OR EXISTS (SELECT FROM pg_cast k
               WHERE (k.castsource, k.casttarget) = (p.parent, o.opcintype) AND k.castmethod = 'b' AND k.castcontext = 'i')
    OR (t.typtype = 'e' AND o.opcintype = 'anyenum'::regtype)
    OR (t.typcategory = 'A' AND t.typelem <> 0 AND o.opcintype = 'anyarray'::regtype)
    OR (t.typtype = 'r' AND o.opcintype = 'anyrange'::regtype)
    OR (t.typtype = 'c' AND o.opcintype = 'record'::regtype)
  ORDER BY o.opcintype = p.parent DESC, i.typispreferred DESC LIMIT 1
)
SELECT EXISTS (
  SELECT FROM class c WHERE c.child = c.parent
    OR (EXISTS (SELECT FROM same s WHERE (s.family, s.one, s.other) = (c.opcfamily, c.opcintype, c.child))
    AND EXISTS (SELECT FROM same s WHERE (s.family, s.one, s.other) = (c.opcfamily, c.child, c.child)))
    OR EXISTS (SELECT FROM pg_cast k WHERE k.castsource = c.child AND k.casttarget = c.opcintype AND k.castcontext = 'i')
    OR (c.opcintype = 'record'::regtype AND EXISTS (SELECT FROM pg_type t WHERE t.oid = c.child AND t.typtype = 'c')))"""


class StoredTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table by its object id: survives renames, also in a copy made by TEMPLATE. `columns` maps attribute number to name."""

    oid: int
    name: TableName
    columns: dict[int, str]
    primary_key: tuple[int, ...]


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """What a table holds: its row count and an order-free sum over the md5 of each row."""

    rows: int
    digest: str


def identifier(table: TableName) -> sql.Identifier:
    """The table's name, quoted for a statement."""
    return sql.Identifier(table.schema, table.name)


def stored_tables(connection: Connection) -> dict[int, StoredTable]:
    """Every ordinary table and partition, by object id."""
    tables = {}
    for oid, schema, name, _kind, numbers, names, key in connection.execute(_IDENTITIES).fetchall():
        columns = dict(zip(numbers or [], names or [], strict=True))
        tables[oid] = StoredTable(oid=oid, name=TableName(schema, name), columns=columns, primary_key=tuple(key or ()))
    return tables


def count_rows(connection: Connection, table: TableName) -> int:
    """All rows of the table itself, children by inheritance left out."""
    return _number(connection, count_rows_query(table))


def count_rows_query(table: TableName) -> sql.Composed:
    """The question `count_rows` asks."""
    return sql.SQL("SELECT count(*) FROM ONLY {}").format(identifier(table))


def count_all_rows(connection: Connection, table: TableName) -> int:
    """All rows that can be read from the table, those of its partitions and children included."""
    return _number(connection, count_all_rows_query(table))


def count_all_rows_query(table: TableName) -> sql.Composed:
    """The question `count_all_rows` asks."""
    return sql.SQL("SELECT count(*) FROM {}").format(identifier(table))


def identical_rows(connection: Connection, table: TableName, columns: Sequence[str]) -> int:
    """Rows too many among those that are equal in every column, as text; rows with a NULL in `columns` do not count."""
    return _number(connection, identical_rows_query(table, columns))


def identical_rows_query(table: TableName, columns: Sequence[str]) -> sql.Composed:
    """The question `identical_rows` asks."""
    filled = sql.SQL(" AND ").join(sql.SQL("t.{} IS NOT NULL").format(sql.Identifier(c)) for c in columns)
    return sql.SQL("SELECT count(*) - count(DISTINCT t::text) FROM {} t WHERE {}").format(identifier(table), filled)


def converts_back(connection: Connection, table: TableName, column: str, *, to_type: str) -> bool:
    """Whether every value, once turned into `to_type`, still reads as it did; ask only where all are convertible."""
    name = sql.Identifier(column)
    query = sql.SQL("SELECT NOT EXISTS (SELECT FROM {table} WHERE {name}::text::{type}::text <> {name}::text)").format(
        table=identifier(table), name=name, type=sql.SQL(sql_text(to_type))
    )
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def count_values(connection: Connection, table: TableName, column: str) -> int:
    """Rows in which the column is not NULL."""
    return _number(connection, count_values_query(table, column))


def count_values_query(table: TableName, column: str) -> sql.Composed:
    """The question `count_values` asks."""
    return sql.SQL("SELECT count({}) FROM {}").format(sql.Identifier(column), identifier(table))


def quarantined_rows(
    connection: Connection, table: TableName, *, key: Sequence[str], columns: Sequence[str]
) -> Iterator[tuple[tuple[str | None, ...], tuple[str | None, ...]]]:
    """Key and values, as text, of each row of the table that stands in the doctor's quarantine; none where it lacks one of the columns."""
    place = quarantine(table)
    names: LiteralString = """SELECT array_agg(attname::text) FROM pg_attribute
                              WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped"""
    there = connection.execute(names, (identifier(place).as_string(connection),)).fetchall()[0][0] or []
    if not {*key, *columns} <= {*there}:
        return
    shown = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c)) for c in (*key, *columns))
    for row in connection.execute(sql.SQL("SELECT {} FROM {}").format(shown, identifier(place))).fetchall():
        yield tuple(row[: len(key)]), tuple(row[len(key) :])


def convertible(connection: Connection, table: TableName, column: str, *, to_type: str) -> tuple[int, int]:
    """How many of the column's values can be read as `to_type`, and how many cannot."""
    name = sql.Identifier(column)
    query = sql.SQL(
        "SELECT count(*) FILTER (WHERE pg_input_is_valid({0}::text, {1})), count(*) FILTER (WHERE NOT pg_input_is_valid({0}::text, {1}))"
        " FROM {2} WHERE {0} IS NOT NULL"
    ).format(name, sql.Literal(to_type), identifier(table))
    if connection.info.server_version < KNOWS_VALID_INPUT:
        return _convertible_by_trying(connection, table, column, to_type=to_type)
    row = connection.execute(query).fetchall()[0]
    return int(row[0]), int(row[1])


def _convertible_by_trying(connection: Connection, table: TableName, column: str, *, to_type: str) -> tuple[int, int]:
    """Before PostgreSQL 16 no function tells: each distinct value is tried in a savepoint.

    Tried as the type reads its input: an explicit cast would cut off what is too long for the type.
    """
    name = sql.Identifier(column)
    query = sql.SQL("SELECT {0}::text, count(*) FROM {1} WHERE {0} IS NOT NULL GROUP BY 1").format(name, identifier(table))
    is_json = to_type.lower() in {"json", "jsonb"}  # a text is itself a value of JSON there; read as JSON it must be cast
    tried = sql.SQL("SELECT {}::text::{}" if is_json else "SELECT * FROM json_to_record(json_build_object('v', {}::text)) AS r(v {})")
    good = bad = 0
    for value, count in connection.execute(query).fetchall():
        try:
            with connection.transaction():
                connection.execute(tried.format(sql.Literal(str(value)), sql.SQL(sql_text(to_type))))
        except SqlError:
            bad += count
        else:
            good += count
    return good, bad


def orphans(connection: Connection, reference: Reference, *, sample: int = 5) -> tuple[int, list[str]]:
    """Child rows whose value no parent has (NULL parts do not count), and some of the values, most frequent first."""
    columns = sql.SQL(", ").join(sql.SQL("c.{}").format(sql.Identifier(c)) for c in reference.columns)
    # One anti-join answers both; what it finds is kept aside by the server, on disk if there is much of it.
    query = sql.SQL(
        "WITH gone AS MATERIALIZED (SELECT concat_ws(', ', {columns}) AS v {source}) SELECT (SELECT count(*) FROM gone),"
        " ARRAY(SELECT v FROM gone GROUP BY v ORDER BY count(*) DESC, v LIMIT {n})"
    ).format(columns=columns, source=_orphans_source(reference), n=sql.Literal(sample))
    count, values = connection.execute(query).fetchall()[0]
    return int(count), [str(value) for value in values]


def orphans_query(reference: Reference) -> sql.Composed:
    """The question `orphans` asks: one anti-join."""
    return sql.SQL("SELECT count(*) {}").format(_orphans_source(reference))


def _orphans_source(reference: Reference) -> sql.Composed:
    columns = [sql.SQL("c.{}").format(sql.Identifier(c)) for c in reference.columns]
    pairs = [
        sql.SQL("p.{} = {}").format(sql.Identifier(parent), child) for parent, child in zip(reference.parent_columns, columns, strict=True)
    ]
    return sql.SQL("FROM {child} c WHERE {filled} AND NOT EXISTS (SELECT FROM {parent} p WHERE {match})").format(
        child=identifier(reference.child),
        parent=identifier(reference.parent),
        filled=sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(c) for c in columns),
        match=sql.SQL(" AND ").join(pairs),
    )


def duplicates(connection: Connection, table: TableName, columns: Sequence[str], *, sample: int = 5) -> tuple[int, list[str]]:
    """Rows that would have to change for the columns to be unique (NULLs do not count), and some of the doubled values."""
    row = connection.execute(duplicates_query(table, columns)).fetchall()[0]
    shown = sql.SQL("SELECT v FROM ({}) g ORDER BY n DESC, v LIMIT {}").format(_duplicate_groups(table, columns), sql.Literal(sample))
    return int(row[0]), [str(v[0]) for v in connection.execute(shown).fetchall()]


def duplicates_query(table: TableName, columns: Sequence[str]) -> sql.Composed:
    """The question `duplicates` asks."""
    return sql.SQL("SELECT COALESCE(sum(n - 1), 0)::bigint FROM ({}) g").format(_duplicate_groups(table, columns))


def _duplicate_groups(table: TableName, columns: Sequence[str]) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(c) for c in columns)
    filled = sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(sql.Identifier(c)) for c in columns)
    return sql.SQL(
        "SELECT count(*) AS n, concat_ws(', ', {names}) AS v FROM {table} WHERE {filled} GROUP BY {names} HAVING count(*) > 1"
    ).format(names=names, table=identifier(table), filled=filled)


def fingerprint(connection: Connection, table: TableName, columns: Sequence[str] | None = None) -> Fingerprint:
    """Count and order-free digest of a table's rows, over `columns` (all when None); memory on both sides stays flat."""
    row_text = (
        sql.SQL("ROW({})::text").format(sql.SQL(", ").join(sql.Identifier(c) for c in columns))
        if columns is not None
        else sql.SQL("t::text")
    )
    query = sql.SQL(
        "SELECT count(*), COALESCE(sum(('x' || substr(md5({row}), 1, 15))::bit(60)::bigint::numeric), 0)::text,"
        " COALESCE(sum(('x' || substr(md5({row}), 17, 15))::bit(60)::bigint::numeric), 0)::text FROM ONLY {table} t"
    ).format(row=row_text, table=identifier(table))
    rows, one, two = connection.execute(query).fetchall()[0]
    return Fingerprint(rows=int(rows), digest=f"{one}:{two}")


def fingerprints(connection: Connection) -> dict[TableName, Fingerprint]:
    """The fingerprint of every ordinary table and partition, the doctor's own aside."""
    return {table.name: fingerprint(connection, table.name) for table in stored_tables(connection).values()}


def stream_rows(
    connection: Connection, table: TableName, *, key: Sequence[str], columns: Sequence[str]
) -> Iterator[tuple[tuple[str | None, ...], tuple[str | None, ...]]]:
    """Key and values of each row as text, ordered by key in byte order; needs an open transaction."""
    as_text = [sql.SQL('({}::text COLLATE "C")').format(sql.Identifier(c)) for c in key]
    values = [sql.SQL("{}::text").format(sql.Identifier(c)) for c in columns]
    query = sql.SQL("SELECT {} FROM ONLY {} ORDER BY {}").format(
        sql.SQL(", ").join([*as_text, *values]), identifier(table), sql.SQL(", ").join(as_text) if as_text else sql.SQL("1")
    )
    with connection.cursor(name="dbdoctor_rows") as cursor:
        cursor.itersize = BATCH_ROWS
        cursor.execute(query)
        for row in cursor:
            yield tuple(row[: len(key)]), tuple(row[len(key) :])


def keys_compare(connection: Connection, child_type: str, parent_type: str) -> bool:
    """Whether PostgreSQL has an equality of these types that a foreign key may use.

    As ATAddForeignKeyConstraint decides. The parent's default btree class is looked up as GetDefaultOpClass does: of the type itself, of
    one it is binary-coercible to (varchar is indexed as text, cidr as inet), or of its pseudo-type. Then it takes an equality of that
    class's family for exactly both types, or an implicit cast from the child's type to the class's.
    """
    if not child_type or not parent_type:
        return False
    row = connection.execute(_KEYS_COMPARE, {"child": without_modifiers(child_type), "parent": without_modifiers(parent_type)}).fetchone()
    return bool(row and row[0])


def without_modifiers(type_: str) -> str:
    """A type without its lengths: `timestamp(3) with time zone` is `timestamp with time zone`. Names in quotes stay as they are."""
    return " ".join(re.sub(r'("(?:[^"]|"")*")|\s*\([^)]*\)', lambda m: m.group(1) or "", type_).split())


def resolve_type(connection: Connection, name: str) -> str:
    """The catalog's spelling of a type as written in a statement; `serial` types become the integer they stand for; '' if unknown."""
    serials = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint", "serial4": "integer", "serial8": "bigint"}
    plain = without_modifiers(serials.get(name.strip().lower(), name))
    if not plain:
        return ""
    try:
        with connection.transaction():  # a name that is no name at all is a syntax error, which must not spoil an open transaction
            row = connection.execute("SELECT format_type(to_regtype(%s), NULL)", (plain,)).fetchone()
    except SqlError:
        return ""
    return str(row[0]) if row and row[0] and row[0] != "-" else ""


def _number(connection: Connection, query: sql.Composed) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
