"""Choices the owner has between repairs for the app's own command, and a first migration that fails before there is a ledger."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from story.calls import Told, call
from story.targets import Target, new_target
from tool_apps.apps import YOYO, ToolApp

from dbdoctor.embedded import Server, find_binaries, start_server

pytestmark = pytest.mark.timeout(300)
KEY = "ALTER TABLE pets ADD FOREIGN KEY (owner_id) REFERENCES owners (id)"
PARENTS = "SELECT confrelid::regclass::text FROM pg_constraint WHERE conrelid = 'pets'::regclass AND contype = 'f'"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with start_server(binaries=find_binaries(major=18, origin="wheel"), port=0) as server:
        yield server


@pytest.fixture
def app(tmp_path: Path) -> ToolApp:
    """An app of one migration that goes through; `wants_key` adds the next."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001.pets.sql").write_text("CREATE TABLE pets (id serial PRIMARY KEY, owner_id int)")
    return replace(YOYO, folder=str(tmp_path))


def wants_key(app: ToolApp) -> None:
    (app.cwd / "migrations" / "0002.key.sql").write_text(KEY)


def repaired(target: Target, app: ToolApp, *words: str) -> Told:
    environment = {"PGSSLMODE": "disable", "XDG_STATE_HOME": str(app.cwd / "state")}
    told = call("repair", target.url, "--migrate", app.command, "--cwd", app.cwd, "--yes", *words, environment=environment)
    assert told.exit_code == 0, told.said
    return told


@pytest.mark.parametrize(("choice", "parent"), [("1", '"OWNERS"'), ("2", '"Owners"')])
def test_two_repairs_of_the_same_cost_are_both_shown_and_either_can_be_taken(
    server: Server, app: ToolApp, choice: str, parent: str
) -> None:
    target = new_target(server, f"choice_{choice}")
    target.run('CREATE TABLE "OWNERS" (id int PRIMARY KEY); CREATE TABLE "Owners" (id int PRIMARY KEY)')
    assert app.migrate(target.url).exit_code == 0
    wants_key(app)
    told = repaired(target, app, "--choice", choice)
    assert "What would cost the same" in told.out
    assert target.ask(PARENTS) == [(parent,)]
    assert app.migrate(target.url).exit_code == 0


def test_a_first_migration_that_fails_is_cured_though_there_is_no_ledger_yet(server: Server, app: ToolApp) -> None:
    target = new_target(server, "no_ledger")
    target.run(
        "CREATE TABLE owners (id int PRIMARY KEY); CREATE TABLE pets (id int PRIMARY KEY, owner_id int); INSERT INTO pets VALUES (1, 7)"
    )
    (app.cwd / "migrations" / "0001.pets.sql").write_text(KEY)
    repaired(target, app)
    assert target.ask(PARENTS) == [("owners",)]
    assert target.ask("SELECT owner_id FROM dbdoctor.quarantine_pets") == [(7,)]
