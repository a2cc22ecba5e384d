"""Both ways back: step by step, and by a restore of what the app's own users, extensions and settings make of a database."""

import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from treatment.victims import holding
from treatment.workshop import ORDERS, ORDERS_NAME, Workshop, add_index, add_key, convert, make_reader, mark, open_workshop, unlikely_name

from dbdoctor.databases.postgresql import gradual
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.databases.postgresql.restore import dump_script
from dbdoctor.embedded import Server
from dbdoctor.findings import SqlStep
from dbdoctor.model import TableName
from dbdoctor.treatment import Progress, apply, clean, runs, undo


def quarantine_steps() -> tuple[SqlStep, ...]:
    kept = 'dbdoctor."quarantine_Work Orders 🦢"'
    condition = 't."user id" IS NULL'
    return (
        SqlStep(sql="CREATE SCHEMA IF NOT EXISTS dbdoctor"),
        SqlStep(
            sql=f"CREATE TABLE {kept} AS SELECT now() AS quarantined_at, 'why'::text AS quarantine_reason, t.* FROM {ORDERS} t LIMIT 0"
        ),
        SqlStep(sql=f"INSERT INTO {kept} SELECT now(), 'why', t.* FROM {ORDERS} t WHERE {condition}"),
        SqlStep(sql=f"DELETE FROM {ORDERS} t WHERE {condition}", writes=(ORDERS_NAME,)),
    )


def test_steps_that_carry_their_way_back_need_no_backup_and_keep_rows_written_since(workshop: Workshop) -> None:
    before = workshop.everything()
    run = apply(url=workshop.url, plan=workshop.plan(add_index(), add_key(), mark("002-x.sql")), state_folder=workshop.state)
    assert (run.backup_path, run.backup_bytes) == ("", 0)
    workshop.run("INSERT INTO sessions (user_id) VALUES (2)")
    undone = undo(url=workshop.url, run_id=run.id)
    assert undone.verification is not None
    assert {check.name: check.state for check in undone.verification.checks} == {
        "schema_as_before": "passed",
        "rows_as_before": "not_probed",
    }
    schema, rows, _ = workshop.everything()
    assert schema == before[0]
    assert {name for name, held in rows.items() if held != before[1][name]} == {"public.sessions"}
    assert workshop.ask("SELECT count(*) FROM sessions") == [(31,)]
    assert not workshop.ask("SELECT FROM pg_namespace WHERE nspname = 'dbdoctor'")


def test_steps_that_depend_on_one_another_are_taken_back_last_one_first(workshop: Workshop) -> None:
    before = workshop.everything()
    first = SqlStep(sql="CREATE TABLE parents (id integer PRIMARY KEY)", undo_sql="DROP TABLE parents")
    second = SqlStep(sql="CREATE TABLE children (id integer REFERENCES parents)", undo_sql="DROP TABLE children")
    run = apply(url=workshop.url, plan=workshop.plan(first, second), state_folder=workshop.state)
    undo(url=workshop.url, run_id=run.id)
    assert workshop.everything() == before


def test_rows_in_quarantine_are_counted_and_come_back(workshop: Workshop) -> None:
    before = workshop.everything()
    run = apply(url=workshop.url, plan=workshop.plan(*quarantine_steps()), state_folder=workshop.state)
    assert run.rows_quarantined == 6
    assert run.verification is not None
    assert run.verification.ok
    assert workshop.ask(f"SELECT count(*) FROM {ORDERS}") == [(54,)]
    undo(url=workshop.url, run_id=run.id)
    assert workshop.everything() == before
    assert not workshop.ask("SELECT FROM pg_namespace WHERE nspname = 'dbdoctor'")


