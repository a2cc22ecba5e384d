"""A cure for one statement (or script): what stands in its way is taken away on the copy until it runs there, with nothing lost."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from dbdoctor.checks import Case, examine
from dbdoctor.databases.postgresql.catalog import catalog_digest, read_catalog
from dbdoctor.databases.postgresql.connection import Connection, SqlError, sql_text
from dbdoctor.databases.postgresql.steps import error_of, run_step
from dbdoctor.findings import Finding, Plan, Remedy, SqlStep
from dbdoctor.model import Catalog, ServerError
from dbdoctor.rehearsal.aims import lacking
from dbdoctor.rehearsal.losses import losses
from dbdoctor.rehearsal.mending import STANDS_IN, case_of
from dbdoctor.rehearsal.rehearse import Rehearsal, opened_copy
from dbdoctor.rehearsal.trial import CommandSettings
from dbdoctor.repairs import propose
from dbdoctor.wanted.effects import MAKES, Effect, effects_of, split_statements

Orphans = Literal["auto", "keep", "null", "quarantine"]
Outcome = Literal["succeeds", "replaced", "not_needed", "cannot"]
DEPTH = 4
ALREADY_THERE = frozenset({"42710", "42P07", "42701"})
POLICIES: dict[str, Orphans] = {"keep_orphans": "keep", "null_orphans": "null", "quarantine_orphans": "quarantine"}


class StatementPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome for the statement, and the plan that brings it about (no steps when nothing has to or can be done)."""

    outcome: Outcome
    plan: Plan


class _Failure(msgspec.Struct, frozen=True, kw_only=True):
    position: int
    error: ServerError


def rehearse_statement(*, url: str, sql: str, orphans: Orphans = "auto", isolated: bool = True) -> StatementPlan:
    """Find the cheapest steps after which the statement runs on a copy of the target; the target is only read."""
    settings = CommandSettings(migrate="", cwd=Path())
    with opened_copy(url=url, command=settings, isolated=isolated) as rehearsal:
        return _Ward(rehearsal, split_statements(sql), orphans).treat()


class _Ward:
    """Tries steps before the script, each time on a fresh clone."""

    def __init__(self, rehearsal: Rehearsal, script: Sequence[str], orphans: Orphans) -> None:
        self.rehearsal = rehearsal
        self.script = list(script)
        self.orphans = orphans
        self.findings: list[Finding] = []

    def treat(self) -> StatementPlan:
        """The outcome and its plan."""
        found = self._explore((), self.script, DEPTH)
        if found is None:
            return StatementPlan(outcome="cannot", plan=self._plan(()))
        steps, script = found
        if script is None:
            return StatementPlan(outcome="not_needed", plan=self._plan(steps))
        if script == self.script:
            return StatementPlan(outcome="succeeds", plan=self._plan(steps))
        made = tuple(SqlStep(code="corrected_statement", sql=s) for s in script if effects_of(s)[0].kind not in {"begin", "commit"})
        return StatementPlan(outcome="replaced", plan=self._plan((*steps, *made)))

    def _explore(self, steps: tuple[SqlStep, ...], script: list[str], depth: int) -> tuple[tuple[SqlStep, ...], list[str] | None] | None:
        measured, failure = self._attempt(steps, script)
        if failure is None:
            return (measured, script) if self._nothing_lost() else None
        if depth == 0 or failure.position < 0:
            return None
        with self.rehearsal.copy.open() as connection:
            catalog = read_catalog(connection)
            if failure.error.sqlstate in ALREADY_THERE and _all_there(script, catalog):
                return measured, None
            statement = script[failure.position]
            seen = tuple(effect for s in script for effect in effects_of(s))
            case = case_of(statement, failure.error, connection=connection, seen=seen)
            answers = list(self._answers(case))
        for remedy in answers:
            more = tuple(s for s in remedy.steps if isinstance(s, SqlStep))
            if any(step.code in STANDS_IN for step in more):
                changed = [*script[: failure.position], *(s.sql for s in more), *script[failure.position + 1 :]]
                found = self._explore(steps, changed, depth - 1)
            else:
                found = self._explore((*steps, *more), script, depth - 1)
            if found is not None:
                return found
        return None

    def _answers(self, case: Case) -> Iterator[Remedy]:
        for finding in examine(case):
            remedies = tuple(propose(finding, case))
            if not any(known.cause == finding.cause and known.subject == finding.subject for known in self.findings):
                self.findings.append(msgspec.structs.replace(finding, remedies=remedies))
            for remedy in remedies:
                policy = POLICIES.get(remedy.id)
                unasked = remedy.id == "number_duplicates" or (policy == "keep" and self.orphans == "auto")
                if not unasked and (policy is None or self.orphans in {"auto", policy}):
                    yield remedy

    def _attempt(self, steps: tuple[SqlStep, ...], script: list[str]) -> tuple[tuple[SqlStep, ...], _Failure | None]:
        copy = self.rehearsal.copy
        copy.fresh()
        with copy.open(as_app=True) as connection:
            try:
                measured = tuple(run_step(connection, step) for step in steps)
            except SqlError as error:
                return steps, _Failure(position=-1, error=error_of(error))
            for position, statement in enumerate(script):
                refused = _run(connection, statement)
                if refused is not None:
                    return measured, _Failure(position=position, error=refused)
        return measured, None

    def _nothing_lost(self) -> bool:
        with self.rehearsal.copy.open_base() as base, self.rehearsal.copy.open() as after:
            return not losses(base, after)

    def _plan(self, steps: tuple[SqlStep, ...]) -> Plan:
        catalog = self.rehearsal.catalog
        return Plan(
            dialect=catalog.dialect,
            database=catalog.database,
            catalog_digest=catalog_digest(catalog),
            steps=steps,
            findings=tuple(self.findings),
            rehearsed=True,
        )


def _run(connection: Connection, statement: str) -> ServerError | None:
    try:
        connection.execute(sql_text(statement))
    except SqlError as error:
        return error_of(error)
    return None


def _all_there(script: Sequence[str], catalog: Catalog) -> bool:
    """Everything the script would make is in the catalog, and it does nothing else."""
    effects: list[Effect] = [e for s in script for e in effects_of(s)]
    makes = [e for e in effects if e.kind in MAKES]
    return (
        bool(makes)
        and all(e.kind in MAKES | {"begin", "commit"} for e in effects)
        and not any(True for e in makes for _ in lacking(e, catalog))
    )
