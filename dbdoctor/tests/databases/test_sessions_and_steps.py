"""Who waits for whom, what a step locks and writes, what ddl makes on a server of our own."""

import contextlib
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from patients import Patient

from dbdoctor.databases.postgresql import administration, obstacles, roles, sessions
from dbdoctor.databases.postgresql.connection import SqlError, connect
from dbdoctor.databases.postgresql.steps import error_of, run_step
from dbdoctor.embedded import Server
from dbdoctor.findings import SqlStep
from dbdoctor.model import Reference, TableName


@contextlib.contextmanager
def a_waiting_session(patient: Patient) -> Iterator[str]:
    """Someone holds a row and does nothing; another one waits for it."""
    holder, waiter = psycopg.connect(patient.url), psycopg.connect(patient.url)
    holder.execute("UPDATE people SET name = 'held' WHERE id = 1")

    def wait() -> None:
        with contextlib.suppress(psycopg.Error):
            waiter.execute("UPDATE people SET name = 'wanted' WHERE id = 1")

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield str(patient.value("SELECT current_database()"))
    finally:
        holder.close()
        thread.join(10)
        waiter.close()


def test_a_session_that_waits_is_told_with_the_one_it_waits_for(patient: Patient) -> None:
    with a_waiting_session(patient) as database:
        found: list[sessions.Wait] = []
        for _ in range(200):
            found = sessions.waits(patient.connection, database)
            if found:
                break
            time.sleep(0.02)
        assert [(w.waiting_sql, w.holding_sql) for w in found] == [
            ("UPDATE people SET name = 'wanted' WHERE id = 1", "UPDATE people SET name = 'held' WHERE id = 1")
        ]
        assert sessions.stuck(found) == found


def test_nobody_waits_where_nothing_is_held(patient: Patient) -> None:
    assert sessions.waits(patient.connection, str(patient.value("SELECT current_database()"))) == []


def test_every_other_session_is_ended_and_our_own_is_not(patient: Patient) -> None:
    with psycopg.connect(patient.url) as another:
        assert sessions.end_sessions(patient.connection, str(patient.value("SELECT current_database()"))) == 1
        with pytest.raises(psycopg.OperationalError):
            another.execute("SELECT 1")
    assert patient.value("SELECT 1") == 1


@pytest.mark.parametrize(
    ("sql", "lock", "blocks", "written"),
    [
        ("UPDATE people SET name = upper(name) WHERE id < 3", "RowExclusiveLock", "nothing", 2),
        ("CREATE INDEX ON people (name)", "ShareLock", "writes", 0),
        ("ALTER TABLE people ADD age int", "AccessExclusiveLock", "reads and writes", 0),
        ("SELECT 1", "", "", 0),
    ],
)
def test_a_step_is_told_with_what_it_locked_and_wrote(patient: Patient, sql: str, lock: str, blocks: str, written: int) -> None:
    done = run_step(patient.connection, SqlStep(sql=sql))
    assert (done.lock, done.blocks, done.rows_touched) == (lock, blocks, written)


def test_a_step_that_must_run_alone_is_run_alone(patient: Patient) -> None:
    run_step(patient.connection, SqlStep(sql="CREATE INDEX CONCURRENTLY i ON people (name)", transactional=False))
    assert patient.error("CREATE INDEX i ON people (name)") is not None


def test_a_step_that_fails_leaves_nothing_and_says_why(patient: Patient) -> None:
    with pytest.raises(SqlError) as failed:
        run_step(patient.connection, SqlStep(sql="INSERT INTO people VALUES (8, 'hal'); INSERT INTO people VALUES (1, 'again')"))
    assert patient.value("SELECT count(*) FROM people") == 3
    said = error_of(failed.value)
    assert (said.sqlstate, said.detail) == ("23505", "Key (id)=(1) already exists.")


def test_a_database_is_made_from_a_template_and_dropped_with_its_sessions(server: Server) -> None:
    with connect(server.url()) as connection:
        administration.create_database(connection, 'odd "name" 🦢', like="postgres")
        administration.create_database(connection, "its copy", template='odd "name" 🦢')
        with psycopg.connect(server.url(database="its copy")):
            administration.drop_database(connection, "its copy")
        administration.drop_database(connection, 'odd "name" 🦢')
        administration.drop_database(connection, 'odd "name" 🦢')
        left = connection.execute("SELECT count(*) FROM pg_database WHERE datname IN ('its copy', 'odd \"name\" 🦢')").fetchone()
    assert left == (0,)