def test_clean_removes_quarantine_backup_and_journal_and_says_how_much(workshop: Workshop) -> None:
    run = apply(url=workshop.url, plan=workshop.plan(*quarantine_steps()), state_folder=workshop.state)
    other = apply(url=workshop.url, plan=workshop.plan(add_key()), state_folder=workshop.state)
    first = clean(url=workshop.url, run_id=run.id, state_folder=workshop.state)
    assert first.runs == (run.id,)
    assert first.quarantine == {"quarantine_Work Orders 🦢": 6}
    assert first.bytes > run.backup_bytes
    assert not first.schema_removed
    assert [one.id for one in runs(url=workshop.url)] == [other.id]
    assert clean(url=workshop.url, state_folder=workshop.state).schema_removed
    assert not workshop.ask("SELECT FROM pg_namespace WHERE nspname = 'dbdoctor'")
    assert list(workshop.state.iterdir()) == []
    assert clean(url=workshop.url, state_folder=workshop.state).runs == ()


def test_the_backup_and_the_journal_are_for_their_owner_only(one_workshop: Workshop) -> None:
    run = apply(url=one_workshop.url, plan=one_workshop.plan(convert()), state_folder=one_workshop.state)
    folder = Path(run.backup_path).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert run.backup_bytes == Path(run.backup_path).stat().st_size
    one_workshop.run("GRANT USAGE ON SCHEMA public TO PUBLIC")
    with psycopg.connect(one_workshop.url) as connection:
        connection.execute('SET ROLE "a reader"')
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT FROM dbdoctor.runs")


def test_where_no_folder_is_named_the_state_folder_of_the_user_is_taken(one_workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(one_workshop.folder / "xdg"))
    run = apply(url=one_workshop.url, plan=one_workshop.plan(convert()))
    assert Path(run.backup_path).parent.parent == one_workshop.folder / "xdg" / "dbdoctor"
    undo(url=one_workshop.url, run_id=run.id)
    assert clean(url=one_workshop.url, run_id=run.id).backups == (str(Path(run.backup_path).parent),)


def test_undo_waits_for_readers_in_short_attempts(one_workshop: Workshop) -> None:
    before, told = one_workshop.everything(), list[Progress]()
    run = apply(url=one_workshop.url, plan=one_workshop.plan(convert()), state_folder=one_workshop.state)
    with holding(one_workshop, f"LOCK TABLE {ORDERS} IN ACCESS SHARE MODE") as reader:

        def tell(progress: Progress) -> None:
            told.append(progress)
            if progress.stage == "retry":
                reader.rollback()

        undo(url=one_workshop.url, run_id=run.id, tell=tell)
    assert [one.attempt for one in told if one.stage == "retry"] == [2]
    assert one_workshop.everything() == before


@pytest.fixture
def owned_workshop(any_server: Server, tmp_path: Path) -> Iterator[Workshop]:
    """A database that belongs to an ordinary user, who is no superuser, as at most hosters."""
    name = unlikely_name()
    with psycopg.connect(any_server.url(), autocommit=True) as connection:
        make_reader(connection)
        connection.execute(f"CREATE ROLE {name} LOGIN")
        connection.execute(f"CREATE DATABASE {name} OWNER {name}")
        yield open_workshop(url=any_server.url(database=name, user=name), folder=tmp_path)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        connection.execute(f"DROP ROLE {name}")


def test_an_ordinary_owner_can_apply_and_undo(owned_workshop: Workshop) -> None:
    before = owned_workshop.everything()
    owned_workshop.migration("002-more.sql", "CREATE TABLE more (id serial PRIMARY KEY)", "ALTER TABLE users ADD COLUMN born date")
    plan = owned_workshop.plan(convert(), add_key(), owned_workshop.migrate)
    run = apply(url=owned_workshop.url, plan=plan, state_folder=owned_workshop.state)
    assert run.verification is not None
    assert run.verification.failed == ()
    undone = undo(url=owned_workshop.url, run_id=run.id)
    assert undone.verification is not None
    assert undone.verification.failed == ()
    assert owned_workshop.everything() == before


