"""What a ledger says was begun and not ended, and the locks that a killed command leaves behind."""

from pathlib import Path

import psycopg
import pytest
from histories import ledgers
from histories.ledgers import Ledger
from patients import Patient

from dbdoctor.histories import History, LedgerState, Migration, detect

DIRTY = {
    "golang-migrate": "UPDATE schema_migrations SET version = 2, dirty = true",
    "Prisma": "INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ('z', 'c', '20240102000000_notes', 'it''s bad')",
    "Flyway": "INSERT INTO flyway_schema_history VALUES (2, '1.1', 'add notes', 'SQL', 'V1.1__add_notes.sql', 7, 'x', now(), 1, false)",
    "Atlas": "INSERT INTO atlas_schema_revisions VALUES ('20240102', 'notes', 2, 0, 3, now(), 1, 'bad', 'CREATE', 'h', NULL, 'v')",
}
dirty = pytest.mark.parametrize("ledger", [one for one in ledgers.LEDGERS if one.tool in DIRTY], ids=lambda ledger: ledger.tool)
LOCKED = {
    "Knex": "UPDATE knex_migrations_lock SET is_locked = 1",
    "Liquibase": "UPDATE databasechangeloglock SET locked = true, lockgranted = '2024-01-01', lockedby = 'build-7 (10.0.0.7)'",
    "yoyo": "INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, '2024-01-01', 4711)",
}
locking = pytest.mark.parametrize("ledger", [one for one in ledgers.LEDGERS if one.tool in LOCKED], ids=lambda ledger: ledger.tool)


def read(patient: Patient, folder: Path | None = None) -> tuple[History, LedgerState]:
    history = detect(patient.catalog, folder)
    assert history is not None
    return history, history.state(patient.connection)


@dirty
def test_what_is_unfinished_is_not_applied_and_can_be_settled_so_that_it_runs_again(
    patient: Patient, ledger: Ledger, tmp_path: Path
) -> None:
    patient.run(ledger.ddl)
    patient.run(DIRTY[ledger.tool])
    history, state = read(patient, ledger.lay_out(tmp_path))
    assert len(state.unfinished) == 1
    assert history.same(state.unfinished[0], ledger.new)
    assert not history.records(ledger.new, state)
    assert history.records(ledger.old, state)
    settled = history.settle_unfinished(state, history.known(tmp_path, state))
    assert settled is not None
    patient.run(settled.sql)
    after = history.state(patient.connection)
    assert after.unfinished == ()
    assert not history.records(ledger.new, after)
    assert history.records(ledger.old, after)
    assert history.settle_unfinished(after, history.known(tmp_path, after)) is None
    patient.run(settled.undo_sql)
    assert history.state(patient.connection) == state


@pytest.mark.parametrize("ledger", [ledgers.GOLANG, ledgers.PRISMA], ids=lambda ledger: ledger.tool)
def test_what_is_unfinished_can_be_marked_as_done(patient: Patient, ledger: Ledger, tmp_path: Path) -> None:
    patient.run(ledger.ddl)
    patient.run(DIRTY[ledger.tool])
    history, state = read(patient, ledger.lay_out(tmp_path))
    mark = history.mark(ledger.new, state=state, folder=tmp_path)
    assert mark is not None
    patient.run(mark.sql)
    after = history.state(patient.connection)
    assert (history.records(ledger.new, after), after.unfinished) == (True, ())
    patient.run(mark.undo_sql)
    assert history.state(patient.connection) == state


def test_a_dirty_version_is_settled_from_names_alone(patient: Patient) -> None:
    patient.run("CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL)")
    patient.run("INSERT INTO schema_migrations VALUES (29, true)")
    history, state = read(patient)
    assert not history.records("29_scans_repo_fk", state)
    assert history.records("28_add_scans", state)
    settled = history.settle_unfinished(state, [Migration("28_add_scans"), Migration("29_scans_repo_fk")])
    assert settled is not None
    patient.run(settled.sql)
    assert patient.rows("SELECT version, dirty FROM schema_migrations") == [(28, False)]
    patient.run(settled.undo_sql)
    first = history.settle_unfinished(state, [Migration("29_scans_repo_fk")])
    assert first is not None
    patient.run(first.sql)
    assert patient.rows("SELECT * FROM schema_migrations") == []
    patient.run(first.undo_sql)
    assert patient.rows("SELECT version, dirty FROM schema_migrations") == [(29, True)]
    assert history.settle_unfinished(state, [Migration("28_add_scans")]) is None


@locking
def test_a_lock_whose_holder_is_gone_is_released_as_the_tool_does_and_taken_back(patient: Patient, ledger: Ledger) -> None:
    patient.run(ledger.ddl)
    patient.run(LOCKED[ledger.tool])
    history, state = read(patient)
    assert state.lock is not None
    assert (state.lock.held, state.lock.left_behind, state.lock.holders) == (True, True, ())
    patient.run(state.lock.release_sql)
    after = history.state(patient.connection).lock
    assert after is not None
    assert not after.held
    assert patient.value(f"SELECT count(*) FROM {after.table.name}") == (0 if ledger.tool == "yoyo" else 1)
    patient.run(state.lock.undo_sql)
    assert history.state(patient.connection) == state


