"""Carrying out the steps of a plan, one transaction each, the journal's entry in the same one."""

import contextlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dbdoctor.databases.postgresql import backfill, backup, debris, journal, run_lock
from dbdoctor.databases.postgresql.connection import SqlError, hide_passwords
from dbdoctor.errors import DoctorError
from dbdoctor.findings import MarkStep, MigrateStep, Plan, SqlStep, Step
from dbdoctor.model import TableName
from dbdoctor.treatment.command import CommandEnd, run_command
from dbdoctor.treatment.opening import Surgery, application_of
from dbdoctor.treatment.patience import WORTH_ANOTHER_TRY, StepFailed, TablesBusy, in_the_way, lock_timeout_s, pause
from dbdoctor.treatment.records import Progress

UNDEFINED_OBJECT = "42704"
# An index that is built concurrently keeps nobody from writing while it waits, so it may wait longer.
CONCURRENT_PATIENCE = 10
LEFTOVER_PATIENCE_S = 30.0
TAIL_LINES = 25
_DROPS = re.compile(r"^\s*DROP\s+INDEX\b", re.IGNORECASE)


class MigrateFailed(DoctorError):
    """The app's own command failed; what it had changed by then may stand."""

    kind = "failed"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long one attempt may wait for a lock, how many attempts there are, how long the app's command may take."""

    lock_timeout_s: float = 1.0
    attempts: int = 20
    time_limit_s: float = 900


@dataclass(frozen=True, kw_only=True)
class Work:
    """A run that is being carried out."""

    surgery: Surgery
    run_id: str
    plan: Plan
    limits: Limits

    def tell(self, progress: Progress) -> None:
        """Pass it on."""
        self.surgery.tell(progress)


def groups(steps: Sequence[Step]) -> Iterator[list[int]]:
    """Positions that go into one transaction: marks that directly precede a migrate step together, all others alone."""
    run: list[int] = []
    for position, step in enumerate(steps):
        if isinstance(step, MarkStep):
            run.append(position)
            continue
        yield from [run] if isinstance(step, MigrateStep) and run else ([p] for p in run)
        run = []
        yield [position]
    yield from ([p] for p in run)


def pending_groups(work: Work) -> Iterator[list[int]]:
    """The groups that are not done, in order."""
    done = {row.position for row in journal.read_steps(work.surgery.connection, work.run_id) if row.state == "done"}
    for positions in groups(work.plan.steps):
        left = [position for position in positions if position not in done]
        if left:
            yield left


def carry_out(work: Work, positions: list[int], *, index_names: Sequence[str]) -> None:
    """Do the steps of one group; raises StepFailed, TablesBusy or MigrateFailed, noted in the journal."""
    first = work.plan.steps[positions[0]]
    if isinstance(first, MigrateStep):
        _migrate(work, positions[0], first)
    elif isinstance(first, SqlStep) and first.batches is not None:
        _in_batches(work, positions[0], first, table=first.batches)
    elif isinstance(first, SqlStep) and not first.transactional:
        _alone(work, positions[0], first, index_names=index_names)
    else:
        _together(work, positions)


def _together(work: Work, positions: list[int]) -> None:
    """Statements and their journal entries in one transaction."""
    connection = work.surgery.connection

    def attempt(patience_s: float) -> None:
        with connection.transaction():
            debris.set_lock_timeout(connection, patience_s, local=True)
            for position in positions:
                step = work.plan.steps[position]
                debris.run_inside(connection, "" if isinstance(step, MigrateStep) else step.sql)
                journal.end_step(connection, run_id=work.run_id, position=position)

    _with_retries(work, positions, attempt)


