"""The journal of treatments, kept in the target itself: schema `dbdoctor`, tables `runs` and `steps`. No judgement, only rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

import msgspec

from dbdoctor.databases.postgresql.connection import Connection, literal, quoted, sql_text
from dbdoctor.databases.postgresql.rows import count_rows
from dbdoctor.model import TableName

SCHEMA = "dbdoctor"
JOURNAL_TABLES = ("runs", "steps")
QUARANTINE_PREFIX = "quarantine_"

_CREATE: tuple[LiteralString, ...] = (
    "CREATE SCHEMA IF NOT EXISTS dbdoctor",
    """CREATE TABLE IF NOT EXISTS dbdoctor.runs (
        id text PRIMARY KEY, state text NOT NULL, plan json NOT NULL, backup_path text, backup_bytes bigint,
        created_at timestamptz NOT NULL DEFAULT now(), finished_at timestamptz, before json, after json, verification json, error text)""",
    """CREATE TABLE IF NOT EXISTS dbdoctor.steps (
        run_id text NOT NULL REFERENCES dbdoctor.runs ON DELETE CASCADE, position integer NOT NULL, kind text NOT NULL,
        state text NOT NULL DEFAULT 'pending', attempts integer NOT NULL DEFAULT 0, started_at timestamptz, finished_at timestamptz,
        error text, progress bigint NOT NULL DEFAULT 0, PRIMARY KEY (run_id, position))""",
    "ALTER TABLE dbdoctor.steps ADD COLUMN IF NOT EXISTS progress bigint NOT NULL DEFAULT 0",  # made by an earlier version
    "REVOKE ALL ON SCHEMA dbdoctor FROM PUBLIC",
    "REVOKE ALL ON ALL TABLES IN SCHEMA dbdoctor FROM PUBLIC",
)

_RUNS: LiteralString = """
SELECT id, state, plan::text, COALESCE(backup_path, ''), COALESCE(backup_bytes, 0), created_at, finished_at, before::text, after::text,
       verification::text, COALESCE(error, '')
FROM dbdoctor.runs ORDER BY created_at, id"""

_STEPS: LiteralString = """
SELECT position, kind, state, attempts, COALESCE(extract(epoch FROM finished_at - started_at), 0)::float8, COALESCE(error, ''),
       COALESCE((to_json(s) ->> 'progress')::bigint, 0)
FROM dbdoctor.steps s WHERE run_id = %s ORDER BY position"""

# Tables of the schema that are not the journal's: quarantine, first of all.
_KEPT: LiteralString = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'dbdoctor' AND c.relkind IN ('r', 'p') AND c.relname NOT IN ('runs', 'steps') ORDER BY 1"""

_OTHER_OBJECTS: LiteralString = """
SELECT (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
               AND c.relname <> ALL (%s) AND c.relname NOT IN ('runs', 'steps'))
     + (SELECT count(*) FROM pg_proc p WHERE p.pronamespace = n.oid)
FROM pg_namespace n WHERE n.nspname = 'dbdoctor'"""


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `dbdoctor.runs`; the JSON columns as text, None where nothing was written yet."""

    id: str
    state: str
    plan: str
    backup_path: str
    backup_bytes: int
    created_at: datetime
    finished_at: datetime | None
    before: str | None
    after: str | None
    verification: str | None
    error: str


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `dbdoctor.steps`."""

    position: int
    kind: str
    state: str
    attempts: int
    seconds: float
    error: str
    progress: int = 0


def has_journal(connection: Connection) -> bool:
    """Whether this database has ever been treated and not been cleaned since."""
    row = connection.execute("SELECT to_regclass('dbdoctor.runs') IS NOT NULL AND to_regclass('dbdoctor.steps') IS NOT NULL").fetchone()
    return bool(row and row[0])


def create_journal(connection: Connection) -> None:
    """Make schema and tables where they are missing, in one transaction, for their owner's eyes only."""
    with connection.transaction():
        for statement in _CREATE:
            connection.execute(statement)


def may_create(connection: Connection) -> bool:
    """Whether this user may make the schema, or has it already."""
    query: LiteralString = """
    SELECT has_database_privilege(current_database(), 'CREATE')
       AND COALESCE((SELECT pg_has_role(n.nspowner, 'USAGE') FROM pg_namespace n WHERE n.nspname = 'dbdoctor'), true)"""
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def insert_run(connection: Connection, *, run_id: str, plan: str, kinds: Sequence[str]) -> None:
    """Write down a new run with all its steps pending."""
    with connection.transaction():
        connection.execute("INSERT INTO dbdoctor.runs (id, state, plan) VALUES (%s, 'prepared', %s::json)", (run_id, plan))
        for position, kind in enumerate(kinds):
            connection.execute("INSERT INTO dbdoctor.steps (run_id, position, kind) VALUES (%s, %s, %s)", (run_id, position, kind))


