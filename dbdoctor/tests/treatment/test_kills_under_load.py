"""The doctor, one of the server's sessions or the whole server killed at random moments, while others write all the time.

Each kill is followed by another try: to finish or to go back, as the dice say, and that may be killed as well. In the end everything
is as it was before; no promised write is lost, and none is there twice.
"""

import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from treatment.victims import kill, run_state, start_apply, start_undo, step_states, wait_until
from treatment.ward import BINARIES, PEOPLE, Ward, checksum, people_at_work
from treatment.workshop import Workshop, mark

from dbdoctor.databases.postgresql import gradual
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.databases.postgresql.dump import schema_text
from dbdoctor.findings import MigrateStep, Plan, SqlStep
from dbdoctor.model import Reference, TableName
from dbdoctor.treatment import apply, runs, undo
from dbdoctor.treatment.records import ALL_DONE

VISITS, OWNERS = TableName("public", "visits"), TableName("public", "owners")
KILLS = 12
FEWER_KILLS = 8  # in `make test`, which has more of them in test_kills.py
LONGEST_S = 0.2


@pytest.fixture
def ward() -> Iterator[Ward]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        one = Ward(Path(folder) / "data")
        yield one
        one.server.stop()


def workshop_of(ward: Ward, folder: Path) -> Workshop:
    return Workshop(url=ward.url, folder=folder, tools=BINARIES.folder)


def busy_plan(workshop: Workshop) -> Plan:
    """All that is meant for busy tables: a type changed gradually, an index, a key in two steps, a mark."""
    with connect(workshop.url) as connection:
        catalog = read_catalog(connection)
        table = catalog.tables[VISITS]
        assert gradual.obstacles(connection, table, "who") == []
        name = gradual.not_null_name(connection, table, "who")
    change = gradual.Change(table=table, column="who", to_type="integer", not_null_name=name)
    key = Reference(child=VISITS, columns=("who",), parent=OWNERS, parent_columns=("id",))
    in_two = gradual.steps_for_key_in_two(key, "visits of owners", child=table, major=18)
    index = SqlStep(
        sql='CREATE UNIQUE INDEX CONCURRENTLY "one visit" ON visits (id, note)', undo_sql='DROP INDEX "one visit"', transactional=False
    )
    return workshop.plan(*gradual.steps_for_gradual_conversion(change), index, *in_two, mark("007-busy"))


def quiet_plan(workshop: Workshop) -> Plan:
    """What only a restore takes back, and the app's own command."""
    convert = SqlStep(sql="ALTER TABLE visits ALTER COLUMN who TYPE integer USING who::integer", writes=(VISITS,))
    (workshop.folder / "more.sh").write_text(
        "psql=$1; $psql -qc 'CREATE TABLE IF NOT EXISTS more (id int REFERENCES owners)' && sleep 0.2 &&"
        " $psql -qc 'TRUNCATE more' -c 'INSERT INTO more VALUES (1), (2)'\n"
    )
    migrate = MigrateStep(command=f"sh more.sh {workshop.tools}/psql", cwd=str(workshop.folder))
    return workshop.plan(convert, mark("007-quiet"), migrate)


def strike(ward: Ward, process: subprocess.Popen[bytes], dice: random.Random) -> None:
    """One kill, of one kind or another; after it nothing of the victim runs, and the server answers.

    The moment is counted in steps that are done, so that a slow machine is hit in the same places as a quick one.
    """
    wanted = steps_done(ward) + dice.randint(0, 4)
    wait_until(lambda: process.poll() is not None or (has_begun(ward) and (steps_done(ward) >= wanted or is_undoing(ward))))
    time.sleep(dice.uniform(0, LONGEST_S))
    victim = dice.choice(("doctor", "doctor", "session", "server"))
    if victim == "session":
        ward.kill_backend("dbdoctor")
    elif victim == "server":
        ward.kill_postmaster()
    if victim == "doctor" and process.poll() is None:
        kill(process)
    process.communicate(timeout=60)
    ward.wait()


def has_begun(ward: Ward) -> bool:
    """Whether one is at work: it holds the doctor's lock."""
    with connect(ward.url, application_name="watcher") as connection:
        query = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted)"
        return bool(connection.execute(query).fetchall()[0][0])


def steps_done(ward: Ward) -> int:
    return step_states(workshop_of(ward, Path())).count("done")


def is_undoing(ward: Ward) -> bool:
    try:
        return run_state(workshop_of(ward, Path())) in {"", "undoing"}
    except psycopg.errors.UndefinedTable:  # it has just taken the journal away
        return True


def go_on(ward: Ward, folder: Path, plan: Plan, dice: random.Random) -> subprocess.Popen[bytes]:
    """Start what can be done from here: apply where nothing was begun, else on or back."""
    workshop, known = workshop_of(ward, folder), runs(url=ward.url)
    open_runs = [run for run in known if run.state != "undone"]
    if open_runs and (open_runs[-1].state in {"undoing", *ALL_DONE} or dice.random() < 0.3):
        return start_undo(workshop, open_runs[-1].id)
    return start_apply(workshop, plan)


def finish(ward: Ward, folder: Path, plan: Plan, before: str) -> None:
    """Whatever state it is in: to the end, and from there all the way back."""
    workshop = workshop_of(ward, folder)
    left = [run for run in runs(url=ward.url) if run.state != "undone"]
    if left and left[-1].state == "undoing":
        undo(url=ward.url, run_id=left[-1].id)
    run = apply(url=ward.url, plan=plan, state_folder=workshop.state)
    assert run.state in ALL_DONE
    assert run.verification is not None
    assert run.verification.failed == ()
    undone = undo(url=ward.url, run_id=run.id)
    assert undone.verification is not None
    assert undone.verification.failed == ()
    assert schema_text(workshop.tools, ward.url) == before
    assert workshop.ask('SELECT count(*) FROM "Meta"') == [(0,)]
    assert not workshop.ask("SELECT FROM pg_namespace WHERE nspname = 'dbdoctor'")


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 22))])
def test_kills_while_others_write_lose_nothing(ward: Ward, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 -- chooses moments
    workshop = workshop_of(ward, tmp_path)
    workshop.run(PEOPLE)
    plan, before, held = busy_plan(workshop), schema_text(workshop.tools, ward.url), checksum(ward)
    with people_at_work(ward) as writers:
        for _ in range(FEWER_KILLS if seed == 1 else KILLS):
            strike(ward, go_on(ward, tmp_path, plan, dice), dice)
            assert checksum(ward) == held
        finish(ward, tmp_path, plan, before)
        assert sum(writer.done for writer in writers) > 100


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 11)])
def test_kills_of_what_only_a_restore_takes_back_lose_nothing(ward: Ward, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 -- chooses moments
    workshop = workshop_of(ward, tmp_path)
    workshop.run(PEOPLE)
    plan, before, held = quiet_plan(workshop), workshop.everything(), checksum(ward)
    for _ in range(KILLS):
        strike(ward, go_on(ward, tmp_path, plan, dice), dice)
        assert checksum(ward) == held
    finish(ward, tmp_path, plan, before[0])
    assert workshop_of(ward, tmp_path).everything() == before
