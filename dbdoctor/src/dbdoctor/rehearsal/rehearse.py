"""From an address and a migrate command to a proven plan."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from dbdoctor.databases.postgresql import rows
from dbdoctor.databases.postgresql.catalog import catalog_digest, read_catalog
from dbdoctor.databases.postgresql.connection import Connection, Target, connect, parse_url, refuse_pooler
from dbdoctor.embedded import find_binaries
from dbdoctor.errors import UsageError
from dbdoctor.findings import Attempt, MarkStep, MigrateStep, Plan, Step
from dbdoctor.histories import History, detect
from dbdoctor.model import Catalog
from dbdoctor.rehearsal.copies import Copy
from dbdoctor.rehearsal.sandbox import Sandbox, open_sandbox
from dbdoctor.rehearsal.scenario import Decision
from dbdoctor.rehearsal.search import Limits, Search, Solution
from dbdoctor.rehearsal.trial import CommandSettings, Trial

Stage = Literal["copying", "searching", "proven"]


def quiet(_: object) -> None:
    """Tell nobody."""


def rehearse(
    *,
    url: str,
    command: CommandSettings,
    isolated: bool = True,
    limits: Limits | None = None,
    tell: Callable[[Attempt | Stage], None] = quiet,
) -> Plan:
    """Find a repair on a throw-away copy and prove it; the target is only read. Raises what it could not do, see `search`."""
    if not command.cwd.is_dir():
        message = f"The folder {command.cwd} does not exist."
        raise UsageError(message, next_step="Give the app's folder with --cwd.")
    target = parse_url(url)
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
                solution = Search(trial=trial, limits=limits or Limits(), tell=tell).run()
            finally:
                copy.close()
    tell("proven")
    return _plan(solution, catalog=catalog, history=history, command=command, known=known)


def _sandbox(target: Target, source: Connection, *, isolated: bool) -> Sandbox:
    by_socket = target.host.startswith("/") or not target.host
    folder = Path(target.host) if target.host.startswith("/") else None
    return open_sandbox(
        binaries=find_binaries(major=source.info.server_version // 10000),
        port=target.port,
        addresses=[a for a in (target.hostaddr, "" if by_socket else source.info.hostaddr) if a and not a.startswith(("127.", "/"))],
        hostnames=[] if by_socket else [target.host],
        hide_folders=[folder] if folder else [],
        isolated=isolated,
    )


def _plan(solution: Solution, *, catalog: Catalog, history: History | None, command: CommandSettings, known: list[str]) -> Plan:
    before = {s.sql for s in solution.scenario.steps("before")}
    first: list[Step] = [s for s in solution.observation.steps if s.sql in before]
    marks: list[Step] = [_mark(d, history) for d in sorted(solution.scenario.marks, key=lambda d: known.index(d.mark) if d.mark in known else 0)] if history else []
    migrate: list[Step] = [MigrateStep(command=command.migrate, cwd=str(command.cwd.resolve()))]
    last: list[Step] = [s for s in solution.observation.steps if s.sql not in before]
    return Plan(
        dialect=catalog.dialect,
        database=catalog.database,
        catalog_digest=catalog_digest(catalog),
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
