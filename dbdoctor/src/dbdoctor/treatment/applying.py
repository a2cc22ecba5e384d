"""Apply a plan: prepare, do each step, see that the app's own command has nothing left to do, verify."""

import contextlib
from pathlib import Path

import msgspec

from dbdoctor.databases.postgresql import journal, run_lock
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.databases.postgresql.connection import SqlError
from dbdoctor.databases.postgresql.snapshot import Snapshot, differing_rows, one_moment, take_snapshot
from dbdoctor.errors import UsageError
from dbdoctor.findings import MigrateStep, Plan
from dbdoctor.treatment.gate import ToolAtWork, gate
from dbdoctor.treatment.opening import describe, find_run, open_surgery, plan_of, refuse_unchangeable, snapshot_of, unfinished_run
from dbdoctor.treatment.patience import StepFailed
from dbdoctor.treatment.preparing import prepare_run
from dbdoctor.treatment.records import Check, Progress, Run, Tell, Verification, ignore
from dbdoctor.treatment.steps import TAIL_LINES, Limits, MigrateFailed, Work, carry_out, pending_groups, run_app_command
from dbdoctor.treatment.verifying import verify_run


def apply(
    *,
    url: str,
    plan: Plan,
    lock_timeout_s: float = 1.0,
    attempts: int = 20,
    no_migrate: bool = False,
    time_limit_s: float = 900,
    state_folder: Path | None = None,
    tell: Tell = ignore,
) -> Run:
    """Carry out the plan, or go on where an earlier attempt at it was stopped; returns the run with what verifying found.

    `lock_timeout_s` is how long one attempt at a step may wait for a lock, `attempts` how many there are; `time_limit_s` holds for each
    run of the app's command. Raises a DoctorError that says what was changed and how to go on.
    """
    if not no_migrate:
        _refuse_missing_folders(plan)
    with open_surgery(url=url, tell=tell) as surgery:
        run_id = prepare_run(surgery, plan=plan, state_folder=state_folder)
        limits = Limits(lock_timeout_s=lock_timeout_s, attempts=attempts, time_limit_s=time_limit_s)
        work = Work(surgery=surgery, run_id=run_id, plan=plan, limits=limits)
        state = find_run(surgery.connection, run_id).state
        if state == "applied_not_verified":
            _verify(work, [])  # what was wrong may have been put right; rows written since then stay known as such
        elif state != "applied":
            journal.record_state(surgery.connection, run_id=run_id, state="applying")
            journal.record_after(surgery.connection, run_id=run_id, after=None)
            if _do_steps(work, no_migrate=no_migrate):
                _finish(work)
        return describe(surgery.connection, find_run(surgery.connection, run_id))


def _refuse_missing_folders(plan: Plan) -> None:
    """Before anything is changed: the app's folder may have moved since the plan was made."""
    for step in plan.steps:
        if isinstance(step, MigrateStep) and not Path(step.cwd).is_dir():
            raise UsageError(f"There is no folder {step.cwd} to run the command in.", next_step="Make the plan anew (dbdoctor plan --cwd).")


def unfinished(*, url: str) -> tuple[Run, Plan] | None:
    """The newest run that was stopped on its way, with the plan it carries out; raises ReadOnlyServer where nothing could be changed."""
    with open_surgery(url=url, tell=ignore, locked=False) as surgery:
        refuse_unchangeable(surgery.connection)
        row = unfinished_run(surgery.connection)
        return (describe(surgery.connection, row), plan_of(row)) if row and row.state != "undoing" else None


def _do_steps(work: Work, *, no_migrate: bool) -> bool:
    """Every step that is not done; False when it stops before the app's command because that was asked for."""
    connection = work.surgery.connection
    before = snapshot_of(find_run(connection, work.run_id).before)
    try:
        with gate(work.surgery, read_catalog(connection), work.plan) as door:
            for positions in list(pending_groups(work)):
                migrates = isinstance(work.plan.steps[positions[0]], MigrateStep)
                if no_migrate and migrates:
                    _remember(work)
                    journal.record_state(connection, run_id=work.run_id, state="stopped_before_migrate", finished=True)
                    return False
                with door.open_for_the_app() if migrates else contextlib.nullcontext():
                    carry_out(work, positions, index_names=before.indexes if before else ())
    except (StepFailed, MigrateFailed, ToolAtWork):
        with contextlib.suppress(SqlError):  # the step's own error is what must be told
            _remember(work)
        raise
    return True


def _remember(work: Work) -> Snapshot:
    """Write down what the database holds now, so that undo can tell what was written since."""
    connection = work.surgery.connection
    catalog = read_catalog(connection)
    with one_moment(connection):
        after = take_snapshot(connection, catalog)
    journal.record_after(connection, run_id=work.run_id, after=msgspec.json.encode(after).decode())
    return after


def _finish(work: Work) -> None:
    """The app's command a second time, then all that can be verified."""
    repeated = _repeat(work)
    _remember(work)
    _verify(work, repeated)


def _verify(work: Work, repeated: list[Check]) -> None:
    """Look at everything the run has touched; the run's state tells whether anything failed."""
    connection = work.surgery.connection
    work.tell(Progress(stage="verify"))
    found = verify_run(work.surgery, find_run(connection, work.run_id), time_limit_s=work.limits.time_limit_s)
    verification = Verification(checks=(*repeated, *found.checks))
    with connection.transaction():
        journal.record_verification(connection, run_id=work.run_id, verification=msgspec.json.encode(verification).decode())
        state = "applied" if verification.ok else "applied_not_verified"
        journal.record_state(connection, run_id=work.run_id, state=state, finished=True)


def _repeat(work: Work) -> list[Check]:
    """Run the last migrate command again: it must end 0 and change nothing."""
    migrates = [(position, step) for position, step in enumerate(work.plan.steps) if isinstance(step, MigrateStep)]
    if not migrates:
        return []
    position, step = migrates[-1]
    before = _quietly(work)
    work.tell(Progress(stage="repeat", position=position + 1, total=len(work.plan.steps), detail=step.command))
    ended = run_app_command(work, step.command, Path(step.cwd), position=position)
    if ended.exit_code != 0:
        tail = "\n".join(ended.output.strip().splitlines()[-TAIL_LINES:])
        why = "time limit" if ended.exit_code is None else f"exit code {ended.exit_code}"
        return [Check(name="migrate_again", subject=step.command, state="failed", detail=f"{why}: {tail}")]
    after = _quietly(work)
    if before.catalog_digest != after.catalog_digest:
        return [Check(name="migrate_again", subject=step.command, state="failed", detail="it changed the schema a second time")]
    rows = differing_rows(before, after)
    if not rows:
        return [Check(name="migrate_again", subject=step.command, state="passed", detail=f"{ended.seconds:.1f} s")]
    others = run_lock.other_sessions(work.surgery.connection)
    # With others at work nobody can say who wrote.
    detail = f"rows changed while it ran ({others} other sessions): {', '.join(sorted(rows))}"
    return [Check(name="migrate_again", subject=step.command, state="not_probed" if others else "failed", detail=detail)]


def _quietly(work: Work) -> Snapshot:
    catalog = read_catalog(work.surgery.connection)
    with one_moment(work.surgery.connection):
        return take_snapshot(work.surgery.connection, catalog)


def runs(*, url: str) -> list[Run]:
    """Every run this database's journal knows, oldest first; reads only."""
    with open_surgery(url=url, tell=ignore, locked=False) as surgery:
        return [describe(surgery.connection, row) for row in journal.read_runs(surgery.connection)]
