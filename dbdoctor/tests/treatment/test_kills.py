"""Killed at any step: apply finishes, undo returns."""

import random
import subprocess
import time
from collections.abc import Callable
from typing import Literal

import pytest
from treatment.victims import holding, is_blocked, kill, run_state, start_apply, start_undo, step_states, wait_until
from treatment.workshop import ORDERS, Workshop, add_index, add_key, convert, mark

from dbdoctor.findings import Plan
from dbdoctor.treatment import apply, runs, undo

Continuation = Literal["apply", "undo"]
CONTINUATIONS: tuple[Continuation, ...] = ("apply", "undo")


def full_plan(workshop: Workshop, *, accept: str = "") -> Plan:
    workshop.migration("002-broken.sql", "SELECT 1 / 0")
    workshop.migration(
        "003-good.sql",
        "CREATE TABLE IF NOT EXISTS badges (id serial PRIMARY KEY, user_id integer NOT NULL REFERENCES users)",
        "WAIT",
        f"ALTER TABLE {ORDERS} DROP CONSTRAINT IF EXISTS orders_user",
        f'ALTER TABLE {ORDERS} ADD CONSTRAINT orders_user FOREIGN KEY ("user id") REFERENCES users (id) ON DELETE SET NULL',
        "DELETE FROM badges",
        "INSERT INTO badges (user_id) VALUES (1), (2)",
    )
    return workshop.plan(convert(), add_index(), add_key(), mark("002-broken.sql"), workshop.migrate, accept=accept)


def go_on(workshop: Workshop, plan: Plan, continuation: Continuation, before: object) -> None:
    """Finish or return, then return and finish: all roads stay open."""
    run_id = runs(url=workshop.url)[-1].id
    if continuation == "apply":
        run = apply(url=workshop.url, plan=plan, state_folder=workshop.state)
        assert run.id == run_id
        assert run.state == "applied"
        assert run.verification is not None
        assert run.verification.failed == ()
        assert workshop.ask("SELECT count(*) FROM badges") == [(2,)]
    undone = undo(url=workshop.url, run_id=run_id)
    assert undone.verification is None or undone.verification.failed == ()
    assert workshop.everything() == before
    assert workshop.ask("SELECT 1 FROM pg_namespace WHERE nspname = 'dbdoctor'") == []
    if continuation == "undo":
        again = apply(url=workshop.url, plan=plan, state_folder=workshop.state)
        assert again.verification is not None
        assert again.verification.failed == ()


def kill_when(process: subprocess.Popen[bytes], condition: Callable[[], bool]) -> None:
    def either() -> bool:
        assert process.poll() is None, (process.stderr.read() if process.stderr else b"").decode()
        return condition()

    wait_until(either)
    kill(process)


@pytest.mark.parametrize("continuation", CONTINUATIONS)
def test_killed_while_the_backup_is_made(one_workshop: Workshop, continuation: Continuation) -> None:
    one_workshop.run("CREATE TABLE bare (a integer)")  # reading the catalog needs no lock on it, dumping does
    plan, before = full_plan(one_workshop), one_workshop.everything()
    with holding(one_workshop, "LOCK TABLE bare IN ACCESS EXCLUSIVE MODE"):
        kill_when(start_apply(one_workshop, plan), lambda: step_states(one_workshop) == ["pending"] * 5 and is_blocked(one_workshop))
    assert run_state(one_workshop) == "prepared"
    go_on(one_workshop, plan, continuation, before)


@pytest.mark.parametrize("continuation", CONTINUATIONS)
@pytest.mark.parametrize(
    ("frozen_by", "done"),
    [
        pytest.param(f"LOCK TABLE {ORDERS} IN ACCESS SHARE MODE", 0, id="in a step that alters a table"),
        pytest.param("LOCK TABLE sessions IN ROW EXCLUSIVE MODE", 1, id="in a concurrent index build"),
        pytest.param("LOCK TABLE users IN ROW EXCLUSIVE MODE", 2, id="in a step that adds a key"),
        pytest.param('LOCK TABLE "Meta" IN SHARE MODE', 3, id="in a mark"),
    ],
)
def test_killed_in_a_step(one_workshop: Workshop, frozen_by: str, done: int, continuation: Continuation) -> None:
    plan, before = full_plan(one_workshop), one_workshop.everything()
    wanted = ["done"] * done + ["running"] + ["pending"] * (4 - done)
    with holding(one_workshop, frozen_by):
        kill_when(start_apply(one_workshop, plan), lambda: step_states(one_workshop) == wanted and is_blocked(one_workshop))
        if done == 1:
            invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
            assert one_workshop.ask(invalid) == [(1,)], "the index was to be half-built"
    assert run_state(one_workshop) == "applying"
    go_on(one_workshop, plan, continuation, before)


