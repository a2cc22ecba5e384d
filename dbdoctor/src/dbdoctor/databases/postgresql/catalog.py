"""Reading the whole catalog with a handful of set queries, never one per table."""

import gc
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from typing import Any, LiteralString

import msgspec
from psycopg import Cursor
from psycopg.pq import TransactionStatus

from dbdoctor.databases.postgresql.connection import Connection, quoted
from dbdoctor.model import (
    Action,
    Catalog,
    Column,
    Constraint,
    ConstraintKind,
    ForeignKey,
    Index,
    Key,
    Persistence,
    Table,
    TableKind,
    TableName,
)

FIRST_WITH_ENFORCED = 18

_OURS: LiteralString = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor'"
# The same as a filter that is hashed once: on catalogs nobody has analysed a join would look each row's schema up.
_NOT_THEIRS: LiteralString = f"NOT IN (SELECT n.oid FROM pg_namespace n WHERE NOT ({_OURS}))"

_TABLES: LiteralString = f"""
SELECT c.oid, n.nspname::text, c.relname::text, c.relkind::text, c.relispartition, pg_get_userbyid(c.relowner), c.reltuples::float8,
       c.relpages::bigint * current_setting('block_size')::bigint, c.relpersistence::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OURS}"""

# format_type is asked once for each type, not once for each of tens of thousands of columns.
_TYPES: LiteralString = """
SELECT t.id, t.modifier, format_type(t.id, t.modifier) FROM unnest(%s::oid[], %s::int4[]) AS t (id, modifier)"""

_COLUMNS: LiteralString = f"""
SELECT a.attrelid, a.attnum, a.attname::text, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef, a.attgenerated::text, a.attidentity::text
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relnamespace {_NOT_THEIRS}
WHERE a.attnum > 0 AND NOT a.attisdropped"""

# A default names no column, so no table has to be opened for it (0); a generated column's expression does, and is no default.
_DEFAULTS: LiteralString = """
SELECT d.adrelid, d.adnum, CASE WHEN d.adbin::text NOT LIKE '%{VAR %' THEN pg_get_expr(d.adbin, 0) END FROM pg_attrdef d"""

# Asking the server for fifteen thousand definitions opens every table: the plain ones are put together here (`_definition`), see
# benchmarks/catalog.py.
_CONSTRAINTS_TO_17: LiteralString = f"""
SELECT con.conrelid, con.conname::text, con.contype::text,
       CASE WHEN con.contype IN ('u', 'c', 'x') OR con.condeferrable OR NOT con.convalidated OR con.confmatchtype NOT IN ('s', ' ')
                 OR con.confdeltype IN ('n', 'd') THEN pg_get_constraintdef(con.oid) END,
       con.conkey, con.confrelid, con.confkey,
       con.confdeltype::text, con.confupdtype::text, con.condeferrable, con.convalidated, con.conindid,
       con.oid, true AS enforced
FROM pg_constraint con
WHERE con.contype IN ('p', 'u', 'f', 'c', 'x') AND con.connamespace {_NOT_THEIRS}
  -- a key to a partitioned parent is stored once more for each of its partitions: those are the server's own
  AND (con.conparentid = 0
       OR NOT EXISTS (SELECT FROM pg_constraint own WHERE own.oid = con.conparentid AND own.conrelid = con.conrelid))"""

_CONSTRAINTS_FROM_18: LiteralString = _CONSTRAINTS_TO_17.replace("true AS enforced", "con.conenforced", 1).replace(
    "OR con.condeferrable", "OR con.conperiod OR NOT con.conenforced OR con.condeferrable", 1
)

_DISABLED: LiteralString = "SELECT DISTINCT tgconstraint FROM pg_trigger WHERE tgconstraint <> 0 AND tgenabled NOT IN ('O', 'A')"

# The definition of a plain index (not unique, default order, operators and collation, no options) is put together here.
_INDEXES: LiteralString = f"""
SELECT i.indexrelid, i.indrelid, x.relname::text, i.indkey::int2[], i.indnkeyatts, i.indisunique, i.indisprimary,
       i.indisvalid AND i.indisready, i.indimmediate, i.indpred IS NOT NULL, i.indexprs IS NOT NULL,
       CASE WHEN i.indnatts > i.indnkeyatts OR i.indisprimary IS FALSE AND NOT (
                 NOT i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL AND x.reloptions IS NULL AND x.reltablespace = 0
                 AND i.indoption::text ~ '^[0 ]*$' AND i.indcollation::oid[] <@ ARRAY[0, 100]::oid[]
                 AND i.indclass::oid[] <@ (SELECT array_agg(o.oid) FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod
                                           WHERE o.opcdefault AND m.amname = 'btree'))
            THEN pg_get_indexdef(i.indexrelid) END
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid AND x.relnamespace {_NOT_THEIRS}"""

_INHERITS: LiteralString = "SELECT inhrelid, inhparent FROM pg_inherits ORDER BY inhrelid, inhseqno"

