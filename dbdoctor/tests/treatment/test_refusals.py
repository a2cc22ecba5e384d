"""What apply and undo refuse, what they wait for, and what they say."""

import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psycopg
import pytest
from treatment.victims import holding, kill, start_apply, step_states, wait_until
from treatment.workshop import ORDERS, Workshop, add_index, add_key, convert, mark, unlikely_name

from dbdoctor.databases.postgresql.connection import CannotConnect
from dbdoctor.embedded import Server, find_binaries, start_server
from dbdoctor.errors import UsageError
from dbdoctor.findings import MigrateStep, SqlStep
from dbdoctor.treatment import Progress, apply, clean, forewarnings, runs, undo
from dbdoctor.treatment.cleaning import RunNotEnded
from dbdoctor.treatment.opening import AnotherDoctorAtWork, NotAllowed, ReadOnlyServer, RunNotFound, ServerRefused
from dbdoctor.treatment.patience import StepFailed, TablesBusy
from dbdoctor.treatment.preparing import CatalogChanged, UnfinishedRun
from dbdoctor.treatment.steps import MigrateFailed
from dbdoctor.treatment.undoing import BackupMissing, LaterRun, RowsWrittenSince, SchemaChangedSince, UndoFailed


def no_trace(workshop: Workshop) -> bool:
    return not workshop.ask("SELECT FROM pg_namespace WHERE nspname = 'dbdoctor'") and not list(workshop.state.glob("*"))


def test_two_at_once_the_second_is_told_who_the_first_is(one_workshop: Workshop) -> None:
    plan = one_workshop.plan(add_key())
    with holding(one_workshop, "LOCK TABLE sessions IN ROW EXCLUSIVE MODE"):
        first = start_apply(one_workshop, plan)
        wait_until(lambda: step_states(one_workshop) == ["running"])
        with pytest.raises(AnotherDoctorAtWork, match=r"process \d+ \(dbdoctor, from this machine"):
            apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
        kill(first)
    assert apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state).state == "applied"


def test_a_step_waits_for_its_lock_in_short_attempts_and_then_succeeds(workshop: Workshop) -> None:
    told: list[Progress] = []
    plan = workshop.plan(add_key())
    with holding(workshop, "LOCK TABLE sessions IN ROW EXCLUSIVE MODE") as other:
        threading.Timer(1.0, other.rollback).start()
        run = apply(url=workshop.url, plan=plan, state_folder=workshop.state, lock_timeout_s=0.1, tell=told.append)
    assert run.state == "applied"
    assert run.steps[0].attempts > 1
    assert [one.attempt for one in told if one.stage == "retry"] == list(range(2, run.steps[0].attempts + 1))


def test_a_step_that_never_gets_its_lock_is_told_with_who_is_in_the_way_and_can_go_on_later(workshop: Workshop) -> None:
    plan = workshop.plan(convert(), add_key())
    before = workshop.everything()
    with holding(workshop, f"LOCK TABLE {ORDERS} IN ACCESS SHARE MODE"):
        started = time.monotonic()
        with pytest.raises(TablesBusy, match=r"Step 1 of 2 did not get its locks in 3 attempts.*somebody else"):
            apply(url=workshop.url, plan=plan, state_folder=workshop.state, lock_timeout_s=0.1, attempts=3)
        assert time.monotonic() - started < 10
        assert workshop.ask(f"SELECT count(*) FROM {ORDERS}") == [(60,)]
    assert workshop.everything() == before
    assert runs(url=workshop.url)[0].state == "failed"
    run = apply(url=workshop.url, plan=plan, state_folder=workshop.state)
    assert (run.state, [step.attempts for step in run.steps]) == ("applied", [4, 1])


@pytest.mark.parametrize("continuation", ["apply", "undo"])
def test_a_concurrent_index_that_a_long_writer_keeps_from_being_built_is_cleared_away_later(workshop: Workshop, continuation: str) -> None:
    plan, before = workshop.plan(add_index()), workshop.everything()
    invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
    with holding(workshop, "LOCK TABLE sessions IN ROW EXCLUSIVE MODE"), pytest.raises(TablesBusy):
        apply(url=workshop.url, plan=plan, state_folder=workshop.state, lock_timeout_s=0.05, attempts=2)
    assert workshop.ask(invalid) == [(1,)]
    if continuation == "apply":
        assert apply(url=workshop.url, plan=plan, state_folder=workshop.state).state == "applied"
        assert workshop.ask(invalid) == [(0,)]
    undo(url=workshop.url, run_id=runs(url=workshop.url)[0].id)
    assert workshop.everything() == before