def _in_batches(work: Work, position: int, step: SqlStep, *, table: TableName) -> None:
    """A few blocks after the other, each with its journal entry in one transaction; a killed run goes on behind the last one."""
    connection = work.surgery.connection
    end = backfill.count_blocks(connection, table)  # what comes later is not this step's to write
    row = journal.read_steps(connection, work.run_id)[position]
    batch = backfill.Batch(first=row.progress, blocks=backfill.FIRST_BLOCKS)
    begun, total = time.monotonic(), len(work.plan.steps)
    while True:
        started = time.monotonic()
        _with_retries(
            work,
            [position],
            partial(_one_batch, work, position, sql=step.sql, batch=batch, last=batch.end >= end),
            again=batch.first > row.progress,
        )
        seconds = time.monotonic() - started
        if batch.end >= end:
            return
        detail = f"{batch.end} of {end} blocks"
        work.tell(Progress(stage="step", position=position + 1, total=total, attempt=1, seconds=time.monotonic() - begun, detail=detail))
        time.sleep(backfill.rest_s(seconds))
        batch = backfill.next_batch(batch, seconds=seconds)


def _one_batch(work: Work, position: int, patience_s: float, *, sql: str, batch: backfill.Batch, last: bool) -> None:
    connection = work.surgery.connection
    with connection.transaction():
        debris.set_lock_timeout(connection, patience_s, local=True)
        backfill.run_batch(connection, sql, batch)
        if last:
            journal.end_step(connection, run_id=work.run_id, position=position)
        else:
            journal.record_progress(connection, run_id=work.run_id, position=position, progress=batch.end)


def _alone(work: Work, position: int, step: SqlStep, *, index_names: Sequence[str]) -> None:
    """A statement that allows no transaction: what an earlier attempt left half-made goes first, what it finished stands."""
    connection = work.surgery.connection

    def attempt(_patience_s: float) -> None:
        debris.set_lock_timeout(connection, work.limits.lock_timeout_s * CONCURRENT_PATIENCE, local=False)
        try:
            if not clear_half_built(work.surgery, step, index_names=index_names):
                _run_alone(work, position, step, index_names=index_names)
        finally:
            debris.set_lock_timeout(connection, 0, local=False)
        journal.end_step(connection, run_id=work.run_id, position=position)

    _with_retries(work, [position], attempt)


def _run_alone(work: Work, position: int, step: SqlStep, *, index_names: Sequence[str]) -> None:
    try:
        debris.run_alone(work.surgery.connection, step.sql)
    except SqlError as error:
        with contextlib.suppress(SqlError):  # whoever kept it from being built may keep it from being dropped: then later
            clear_half_built(work.surgery, step, index_names=index_names)
        if not (error.sqlstate == UNDEFINED_OBJECT and _DROPS.match(step.sql) and _tried_before(work, position)):
            raise


def clear_half_built(surgery: Surgery, step: SqlStep, *, index_names: Sequence[str]) -> bool:
    """Drop the invalid index an ended attempt at this step has left; True when one has finished it already.

    `index_names` are those from before the run: whatever is among them is not the step's.
    """
    name = debris.index_named_in(step.sql)
    made = False
    for index in debris.new_indexes(surgery.connection, index_names):
        if name not in {"", index.name}:
            continue
        if index.valid:
            made = made or bool(name)
        elif not index.being_built:
            debris.drop_index_concurrently(surgery.connection, index)
    return made


def _tried_before(work: Work, position: int) -> bool:
    return journal.read_steps(work.surgery.connection, work.run_id)[position].attempts > 1


def _with_retries(work: Work, positions: list[int], attempt: Callable[[float], None], *, again: bool = False) -> None:
    """Try until it succeeds; only locks and deadlocks are worth another try, each one as short as the first.

    `again`: the step has begun already, and this is its next part.
    """
    connection, total = work.surgery.connection, len(work.plan.steps)
    for number in range(1, work.limits.attempts + 1):
        for position in positions if number > 1 or not again else ():
            journal.begin_step(connection, run_id=work.run_id, position=position)
        work.tell(Progress(stage="step" if number == 1 else "retry", position=positions[0] + 1, total=total, attempt=number))
        try:
            attempt(lock_timeout_s(number, longest_s=work.limits.lock_timeout_s))
        except debris.TransactionEnded as error:
            raise _failed(work, positions, error) from error
        except SqlError as error:
            if connection.closed:
                raise
            if error.sqlstate not in WORTH_ANOTHER_TRY:
                raise _failed(work, positions, error) from error
            if number == work.limits.attempts:
                raise _busy(work, positions, error) from error
            pause(connection, number)
        else:
            return


