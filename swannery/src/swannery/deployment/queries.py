"""SQL of the deployment: the app's catalog, our rights in it, our own schema, and what dbdoctor is asked about."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from swannery.config import Activity, UserProfile, Users
from swannery.deployment.catalog import HostCatalog, HostColumn, HostKey, HostTable, TableName, quoted
from swannery.foundation.database import connect_arguments
from swannery.foundation.errors import Unreachable

LOCK_S = 120
# Enough to see all values of a status or a role, little enough for a table of any size.
SAMPLED_ROWS = 10_000
SAMPLED_VALUES = 50

# dbdoctor is asked this to find out whether it can get in at all: it is wanted, and nothing can stand in its way.
NOTHING_WANTED = "SELECT 1"

_OURS = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('swannery', 'dbdoctor')"
_TABLES = f"""
SELECT c.oid, n.nspname::text, c.relname::text,
       has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {_OURS}
ORDER BY 2, 3"""
_COLUMNS = f"""
SELECT a.attrelid, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = a.atttypid ORDER BY e.enumsortorder)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND {_OURS}
ORDER BY a.attrelid, a.attnum"""
_UNIQUE = """
SELECT i.indrelid, i.indisprimary, a.attname::text
FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indisvalid AND i.indimmediate"""
_KEYS = """
SELECT k.conrelid, a.attname::text, k.confrelid, p.attname::text
FROM pg_constraint k
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
JOIN pg_attribute p ON p.attrelid = k.confrelid AND p.attnum = k.confkey[1]
WHERE k.contype = 'f' AND array_length(k.conkey, 1) = 1 AND k.conparentid = 0"""


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What of ours is in the database: nothing, an empty schema, tables that are not ours, or a deployment with the revision it has."""

    schema_exists: bool
    tables: int
    revision: str
    key_type: str
    key_target: str


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Open one connection outside of any pool, with a transaction that is rolled back unless committed."""
    engine = create_engine("postgresql+psycopg://", connect_args=connect_arguments(url), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unreachable("The database went away.", next_step="Try again; deploying twice does no harm.") from error
        raise
    finally:
        engine.dispose()


def read_catalog(connection: Connection) -> HostCatalog:
    """Read every table of the app with its columns and its keys of one column."""
    ask = connection.exec_driver_sql
    tables = ask(_TABLES).all()
    names = {oid: TableName(schema, name) for oid, schema, name, _ in tables}
    columns, keys, unique = defaultdict(list), defaultdict(list), defaultdict(list)
    primary: dict[int, str] = {}
    for oid, name, kind, not_null, labels in ask(_COLUMNS):
        columns[oid].append(HostColumn(name=name, type=kind, not_null=not_null, labels=tuple(labels)))
    for oid, is_primary, name in ask(_UNIQUE):
        if is_primary:
            primary[oid] = name
        else:
            unique[oid].append(name)
    for oid, column, parent, parent_column in ask(_KEYS):
        if parent in names:
            keys[oid].append(HostKey(column=column, parent=names[parent], parent_column=parent_column))
    return HostCatalog(
        tables=tuple(
            HostTable(
                name=names[oid], columns=tuple(columns[oid]), primary=primary.get(oid), unique=tuple(unique[oid]), keys=tuple(keys[oid]),
                may_read=may_read,
            )
            for oid, _, _, may_read in tables
        )
    )  # fmt: skip


def sample_values(connection: Connection, table: TableName, column: str) -> tuple[str, ...]:
    """Return some different values of a column, from its first rows."""
    place, name = _driver(f"{quoted(table.schema)}.{quoted(table.name)}"), _driver(quoted(column))
    some = f"SELECT t.{name}::text AS value FROM {place} t LIMIT {SAMPLED_ROWS}"
    found = connection.exec_driver_sql(
        f"SELECT DISTINCT s.value FROM ({some}) s WHERE s.value IS NOT NULL ORDER BY 1 LIMIT {SAMPLED_VALUES}"
    )
    return tuple(row[0] for row in found)


def read_obstacles(connection: Connection) -> dict[str, Any]:
    """Return the encoding and whether nothing can be written here."""
    row = connection.exec_driver_sql(
        "SELECT current_setting('server_encoding'), pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean,"
        " current_user::text, current_database()::text"
    ).one()
    return {"encoding": row[0], "read_only": row[1], "user": row[2], "database": row[3]}


def places_of(*, users: Users, activities: tuple[Activity, ...]) -> tuple[Users | UserProfile | Activity, ...]:
    """Return every table of the app that is read."""
    return (users, *((users.profile,) if users.profile else ()), *activities)


def find_missing_rights(connection: Connection, *, users: Users, activities: tuple[Activity, ...]) -> list[str]:
    """Return the GRANTs somebody would have to give us, none when all is well."""
    missing = []
    row = connection.exec_driver_sql(
        "SELECT quote_ident(current_user), quote_ident(current_database()), to_regnamespace('swannery') IS NOT NULL,"
        " CASE WHEN to_regnamespace('swannery') IS NULL THEN has_database_privilege(current_database(), 'CREATE')"
        " ELSE has_schema_privilege('swannery', 'CREATE, USAGE') END"
    ).one()
    us, database, exists, may_create = row
    if not may_create:
        missing.append(f"GRANT CREATE ON {'SCHEMA swannery' if exists else f'DATABASE {database}'} TO {us};")
    if exists and may_create and not connection.exec_driver_sql(_OWN_ALL).scalar():
        missing.append(f"ALTER SCHEMA swannery OWNER TO {us}; -- and every table in it: they belong to another role")
    for place in places_of(users=users, activities=activities):
        name = f"{quoted(place.schema)}.{quoted(place.table)}"
        rights = ["SELECT", "REFERENCES"] if isinstance(place, Users) and place.link == "foreign_key" else ["SELECT"]
        found = connection.exec_driver_sql(
            "SELECT has_schema_privilege(%(schema)s, 'USAGE'), (SELECT array_agg(r) FROM unnest(%(rights)s::text[]) r"
            " WHERE NOT has_table_privilege(%(table)s::text, r))",
            {"schema": place.schema, "table": name, "rights": rights},
        ).one()
        missing += [] if found[0] else [f"GRANT USAGE ON SCHEMA {quoted(place.schema)} TO {us};"]
        missing += [f"GRANT {', '.join(found[1])} ON {name} TO {us};"] if found[1] else []
    return missing


_HIDING = """
SELECT quote_ident(current_user), array_agg(quote_ident(p.polname::text) ORDER BY p.polname) FILTER (WHERE p.polname IS NOT NULL)
FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polcmd IN ('r', '*')
     AND EXISTS (SELECT FROM unnest(p.polroles) r WHERE r = 0 OR pg_has_role(r, 'USAGE'))
