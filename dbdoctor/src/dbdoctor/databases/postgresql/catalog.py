"""Reading the whole catalog with a handful of set queries, never one per table."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, LiteralString, cast

import msgspec
from psycopg.pq import TransactionStatus

from dbdoctor.databases.postgresql.connection import Connection
from dbdoctor.model import Action, Catalog, Column, Constraint, ForeignKey, Index, Key, Table, TableKind, TableName

OWN_SCHEMA = "dbdoctor"

_OURS: LiteralString = (
    "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor'"
)

_TABLES: LiteralString = f"""
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relispartition, pg_get_userbyid(c.relowner), c.reltuples::float8,
       c.relpages::bigint * current_setting('block_size')::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OURS}"""

_COLUMNS: LiteralString = f"""
SELECT a.attrelid::bigint, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid), a.attgenerated::text, a.attidentity::text
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
JOIN pg_namespace n ON n.oid = c.relnamespace AND {_OURS}
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum"""

_CONSTRAINTS: LiteralString = f"""
SELECT con.conrelid::bigint, con.conname, con.contype::text, pg_get_constraintdef(con.oid), con.conkey, con.confrelid::bigint, con.confkey,
       con.confdeltype::text, con.confupdtype::text, con.condeferrable, con.convalidated, con.conindid::bigint,
       NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = con.oid AND t.tgenabled NOT IN ('O', 'A'))
         AND COALESCE((to_jsonb(con) ->> 'conenforced')::boolean, true)
FROM pg_constraint con
JOIN pg_class c ON c.oid = con.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND {_OURS}
WHERE con.contype IN ('p', 'u', 'f', 'c', 'x')
ORDER BY con.conrelid, con.conname"""

_INDEXES: LiteralString = f"""
SELECT i.indexrelid::bigint, i.indrelid::bigint, x.relname, i.indkey::int2[], i.indnkeyatts, i.indisunique, i.indisprimary,
       i.indisvalid AND i.indisready, i.indimmediate, i.indpred IS NOT NULL, i.indexprs IS NOT NULL, pg_get_indexdef(i.indexrelid)
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_class c ON c.oid = i.indrelid AND c.relkind IN ('r', 'p', 'm')
JOIN pg_namespace n ON n.oid = c.relnamespace AND {_OURS}
ORDER BY i.indrelid, x.relname"""

_ENUMS: LiteralString = f"""
SELECT n.nspname, t.typname, array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE {_OURS}
GROUP BY n.nspname, t.typname"""

_ABOUT: LiteralString = """
SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000, current_database(), current_user::text,
       current_schemas(false)::text[], (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
       pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean"""

_KINDS: dict[str, TableKind] = {"r": "table", "p": "partitioned", "v": "view", "m": "materialized view", "f": "foreign table"}
_ACTIONS: dict[str, Action] = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_CONSTRAINT_KINDS = {"p": "primary", "u": "unique", "f": "foreign", "c": "check", "x": "exclusion"}

Row = tuple[Any, ...]


def read_catalog(connection: Connection) -> Catalog:
    """Read tables, columns, constraints, indexes and enums in one repeatable-read moment (inside a transaction: as that sees them)."""
    outermost = connection.info.transaction_status == TransactionStatus.IDLE
    with connection.transaction():
        if outermost:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        about = connection.execute(_ABOUT).fetchall()[0]
        tables = connection.execute(_TABLES).fetchall()
        columns = _grouped(connection.execute(_COLUMNS).fetchall(), 0)
        constraints = _grouped(connection.execute(_CONSTRAINTS).fetchall(), 0)
        indexes = _grouped(connection.execute(_INDEXES).fetchall(), 1)
        enums = connection.execute(_ENUMS).fetchall()
    names = {row[0]: TableName(row[1], row[2]) for row in tables}
    by_number = {oid: {row[1]: row[2] for row in rows} for oid, rows in columns.items()}
    read = [_table(row, columns[row[0]], constraints[row[0]], indexes[row[0]], names, by_number) for row in tables]
    return Catalog(
        dialect="postgresql",
        server_version=about[0],
        major=about[1],
        database=about[2],
        user=about[3],
        search_path=tuple(about[4] or ()),
        superuser=bool(about[5]),
        read_only=bool(about[6]),
        tables={table.name: table for table in read},
        enums={TableName(schema, name): tuple(labels) for schema, name, labels in enums},
    )


def _grouped(rows: Iterable[Row], position: int) -> defaultdict[int, list[Row]]:
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[position]].append(row)
    return groups


def _table(
    row: Row, columns: list[Row], constraints: list[Row], indexes: list[Row], names: dict[int, TableName], by_number: dict[int, dict[int, str]]
) -> Table:
    oid, schema, name, kind, is_partition, owner, estimate, size = row
    numbers = by_number.get(oid, {})
    by_index = {c[11]: c for c in constraints if c[2] in "pux"}
    return Table(
        name=TableName(schema, name),
        kind="partition" if is_partition else _KINDS[kind],
        columns=tuple(
            Column(name=c[2], type=c[3], not_null=c[4], default=None if c[6] else c[5], generated=bool(c[6]), identity=bool(c[7]))
            for c in columns
        ),
        keys=tuple(_key(i, by_index.get(i[0]), numbers) for i in indexes if i[5]),
        foreign_keys=tuple(_foreign_key(c, names, by_number) for c in constraints if c[2] == "f" and c[5] in names),
        indexes=tuple(
            Index(name=i[2], columns=_columns(i[3][: i[4]], numbers), unique=i[5], valid=i[7], definition=i[11]) for i in indexes
        ),
        constraints=tuple(
            Constraint(name=c[1], kind=cast(Any, _CONSTRAINT_KINDS[c[2]]), definition=c[3]) for c in constraints
        ),
        owner=owner,
        rows_estimated=int(estimate),
        bytes=size,
    )


def _columns(numbers: Iterable[int], names: dict[int, str]) -> tuple[str, ...]:
    return tuple(names[n] for n in numbers if n in names)


def _key(index: Row, constraint: Row | None, names: dict[int, str]) -> Key:
    return Key(
        name=index[2],
        columns=_columns(index[3][: index[4]], names),
        primary=index[6],
        constraint=constraint is not None,
        deferrable=not index[8],
        valid=index[7],
        partial=index[9],
        expression=index[10],
    )


def _foreign_key(row: Row, names: dict[int, TableName], by_number: dict[int, dict[int, str]]) -> ForeignKey:
    return ForeignKey(
        name=row[1],
        child=names[row[0]],
        columns=_columns(row[4], by_number[row[0]]),
        parent=names[row[5]],
        parent_columns=_columns(row[6], by_number[row[5]]),
        on_delete=_ACTIONS[row[7]],
        on_update=_ACTIONS[row[8]],
        deferrable=row[9],
        validated=row[10],
        enforced=row[12],
        definition=row[3],
    )


def catalog_digest(catalog: Catalog) -> str:
    """Sha256 (hex) of everything a plan may depend on: structure only, no row counts, sizes, server version or user."""
    parts = []
    for name in sorted(catalog.tables):
        table = msgspec.structs.replace(catalog.tables[name], rows_estimated=0, bytes=0, owner="")
        parts.append(msgspec.json.encode(table))
    parts.extend(msgspec.json.encode([enum.schema, enum.name, labels]) for enum, labels in sorted(catalog.enums.items()))
    return hashlib.sha256(b"\n".join(parts)).hexdigest()