CHANGES = {
    "ALTER TABLE users ADD COLUMN born date": "column born of table public.users (added)",
    "ALTER TABLE sessions ALTER COLUMN user_id TYPE bigint": "column user_id of table public.sessions (altered)",
    "CREATE INDEX since ON users (mood)": "index since of table public.users (added)",
    "ALTER TABLE users DROP CONSTRAINT users_handle_key": "constraint users_handle_key of table public.users (gone), index",
    "ALTER TABLE users DISABLE TRIGGER ALL": "constraint users_invited_by_fkey of table public.users (altered)",
    "ALTER TYPE mood ADD VALUE 'keen'": "public.mood of types (altered)",
    "DROP TABLE sessions": "table public.sessions (gone)",
    "CREATE TABLE late (id integer)": "table public.late (added)",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_plan_for_another_catalog_is_refused_says_what_differs_and_leaves_no_trace(one_workshop: Workshop, change: str) -> None:
    plan = one_workshop.plan(add_key())
    one_workshop.run(change)
    with pytest.raises(CatalogChanged, match="not the one this plan was made for") as refused:
        apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    assert CHANGES[change] in refused.value.message
    assert "anew" in refused.value.next_step
    assert no_trace(one_workshop)


def test_a_plan_of_an_earlier_version_says_at_least_which_of_its_tables_are_gone(one_workshop: Workshop) -> None:
    plan = msgspec.structs.replace(one_workshop.plan(add_key()), catalog_objects={})
    one_workshop.run("DROP TABLE sessions")
    with pytest.raises(CatalogChanged, match=r"these are gone: public\.sessions"):
        apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)


def test_a_plan_that_was_just_applied_is_applied_already(one_workshop: Workshop) -> None:
    plan = one_workshop.plan(add_key())
    first = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    assert apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state) == first


def test_a_run_that_an_earlier_version_began_goes_on_and_back(one_workshop: Workshop) -> None:
    one_workshop.migration("002-more.sql", "CREATE TABLE more (id integer PRIMARY KEY)")
    before, plan = one_workshop.everything(), one_workshop.plan(add_key(), one_workshop.migrate)
    apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state, no_migrate=True)
    one_workshop.run("ALTER TABLE dbdoctor.steps DROP COLUMN progress")  # earlier journals had none
    run = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    assert run.state == "applied"
    undo(url=one_workshop.url, run_id=run.id)
    assert one_workshop.everything() == before


def test_rows_alone_do_not_make_it_another_catalog(one_workshop: Workshop) -> None:
    plan = one_workshop.plan(add_key())
    one_workshop.run("INSERT INTO sessions (user_id) VALUES (1)", "ANALYZE")
    assert apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state).state == "applied"


def test_a_failing_step_is_taken_back_and_nothing_else_goes_in_its_place(one_workshop: Workshop) -> None:
    before = one_workshop.everything()
    bad = SqlStep(sql="INSERT INTO users (handle, email) VALUES ('dave', 'dave@example.org'), ('Dave', 'd@example.org')")
    plan = one_workshop.plan(bad)
    with pytest.raises(StepFailed, match="Step 1 of 1 failed and was taken back: 23514") as failed:
        apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    run = runs(url=one_workshop.url)[0]
    assert (run.state, run.steps[0].state) == ("failed", "failed")
    assert run.id in failed.value.next_step
    with pytest.raises(UnfinishedRun, match=run.id):
        apply(url=one_workshop.url, plan=one_workshop.plan(add_key()), state_folder=one_workshop.state)
    with pytest.raises(RunNotEnded):
        clean(url=one_workshop.url, state_folder=one_workshop.state)
    undo(url=one_workshop.url, run_id=run.id)
    assert one_workshop.everything()[:2] == before[:2]
    assert not one_workshop.ask("SELECT FROM pg_namespace WHERE nspname = 'dbdoctor'")


def test_a_step_that_brings_its_own_commit_is_refused(one_workshop: Workshop) -> None:
    plan = one_workshop.plan(SqlStep(sql="COMMIT; CREATE TABLE stray ()", undo_sql="SELECT 1"))
    with pytest.raises(StepFailed, match="ends the transaction"):
        apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)