# An expression in the key has the number 0.
_PARTITION_KEYS: LiteralString = "SELECT partrelid, partattrs::int2[] FROM pg_partitioned_table"

_ENUMS: LiteralString = f"""
SELECT n.nspname, t.typname, array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE {_OURS}
GROUP BY n.nspname, t.typname"""

_ABOUT: LiteralString = """
SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000, current_database(), current_user::text,
       current_schemas(false)::text[], (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
       pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean"""

_PERSISTENCE: dict[str, Persistence] = {"p": "permanent", "u": "unlogged", "t": "temporary"}
_KINDS: dict[str, TableKind] = {"r": "table", "p": "partitioned", "v": "view", "m": "materialized view", "f": "foreign table"}
_ACTIONS: dict[str, Action] = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_CONSTRAINT_KINDS: dict[str, ConstraintKind] = {"p": "primary", "u": "unique", "f": "foreign", "c": "check", "x": "exclusion"}

Row = tuple[Any, ...]


def read_catalog(connection: Connection) -> Catalog:
    """Read tables, columns, constraints, indexes and enums in one repeatable-read moment (inside a transaction: as that sees them)."""
    outermost = connection.info.transaction_status == TransactionStatus.IDLE
    with _without_collector(), connection.transaction():
        if outermost:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        with connection.cursor(binary=True) as cursor:  # binary: tens of thousands of numbers and arrays need no parsing
            return _read(cursor)


def _read(cursor: Cursor[Row]) -> Catalog:
    about = cursor.execute(_ABOUT).fetchall()[0]
    tables = cursor.execute(_TABLES).fetchall()
    columns = _columns_by_table(cursor)
    of_constraints = _CONSTRAINTS_FROM_18 if about[1] >= FIRST_WITH_ENFORCED else _CONSTRAINTS_TO_17
    parts = _Parts(
        names={row[0]: TableName(row[1], row[2]) for row in tables},
        shown={row[0]: f"{quoted(row[1])}.{quoted(row[2])}" for row in tables},
        columns=columns,
        numbers={oid: {number: column.name for number, column in rows} for oid, rows in columns.items()},
        constraints=_grouped(cursor.execute(of_constraints).fetchall(), table=0, name=1),
        indexes=_grouped(cursor.execute(_INDEXES).fetchall(), table=1, name=2),
        disabled={row[0] for row in cursor.execute(_DISABLED).fetchall()},
        inherits=_pairs(cursor.execute(_INHERITS).fetchall()),
        partitioned_by={row[0]: row[1] for row in cursor.execute(_PARTITION_KEYS).fetchall()},
    )
    return Catalog(
        dialect="postgresql",
        server_version=about[0],
        major=about[1],
        database=about[2],
        user=about[3],
        search_path=tuple(about[4] or ()),
        superuser=bool(about[5]),
        read_only=bool(about[6]),
        tables={parts.names[row[0]]: _table(row, parts) for row in tables},
        enums={TableName(schema, name): tuple(labels) for schema, name, labels in cursor.execute(_ENUMS).fetchall()},
    )


@contextmanager
def _without_collector() -> Iterator[None]:
    """Python's cycle collector would look through a hundred thousand new structs again and again; there is no cycle among them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _columns_by_table(cursor: Cursor[Row]) -> defaultdict[int, list[tuple[int, Column]]]:
    rows = cursor.execute(_COLUMNS).fetchall()
    pairs = list({(row[3], row[4]) for row in rows})
    types = {(i, m): name for i, m, name in cursor.execute(_TYPES, ([i for i, _ in pairs], [m for _, m in pairs])).fetchall()}
    defaults = {(table, number): text for table, number, text in cursor.execute(_DEFAULTS).fetchall()}
    found: defaultdict[int, list[tuple[int, Column]]] = defaultdict(list)
    alike: dict[Row, Column] = {}  # `id bigint NOT NULL` and the like come by the thousand: one struct for all of them
    for table, number, name, type_id, modifier, not_null, has_default, generated, identity in rows:
        default = defaults.get((table, number)) if has_default and not generated else None
        facts = (name, types[type_id, modifier], not_null, default, bool(generated), bool(identity))
        column = alike.get(facts)
        if column is None:
            column = alike[facts] = Column(
                name=name, type=facts[1], not_null=not_null, default=default, generated=bool(generated), identity=bool(identity)
            )
        found[table].append((number, column))
    for columns in found.values():
        columns.sort(key=itemgetter(0))
    return found


def _grouped(rows: Iterable[Row], *, table: int, name: int) -> defaultdict[int, list[Row]]:
    """Rows by their table's object id, each group in the byte order of the names; `table` and `name` are the positions of those."""
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[table]].append(row)
    by_name = itemgetter(name)
    for group in groups.values():
        group.sort(key=by_name)
    return groups


def _pairs(rows: Iterable[Row]) -> defaultdict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for child, parent in rows:
        found[child].append(parent)
    return found