def record_before(connection: Connection, *, run_id: str, before: str, backup_path: str, backup_bytes: int) -> None:
    """The backup is whole and on disk: from here on the first step may begin."""
    connection.execute(
        "UPDATE dbdoctor.runs SET before = %s::json, backup_path = NULLIF(%s, ''), backup_bytes = %s WHERE id = %s",
        (before, backup_path, backup_bytes, run_id),
    )


def record_state(connection: Connection, *, run_id: str, state: str, error: str = "", finished: bool = False) -> None:
    """What has become of the run; anything but an end forgets what was known of an earlier end."""
    connection.execute(
        "UPDATE dbdoctor.runs SET state = %s, error = NULLIF(%s, ''), finished_at = CASE WHEN %s THEN clock_timestamp() END WHERE id = %s",
        (state, error.replace("\x00", ""), finished, run_id),
    )


def record_after(connection: Connection, *, run_id: str, after: str | None) -> None:
    """What the database held when the run ended; None when it goes on."""
    connection.execute("UPDATE dbdoctor.runs SET after = %s::json WHERE id = %s", (after, run_id))


def record_verification(connection: Connection, *, run_id: str, verification: str) -> None:
    """What verifying found."""
    connection.execute("UPDATE dbdoctor.runs SET verification = %s::json WHERE id = %s", (verification, run_id))


def begin_step(connection: Connection, *, run_id: str, position: int) -> None:
    """A step is about to be tried."""
    connection.execute(
        "UPDATE dbdoctor.steps SET state = 'running', attempts = attempts + 1, started_at = COALESCE(started_at, clock_timestamp()),"
        " error = NULL WHERE run_id = %s AND position = %s",
        (run_id, position),
    )


def record_progress(connection: Connection, *, run_id: str, position: int, progress: int) -> None:
    """How far a step in batches has come: the block it goes on with."""
    connection.execute("UPDATE dbdoctor.steps SET progress = %s WHERE run_id = %s AND position = %s", (progress, run_id, position))


def end_step(connection: Connection, *, run_id: str, position: int, error: str = "") -> None:
    """A step is done, or has failed with `error`."""
    connection.execute(
        "UPDATE dbdoctor.steps SET state = CASE WHEN %(error)s = '' THEN 'done' ELSE 'failed' END, finished_at = clock_timestamp(),"
        " error = NULLIF(%(error)s, '') WHERE run_id = %(run)s AND position = %(position)s",
        {"error": error.replace("\x00", ""), "run": run_id, "position": position},
    )


def read_runs(connection: Connection) -> list[RunRow]:
    """Every run, oldest first; none where there is no journal."""
    if not has_journal(connection):
        return []
    names = RunRow.__struct_fields__
    return [RunRow(**dict(zip(names, row, strict=True))) for row in connection.execute(_RUNS).fetchall()]


def read_steps(connection: Connection, run_id: str) -> list[StepRow]:
    """The steps of a run, in order."""
    names = StepRow.__struct_fields__
    return [StepRow(**dict(zip(names, row, strict=True))) for row in connection.execute(_STEPS, (run_id,)).fetchall()]


def kept_tables(connection: Connection) -> list[str]:
    """The names of the tables in our schema that hold rows taken out of the app's."""
    return [str(row[0]) for row in connection.execute(_KEPT).fetchall()]


def count_kept(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    """How many rows each of them holds."""
    return {name: count_rows(connection, TableName(SCHEMA, name)) for name in names}


def forgetting(connection: Connection, *, run_id: str, state: str, kept: Sequence[str]) -> list[str]:
    """The statements that take our own tables `kept` away and write `state` into the run; '' removes the run itself.

    Where nothing else is left in the schema they take the schema away: the database is then as if we had never been there.
    """
    others = [row for row in read_runs(connection) if row.id != run_id and row.state != "undone"]
    left = connection.execute(_OTHER_OBJECTS, (list(kept),)).fetchone()
    statements = [f"DROP TABLE IF EXISTS {SCHEMA}.{quoted(name)}" for name in kept]
    if not others and not (left and left[0]):
        return [*statements, "DROP TABLE dbdoctor.steps", "DROP TABLE dbdoctor.runs", "DROP SCHEMA dbdoctor"]
    if not state:
        return [*statements, f"DELETE FROM dbdoctor.runs WHERE id = {literal(run_id)}"]
    values = f"state = {literal(state)}, error = NULL, finished_at = clock_timestamp()"
    return [*statements, f"UPDATE dbdoctor.runs SET {values} WHERE id = {literal(run_id)}"]


def forget_run(connection: Connection, *, run_id: str, kept: Sequence[str] = ()) -> None:
    """Remove a run and our tables `kept`, and the schema with them when it is empty then."""
    with connection.transaction():
        for statement in forgetting(connection, run_id=run_id, state="", kept=kept):
            connection.execute(sql_text(statement))
