"""Sequelize's ledger: where the migrations are, which of them the tool runs and in which order, how one is marked."""

from pathlib import Path

import pytest
from patients import Patient

from dbdoctor.histories import LedgerState, detect
from dbdoctor.histories.sequelize import SequelizeHistory
from dbdoctor.model import Column, Table, TableName

NAME = TableName("public", "SequelizeMeta")
HISTORY = SequelizeHistory(Table(name=NAME, columns=(Column(name="name", type="character varying(255)", not_null=True),)))
LEDGER = 'CREATE TABLE {}"SequelizeMeta" (name varchar(255) PRIMARY KEY)'


def app(folder: Path, place: str, *names: str, settings: str = "") -> Path:
    (folder / place).mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / place / name).write_text("")
    if settings:
        (folder / ".sequelizerc").write_text(settings)
    return folder


def known(folder: Path | None, *applied: str) -> list[str]:
    return [m.name for m in HISTORY.known(folder, LedgerState(tool="Sequelize", table=NAME, applied=applied))]


@pytest.mark.parametrize("place", ["migrations", "db/migrations", "src/migrations", "database/migrations", "server/migrations"])
def test_the_usual_folders_are_looked_into(tmp_path: Path, place: str) -> None:
    assert known(app(tmp_path, place, "1-a.js")) == ["1-a.js"]


@pytest.mark.parametrize(
    "settings",
    [
        "module.exports = { 'migrations-path': path.resolve('app', 'steps') };",
        (
            "const path = require('path');\nmodule.exports = {\n  'config': path.resolve('config.js'),\n"
            "  'migrations-path': path.resolve('app', 'steps'),\n  'seeders-path': 'seeds'\n}"
        ),
        "module.exports = { 'migrations-path': path.join(__dirname, 'app/steps') }",
        "module.exports = {\n  'migrations-path': path.resolve(\n    __dirname,\n    'app',\n    'steps',\n  ),\n}",
        'module.exports = {"migrations-path": "app/steps", "seeders-path": "app/seeds"}',
        "module.exports = { 'migrations-path': __dirname + '/app/steps' }",
        "module.exports = { 'migrations-path': `${__dirname}/app/steps` }",
        "module.exports = {\n  'migrations-path': './app/steps',\n}",
        (
            "module.exports = {\n  // 'migrations-path': 'old/steps',\n  /* 'migrations-path': 'older' */\n"
            "  'migrations-path': resolve('app', 'steps'),\n}"
        ),
        "module.exports = { 'migrations-path': process.env.MIGRATIONS || 'app/steps' }",
    ],
)
def test_a_folder_that_the_settings_name_is_found(tmp_path: Path, settings: str) -> None:
    assert known(app(tmp_path, "app/steps", "1-a.js", settings=settings)) == ["1-a.js"]


@pytest.mark.parametrize(
    "settings", ["module.exports = { 'config': 'x' }", "module.exports = { 'migrations-path': somewhere() }", "nonsense ("]
)
def test_settings_that_name_no_folder_leave_the_usual_one(tmp_path: Path, settings: str) -> None:
    assert known(app(tmp_path, "migrations", "1-a.js", settings=settings)) == ["1-a.js"]


def test_of_several_folders_the_one_that_the_ledger_knows_is_taken(tmp_path: Path) -> None:
    app(tmp_path, "migrations", "1-other.js")
    app(tmp_path, "src/migrations", "1-a.js", "2-b.js")
    assert known(tmp_path, "1-a.js") == ["1-a.js", "2-b.js"]


def test_without_a_folder_nothing_is_known(tmp_path: Path) -> None:
    assert known(None, "1-a.js") == []
    assert known(tmp_path) == HISTORY.unseen(tmp_path, LedgerState(tool="Sequelize", table=NAME)) == []


def test_only_what_the_tool_runs_is_known_and_the_rest_is_told_as_never_run(tmp_path: Path) -> None:
    runs = ["1-a.js", "2-b.cjs", "3-c.ts", "4-d.cts"]
    never = ["5-e.mjs", "6-f.js.off", "7-g.sql", "8-h.d.ts", "README"]
    app(tmp_path, "migrations", *runs, *never, ".hidden")
    (tmp_path / "migrations" / "9-folder.js").mkdir()
    assert known(tmp_path) == runs
    assert HISTORY.unseen(tmp_path, LedgerState(tool="Sequelize", table=NAME)) == never


def test_they_run_in_the_order_javascript_sorts(tmp_path: Path) -> None:
    names = ["10-z.js", "2-a.js", "FINAL.js", "a.js", "é.js", "🦢.js", "\ufb01.js"]
    assert known(app(tmp_path, "migrations", *reversed(names))) == names


def test_two_endings_are_two_migrations_and_none_is_either(patient: Patient) -> None:
    patient.run(LEDGER.format("") + """; INSERT INTO "SequelizeMeta" VALUES ('1-a.js')""")
    state = HISTORY.state(patient.connection)
    assert HISTORY.records("1-a.js", state)
    assert HISTORY.records("1-a", state)
    assert not HISTORY.records("1-a.cjs", state)


def test_a_ledger_of_another_name_is_found_where_the_settings_tell_it(patient: Patient, tmp_path: Path) -> None:
    patient.run('CREATE TABLE done_steps (name varchar(255) PRIMARY KEY, "createdAt" timestamptz NOT NULL)')
    assert detect(patient.catalog, tmp_path) is None
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.js").write_text('module.exports = { test: { migrationStorageTableName: "done_steps" } }')
    found = detect(patient.catalog, tmp_path)
    assert found is not None
    assert (found.tool, found.ledger.name) == ("Sequelize", "done_steps")
    mark = found.mark("1-a.js", state=found.state(patient.connection), folder=None)
    assert mark is not None
    patient.run(mark.sql)
    assert patient.rows('SELECT name, "createdAt" IS NOT NULL FROM done_steps') == [("1-a.js", True)]


@pytest.mark.parametrize(
    ("command", "migration", "told"),
    [
        ("npx sequelize-cli db:migrate", "1-a.js", "npx sequelize-cli db:migrate --to 1-a.js"),
        ("npm run migrate", "1-a.js", None),
        ("npx sequelize-cli db:migrate --env test", "1-a.js", None),
        ("npx sequelize-cli db:migrate", "1 a; rm -rf.js", None),
    ],
)
def test_the_command_can_stop_after_a_migration_only_where_it_is_the_tools_own(command: str, migration: str, told: str | None) -> None:
    assert HISTORY.up_to(command, migration) == told


def test_the_ledger_on_the_search_path_is_the_one(patient: Patient) -> None:
    patient.run(f"CREATE SCHEMA old; {LEDGER.format('old.')}; {LEDGER.format('')}")
    found = detect(patient.catalog)
    assert found is not None
    assert (found.tool, found.ledger) == ("Sequelize", TableName("public", "SequelizeMeta"))


def test_a_table_that_only_looks_like_a_ledger_is_none(patient: Patient) -> None:
    assert detect(patient.catalog) is None
    patient.run('CREATE TABLE "SequelizeMeta" (id int); CREATE TABLE sequelizemeta (name text)')
    assert detect(patient.catalog) is None