@locking
@pytest.mark.parametrize("busy", ["BEGIN; SELECT 1", "SELECT * FROM {}", "CREATE TABLE half_way (id int)"])
def test_a_lock_is_not_left_behind_while_a_session_may_hold_it(patient: Patient, ledger: Ledger, busy: str) -> None:
    patient.run(ledger.ddl)
    patient.run(LOCKED[ledger.tool])
    history, state = read(patient)
    assert state.lock is not None
    with psycopg.connect(patient.url, autocommit=True, application_name="deploy") as other:
        other.execute(busy.format(state.lock.table.name).encode())
        lock = history.state(patient.connection).lock
        assert lock is not None
        assert not lock.left_behind
        assert "deploy" in lock.holders[0]
    with psycopg.connect(patient.url, autocommit=True, application_name="the app itself") as other:
        other.execute("SELECT count(*) FROM people")
        lock = history.state(patient.connection).lock
        assert lock is not None
        assert lock.left_behind


def test_a_merge_in_alembic_moves_both_heads_and_a_branch_stands_beside(patient: Patient, tmp_path: Path) -> None:
    files = {"a": "None", "b": '"a"', "c": '"a"', "d": '("b", "c")', "e": '"d"'}
    for name, down in files.items():
        (tmp_path / "versions").mkdir(exist_ok=True)
        (tmp_path / "versions" / f"{name}.py").write_text(ledgers.REVISION.format(words="", name=name, down=down))
    patient.run("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); INSERT INTO alembic_version VALUES ('b')")
    history, state = read(patient, tmp_path)
    assert [m.name for m in history.known(tmp_path, state)] == ["a", "b", "c", "d", "e"]
    assert state.applied == ("a", "b")
    assert history.why_not("d", state=state, folder=tmp_path) == "not_next"
    states, marks = [state], []
    for name in ("c", "d"):
        mark = history.mark(name, state=states[-1], folder=tmp_path)
        assert mark is not None
        patient.run(mark.sql)
        marks.append(mark)
        states.append(history.state(patient.connection))
    assert [sorted(row[0] for row in patient.rows("SELECT version_num FROM alembic_version"))] == [["d"]]
    for mark, before in zip(reversed(marks), reversed(states[:-1]), strict=True):
        patient.run(mark.undo_sql)
        assert history.state(patient.connection).applied == before.applied


def test_the_settings_of_knex_name_the_folder_whatever_they_say_of_seeds(patient: Patient, tmp_path: Path) -> None:
    patient.run(ledgers.KNEX.ddl + "; DELETE FROM knex_migrations")
    settings = "module.exports = { seeds: { directory: './db/seeds' }, migrations: { directory: path.join(__dirname, 'db', 'steps') } }"
    (tmp_path / "knexfile.js").write_text(settings)
    for place in ("seeds", "steps"):
        (tmp_path / "db" / place).mkdir(parents=True)
        (tmp_path / "db" / place / f"1-{place}.js").write_text("")
    history, state = read(patient, tmp_path)
    assert [m.name for m in history.known(tmp_path, state)] == ["1-steps.js"]


def test_in_drizzle_nothing_is_marked_before_which_something_is_pending(patient: Patient, tmp_path: Path) -> None:
    journal = ", ".join(f'{{"idx": {n}, "when": {n}, "tag": "{n}_t"}}' for n in (1, 2, 3))
    (tmp_path / "drizzle" / "meta").mkdir(parents=True)
    (tmp_path / "drizzle" / "meta" / "_journal.json").write_text(f'{{"entries": [{journal}]}}')
    for n in (1, 2, 3):
        (tmp_path / "drizzle" / f"{n}_t.sql").write_text("SELECT 1")
    patient.run("CREATE TABLE my_ledger (id serial, hash text NOT NULL, created_at bigint); INSERT INTO my_ledger VALUES (1, 'x', 1)")
    history, state = read(patient, tmp_path)
    assert (history.tool, state.applied) == ("Drizzle", ("1_t",))
    assert history.mark("3_t", state=state, folder=tmp_path) is None
    assert history.why_not("3_t", state=state, folder=tmp_path) == "not_next"
    assert history.mark("2_t", state=state, folder=tmp_path) is not None


def test_pgroll_is_read_and_never_marked(patient: Patient) -> None:
    patient.run(
        "CREATE SCHEMA pgroll; CREATE TABLE pgroll.migrations (schema name NOT NULL, name text NOT NULL, migration jsonb NOT NULL,"
        " created_at timestamptz DEFAULT now(), parent text, done boolean NOT NULL DEFAULT false);"
        " INSERT INTO pgroll.migrations (schema, name, migration, done)"
        " VALUES ('public', '01_a', '{}', true), ('public', '02_b', '{}', false)"
    )
    history, state = read(patient)
    assert (history.tool, state.applied, state.unfinished) == ("pgroll", ("01_a",), ("02_b",))
    assert history.mark("03_c", state=state, folder=None) is None
    assert history.why_not("03_c", state=state, folder=None) == "read_only"