def test_roles_their_groups_and_their_settings_go_along_without_passwords(server: Server, system_server: Server) -> None:
    with connect(server.url()) as source, connect(system_server.url()) as copy:
        source.execute('CREATE ROLE "App 🦢" LOGIN PASSWORD \'ZqX7w\' CREATEDB; CREATE ROLE readers; GRANT readers TO "App 🦢"')
        source.execute("""ALTER ROLE "App 🦢" SET search_path = "My Shop", public; ALTER ROLE "App 🦢" SET datestyle = 'ISO, DMY'""")
        source.execute("""ALTER DATABASE postgres SET application_name = 'it''s'""")
        try:
            roles.copy_roles(source, copy)
            roles.copy_roles(source, copy)
            for statement in roles.database_settings(source):
                copy.execute(statement)
            told = copy.execute("SELECT rolcreatedb, rolcanlogin, rolpassword FROM pg_authid WHERE rolname = 'App 🦢'").fetchone()
            member = copy.execute("""SELECT pg_has_role('App 🦢', 'readers', 'member')""").fetchone()
            settings = copy.execute("SELECT setconfig FROM pg_db_role_setting ORDER BY 1").fetchall()
        finally:
            for each in (source, copy):
                each.execute('ALTER DATABASE postgres RESET ALL; DROP ROLE IF EXISTS "App 🦢", readers')
    assert (told, member) == ((True, True, None), (True,))
    assert settings == [(["application_name=it's"],), (['search_path="My Shop", public', "DateStyle=iso, dmy"],)]


def test_extensions_that_a_copy_cannot_have_are_named(server: Server, system_server: Server) -> None:
    with connect(server.url()) as with_vector, connect(system_server.url()) as without:
        with_vector.execute("CREATE EXTENSION vector")
        try:
            assert roles.missing_extensions(with_vector, with_vector) == []
            assert roles.missing_extensions(with_vector, without) == ["vector"]
        finally:
            with_vector.execute("DROP EXTENSION vector")


LETTERS, PEOPLE = TableName("public", "letters"), TableName("public", "people")


@pytest.mark.parametrize(
    ("statements", "wanted"),
    [
        ([obstacles.without_rows(PEOPLE)], "ALTER TABLE people ADD age int NOT NULL"),
        ([obstacles.without_table(PEOPLE)], "CREATE TABLE people (id int)"),
        ([obstacles.without_column(PEOPLE, "id")], "ALTER TABLE people ADD id uuid"),
        (
            obstacles.without_named(LETTERS, "letters_personId_fkey"),
            'ALTER TABLE letters ADD CONSTRAINT "letters_personId_fkey" CHECK (id > 0)',
        ),
        ([obstacles.with_column(LETTERS, "Mood 🦢")], 'SELECT "Mood 🦢" FROM letters'),
        (obstacles.with_type(LETTERS, "body", "uuid"), 'ALTER TABLE letters ADD FOREIGN KEY (body) REFERENCES "Guest ""Book"" 🦢"'),
    ],
)
def test_an_obstacle_is_cleared_on_a_clone_whatever_it_costs_there(patient: Patient, statements: list[str], wanted: str) -> None:
    assert patient.error(wanted) is not None
    obstacles.clear(patient.connection, statements)
    assert patient.error(wanted) is None


@pytest.mark.parametrize("parent", ["people", "vets"])
def test_a_parent_is_made_such_that_the_key_could_point_at_it(patient: Patient, parent: str) -> None:
    patient.run("CREATE TABLE pets (owner uuid)")
    reference = Reference(child=TableName("", "pets"), columns=("owner",), parent=TableName("", parent), parent_columns=("id",))
    obstacles.clear(patient.connection, obstacles.with_parent(patient.catalog, reference, "uuid"))
    assert patient.error(f"ALTER TABLE pets ADD FOREIGN KEY (owner) REFERENCES {parent} (id)") is None