WHERE c.oid = %(table)s::regclass AND row_security_active(c.oid)
GROUP BY c.oid
HAVING bool_or(NOT p.polpermissive) IS TRUE
    OR bool_or(p.polpermissive AND pg_get_expr(p.polqual, p.polrelid) = 'true') IS NOT TRUE"""


class Hiding(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the app whose row-level security keeps rows from us, and what would let us see all of them."""

    table: str
    policies: tuple[str, ...]
    next_step: str

    @property
    def message(self) -> str:
        """What is wrong."""
        why = f"policies {', '.join(self.policies)}" if self.policies else "no policy lets it see any"
        return f"Row-level security keeps rows of {self.table} from the role we use ({why}): we would take people for gone who are there."


def find_hiding(connection: Connection, *, users: Users, activities: tuple[Activity, ...]) -> list[Hiding]:
    """Return the tables of which we do not see every row. A permissive policy USING (true), with no restrictive one, hides nothing."""
    hiding = []
    for place in places_of(users=users, activities=activities):
        name = f"{quoted(place.schema)}.{quoted(place.table)}"
        found = connection.exec_driver_sql(_HIDING, {"table": name}).first()
        if found is None:
            continue
        us, policies = found
        step = f"Have the owner run: CREATE POLICY swannery_reads ON {name} FOR SELECT TO {us} USING (true);"
        step += f" where a restrictive policy applies too, or instead: ALTER ROLE {us} BYPASSRLS;"
        hiding.append(Hiding(table=str(TableName(place.schema, place.table)), policies=tuple(policies or ()), next_step=step))
    return hiding