def test_an_ordinary_owner_can_change_a_column_gradually(owned_workshop: Workshop) -> None:
    owned_workshop.run(
        "CREATE TABLE posts (id serial PRIMARY KEY, who text)", "INSERT INTO posts (who) SELECT n FROM generate_series(1, 9) n"
    )
    before = owned_workshop.everything()
    with connect(owned_workshop.url) as connection:
        table = read_catalog(connection).tables[TableName("public", "posts")]
        assert gradual.obstacles(connection, table, "who") == []
    steps = gradual.steps_for_gradual_conversion(gradual.Change(table=table, column="who", to_type="integer"))
    run = apply(url=owned_workshop.url, plan=owned_workshop.plan(*steps), state_folder=owned_workshop.state)
    assert run.state == "applied"
    assert owned_workshop.ask("SELECT sum(who) FROM posts") == [(45,)]
    undo(url=owned_workshop.url, run_id=run.id)
    assert owned_workshop.everything() == before


RARE = (
    "CREATE EXTENSION citext",
    'CREATE EXTENSION pg_trgm SCHEMA "side room"',
    "CREATE EXTENSION hstore",
    "CREATE TABLE tags (name citext PRIMARY KEY, more hstore)",
    "INSERT INTO tags VALUES ('Swan', 'a=>1')",
    'CREATE INDEX like_it ON tags USING gin ((name::text) "side room".gin_trgm_ops)',
    "CREATE FUNCTION loud() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE NOTICE ''%'', tg_tag; END'",
    "CREATE EVENT TRIGGER loud ON ddl_command_end EXECUTE FUNCTION loud()",
    "CREATE TYPE pair AS (a integer, b text)",
    "CREATE FUNCTION pair_text(pair) RETURNS text LANGUAGE sql AS 'SELECT $1.b'",
    "CREATE CAST (pair AS text) WITH FUNCTION pair_text(pair)",
    "CREATE TYPE span AS RANGE (subtype = integer)",
    'CREATE COLLATION plain FROM "C"',
    "CREATE TEXT SEARCH CONFIGURATION ours (COPY = simple)",
    "CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq)",
    "CREATE PROCEDURE nothing() LANGUAGE sql AS 'SELECT 1'",
    "CREATE AGGREGATE none_at_all(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0')",
    "CREATE UNLOGGED TABLE quick (id integer)",
    "CREATE TABLE kid () INHERITS (sessions)",
    "INSERT INTO kid VALUES (900, 1)",
    "CREATE RULE keep AS ON DELETE TO quick DO INSTEAD NOTHING",
)


