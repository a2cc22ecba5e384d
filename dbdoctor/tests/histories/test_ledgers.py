"""Every tool's ledger on a real server: told apart, read, asked in people's spellings, marked as the tool would, and taken back."""

from pathlib import Path

import pytest
from histories import ledgers
from histories.ledgers import LEDGERS, Ledger
from patients import Patient

from dbdoctor.histories import History, LedgerState, Migration, detect, detect_all, read_names

every = pytest.mark.parametrize("ledger", LEDGERS, ids=lambda ledger: ledger.tool)
NOISE = """
CREATE TABLE scans (version integer, name text); CREATE TABLE batches (id integer, name text, batch integer);
CREATE TABLE birds (id integer PRIMARY KEY); CREATE TABLE bird_migrations (id integer, name text, bird_id integer REFERENCES birds);
CREATE TABLE versions (version varchar PRIMARY KEY, dirty text, since date); CREATE VIEW sequelizemeta AS SELECT 'x' AS name;
"""


def admitted(patient: Patient, ledger: Ledger, folder: Path | None) -> tuple[History, LedgerState]:
    patient.run(NOISE + ledger.ddl)
    history = detect(patient.catalog, folder)
    assert history is not None
    return history, history.state(patient.connection)


@every
def test_the_ledger_is_told_from_all_others_and_says_what_is_applied(patient: Patient, ledger: Ledger, tmp_path: Path) -> None:
    history, state = admitted(patient, ledger, ledger.lay_out(tmp_path))
    assert (history.tool, str(history.ledger)) == (ledger.tool, ledger.table)
    assert (state.tool, state.unfinished) == (ledger.tool, ())
    assert ledger.old in state.applied
    assert "0" not in state.applied
    assert state.lock is None or not state.lock.held
    assert len(detect_all(patient.catalog, tmp_path)) == 1


@every
def test_the_apps_migrations_are_known_in_the_tools_order(patient: Patient, ledger: Ledger, tmp_path: Path) -> None:
    history, state = admitted(patient, ledger, ledger.lay_out(tmp_path))
    known = history.known(tmp_path, state)
    assert [m.name for m in known] == list(ledger.known or (ledger.old, ledger.new))
    assert [m.name for m in known if not history.records(m, state)] == [ledger.new]
    for migration in known:
        assert "migrate:" not in migration.words
        assert "+goose" not in migration.words
    assert history.known(None, state) == [] or history.known(None, state) == known  # one that was detected with its folder keeps it


@every
def test_what_is_recorded_is_known_in_every_spelling(patient: Patient, ledger: Ledger, tmp_path: Path) -> None:
    history, state = admitted(patient, ledger, ledger.lay_out(tmp_path))
    for name in (ledger.new, *ledger.spellings):
        assert not history.records(name, state), name
        assert history.same(name, ledger.new), name
        assert not history.same(name, ledger.old), name
    assert history.records(Migration(ledger.old, "CREATE TABLE users"), state)
    mark = history.mark(ledger.new, state=state, folder=tmp_path)
    assert mark is not None
    patient.run(mark.sql)
    after = history.state(patient.connection)
    for name in (ledger.new, ledger.old, *ledger.spellings):
        assert history.records(name, after), name
    assert history.why_not(ledger.new, state=after, folder=tmp_path) == "already_recorded"


@every
def test_a_mark_is_what_the_tool_itself_would_write_and_is_taken_back(patient: Patient, ledger: Ledger, tmp_path: Path) -> None:
    history, state = admitted(patient, ledger, ledger.lay_out(tmp_path))
    for name in (ledger.new, *ledger.spellings):
        mark = history.mark(name, state=state, folder=tmp_path)
        assert mark is not None, (name, history.why_not(name, state=state, folder=tmp_path))
        patient.run(mark.sql)
        assert patient.rows(ledger.row) == [ledger.written]
        assert patient.connection.execute(mark.undo_sql.encode()).rowcount == 1
        assert history.state(patient.connection) == state


@every
def test_without_the_folder_a_mark_is_made_only_where_the_name_tells_all(patient: Patient, ledger: Ledger) -> None:
    history, state = admitted(patient, ledger, None)
    mark = history.mark(ledger.new, state=state, folder=None)
    if ledger.needs_files:
        assert mark is None
        assert history.why_not(ledger.new, state=state, folder=None) in {"no_folder", "unknown_migration"}
    else:
        assert mark is not None
        patient.run(mark.sql)
        assert patient.rows(ledger.row) == [ledger.written]


@every
def test_what_the_folder_does_not_have_is_not_marked(patient: Patient, ledger: Ledger, tmp_path: Path) -> None:
    history, state = admitted(patient, ledger, ledger.lay_out(tmp_path))
    stranger = "stranger.0009_unheard" if ledger.tool == "Django" else "99999999999999_unheard"
    assert history.mark(stranger, state=state, folder=tmp_path) is None
    assert history.why_not(stranger, state=state, folder=tmp_path) == "unknown_migration"