_OWN_ALL = """
SELECT coalesce(bool_and(pg_has_role(c.relowner, 'MEMBER')), true) FROM pg_class c
WHERE c.relnamespace = to_regnamespace('swannery') AND c.relkind IN ('r', 'S')"""


def read_deployment(connection: Connection) -> Opened:
    """Look at what of ours is there."""
    exists, tables, has_ledger, has_members = connection.exec_driver_sql(
        "SELECT to_regnamespace('swannery') IS NOT NULL,"
        " (SELECT count(*) FROM pg_class c WHERE c.relnamespace = to_regnamespace('swannery') AND c.relkind IN ('r', 'p', 'v')),"
        " to_regclass('swannery.alembic_version') IS NOT NULL, to_regclass('swannery.members') IS NOT NULL"
    ).one()
    revision = connection.exec_driver_sql("SELECT version_num FROM swannery.alembic_version").scalar() if has_ledger else None
    key_type, key_target = connection.exec_driver_sql(_MEMBERS_KEY).one() if has_members else ("", "")
    return Opened(schema_exists=exists, tables=tables, revision=revision or "", key_type=key_type, key_target=key_target or "")


_MEMBERS_KEY = """
SELECT format_type(a.atttypid, a.atttypmod),
       (SELECT n.nspname || '.' || c.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE k.contype = 'f' AND k.conrelid = a.attrelid AND k.conkey = ARRAY[a.attnum])
FROM pg_attribute a WHERE a.attrelid = 'swannery.members'::regclass AND a.attname = 'user_id'"""


def create_schema(connection: Connection) -> None:
    """Make our schema where it is missing; without the right to make one, IF NOT EXISTS would fail even where it is there."""
    if not connection.exec_driver_sql("SELECT to_regnamespace('swannery') IS NOT NULL").scalar():
        connection.exec_driver_sql("CREATE SCHEMA swannery")


def limit_locks(connection: Connection, *, seconds: float) -> None:
    """Give up a lock that does not come in time: who waits for one makes all others wait behind it."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(seconds * 1000)}")


def wait_for_our_turn(connection: Connection) -> None:
    """Let one deploy at a time go on; holds until the connection's transaction ends, and takes no lock on any table."""
    limit_locks(connection, seconds=LOCK_S)
    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('swannery deploy'))")


def count_unprovisioned(connection: Connection, *, relation: str) -> int:
    """Return how many active users are no members."""
    found = connection.exec_driver_sql(
        f"SELECT count(*) FROM {relation} u WHERE u.active AND NOT EXISTS (SELECT FROM swannery.members m WHERE m.user_id = u.user_key)"
    )
    return int(found.scalar() or 0)


def wanted_link(*, schema: str, table: str, column: str, key_type: str) -> str:
    """Return the statement whose key we shall make, for dbdoctor to look at; it is never run."""
    parent = f"{quoted(schema)}.{quoted(table)} ({quoted(column)})"
    return f"CREATE TABLE swannery_members (user_id {key_type} REFERENCES {parent})"


def sqlstate_of(error: DBAPIError) -> str:
    """Return the server's code of an error."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def _driver(text: str) -> str:
    """Return SQL as the driver wants it: it reads % as the beginning of a placeholder."""
    return text.replace("%", "%%")
