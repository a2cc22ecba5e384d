"""A part of a big database that is whole in itself: of big tables some rows, and every row that another one in the part points at.

Rows that already break a key (one that is not valid, or switched off) come along: they are what a rehearsal must stumble over.
"""

from collections.abc import Iterator, Sequence
from typing import LiteralString

import msgspec
from psycopg import sql

from dbdoctor.databases.postgresql.connection import Connection, sql_text
from dbdoctor.databases.postgresql.rows import StoredTable, count_rows, identifier, stored_tables
from dbdoctor.model import Catalog, ForeignKey, Reference, TableName

DEFAULT_LIMIT = 100_000
ORPHANS_PER_KEY = 1000
KEYS_AT_ONCE = 2000
MOST_ROUNDS = 50
SMALLEST_ROW = 28  # bytes of a row that holds nothing, its pointer included: fewer bytes than that cannot hold more rows

_SIZES: LiteralString = "SELECT oid::bigint, pg_relation_size(oid) FROM unnest(%s::bigint[]::oid[]) AS t (oid)"


class BigTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table with more rows than the limit."""

    stored: StoredTable
    rows: int

    @property
    def name(self) -> TableName:
        """Its name."""
        return self.stored.name


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken from where to where; `source` is in a transaction that sees one moment, and only read."""

    source: Connection
    copy: Connection
    catalog: Catalog
    big: Sequence[BigTable]
    limit: int
    wanted: Sequence[Reference] = ()