@every
def test_the_ledger_may_lie_in_any_schema_and_be_called_what_it_will(patient: Patient, ledger: Ledger, tmp_path: Path) -> None:
    admitted(patient, ledger, ledger.lay_out(tmp_path))
    schema, _, table = ledger.table.partition(".")
    patient.run('CREATE SCHEMA "My ""App"" 🦢"')
    for companion in {table, f"{table}_lock", f"{table}lock", "_yoyo_log", "yoyo_lock", "ar_internal_metadata"}:
        patient.run(f'ALTER TABLE IF EXISTS {schema}."{companion}" SET SCHEMA "My ""App"" 🦢"')
    history = detect(patient.catalog, tmp_path)
    assert history is not None
    assert (history.tool, history.ledger.schema) == (ledger.tool, 'My "App" 🦢')
    state = history.state(patient.connection)
    mark = history.mark(ledger.new, state=state, folder=tmp_path)
    assert mark is not None
    patient.run(mark.sql)
    assert history.records(ledger.new, history.state(patient.connection))
    patient.run(mark.undo_sql)
    assert history.state(patient.connection) == state


@pytest.mark.parametrize("name", ['2-it\'s "odd" 🦢.js', "2-back\\slash.js", "2-'); DROP TABLE people; --.js", "2-new\nline.js"])
def test_names_may_hold_anything(patient: Patient, name: str) -> None:
    for ledger in (ledgers.SEQUELIZE, ledgers.LARAVEL, ledgers.KNEX, ledgers.YOYO):
        patient.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE people (id int)")
        patient.run(ledger.ddl)
        history = detect(patient.catalog)
        assert history is not None
        state = history.state(patient.connection)
        mark = history.mark(name, state=state, folder=None)
        assert mark is not None
        patient.run(mark.sql)
        assert history.records(name, history.state(patient.connection))
        patient.run(mark.undo_sql)
        assert history.state(patient.connection) == state
        assert patient.value("SELECT count(*) FROM people") == 0


def test_names_are_read_one_a_line_with_what_is_known_after_a_tab() -> None:
    text = "\ufeff# from the folder\n\n28_add_scans\r\n  29_scans_repo_fk\tALTER TABLE scans ADD a int\n40 item_events\tadds\ta table\n"
    assert read_names(text) == (
        Migration("28_add_scans"),
        Migration("29_scans_repo_fk", "ALTER TABLE scans ADD a int"),
        Migration("40 item_events", "adds\ta table"),
    )
    assert read_names("") == ()


def test_of_several_ledgers_the_one_whose_migrations_lie_in_the_folder_comes_first(patient: Patient, tmp_path: Path) -> None:
    patient.run(ledgers.KNEX.ddl + ";" + ledgers.ALEMBIC.ddl + ";" + ledgers.HOME_MADE.ddl)
    assert {h.tool for h in detect_all(patient.catalog)} == {"Knex", "Alembic", "a home-made ledger"}
    first = detect(patient.catalog, ledgers.ALEMBIC.lay_out(tmp_path / "one"))
    assert first is not None
    assert first.tool == "Alembic"
    first = detect(patient.catalog, ledgers.KNEX.lay_out(tmp_path / "two"))
    assert first is not None
    assert first.tool == "Knex"


def test_rails_without_its_metadata_and_dbmate_are_told_apart_by_the_folder(patient: Patient, tmp_path: Path) -> None:
    patient.run("CREATE TABLE schema_migrations (version varchar PRIMARY KEY); INSERT INTO schema_migrations VALUES ('0001')")
    for ledger in (ledgers.RAILS, ledgers.DBMATE):
        found = detect(patient.catalog, ledger.lay_out(tmp_path / ledger.tool))
        assert found is not None
        assert found.tool == ledger.tool


def test_a_database_without_a_ledger_has_none(patient: Patient) -> None:
    patient.run(NOISE + 'CREATE TABLE "SequelizeMeta" (id int); CREATE SCHEMA dbdoctor; CREATE TABLE dbdoctor.migrations (name text)')
    assert detect(patient.catalog) is None


def test_a_home_made_ledger_that_wants_more_than_a_name_is_not_marked(patient: Patient) -> None:
    patient.run("CREATE TABLE schema_version (version integer PRIMARY KEY, checksum text NOT NULL)")
    history = detect(patient.catalog)
    assert history is not None
    state = history.state(patient.connection)
    assert history.mark("3", state=state, folder=None) is None
    assert history.why_not("3", state=state, folder=None) == "needs_values"