@pytest.mark.parametrize("continuation", CONTINUATIONS)
def test_killed_after_the_index_was_built_and_before_the_journal_says_so(one_workshop: Workshop, continuation: Continuation) -> None:
    plan, before = full_plan(one_workshop), one_workshop.everything()
    built = "SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass('\"sessions by user\"') AND indisvalid"
    with holding(one_workshop, "LOCK TABLE sessions IN ROW EXCLUSIVE MODE") as writer:
        process = start_apply(one_workshop, plan)
        wait_until(lambda: step_states(one_workshop)[1:2] == ["running"] and is_blocked(one_workshop))
        with holding(one_workshop, "SELECT FROM dbdoctor.steps WHERE position = 1 FOR UPDATE"):
            writer.rollback()
            kill_when(process, lambda: one_workshop.ask(built) == [(1,)] and is_blocked(one_workshop))
            wait_until(lambda: not is_blocked(one_workshop))
    assert step_states(one_workshop)[1] == "running"
    go_on(one_workshop, plan, continuation, before)


@pytest.mark.parametrize("continuation", CONTINUATIONS)
def test_killed_while_the_apps_command_runs(one_workshop: Workshop, continuation: Continuation) -> None:
    plan, before = full_plan(one_workshop), one_workshop.everything()
    (one_workshop.folder / "hold").touch()

    def has_begun() -> bool:
        return step_states(one_workshop)[4:] == ["running"] and one_workshop.ask("SELECT to_regclass('badges') IS NOT NULL") == [(True,)]

    kill_when(start_apply(one_workshop, plan), has_begun)
    (one_workshop.folder / "hold").unlink()
    named = "SELECT FROM pg_stat_activity WHERE application_name LIKE 'dbdoctor-%'"
    wait_until(lambda: not one_workshop.ask(named), patience_s=10)
    time.sleep(0.3)
    assert one_workshop.ask("SELECT count(*) FROM badges") == [(0,)], "the command must have ended with us"
    go_on(one_workshop, plan, continuation, before)


@pytest.mark.parametrize("continuation", CONTINUATIONS)
def test_killed_while_verifying(one_workshop: Workshop, continuation: Continuation) -> None:
    plan, before = full_plan(one_workshop, accept="touch asked; while [ -e hold-accept ]; do sleep 0.05; done"), one_workshop.everything()
    (one_workshop.folder / "hold-accept").touch()
    kill_when(start_apply(one_workshop, plan), (one_workshop.folder / "asked").exists)
    (one_workshop.folder / "hold-accept").unlink()
    assert step_states(one_workshop) == ["done"] * 5
    assert run_state(one_workshop) == "applying"
    go_on(one_workshop, plan, continuation, before)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 25))])
def test_killed_at_a_random_moment(one_workshop: Workshop, seed: int) -> None:
    plan, before = full_plan(one_workshop), one_workshop.everything()
    dice = random.Random(seed)  # noqa: S311 -- chooses moments
    process = start_apply(one_workshop, plan)
    wait_until(lambda: step_states(one_workshop) != [])
    time.sleep(dice.uniform(0, 2.0))
    kill(process)
    go_on(one_workshop, plan, dice.choice(CONTINUATIONS), before)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 25))])
def test_an_undo_killed_at_a_random_moment_is_not_begun_or_wholly_done(one_workshop: Workshop, seed: int) -> None:
    plan, before = full_plan(one_workshop), one_workshop.everything()
    run = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    applied = one_workshop.everything()
    process = start_undo(one_workshop, run.id)
    wait_until(lambda: not one_workshop.ask("SELECT FROM pg_namespace WHERE nspname = 'dbdoctor'") or run_state(one_workshop) == "undoing")
    time.sleep(random.Random(seed).uniform(0, 0.6))  # noqa: S311 -- chooses moments
    kill(process)
    wait_until(
        lambda: not one_workshop.ask("SELECT FROM pg_stat_activity WHERE application_name = 'dbdoctor' AND datname = current_database()")
    )
    found = one_workshop.everything()
    assert found in (applied, before)
    if found == applied:
        undo(url=one_workshop.url, run_id=run.id)
    assert one_workshop.everything() == before


def test_an_undo_killed_while_it_waits_for_locks_changes_nothing(one_workshop: Workshop) -> None:
    plan, before = full_plan(one_workshop), one_workshop.everything()
    run = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state)
    applied = one_workshop.everything()
    with holding(one_workshop, "LOCK TABLE users IN ACCESS SHARE MODE"):
        kill_when(start_undo(one_workshop, run.id), lambda: is_blocked(one_workshop))
        assert run_state(one_workshop) == "undoing"
    wait_until(lambda: not is_blocked(one_workshop))
    assert one_workshop.everything() == applied
    undo(url=one_workshop.url, run_id=run.id)
    assert one_workshop.everything() == before