def test_an_app_command_that_fails_is_told_with_its_last_words_and_without_its_secrets(one_workshop: Workshop) -> None:
    before = one_workshop.everything()
    one_workshop.migration("002-half.sql", "CREATE TABLE half (id integer)", "SELECT 1 / 0")
    with pytest.raises(MigrateFailed, match="division by zero") as failed:
        apply(url=one_workshop.url, plan=one_workshop.plan(convert(), one_workshop.migrate), state_folder=one_workshop.state)
    run = runs(url=one_workshop.url)[0]
    assert f"undo URL {run.id}" in failed.value.next_step
    assert run.state == "failed"
    undone = undo(url=one_workshop.url, run_id=run.id)
    assert undone.verification is not None
    assert undone.verification.ok
    assert one_workshop.everything() == before


@pytest.mark.parametrize("command", ["sleep 60", "trap '' TERM; sleep 60 & sleep 60"], ids=["sleeping", "deaf"])
def test_an_app_command_that_hangs_is_ended_with_all_its_children(one_workshop: Workshop, command: str) -> None:
    name = unlikely_name()
    step = MigrateStep(command=f"echo {name} >&2; {command}", cwd=str(one_workshop.folder))
    started = time.monotonic()
    with pytest.raises(MigrateFailed, match="did not end in time"):
        apply(url=one_workshop.url, plan=one_workshop.plan(step), state_folder=one_workshop.state, time_limit_s=1)
    assert time.monotonic() - started < 15
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if name in _text(path)]


def test_a_daemon_that_the_apps_command_leaves_behind_is_ended_too(one_workshop: Workshop) -> None:
    name = unlikely_name()
    step = MigrateStep(command=f"setsid sh -c 'sleep 60; echo {name}' & exit 0", cwd=str(one_workshop.folder))
    assert apply(url=one_workshop.url, plan=one_workshop.plan(step), state_folder=one_workshop.state).state == "applied"
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if name in _text(path)]


def test_a_session_that_the_apps_command_has_left_on_the_server_is_ended_before_the_next_try(one_workshop: Workshop) -> None:
    step = MigrateStep(command="test -e well && " + one_workshop.migrate.command, cwd=str(one_workshop.folder))
    one_workshop.migration("002-more.sql", "ALTER TABLE users ADD COLUMN born date")
    plan = one_workshop.plan(step)
    with pytest.raises(MigrateFailed):
        apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    (one_workshop.folder / "well").touch()
    name = f"dbdoctor-{runs(url=one_workshop.url)[0].id}"
    with psycopg.connect(one_workshop.url, application_name=name) as left:
        left.execute("LOCK TABLE users IN ACCESS SHARE MODE")
        run = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state, time_limit_s=15)
        assert run.state == "applied"
        with pytest.raises(psycopg.OperationalError):
            left.execute("SELECT 1")


def test_marks_that_precede_the_apps_command_are_made_all_or_none(one_workshop: Workshop) -> None:
    plan = one_workshop.plan(mark("002-a.sql"), mark("003-b.sql"), one_workshop.migrate)
    apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    assert one_workshop.ask("SELECT count(*), count(DISTINCT xmin::text) FROM \"Meta\" WHERE name <> '001-first.sql'") == [(2, 1)]


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def test_a_folder_that_is_not_there_is_a_usage_error(one_workshop: Workshop) -> None:
    step = MigrateStep(command="true", cwd=str(one_workshop.folder / "nowhere"))
    with pytest.raises(UsageError, match="no folder"):
        apply(url=one_workshop.url, plan=one_workshop.plan(step), state_folder=one_workshop.state)


@pytest.fixture
def password_server() -> Iterator[Server]:
    with start_server(binaries=find_binaries(major=18, origin="wheel"), port=0) as server:
        yield server