class _Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What the queries returned, by the table's object id."""

    names: dict[int, TableName]
    shown: dict[int, str]
    columns: defaultdict[int, list[tuple[int, Column]]]
    numbers: dict[int, dict[int, str]]
    constraints: defaultdict[int, list[Row]]
    indexes: defaultdict[int, list[Row]]
    disabled: set[int]
    inherits: defaultdict[int, list[int]]
    partitioned_by: dict[int, list[int]]


def _table(row: Row, parts: _Parts) -> Table:
    oid, _, _, kind, is_partition, owner, estimate, size, persistence = row
    constraints, indexes, numbers = parts.constraints[oid], parts.indexes[oid], parts.numbers.get(oid, {})
    definitions = [_definition(c, parts) for c in constraints]
    backed = {c[11] for c in constraints if c[2] in "pux"}
    plain = [(index, _columns(index[3][: index[4]], numbers)) for index in indexes]
    return Table(
        name=parts.names[oid],
        kind="partition" if is_partition else _KINDS[kind],
        columns=tuple([column for _, column in parts.columns[oid]]),
        keys=tuple([_key(i, columns, constraint=i[0] in backed) for i, columns in plain if i[5]]),
        foreign_keys=tuple(
            [
                _foreign_key(c, parts, definition)
                for c, definition in zip(constraints, definitions, strict=True)
                if c[2] == "f" and c[5] in parts.names
            ]
        ),
        indexes=tuple(
            [
                Index(name=i[2], columns=columns, unique=i[5], valid=i[7], definition=_index_definition(i, columns, parts))
                for i, columns in plain
            ]
        ),
        constraints=tuple(
            [
                Constraint(name=c[1], kind=_CONSTRAINT_KINDS[c[2]], definition=definition)
                for c, definition in zip(constraints, definitions, strict=True)
            ]
        ),
        owner=owner,
        rows_estimated=int(estimate),
        bytes=size,
        persistence=_PERSISTENCE[persistence],
        inherits=tuple([parts.names[parent] for parent in parts.inherits[oid] if parent in parts.names]) if oid in parts.inherits else (),
        partition_columns=_columns(parts.partitioned_by[oid], numbers) if oid in parts.partitioned_by else (),
    )


def _columns(numbers: list[int], names: dict[int, str]) -> tuple[str, ...]:
    if len(numbers) == 1 and numbers[0] in names:
        return (names[numbers[0]],)
    return tuple([names[n] for n in numbers if n in names])


def _key(index: Row, columns: tuple[str, ...], *, constraint: bool) -> Key:
    return Key(
        name=index[2],
        columns=columns,
        primary=index[6],
        constraint=constraint,
        deferrable=not index[8],
        valid=index[7],
        partial=index[9],
        expression=index[10],
    )


def _foreign_key(row: Row, parts: _Parts, definition: str) -> ForeignKey:
    return ForeignKey(
        name=row[1],
        child=parts.names[row[0]],
        columns=_columns(row[4], parts.numbers[row[0]]),
        parent=parts.names[row[5]],
        parent_columns=_columns(row[6], parts.numbers[row[5]]),
        on_delete=_ACTIONS[row[7]],
        on_update=_ACTIONS[row[8]],
        deferrable=row[9],
        validated=row[10],
        enforced=row[13] and row[12] not in parts.disabled,
        definition=definition,
    )


def _definition(row: Row, parts: _Parts) -> str:
    """What ADD CONSTRAINT would need; the server's own words for anything but a plain primary or foreign key."""
    if row[3] is not None:
        return str(row[3])
    columns = _named(row[4], parts.numbers[row[0]])
    if row[2] == "p":
        return f"PRIMARY KEY ({columns})"
    if row[5] not in parts.names:
        return ""
    update = f" ON UPDATE {_ACTIONS[row[8]]}" if row[8] != "a" else ""
    delete = f" ON DELETE {_ACTIONS[row[7]]}" if row[7] != "a" else ""
    return f"FOREIGN KEY ({columns}) REFERENCES {parts.shown[row[5]]} ({_named(row[6], parts.numbers[row[5]])}){update}{delete}"


def _index_definition(row: Row, columns: tuple[str, ...], parts: _Parts) -> str:
    if row[11] is not None or row[6]:
        return row[11] or ""
    return f"CREATE INDEX {quoted(row[2])} ON {parts.shown[row[1]]} USING btree ({', '.join(map(quoted, columns))})"


def _named(numbers: list[int], names: dict[int, str]) -> str:
    return quoted(names[numbers[0]]) if len(numbers) == 1 else ", ".join([quoted(names[n]) for n in numbers])


def catalog_digest(catalog: Catalog) -> str:
    """Sha256 (hex) of everything a plan may depend on: structure only, no row counts, sizes, server version or user."""
    parts = []
    for name in sorted(catalog.tables):
        table = msgspec.structs.replace(catalog.tables[name], rows_estimated=0, bytes=0, owner="")
        parts.append(msgspec.json.encode(table))
    parts.extend(msgspec.json.encode([enum.schema, enum.name, labels]) for enum, labels in sorted(catalog.enums.items()))
    return hashlib.sha256(b"\n".join(parts)).hexdigest()