def _failed(work: Work, positions: list[int], error: SqlError | debris.TransactionEnded) -> StepFailed:
    said = hide_passwords(str(error), secrets=work.surgery.target.secrets).strip()
    text = f"{getattr(error, 'sqlstate', None) or ''} {said}".strip()
    _note(work, positions, text)
    return StepFailed(
        f"Step {positions[0] + 1} of {len(work.plan.steps)} failed and was taken back: {text}",
        next_step=f"Run: dbdoctor undo URL {work.run_id} (or remove the cause and apply the plan again, which goes on here)",
    )


def _busy(work: Work, positions: list[int], error: SqlError) -> TablesBusy:
    holders = in_the_way(work.surgery.connection)
    _note(work, positions, f"{error.sqlstate} after {work.limits.attempts} attempts")
    return TablesBusy(
        f"Step {positions[0] + 1} of {len(work.plan.steps)} did not get its locks in {work.limits.attempts} attempts."
        f" Oldest open transactions: {holders}.",
        next_step=f"When they have ended, apply the plan again: it goes on here. Or run: dbdoctor undo URL {work.run_id}",
    )


def _note(work: Work, positions: list[int], text: str) -> None:
    with work.surgery.connection.transaction():
        for position in positions:
            journal.end_step(work.surgery.connection, run_id=work.run_id, position=position, error=text)
        journal.record_state(work.surgery.connection, run_id=work.run_id, state="failed", error=text, finished=True)


def _migrate(work: Work, position: int, step: MigrateStep) -> None:
    """The app's own command; sessions that an earlier attempt left on the server are ended first."""
    connection = work.surgery.connection
    end_leftovers(work.surgery, work.run_id)
    journal.begin_step(connection, run_id=work.run_id, position=position)
    ended = run_app_command(work, step.command, Path(step.cwd), position=position)
    if ended.exit_code == 0:
        journal.end_step(connection, run_id=work.run_id, position=position)
        return
    end_leftovers(work.surgery, work.run_id)
    tail = "\n".join(ended.output.strip().splitlines()[-TAIL_LINES:])
    why = "did not end in time" if ended.exit_code is None else f"ended with {ended.exit_code}"
    _note(work, [position], f"{why}: {tail}")
    raise MigrateFailed(
        f"The app's command {why} in step {position + 1} of {len(work.plan.steps)}: {step.command}\n{tail}",
        next_step=f"Run: dbdoctor undo URL {work.run_id} (it returns everything to the backup), or apply the plan again to try once more",
    )


def run_app_command(work: Work, command: str, cwd: Path, *, position: int) -> CommandEnd:
    """Run a command line of the app's with /bin/sh against the target."""
    surgery = work.surgery
    application = application_of(work.run_id)
    return run_command(
        words=["/bin/sh", "-c", command],
        cwd=cwd,
        variables=backup.target_environment(surgery.url, names=work.plan.env, application=application),
        time_limit_s=work.limits.time_limit_s,
        secrets=surgery.target.secrets,
        on_tick=lambda seconds: work.tell(
            Progress(stage="command", position=position + 1, total=len(work.plan.steps), seconds=seconds, detail=command)
        ),
    )


def end_leftovers(surgery: Surgery, run_id: str) -> None:
    """End what the app's command has left on the server; raises StepFailed where a session stays."""
    left = run_lock.end_sessions_named(surgery.connection, application_of(run_id), patience_s=LEFTOVER_PATIENCE_S)
    if left:
        message = f"{left} sessions of the app's command do not end on the server."
        raise StepFailed(message, next_step=f"End them (application name {application_of(run_id)}), then try again.")
