"""What a database held at one moment, small enough for the journal: structure, rows and values as digests, rename-proof."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import LiteralString

import msgspec

from dbdoctor.databases.postgresql.catalog import catalog_digest
from dbdoctor.databases.postgresql.connection import Connection
from dbdoctor.databases.postgresql.journal import kept_tables
from dbdoctor.databases.postgresql.rows import fingerprint, stored_tables
from dbdoctor.databases.postgresql.silent_keys import SwitchedTrigger, switched_triggers
from dbdoctor.model import Catalog, TableName

# So that equal rows have equal texts in whatever session they are read.
_SETTINGS = {
    "search_path": "pg_catalog",
    "TimeZone": "UTC",
    "DateStyle": "ISO",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "row_security": "off",
}

_SEQUENCES: LiteralString = """
SELECT format('%I.%I', schemaname, sequencename), COALESCE(last_value::text, '')
FROM pg_sequences WHERE schemaname <> 'dbdoctor' ORDER BY 1"""

_SCHEMAS: LiteralString = """
SELECT n.nspname, pg_get_userbyid(n.nspowner), COALESCE(obj_description(n.oid, 'pg_namespace'), ''),
       ARRAY(SELECT concat_ws(' ', CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, a.privilege_type,
                              CASE WHEN a.is_grantable THEN 'GRANTABLE' END)
             FROM aclexplode(COALESCE(n.nspacl, acldefault('n', n.nspowner))) WITH ORDINALITY a ORDER BY a.ordinality)
FROM pg_namespace n
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname <> 'dbdoctor'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
ORDER BY 1"""

_LARGE_OBJECTS: LiteralString = """
SELECT count(*)::text || ':' || COALESCE(md5(string_agg(oid::text || md5(lo_get(oid)), ',' ORDER BY oid)), '')
FROM pg_largeobject_metadata"""


class TableState(msgspec.Struct, frozen=True, kw_only=True):
    """A table: `structure` and `digest` (of its rows) are hashes; `constraints` are `kind name: definition`."""

    oid: int
    schema: str
    name: str
    structure: str
    rows: int
    digest: str
    constraints: tuple[str, ...] = ()
    owner: str = ""

    @property
    def table(self) -> TableName:
        """Its name."""
        return TableName(self.schema, self.name)


class SchemaState(msgspec.Struct, frozen=True, kw_only=True):
    """A schema with its owner, comment and privileges (`grantee PRIVILEGE [GRANTABLE]`, the grantee quoted for a statement)."""

    name: str
    owner: str
    comment: str
    privileges: tuple[str, ...]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared: before and after a run, after it and before its undo, and after that."""

    catalog_digest: str
    tables: tuple[TableState, ...]
    sequences: dict[str, str]
    schemas: tuple[SchemaState, ...]
    large_objects: str
    indexes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    schema_text_digest: str = ""
    switched: tuple[SwitchedTrigger, ...] = ()

    def by_oid(self) -> dict[int, TableState]:
        """Its tables by object id."""
        return {table.oid: table for table in self.tables}

    def by_name(self) -> dict[TableName, TableState]:
        """Its tables by name."""
        return {table.table: table for table in self.tables}


@contextmanager
def one_moment(connection: Connection) -> Iterator[str]:
    """A read-only transaction that sees one moment throughout; yields the name under which pg_dump can see the same."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for name, value in _SETTINGS.items():
            connection.execute("SELECT set_config(%s, %s, true)", (name, value))
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        yield str(row[0]) if row else ""


def take_snapshot(connection: Connection, catalog: Catalog, *, schema_text_digest: str = "") -> Snapshot:
    """Read everything a snapshot holds, within `one_moment`; `catalog` must have been read just before."""
    return Snapshot(
        catalog_digest=catalog_digest(catalog),
        tables=tuple(_tables(connection, catalog)),
        sequences=read_sequences(connection),
        schemas=tuple(
            SchemaState(name=name, owner=owner, comment=comment, privileges=tuple(privileges))
            for name, owner, comment, privileges in connection.execute(_SCHEMAS).fetchall()
        ),
        large_objects=str(connection.execute(_LARGE_OBJECTS).fetchall()[0][0]),
        indexes=tuple(index_names(catalog)),
        kept=tuple(kept_tables(connection)),
        schema_text_digest=schema_text_digest,
        switched=switched_triggers(connection),
    )


def read_sequences(connection: Connection) -> dict[str, str]:
    """The last value of every sequence of the app, by its quoted name; '' where it was never called."""
    return {str(name): str(value) for name, value in connection.execute(_SEQUENCES).fetchall()}


def index_names(catalog: Catalog) -> list[str]:
    """Every index as `schema.name`."""
    return sorted(f"{table.name.schema}.{index.name}" for table in catalog.tables.values() for index in table.indexes)


def structure_of(catalog: Catalog, table: TableName) -> str:
    """The digest of one table's structure."""
    return catalog_digest(msgspec.structs.replace(catalog, tables={table: catalog.tables[table]}, enums={}))


def _tables(connection: Connection, catalog: Catalog) -> Iterator[TableState]:
    for stored in sorted(stored_tables(connection).values(), key=lambda one: one.name):
        found = catalog.tables.get(stored.name)
        held = fingerprint(connection, stored.name)
        yield TableState(
            oid=stored.oid,
            schema=stored.name.schema,
            name=stored.name.name,
            structure=structure_of(catalog, stored.name) if found else "",
            rows=held.rows,
            digest=held.digest,
            constraints=tuple(f"{c.kind} {c.name}: {c.definition}" for c in found.constraints) if found else (),
            owner=found.owner if found else "",
        )


def differing_rows(then: Snapshot, now: Snapshot) -> dict[str, int]:
    """Tables whose rows are not those of `then`, each with by how many rows it differs at least (0: contents only), new ones included."""
    before, found = then.by_name(), {}
    for table in now.tables:
        was = before.pop(table.table, None)
        if was is None:
            found[str(table.table)] = table.rows
        elif (was.rows, was.digest) != (table.rows, table.digest):
            found[str(table.table)] = abs(table.rows - was.rows)
    found |= {str(name): table.rows for name, table in before.items()}
    if then.large_objects != now.large_objects:
        found["large objects"] = 0
    return found


def differing_structure(then: Snapshot, now: Snapshot) -> list[str]:
    """Tables that were added, dropped or altered since `then`."""
    before = {name: table.structure for name, table in then.by_name().items()}
    after = {name: table.structure for name, table in now.by_name().items()}
    return [str(name) for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]


def lost_constraints(then: Snapshot, now: Catalog, *, kinds: Sequence[str]) -> list[tuple[TableName, str]]:
    """Constraints of `then` (kinds as in the catalog) that their table no longer has, with the definition they had."""
    lost = []
    for table in then.tables:
        found = now.tables.get(table.table)
        there = {f"{c.kind} {c.name}" for c in found.constraints} if found else set()
        wanted = [text for text in table.constraints if text.split(" ", maxsplit=1)[0] in kinds]
        lost += [(table.table, text) for text in wanted if text.partition(": ")[0] not in there]
    return lost
