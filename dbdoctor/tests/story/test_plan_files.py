"""A plan is written, read and applied as a file; what is not this plan for this database is refused, and nothing changed."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from story.apps import LittleApp
from story.calls import Told, call, call_here
from story.targets import Target

from dbdoctor.cli import rehearsing

USAGE, FAILED = 64, 2


@pytest.fixture
def plan(plan_text: str, tmp_path: Path) -> Path:
    file = tmp_path / "plan.json"
    file.write_text(plan_text)
    return file


def refused(told: Told, *, exit_code: int) -> str:
    assert told.exit_code == exit_code, told.said
    assert "Traceback" not in told.said
    return told.err


def apply(target: Target, plan: Path) -> Told:
    return call_here("apply", target.url, plan, "--yes")


def test_a_written_plan_is_applied_to_the_database_it_was_made_for(loose_target: Target, plan: Path) -> None:
    told = apply(loose_target, plan)
    assert told.exit_code == 0, told.said
    assert loose_target.column("notes", "userId") == "integer"
    assert loose_target.ledger() == ["001-users.js", "002-notes.js"]
    assert f"dbdoctor undo {loose_target.url}" in told.out.replace("\n", " ").replace("  ", " ")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"version": 1}', "\x00\xff", '{"version": 1, "dialect": "postgresql", "steps": [{"kind": "magic"}]}'],
)
def test_a_broken_plan_file_is_a_usage_error(text: str, target: Target, plan: Path) -> None:
    plan.write_text(text)
    assert "is no plan of dbdoctor" in refused(apply(target, plan), exit_code=USAGE)


def test_a_plan_that_was_cut_off_is_a_usage_error(target: Target, plan: Path) -> None:
    plan.write_text(plan.read_text()[:-40])
    assert "is no plan of dbdoctor" in refused(apply(target, plan), exit_code=USAGE)


def test_a_plan_of_a_later_version_is_refused(target: Target, plan: Path) -> None:
    plan.write_text(json.dumps({**json.loads(plan.read_text()), "version": 2}))
    assert "version" in refused(apply(target, plan), exit_code=USAGE)


def test_a_plan_file_that_is_not_there_is_a_usage_error(target: Target, tmp_path: Path) -> None:
    assert "cannot be read" in refused(apply(target, tmp_path / "none.json"), exit_code=USAGE)
    assert "cannot be read" in refused(apply(target, tmp_path), exit_code=USAGE)


def test_a_plan_for_another_database_is_refused(target: Target, plan: Path) -> None:
    other = {**json.loads(plan.read_text()), "catalog_digest": "0" * 64}
    plan.write_text(json.dumps(other))
    assert "not the one this plan was made for" in refused(apply(target, plan), exit_code=FAILED)


def test_a_plan_whose_database_has_changed_since_is_refused(loose_target: Target, plan: Path) -> None:
    loose_target.run("ALTER TABLE users ADD COLUMN born date")
    before = loose_target.state()
    assert "changed since" in refused(apply(loose_target, plan), exit_code=FAILED)
    assert loose_target.state() == before


def test_a_plan_whose_app_has_moved_is_refused(target: Target, plan: Path, tmp_path: Path) -> None:
    moved = json.loads(plan.read_text())
    for step in moved["steps"]:
        step.update({"cwd": str(tmp_path / "gone")} if step["kind"] == "migrate" else {})
    plan.write_text(json.dumps(moved))
    assert str(tmp_path / "gone") in refused(apply(target, plan), exit_code=USAGE)


def test_a_plan_that_cannot_be_written_is_told(target: Target, app: LittleApp, tmp_path: Path) -> None:
    told = call_here("plan", target.url, "--migrate", app.migrate, "--cwd", app.folder, "--out", tmp_path / "no" / "plan.json")
    assert "cannot be written" in refused(told, exit_code=USAGE)


@pytest.mark.parametrize("words", [[], ["--format", "json"]], ids=["text", "json"])
def test_applying_wants_a_yes(words: list[str], target: Target, plan: Path) -> None:
    assert "nobody said yes" in refused(call("apply", target.url, plan, *words), exit_code=FAILED)


def test_a_plan_holds_no_password(plan_text: str) -> None:
    assert "postgresql://" not in plan_text


def test_a_repair_goes_on_with_a_run_that_was_stopped(loose_target: Target, plan: Path, app: LittleApp) -> None:
    stopped = json.loads(call_here("apply", loose_target.url, plan, "--yes", "--no-migrate", "--format", "json").out)
    assert stopped["state"] == "stopped_before_migrate"
    told = call_here("repair", loose_target.url, "--migrate", app.migrate, "--cwd", app.folder, "--yes", "--format", "json")
    assert told.exit_code == 0, told.said
    assert json.loads(told.out)["run"] == stopped["run"]
    assert loose_target.ledger() == ["001-users.js", "002-notes.js"]


def test_the_copy_can_be_visited_as_the_repair_left_it(target: Target, app: LittleApp, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Any, ...]] = []

    def visit(address: str) -> None:
        with psycopg.connect(address) as connection:
            seen.extend(connection.execute("SELECT confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'").fetchall())

    monkeypatch.setattr(rehearsing, "keep_until_enter", visit)
    told = call_here("rehearse", target.url, "--migrate", app.migrate, "--cwd", app.folder, "--keep-server", "--format", "json")
    assert told.exit_code == 0, told.said
    assert seen