def test_extensions_and_what_hangs_on_them_survive_an_undo(system_server: Server, tmp_path: Path) -> None:
    name = unlikely_name()
    url = system_server.url(database=name)
    with psycopg.connect(system_server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        workshop = open_workshop(url=url, folder=tmp_path)
        workshop.run(*RARE)
        before = workshop.everything()
        changes = ("DROP TABLE tags", "DROP TYPE pair CASCADE", "DROP OPERATOR === (int, int)", "CREATE CAST (mood AS bytea) WITH INOUT")
        workshop.migration("002-more.sql", *changes)
        run = apply(url=url, plan=workshop.plan(convert(), workshop.migrate), state_folder=workshop.state)
        undone = undo(url=url, run_id=run.id)
        assert undone.verification is not None
        assert undone.verification.failed == ()
        assert workshop.everything() == before
        assert workshop.ask("SELECT count(*) FROM pg_extension") == [(4,)]
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_an_undo_that_does_not_fit_is_taken_back_as_a_whole(one_workshop: Workshop) -> None:
    run = apply(url=one_workshop.url, plan=one_workshop.plan(convert()), state_folder=one_workshop.state)
    found = one_workshop.everything()
    dump = Path(run.backup_path)
    data = dump.read_bytes()
    # The table of contents is whole, the rows are not.
    dump.write_bytes(data[: len(data) // 2] + bytes(byte ^ 0xFF for byte in data[len(data) // 2 :]))
    with pytest.raises(Exception, match=r"cannot read the backup|was stopped and taken back"):
        undo(url=one_workshop.url, run_id=run.id)
    assert one_workshop.everything() == found
    dump.write_bytes(data)
    assert undo(url=one_workshop.url, run_id=run.id).state == "undone"


def test_rows_that_look_like_parts_of_a_script_come_back_too(workshop: Workshop) -> None:
    workshop.run("CREATE TABLE a (line text)")
    lines = (
        "BEGIN;",
        "COMMIT;",
        "COMMIT;",
        "SET transaction_timeout = 0;",
        "--",
        "",
        "\\.",
        "\\unrestrict x",
        "SELECT pg_catalog.set_config('a', 'b', false);",
    )
    workshop.run(*(f"INSERT INTO a VALUES ('{line.replace(chr(39), chr(39) * 2)}')" for line in lines))
    before = workshop.everything()
    run = apply(url=workshop.url, plan=workshop.plan(convert()), state_folder=workshop.state)
    undo(url=workshop.url, run_id=run.id)
    assert workshop.everything() == before
    assert [row[0] for row in workshop.ask("SELECT line FROM a")] == list(lines)


def test_large_objects_do_not_cut_the_restore_in_two(workshop: Workshop) -> None:
    """A dump's script would commit after them, in the middle of everything."""
    workshop.run("ALTER TABLE users ADD CONSTRAINT far FOREIGN KEY (invited_by) REFERENCES users")
    run = apply(url=workshop.url, plan=workshop.plan(convert()), state_folder=workshop.state)
    with connect(workshop.url) as connection:
        script = b"".join(dump_script(connection, workshop.tools, Path(run.backup_path)))
    assert b"lo_open" in script
    assert not [line for line in script.splitlines() if line.strip() in {b"BEGIN;", b"COMMIT;"}]


SILENT = {
    "switched off": ("ALTER TABLE sessions DISABLE TRIGGER ALL", "ALTER TABLE sessions ENABLE TRIGGER ALL"),
    "off at the parent, with rows that break it": (
        (
            "ALTER TABLE sessions DISABLE TRIGGER ALL; ALTER TABLE users DISABLE TRIGGER ALL; INSERT INTO sessions (user_id) VALUES (77);"
            "ALTER TABLE sessions ENABLE TRIGGER ALL"
        ),
        "ALTER TABLE users ENABLE TRIGGER ALL; DELETE FROM sessions WHERE user_id = 77",
    ),
    "called valid over rows that break it": (
        "ALTER TABLE sessions DISABLE TRIGGER ALL; INSERT INTO sessions (user_id) VALUES (77); ALTER TABLE sessions ENABLE TRIGGER ALL",
        "DELETE FROM sessions WHERE user_id = 77",
    ),
}


@pytest.mark.parametrize("kind", SILENT)
def test_a_key_that_does_not_do_what_it_says_comes_back_just_so(workshop: Workshop, kind: str) -> None:
    broken, cure = SILENT[kind]
    flags = (
        "SELECT k.conname, k.convalidated, f.proname, t.tgenabled FROM pg_constraint k JOIN pg_trigger t ON t.tgconstraint = k.oid"
        " JOIN pg_proc f ON f.oid = t.tgfoid ORDER BY 1, 3"
    )
    workshop.run(add_key().sql, broken)
    before, flagged = workshop.everything(), workshop.ask(flags)
    run = apply(url=workshop.url, plan=workshop.plan(SqlStep(sql=cure), convert()), state_folder=workshop.state)
    assert workshop.ask(flags) != flagged or workshop.everything() != before
    told: list[Progress] = []
    undone = undo(url=workshop.url, run_id=run.id, tell=told.append)
    assert undone.verification is not None
    assert undone.verification.failed == ()
    assert (workshop.everything(), workshop.ask(flags)) == (before, flagged)
    # Only what no flag tells takes a second attempt.
    assert [one.stage for one in told].count("restore") == (2 if kind.startswith("called valid") else 1)
