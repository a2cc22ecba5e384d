"""From an address and a migrate command to a proven plan."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from dbdoctor.databases.postgresql.catalog import catalog_digest
from dbdoctor.databases.postgresql.connection import Target, parse_url
from dbdoctor.databases.postgresql.differences import catalog_pieces
from dbdoctor.errors import DoctorError, UsageError
from dbdoctor.findings import Attempt, MarkStep, MigrateStep, Plan, Step
from dbdoctor.histories import History, LedgerState, Mark, detect
from dbdoctor.model import Catalog
from dbdoctor.rehearsal.beginning import beginning, ledger_findings
from dbdoctor.rehearsal.candidates import Candidates
from dbdoctor.rehearsal.copies import Copy
from dbdoctor.rehearsal.copying import Stage, filled_copy
from dbdoctor.rehearsal.observation import Observation
from dbdoctor.rehearsal.scenario import Decision, Scenario
from dbdoctor.rehearsal.search import Limits, NoCure, Search, Solution
from dbdoctor.rehearsal.traces import find_traces
from dbdoctor.rehearsal.trial import CommandSettings, Trial


class TargetNamedInApp(DoctorError):
    """Without isolation the command could reach the target: the app's folder names it."""

    kind = "refused"


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """A filled copy, ready for attempts."""

    copy: Copy
    trial: Trial
    catalog: Catalog
    history: History | None
    known: list[str]
    state: LedgerState | None = None
    start: Scenario = Scenario()

    def candidates(self) -> Candidates:
        """A thinker of answers that starts from the untouched base."""
        return Candidates(base_catalog=self.catalog)


def quiet(_: object) -> None:
    """Tell nobody."""


@contextmanager
def opened_copy(*, url: str, command: CommandSettings, isolated: bool, tell: Callable[[Stage], None] = quiet) -> Iterator[Rehearsal]:
    """Copy the target onto a server of our own in a sandbox; everything is gone at the end. The target is only read."""
    if not command.cwd.is_dir():
        message = f"The folder {command.cwd} does not exist."
        raise UsageError(message, next_step="Give the app's folder with --cwd.")
    if not isolated:
        refuse_traces(command.cwd, parse_url(url))
    with filled_copy(url=url, isolated=isolated, tell=tell) as ward:
        history = detect(ward.catalog, command.cwd)
        state = history.state(ward.source) if history else None
        migrations = history.known(command.cwd, state) if history and state else []
        known, start = [m.name for m in migrations], beginning(history, state, migrations)
        trial = Trial(copy=ward.copy, history=history, known=known, settings=command)
        yield Rehearsal(copy=ward.copy, trial=trial, catalog=ward.catalog, history=history, known=known, state=state, start=start)


def rehearse(
    *,
    url: str,
    command: CommandSettings,
    isolated: bool = True,
    limits: Limits | None = None,
    tell: Callable[[Attempt | Stage], None] = quiet,
    visit: Callable[[str], None] | None = None,
) -> Plan:
    """Find a repair on a throw-away copy and prove it. `visit` gets the address of the copy as the repair (or the last attempt) left it.

    Raises NoCure or CommandFails when there is none, IsolationUnavailable, CannotConnect, PoolerInBetween when it could not be tried.
    """
    with opened_copy(url=url, command=command, isolated=isolated, tell=tell) as rehearsal:
        address = rehearsal.copy.sandbox.url(database=rehearsal.copy.target.database)
        try:
            solution = Search(trial=rehearsal.trial, limits=limits or Limits(), tell=tell, start=rehearsal.start).run()
        except NoCure:
            if visit is not None:
                visit(address)
            raise
        plan = _plan(solution, rehearsal, command)
        if visit is not None:
            rehearsal.trial.run(solution.scenario, promising=lambda _: False)  # whatever was tried after it
            visit(address)
    tell("proven")
    return plan


def refuse_traces(folder: Path, target: Target) -> None:
    """Raise TargetNamedInApp when a file of the app names the target's host, database or password."""
    traces = find_traces(folder, target)
    if traces:
        message = f"Without isolation the command could reach the target: {traces[0]} names it."
        raise TargetNamedInApp(message, next_step="Rehearse with isolation (Linux), or take the address out of that file.")


def _steps(found: tuple[Scenario, Observation], *, history: History | None, command: CommandSettings) -> tuple[Step, ...]:
    scenario, seen = found
    before = {step.sql for step in scenario.steps("before")}
    first: list[Step] = [step for step in seen.steps if step.sql in before]
    last: list[Step] = [step for step in seen.steps if step.sql not in before]
    decided = {decision.mark: decision for decision in scenario.marks}
    marks: list[Step] = [_mark(decided[name], mark, history) for name, mark in seen.marks] if history else []
    return (*first, *marks, MigrateStep(command=command.migrate, cwd=str(command.cwd.resolve())), *last)


def _plan(solution: Solution, rehearsal: Rehearsal, command: CommandSettings) -> Plan:
    return Plan(
        dialect=rehearsal.catalog.dialect,
        database=rehearsal.catalog.database,
        catalog_digest=catalog_digest(rehearsal.catalog),
        catalog_objects=catalog_pieces(rehearsal.catalog),
        sampled=rehearsal.copy.sampled,
        steps=_steps((solution.scenario, solution.observation), history=rehearsal.history, command=command),
        alternatives=tuple(_steps(other, history=rehearsal.history, command=command) for other in solution.alternatives),
        findings=(*ledger_findings(rehearsal.state), *solution.findings),
        attempts=solution.attempts,
        undone=solution.undone,
        accept=command.accept,
        accept_cwd=str(command.cwd.resolve()) if command.accept else "",
        env=command.env_names,
        rehearsed=True,
    )


def _mark(decision: Decision, mark: Mark, history: History) -> MarkStep:
    return MarkStep(
        tool=history.tool,
        table=str(history.ledger),
        migration=decision.mark,
        sql=mark.sql,
        undo_sql=mark.undo_sql,
        verdict="applied" if decision.reason == "already_there" else "superseded",
        reason=decision.reason,
        evidence=decision.evidence,
    )