def test_the_password_is_in_no_message_journal_or_file(password_server: Server, tmp_path: Path) -> None:
    secret = "tr0ub4dor&3"
    with psycopg.connect(password_server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE owner LOGIN SUPERUSER PASSWORD '{secret}'")
        connection.execute("CREATE TABLE t (a integer)")
    url = f"postgresql://owner:tr0ub4dor%263@127.0.0.1:{password_server.port}/postgres"
    workshop = Workshop(url=url, folder=tmp_path, tools=find_binaries(major=18).folder)
    telling = MigrateStep(command="env; echo $PGPASSWORD; echo $DATABASE_URL; exit 3", cwd=str(tmp_path))
    with pytest.raises(MigrateFailed, match="ended with 3") as failed:
        apply(url=url, plan=workshop.plan(telling), state_folder=workshop.state)
    kept = str(workshop.ask("SELECT plan::text, error FROM dbdoctor.runs")) + str(workshop.ask("SELECT error FROM dbdoctor.steps"))
    files = "".join(file.read_text(errors="replace") for file in workshop.state.rglob("*") if file.is_file())
    for said in (failed.value.message, failed.value.next_step, kept, files):
        assert secret not in said
        assert "tr0ub4dor%263" not in said


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that a server may enter which runs as another user."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_server_that_goes_away_half_way_is_told_and_the_run_goes_on_after_it(tmp_path: Path, open_folder: Path) -> None:
    data = open_folder / "data"
    server = start_server(binaries=find_binaries(major=18, origin="wheel"), data=data)
    workshop = Workshop(url=server.url(), folder=tmp_path, tools=find_binaries(major=18).folder)
    workshop.run("CREATE TABLE a (id integer PRIMARY KEY)", 'CREATE TABLE "Meta" (name text)')
    step = MigrateStep(command="touch here; while [ -e hold ]; do sleep 0.05; done", cwd=str(tmp_path))
    plan = workshop.plan(SqlStep(sql="CREATE TABLE b (id integer)"), step, mark("x"))
    (tmp_path / "hold").touch()

    def stop() -> None:
        wait_until((tmp_path / "here").exists)
        server.stop()
        (tmp_path / "hold").unlink()

    stopper = threading.Thread(target=stop)
    stopper.start()
    with pytest.raises(ServerRefused):
        apply(url=workshop.url, plan=plan, state_folder=workshop.state)
    stopper.join()
    with start_server(binaries=find_binaries(major=18, origin="wheel"), data=data) as again:
        run = apply(url=again.url(), plan=plan, state_folder=workshop.state)
        assert (run.state, [one.state for one in run.steps]) == ("applied", ["done"] * 3)
    with pytest.raises(CannotConnect):
        runs(url=workshop.url)


LOST = [("step", 2), ("step", 3), *(pytest.param(*one, marks=pytest.mark.long) for one in (("backup", 0), ("step", 1), ("verify", 0)))]


@pytest.mark.parametrize(("stage", "position"), LOST)
def test_a_connection_that_is_lost_is_told_and_the_run_goes_on_from_there(one_workshop: Workshop, stage: str, position: int) -> None:
    before, plan = one_workshop.everything(), one_workshop.plan(convert(), add_index(), add_key())
    ended = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'dbdoctor' AND datname = current_database()"
    )

    def tell(progress: Progress) -> None:
        if (progress.stage, progress.position) == (stage, position):
            one_workshop.ask(ended)

    with pytest.raises(ServerRefused, match="terminating connection"):
        apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state, tell=tell)
    run = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    assert (run.state, [step.state for step in run.steps]) == ("applied", ["done"] * 3)
    undo(url=one_workshop.url, run_id=run.id)
    assert one_workshop.everything() == before


def test_rows_written_since_are_named_and_undo_refused(workshop: Workshop) -> None:
    run = apply(url=workshop.url, plan=workshop.plan(convert()), state_folder=workshop.state)
    workshop.run("INSERT INTO sessions (user_id) VALUES (1), (2)", f"UPDATE {ORDERS} SET note = 'changed' WHERE id = 1")
    found = workshop.everything()
    with pytest.raises(RowsWrittenSince, match=r"public\.Work Orders 🦢 \(contents of rows\), public\.sessions \(2 rows\)") as refused:
        undo(url=workshop.url, run_id=run.id)
    assert run.backup_path in refused.value.next_step
    assert runs(url=workshop.url)[-1].state == "applied"
    assert workshop.everything() == found


def test_a_schema_altered_since_is_named_and_undo_refused(one_workshop: Workshop) -> None:
    run = apply(url=one_workshop.url, plan=one_workshop.plan(convert()), state_folder=one_workshop.state)
    one_workshop.run("CREATE INDEX since ON users (mood)")
    with pytest.raises(SchemaChangedSince, match=r"public\.users"):
        undo(url=one_workshop.url, run_id=run.id)


def test_a_backup_that_is_not_whole_is_refused(one_workshop: Workshop) -> None:
    run = apply(url=one_workshop.url, plan=one_workshop.plan(convert()), state_folder=one_workshop.state)
    Path(run.backup_path).write_bytes(Path(run.backup_path).read_bytes()[:-10])
    with pytest.raises(BackupMissing):
        undo(url=one_workshop.url, run_id=run.id)
    Path(run.backup_path).unlink()
    with pytest.raises(BackupMissing):
        undo(url=one_workshop.url, run_id=run.id)