def big_tables(source: Connection, limit: int) -> list[BigTable]:
    """Every ordinary table and partition that holds more than `limit` rows; only those are counted that could."""
    tables = stored_tables(source)
    large = [tables[oid] for oid, size in source.execute(_SIZES, (list(tables),)).fetchall() if size // SMALLEST_ROW > limit]
    counted = [BigTable(stored=table, rows=count_rows(source, table.name)) for table in large]
    return sorted((table for table in counted if table.rows > limit), key=lambda table: table.name)


def copy_sample(sample: Sample) -> dict[str, tuple[int, int]]:
    """Fill the big tables of the copy, which has all others already and no indexes, keys or triggers yet; memory stays flat.

    Returns, for each big table, how many rows the copy holds now and how many the source does.
    """
    broken = [*_broken(sample.catalog), *sample.wanted]
    for table in sample.big:
        keys = [reference for reference in broken if reference.child == table.name]
        _pipe(sample, query=_drawn(table, keys, limit=sample.limit), into=table.name, columns=_names([*table.stored.columns.values()]))
    _close(sample)
    return {str(table.name): (count_rows(sample.copy, table.name), table.rows) for table in sample.big}


def _broken(catalog: Catalog) -> Iterator[Reference]:
    """Keys that rows may break, for all the catalog says."""
    for key in catalog.foreign_keys():
        if not (key.validated and key.enforced):
            yield Reference(child=key.child, columns=key.columns, parent=key.parent, parent_columns=key.parent_columns)


def _drawn(table: BigTable, keys: Sequence[Reference], *, limit: int) -> sql.Composed:
    """About `limit` rows from all over the table, and some that break each of the keys; no row twice."""
    share = min(100.0, 100.0 * limit / table.rows)
    parts = [
        sql.SQL("(SELECT ctid FROM ONLY {} TABLESAMPLE BERNOULLI ({}) REPEATABLE (1) LIMIT {})").format(
            identifier(table.name), sql.Literal(share), sql.Literal(2 * limit)
        )
    ]
    breaking = sql.SQL("(SELECT c.ctid FROM ONLY {} c WHERE {} AND NOT EXISTS (SELECT FROM {} p WHERE {}) LIMIT {})")
    most = sql.Literal(ORPHANS_PER_KEY)
    parts += [breaking.format(identifier(key.child), _filled(key), identifier(key.parent), _same(key), most) for key in keys]
    return sql.SQL("SELECT {} FROM ONLY {} WHERE ctid = ANY (ARRAY({}))").format(
        _names([*table.stored.columns.values()]), identifier(table.name), sql.SQL(" UNION ").join(parts)
    )


def _close(sample: Sample) -> None:
    """Bring parents until no row of the copy points at one that only the source has."""
    keys, number = _to_close(sample), 0
    while active := [key for key in keys if _bring_parents(sample, key)]:
        number += 1
        if number % MOST_ROUNDS == 0:  # rows that hang on one another in a long chain: then rather all of them at once
            for name in sorted({key.parent for key in active if sample.catalog.tables[key.parent].kind != "partitioned"}):
                _bring_whole(sample, name)


def _bring_whole(sample: Sample, name: TableName) -> None:
    columns = _names([column.name for column in sample.catalog.tables[name].columns if not column.generated])
    sample.copy.execute(sql.SQL("TRUNCATE ONLY {}").format(identifier(name)))
    _pipe(sample, query=sql.SQL("SELECT {} FROM ONLY {}").format(columns, identifier(name)), into=name, columns=columns)


def _to_close(sample: Sample) -> list[ForeignKey]:
    """Keys whose parent may lack rows in the copy: it is big, or has parts that are."""
    names = {table.name for table in sample.big}
    there = sample.catalog.tables
    return [
        key
        for key in sample.catalog.foreign_keys()
        if key.parent in there and (key.parent in names or there[key.parent].kind == "partitioned")
    ]


def _bring_parents(sample: Sample, key: ForeignKey) -> int:
    """Parents that rows of the copy point at and that only the source has; returns how many came."""
    parent = sample.catalog.tables[key.parent]
    only = sql.SQL("" if parent.kind == "partitioned" else "ONLY ")
    names = _names([column.name for column in parent.columns if not column.generated])
    types = {column.name: column.type for column in parent.columns}
    brought = 0
    for values in _missing(sample.copy, key):
        arrays = [_array(column, type_=types[name]) for name, column in zip(key.parent_columns, zip(*values, strict=True), strict=True)]
        query = sql.SQL("SELECT {} FROM {}{} WHERE ({}) IN (SELECT * FROM unnest({}))").format(
            names, only, identifier(key.parent), _names(key.parent_columns), sql.SQL(", ").join(arrays)
        )
        brought += _pipe(sample, query=query, into=key.parent, columns=names)
    return brought


def _missing(copy: Connection, key: ForeignKey) -> Iterator[list[tuple[str, ...]]]:
    """Values that rows of the copy point at and no parent there has, as text, some thousand at a time."""
    values = [sql.SQL("c.{}::text AS {}").format(sql.Identifier(name), sql.Identifier(f"k{n}")) for n, name in enumerate(key.columns)]
    query = sql.SQL("SELECT DISTINCT {} FROM {} c WHERE {} AND NOT EXISTS (SELECT FROM {} p WHERE {})").format(
        sql.SQL(", ").join(values), identifier(key.child), _filled(key), identifier(key.parent), _same(key)
    )
    copy.execute("DROP TABLE IF EXISTS pg_temp.dbdoctor_missing")
    copy.execute(sql.SQL("CREATE TEMP TABLE dbdoctor_missing AS SELECT row_number() OVER () AS n, m.* FROM ({}) m").format(query))
    start = 0
    while True:
        page = sql.SQL("SELECT {} FROM pg_temp.dbdoctor_missing WHERE n > {} AND n <= {}").format(
            _names([f"k{n}" for n in range(len(key.columns))]), sql.Literal(start), sql.Literal(start + KEYS_AT_ONCE)
        )
        rows = copy.execute(page).fetchall()
        if not rows:
            return
        yield [tuple(row) for row in rows]
        start += KEYS_AT_ONCE


def _pipe(sample: Sample, *, query: sql.Composed, into: TableName, columns: sql.Composable) -> int:
    """What the source answers goes into a table of the copy as it comes; returns how many rows."""
    out = sql.SQL("COPY ({}) TO STDOUT").format(query)
    taken = sql.SQL("COPY {} ({}) FROM STDIN").format(identifier(into), columns)
    with sample.source.cursor() as reading, sample.copy.cursor() as writing:
        with reading.copy(out) as given, writing.copy(taken) as kept:
            for block in given:
                kept.write(block)
        return writing.rowcount


def _array(values: Sequence[str], *, type_: str) -> sql.Composed:
    return sql.SQL("CAST(CAST({} AS text[]) AS {}[])").format(sql.Literal(list(values)), sql.SQL(sql_text(type_)))


def _names(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)


def _filled(key: ForeignKey | Reference) -> sql.Composed:
    return sql.SQL(" AND ").join(sql.SQL("c.{} IS NOT NULL").format(sql.Identifier(name)) for name in key.columns)


def _same(key: ForeignKey | Reference) -> sql.Composed:
    pairs = zip(key.parent_columns, key.columns, strict=True)
    return sql.SQL(" AND ").join(sql.SQL("p.{} = c.{}").format(sql.Identifier(p), sql.Identifier(c)) for p, c in pairs)
