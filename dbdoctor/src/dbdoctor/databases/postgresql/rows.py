"""Questions about rows: how many, which are orphans, do two databases hold the same."""

from collections.abc import Iterator, Sequence
from typing import Any, LiteralString

import msgspec
from psycopg import sql

from dbdoctor.databases.postgresql.connection import Connection, SqlError
from dbdoctor.model import Catalog, Reference, TableName

BATCH_ROWS = 2000

_IDENTITIES: LiteralString = """
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text,
       array_agg(a.attnum::int ORDER BY a.attnum) FILTER (WHERE a.attgenerated = ''), array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = ''),
       (SELECT i.indkey::int2[]::int[] FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor'
GROUP BY c.oid, n.nspname, c.relname, c.relkind"""


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


def count_values(connection: Connection, table: TableName, column: str) -> int:
    """Rows in which the column is not NULL."""
    return _number(connection, count_values_query(table, column))


def count_values_query(table: TableName, column: str) -> sql.Composed:
    """The question `count_values` asks."""
    return sql.SQL("SELECT count({}) FROM {}").format(sql.Identifier(column), identifier(table))


def quarantined(connection: Connection, table: TableName) -> int:
    """Rows of the table that stand in the doctor's quarantine."""
    place = TableName("dbdoctor", f"quarantine_{table.name}"[:63])
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (identifier(place).as_string(connection),)).fetchone()
    return count_rows(connection, place) if row and row[0] else 0


def convertible(connection: Connection, table: TableName, column: str, to_type: str) -> tuple[int, int]:
    """How many of the column's values can be read as `to_type`, and how many cannot."""
    name = sql.Identifier(column)
    query = sql.SQL(
        "SELECT count(*) FILTER (WHERE pg_input_is_valid({0}::text, {1})), count(*) FILTER (WHERE NOT pg_input_is_valid({0}::text, {1}))"
        " FROM {2} WHERE {0} IS NOT NULL"
    ).format(name, sql.Literal(to_type), identifier(table))
    if connection.info.server_version < 160000:
        return _convertible_by_trying(connection, table, column, to_type)
    row = connection.execute(query).fetchall()[0]
    return int(row[0]), int(row[1])


def _convertible_by_trying(connection: Connection, table: TableName, column: str, to_type: str) -> tuple[int, int]:
    """Before PostgreSQL 16 no function tells: each distinct value is tried in a savepoint, in a read-only transaction."""
    name = sql.Identifier(column)
    query = sql.SQL("SELECT {0}::text, count(*) FROM {1} WHERE {0} IS NOT NULL GROUP BY 1").format(name, identifier(table))
    good = bad = 0
    for value, count in connection.execute(query).fetchall():
        try:
            with connection.transaction():
                connection.execute(sql.SQL("SELECT {}::{}").format(sql.Literal(str(value)), sql.SQL(_typed(to_type))))
        except Exception as error:  # noqa: BLE001 -- a value that does not convert is the answer, whichever error class it raises
            bad += count if getattr(error, "sqlstate", "") else 0
        else:
            good += count
    return good, bad


def _typed(name: str) -> Any:  # noqa: ANN401 -- psycopg wants LiteralString; the name comes from format_type of the catalog
    return name


def orphans(connection: Connection, reference: Reference, *, sample: int = 5) -> tuple[int, list[str]]:
    """Child rows whose value no parent has (NULL parts do not count), and some of the values, most frequent first."""
    count = _number(connection, orphans_query(reference))
    if not count:
        return 0, []
    columns = sql.SQL(", ").join(sql.SQL("c.{}").format(sql.Identifier(c)) for c in reference.columns)
    shown = sql.SQL("SELECT concat_ws(', ', {columns}) {source} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {n}").format(
        columns=columns, source=_orphans_source(reference), n=sql.Literal(sample)
    )
    return count, [str(row[0]) for row in connection.execute(shown).fetchall()]


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
    return sql.SQL("SELECT count(*) AS n, concat_ws(', ', {names}) AS v FROM {table} WHERE {filled} GROUP BY {names} HAVING count(*) > 1").format(
        names=names, table=identifier(table), filled=filled
    )


def fingerprint(connection: Connection, table: TableName, columns: Sequence[str] | None = None) -> Fingerprint:
    """Count and order-free digest of a table's rows, over `columns` (all when None); memory on both sides stays flat."""
    row_text = (
        sql.SQL("ROW({})::text").format(sql.SQL(", ").join(sql.Identifier(c) for c in columns)) if columns is not None else sql.SQL("t::text")
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
    connection: Connection, table: TableName, key: Sequence[str], columns: Sequence[str]
) -> Iterator[tuple[tuple[str | None, ...], tuple[str | None, ...]]]:
    """Key and values of each row as text, ordered by key in byte order; needs an open transaction."""
    as_text = [sql.SQL("({}::text COLLATE \"C\")").format(sql.Identifier(c)) for c in key]
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

    As ATAddForeignKeyConstraint decides: an operator of the parent's default btree family for exactly both types, else an
    implicit cast from the child's type to the parent's.
    """
    if not child_type or not parent_type:
        return False
    query: LiteralString = """
    WITH t AS (SELECT COALESCE(NULLIF(c.typbasetype, 0), c.oid) AS child, COALESCE(NULLIF(p.typbasetype, 0), p.oid) AS parent
               FROM pg_type c, pg_type p WHERE c.oid = to_regtype(%(child)s) AND p.oid = to_regtype(%(parent)s))
    SELECT EXISTS (SELECT FROM t WHERE child = parent)
        OR EXISTS (SELECT FROM t JOIN pg_opclass o ON o.opcintype = t.parent AND o.opcdefault
                   JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
                   JOIN pg_amop a ON a.amopfamily = o.opcfamily AND a.amopstrategy = 3 AND a.amoplefttype = t.parent AND a.amoprighttype = t.child)
        OR EXISTS (SELECT FROM t JOIN pg_cast k ON k.castsource = t.child AND k.casttarget = t.parent AND k.castcontext = 'i')"""
    row = connection.execute(query, {"child": child_type.split("(")[0], "parent": parent_type.split("(")[0]}).fetchone()
    return bool(row and row[0])


def resolve_type(connection: Connection, name: str) -> str:
    """The catalog's spelling of a type as written in a statement; `serial` types become the integer they stand for; '' if unknown."""
    serials = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint", "serial4": "integer", "serial8": "bigint"}
    plain = serials.get(name.strip().lower(), name).split("(")[0].strip()
    if not plain:
        return ""
    try:
        with connection.transaction():  # a name that is no name at all is a syntax error, which must not spoil an open transaction
            row = connection.execute("SELECT format_type(to_regtype(%s), NULL)", (plain,)).fetchone()
    except SqlError:
        return ""
    return str(row[0]) if row and row[0] and row[0] != "-" else ""


def ledger_names(connection: Connection, table: TableName, column: str) -> list[str]:
    """The entries of a migration ledger, in byte order."""
    query = sql.SQL("SELECT {}::text FROM {}").format(sql.Identifier(column), identifier(table))
    return sorted(str(row[0]) for row in connection.execute(query).fetchall())


def primary_key_columns(catalog: Catalog, table: TableName) -> tuple[str, ...]:
    """The columns of the table's primary key, or nothing."""
    found = catalog.tables.get(table)
    return found.primary_key.columns if found and found.primary_key else ()


def _number(connection: Connection, query: sql.Composed) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