def test_runs_are_undone_last_one_first(one_workshop: Workshop) -> None:
    before = one_workshop.everything()
    first = apply(url=one_workshop.url, plan=one_workshop.plan(add_key()), state_folder=one_workshop.state)
    second = apply(url=one_workshop.url, plan=one_workshop.plan(convert()), state_folder=one_workshop.state)
    with pytest.raises(LaterRun, match=second.id):
        undo(url=one_workshop.url, run_id=first.id)
    undo(url=one_workshop.url, run_id=second.id)
    assert [run.state for run in runs(url=one_workshop.url)] == ["applied", "undone"]
    undo(url=one_workshop.url, run_id=first.id)
    assert one_workshop.everything() == before
    with pytest.raises(RunNotFound):
        undo(url=one_workshop.url, run_id=first.id)


def test_a_read_only_database_is_refused(one_workshop: Workshop) -> None:
    plan = one_workshop.plan(add_key())
    name = one_workshop.ask("SELECT current_database()")[0][0]
    one_workshop.run(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    with pytest.raises(ReadOnlyServer) as refused:
        apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    assert refused.value.kind == "refused"


@pytest.fixture
def stranger(one_workshop: Workshop) -> Iterator[str]:
    """The URL of a user who owns nothing."""
    name = unlikely_name()
    one_workshop.run(
        f"CREATE ROLE {name} LOGIN",
        f'GRANT SELECT ON ALL TABLES IN SCHEMA public, "side room" TO {name}',
        f'GRANT USAGE ON SCHEMA "side room" TO {name}',
        f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
    )
    yield one_workshop.url.replace("postgres@", f"{name}@")
    one_workshop.run(f"DROP OWNED BY {name}")


def test_a_user_without_rights_is_told_before_anything_happens(one_workshop: Workshop, stranger: str) -> None:
    plan = one_workshop.plan(convert())
    with pytest.raises(NotAllowed, match="schema dbdoctor"):
        apply(url=stranger, plan=plan, state_folder=one_workshop.state)
    name = one_workshop.ask("SELECT current_database()")[0][0]
    user = stranger.split("//")[1].split("@", maxsplit=1)[0]
    one_workshop.run(f'GRANT CREATE ON DATABASE "{name}" TO {user}', "SELECT lo_unlink(4242)")
    with pytest.raises(NotAllowed, match="could not be undone"):
        apply(url=stranger, plan=plan, state_folder=one_workshop.state)
    assert no_trace(one_workshop)


def test_no_migrate_stops_before_the_apps_command_and_says_it(one_workshop: Workshop) -> None:
    one_workshop.migration("002-more.sql", "CREATE TABLE more (id integer PRIMARY KEY)")
    before = one_workshop.everything()
    plan = one_workshop.plan(convert(), one_workshop.migrate)
    run = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state, no_migrate=True)
    assert (run.state, run.next_command, run.next_cwd) == (
        "stopped_before_migrate",
        f"{sys.executable} migrate.py",
        str(one_workshop.folder),
    )
    assert [step.state for step in run.steps] == ["done", "pending"]
    assert apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state).state == "applied"
    undo(url=one_workshop.url, run_id=run.id)
    assert one_workshop.everything() == before


def test_a_server_with_too_few_locks_for_an_undo_is_told_of_before_and_after(tmp_path: Path) -> None:
    few = {"max_connections": "20", "max_locks_per_transaction": "10"}
    with start_server(binaries=find_binaries(major=18, origin="wheel"), settings=few) as server:
        workshop = Workshop(url=server.url(), folder=tmp_path, tools=find_binaries(major=18).folder)
        workshop.run(*(f"CREATE TABLE t{n} (id serial PRIMARY KEY, note text)" for n in range(150)))
        plan = workshop.plan(SqlStep(sql="ALTER TABLE t1 ADD COLUMN more text"))
        assert [note.code for note in forewarnings(url=workshop.url, plan=plan)] == ["undo_needs_locks"]
        assert forewarnings(url=workshop.url, plan=workshop.plan(SqlStep(sql="SELECT 1", undo_sql="SELECT 1"))) == ()
        run = apply(url=workshop.url, plan=plan, state_folder=workshop.state)
        assert [note.code for note in run.notes] == ["undo_needs_locks"]
        found = workshop.everything()
        with pytest.raises(UndoFailed, match="max_locks_per_transaction is 10") as failed:
            undo(url=workshop.url, run_id=run.id)
        assert f"max_locks_per_transaction to {run.notes[0].subjects[0]}" in failed.value.next_step
        assert workshop.everything() == found
