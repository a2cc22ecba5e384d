"""What a pipe or a log file gets: plain text of the width asked for, whatever the database's people named their tables."""

import pytest
from rich.cells import cell_len
from story.apps import LittleApp
from story.calls import Told, call
from story.targets import Target

HOSTILE = r"""U&"[red]swan[/red] :boom: \001B[31m\000A  \2714 all is well \+01F9A2" """
LONG = "a_name_that_nobody_would_want_to_read_" + "n" * 25


@pytest.fixture
def oddly_named(loose_target: Target) -> Target:
    loose_target.run(f'CREATE TABLE {HOSTILE} (id integer PRIMARY KEY, {HOSTILE} text, "{LONG}" integer REFERENCES users (id))')
    loose_target.run(f'CREATE TABLE "{LONG}" ("{LONG}" integer PRIMARY KEY REFERENCES users (id))')
    return loose_target


def harmless(told: Told, *, columns: int) -> str:
    lines = told.out.splitlines()
    assert [line for line in lines if cell_len(line) > columns] == []
    assert {c for c in told.said if not c.isprintable()} <= {"\n"}
    assert "✔ all is well" not in {line.strip() for line in lines}
    return " ".join(told.out.split())


@pytest.mark.parametrize("columns", [80, 120])
def test_an_inspection_is_plain_and_fits(columns: int, oddly_named: Target) -> None:
    told = call("inspect", oddly_named.url, environment={"COLUMNS": str(columns)})
    assert told.exit_code == 0, told.err
    assert "[red]swan[/red]" in harmless(told, columns=columns)


def test_a_rehearsal_is_plain_and_fits(oddly_named: Target, app: LittleApp) -> None:
    told = call("rehearse", oddly_named.url, "--migrate", app.migrate, "--cwd", app.folder, environment={"COLUMNS": "80"})
    assert told.exit_code == 0, told.err
    said = harmless(told, columns=80)
    for part in ("What I tried it on", "What I found", "notes.userId is uuid, but users.id is integer", "What I propose"):
        assert part in said
