"""From an address and a migrate command to a proven plan."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from dbdoctor.databases.postgresql import rows
from dbdoctor.databases.postgresql.catalog import catalog_digest, read_catalog
from dbdoctor.databases.postgresql.connection import Connection, Target, connect, parse_url, refuse_pooler
from dbdoctor.embedded import find_binaries
from dbdoctor.errors import DoctorError, UsageError
from dbdoctor.findings import Attempt, MarkStep, MigrateStep, Plan, Step
from dbdoctor.histories import History, detect
from dbdoctor.model import Catalog
from dbdoctor.rehearsal.candidates import Candidates
from dbdoctor.rehearsal.copies import Copy
from dbdoctor.rehearsal.sandbox import Sandbox, open_sandbox
from dbdoctor.rehearsal.scenario import Decision
from dbdoctor.rehearsal.search import Limits, Search, Solution
from dbdoctor.rehearsal.traces import find_traces
from dbdoctor.rehearsal.trial import CommandSettings, Trial

Stage = Literal["copying", "searching", "proven"]


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
    target = parse_url(url)
    if not isolated:
        refuse_traces(command.cwd, target)
    with connect(url) as source:
        refuse_pooler(source)
        catalog = read_catalog(source)
        history = detect(catalog)
        applied = rows.ledger_names(source, history.ledger, history.column) if history else []
        known = history.known(command.cwd, applied) if history else []
        tell("copying")
        with _sandbox(target, source, isolated=isolated) as sandbox:
            copy = Copy(sandbox=sandbox, target=target, tools=find_binaries(major=catalog.major))
            try:
                copy.fill(source)
                tell("searching")
                trial = Trial(copy=copy, history=history, known=known, settings=command)
                yield Rehearsal(copy=copy, trial=trial, catalog=catalog, history=history, known=known)
            finally:
                copy.close()


def rehearse(
    *,
    url: str,
    command: CommandSettings,
    isolated: bool = True,
    limits: Limits | None = None,
    tell: Callable[[Attempt | Stage], None] = quiet,
) -> Plan:
    """Find a repair on a throw-away copy and prove it.

    Raises NoCure or CommandFails when there is none, IsolationUnavailable, CannotConnect, PoolerInBetween when it could not be tried.
    """
    with opened_copy(url=url, command=command, isolated=isolated, tell=tell) as rehearsal:
        solution = Search(trial=rehearsal.trial, limits=limits or Limits(), tell=tell).run()
        plan = _plan(solution, rehearsal, command)
    tell("proven")
    return plan


def refuse_traces(folder: Path, target: Target) -> None:
    """Raise TargetNamedInApp when a file of the app names the target's host, database or password."""
    traces = find_traces(folder, target)
    if traces:
        message = f"Without isolation the command could reach the target: {traces[0]} names it."
        raise TargetNamedInApp(message, next_step="Rehearse with isolation (Linux), or take the address out of that file.")


def _sandbox(target: Target, source: Connection, *, isolated: bool) -> Sandbox:
    by_socket = target.host.startswith("/") or not target.host
    folder = Path(target.host) if target.host.startswith("/") else None
    reached = "" if by_socket else source.info.hostaddr
    return open_sandbox(
        binaries=find_binaries(major=source.info.server_version // 10000),
        port=target.port,
        addresses=[a for a in (target.hostaddr, reached) if a and not a.startswith(("127.", "/", "::1"))],
        hostnames=[] if by_socket else [target.host],
        hide_folders=[folder] if folder else [],
        isolated=isolated,
    )


def _plan(solution: Solution, rehearsal: Rehearsal, command: CommandSettings) -> Plan:
    before = {step.sql for step in solution.scenario.steps("before")}
    carried_out = solution.observation.steps
    first: list[Step] = [step for step in carried_out if step.sql in before]
    last: list[Step] = [step for step in carried_out if step.sql not in before]
    history, known = rehearsal.history, rehearsal.known
    in_order = sorted(solution.scenario.marks, key=lambda d: known.index(d.mark) if d.mark in known else len(known))
    marks: list[Step] = [_mark(decision, history) for decision in in_order] if history else []
    migrate: list[Step] = [MigrateStep(command=command.migrate, cwd=str(command.cwd.resolve()))]
    return Plan(
        dialect=rehearsal.catalog.dialect,
        database=rehearsal.catalog.database,
        catalog_digest=catalog_digest(rehearsal.catalog),
        steps=(*first, *marks, *migrate, *last),
        findings=solution.findings,
        attempts=solution.attempts,
        undone=solution.undone,
        accept=command.accept,
        accept_cwd=str(command.cwd.resolve()) if command.accept else "",
        env=command.env_names,
        rehearsed=True,
    )


def _mark(decision: Decision, history: History) -> MarkStep:
    return MarkStep(
        tool=history.tool,
        table=str(history.ledger),
        migration=decision.mark,
        sql=history.mark_sql(decision.mark),
        undo_sql=history.unmark_sql(decision.mark),
        verdict="applied" if decision.reason == "already_there" else "superseded",
        reason=decision.reason,
        evidence=decision.evidence,
    )
