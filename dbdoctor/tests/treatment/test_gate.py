"""A deploy cannot start in the middle: the migration tool's own lock is held, and given to the app's command when it is its turn."""

import contextlib
import zlib
from collections.abc import Iterator

import psycopg
import pytest
from treatment.victims import holding
from treatment.workshop import Workshop, add_key

from dbdoctor.databases.postgresql import tool_locks
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.findings import MigrateStep, SqlStep
from dbdoctor.treatment import Progress, apply, undo
from dbdoctor.treatment import gate as gates
from dbdoctor.treatment.gate import ToolAtWork

TOOLS = {
    "Prisma": ("CREATE TABLE _prisma_migrations (id text)", "72707369"),
    "node-pg-migrate": ("CREATE TABLE pgmigrations (id serial, name text)", "7241865325823964"),
    # The hash code of "public"."flyway_schema_history" is what a Java shell says.
    "Flyway": ("CREATE TABLE flyway_schema_history (installed_rank int)", str(77431708279161 + 2125624436)),
    "Rails": (
        "CREATE TABLE ar_internal_metadata (key text); CREATE TABLE schema_migrations (version text)",
        "2053462845 * {crc of the database}",
    ),
    "golang-migrate": ("CREATE TABLE schema_migrations (version bigint, dirty boolean)", "{golang}"),
}
ROWS = {
    "Knex": ("CREATE TABLE knex_migrations_lock (index serial, is_locked int); INSERT INTO knex_migrations_lock (is_locked) VALUES (0)",
             "SELECT * FROM knex_migrations_lock FOR UPDATE NOWAIT"),
    "Liquibase": ("CREATE TABLE databasechangeloglock (id int, locked boolean); INSERT INTO databasechangeloglock VALUES (1, false)",
                  "SET lock_timeout = '50ms'; UPDATE databasechangeloglock SET locked = true WHERE id = 1 AND NOT locked"),
    "Ecto": ("CREATE TABLE schema_migrations (version bigint, inserted_at timestamp)",
             "LOCK TABLE schema_migrations IN SHARE UPDATE EXCLUSIVE MODE NOWAIT"),
}  # fmt: skip


def key_of(workshop: Workshop, written: str) -> int:
    name = str(workshop.ask("SELECT current_database()")[0][0])
    golang = zlib.crc32(f"public\0schema_migrations\0{name}".encode()) * 1486364155 % 2**32
    text = written.replace("{crc of the database}", str(zlib.crc32(name.encode()))).replace("{golang}", str(golang))
    factors = [int(one) for one in text.split("*")]
    return factors[0] * (factors[1] if len(factors) > 1 else 1)


def is_free(workshop: Workshop, statement: str) -> bool:
    with psycopg.connect(workshop.url) as connection, connection.transaction(force_rollback=True):
        try:
            done = connection.execute(statement.encode())
        except psycopg.errors.LockNotAvailable:
            return False
        row = done.fetchone() if done.description else None
        return row is None or row[0] is not False


@contextlib.contextmanager
def watched(workshop: Workshop, statement: str) -> Iterator[tuple[list[bool], list[bool]]]:
    """Whether the tool could have taken its lock while our steps, and while its own command ran."""
    ours, theirs = list[bool](), list[bool]()

    def tell(progress: Progress) -> None:
        if progress.stage == "step":
            ours.append(is_free(workshop, statement))
        if progress.stage == "command":
            theirs.append(is_free(workshop, statement))

    steps = (add_key(), MigrateStep(command="sleep 0.5", cwd=str(workshop.folder)), SqlStep(sql="SELECT 1", undo_sql="SELECT 1"))
    run = apply(url=workshop.url, plan=workshop.plan(*steps), state_folder=workshop.state, tell=tell)
    assert run.state == "applied"
    yield ours, theirs
    assert is_free(workshop, statement)


@pytest.mark.parametrize(
    "tool", [one if one in {"Flyway", "Knex"} else pytest.param(one, marks=pytest.mark.long) for one in (*TOOLS, *ROWS)]
)
def test_the_tools_lock_is_held_during_our_steps_and_free_for_its_own(one_workshop: Workshop, tool: str) -> None:
    if tool in TOOLS:
        table, key = TOOLS[tool]
        statement = f"SELECT pg_try_advisory_xact_lock({key_of(one_workshop, key)})"
    else:
        table, statement = ROWS[tool]
    one_workshop.run(table)
    with watched(one_workshop, statement) as (ours, theirs):
        assert ours == [False, False]
        assert theirs
        assert all(theirs)
    with connect(one_workshop.url) as connection:
        assert [lock.tool for lock in tool_locks.locks_of_tools(read_catalog(connection))] == [tool]


def test_tools_without_a_lock_of_their_own_need_no_gate(one_workshop: Workshop) -> None:
    one_workshop.run('CREATE TABLE "SequelizeMeta" (name text)', "CREATE TABLE django_migrations (id int)")
    with connect(one_workshop.url) as connection:
        assert tool_locks.locks_of_tools(read_catalog(connection)) == []


@pytest.mark.parametrize("tool", ["Prisma", "Knex"])
def test_a_deploy_that_is_going_on_is_told_and_nothing_is_changed(
    one_workshop: Workshop, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "LOCK_PATIENCE_S", 0.3)
    one_workshop.run(TOOLS["Prisma"][0], ROWS["Knex"][0])
    before, plan = one_workshop.everything(), one_workshop.plan(add_key())
    taken = "SELECT pg_advisory_lock(72707369)" if tool == "Prisma" else "UPDATE knex_migrations_lock SET is_locked = 1"
    with holding(one_workshop, taken), pytest.raises(ToolAtWork, match=rf"{tool} is at work on this database: .*(somebody else|knex)"):
        apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    assert one_workshop.everything() == before
    run = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    assert run.state == "applied"
    with holding(one_workshop, "SELECT pg_advisory_lock(72707369)"), pytest.raises(ToolAtWork, match="Prisma"):
        undo(url=one_workshop.url, run_id=run.id)
    undo(url=one_workshop.url, run_id=run.id)
    assert one_workshop.everything() == before


def test_a_step_that_frees_a_stale_lock_does_not_wait_for_ourselves(one_workshop: Workshop) -> None:
    one_workshop.run(ROWS["Knex"][0], "UPDATE knex_migrations_lock SET is_locked = 1")
    free = SqlStep(sql="UPDATE knex_migrations_lock SET is_locked = 0", undo_sql="UPDATE knex_migrations_lock SET is_locked = 1")
    run = apply(url=one_workshop.url, plan=one_workshop.plan(free), state_folder=one_workshop.state)
    assert (run.state, run.steps[0].attempts) == ("applied", 1)
