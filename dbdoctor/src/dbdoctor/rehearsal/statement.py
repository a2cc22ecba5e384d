"""A cure for one statement (or script): what stands in its way is taken away on the copy until it runs there, with nothing lost."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import msgspec

from dbdoctor.checks import Case, examine
from dbdoctor.databases.postgresql import scripts
from dbdoctor.databases.postgresql.catalog import catalog_digest, read_catalog
from dbdoctor.databases.postgresql.connection import Connection, SqlError
from dbdoctor.databases.postgresql.differences import catalog_pieces
from dbdoctor.databases.postgresql.questions import PostgresQuestions
from dbdoctor.databases.postgresql.steps import error_of, run_step
from dbdoctor.findings import Evidence, Finding, MarkStep, Plan, Remedy, SqlStep, Step, Subject
from dbdoctor.histories import Migration
from dbdoctor.model import Catalog, Reference
from dbdoctor.rehearsal.copying import Stage, Ward, filled_copy
from dbdoctor.rehearsal.ledger_views import Book, open_book
from dbdoctor.rehearsal.ledgering import for_the_ledger, mark_of
from dbdoctor.rehearsal.losses import Loss, losses
from dbdoctor.rehearsal.orphan_policy import OrphanPolicy, PolicyKind, read_policy
from dbdoctor.rehearsal.running import Failure, run_script
from dbdoctor.rehearsal.standing_in import as_steps
from dbdoctor.rehearsal.wishing import key_steps, wished
from dbdoctor.repairs import STANDS_IN, cost, propose
from dbdoctor.wanted.effects import TRANSACTION_WORDS, Effect, effects_of, split_statements
from dbdoctor.wanted.presence import is_like

Outcome = Literal["succeeds", "replaced", "made", "not_needed", "cannot"]
# Remedies that a chosen policy for orphans rules out.
POLICIES: dict[str, PolicyKind] = {
    "keep_orphans": "keep", "null_orphans": "null", "quarantine_orphans": "quarantine", "adopt_orphans": "adopt",
}  # fmt: skip
# What writes over rows of people for the sake of a rule, or takes a rule away that somebody meant: shown, never taken unasked.
OWNERS_CHOICE = frozenset({"number_duplicates"})
DEPTH = 5
NOTHING_TO_DO = Remedy(id="nothing_to_do")
MOST_ATTEMPTS = 60
# How many places of the way, and answers at each, are looked at for other repairs of the same cost.
MOST_TURNS = 3
MOST_OTHERS = 2
_TAKING = {"delete", "truncate", "drop_table", "drop_column", "update"}


class StatementPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome for the statement, and the plan that brings it about (no steps when nothing has to or can be done)."""

    outcome: Outcome
    plan: Plan


class _Cure(msgspec.Struct, frozen=True, kw_only=True):
    """Steps before the script, and the script as it then runs; None when it is not needed any more."""

    steps: tuple[SqlStep, ...]
    script: tuple[str, ...] | None
    marks: tuple[MarkStep, ...] = ()

    @property
    def cost(self) -> tuple[int, int, int]:
        """Rows written, steps, marks."""
        return sum(step.rows_touched for step in self.steps), len(self.steps), len(self.marks)


class _Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A place on the way to a cure at which another answer would have cost as much."""

    steps: tuple[SqlStep, ...]
    script: tuple[str, ...]
    position: int
    depth: int
    others: tuple[Remedy, ...]


def quiet(_: object) -> None:
    """Tell nobody."""


@contextmanager
def opened_ward(
    *, url: str, sql: str = "", wishes: Sequence[Reference] = (), orphans: str = "auto", isolated: bool = True,
    migrations: Sequence[Migration] = (), tell: Callable[[Stage], None] = quiet,
) -> Iterator["StatementWard"]:  # fmt: skip
    """A copy of the target on which the script can be tried; everything is gone at the end."""
    policy = read_policy(orphans)
    with filled_copy(url=url, isolated=isolated, tell=tell) as ward:
        book = open_book(ward.source, ward.catalog, names=migrations)
        script = [*split_statements(sql), *wished(wishes, ward.catalog)]
        yield StatementWard(ward, script, orphans=policy, book=book, ours=bool(wishes) and not sql.strip())


def rehearse_statement(
    *, url: str, sql: str = "", wishes: Sequence[Reference] = (), orphans: str = "auto", isolated: bool = True,
    migrations: Sequence[Migration] = (), tell: Callable[[Stage], None] = quiet,
) -> StatementPlan:  # fmt: skip
    """Find the cheapest steps after which the statement runs on a copy of the target; the target is only read.

    Keys that are wished for without any statement are made by the steps themselves.
    """
    with opened_ward(url=url, sql=sql, wishes=wishes, orphans=orphans, isolated=isolated, migrations=migrations, tell=tell) as ward:
        return ward.treat()


class StatementWard:
    """Tries steps before the script, each time on a fresh clone. What is `ours` is carried out by the plan, not by the app."""

    def __init__(self, ward: Ward, script: Sequence[str], *, orphans: OrphanPolicy, book: Book | None, ours: bool = False) -> None:
        self.ours = ours
        self.copy = ward.copy
        self.catalog = ward.catalog
        self.source = ward.source
        self.script = tuple(script)
        self.orphans = orphans
        self.book = book
        self.findings: list[Finding] = []
        self.attempts = 0
        self._steps_taken = False
        self._turns: list[_Turn] = []

    def diagnose(self) -> list[Finding]:
        """Run the script once and examine what stopped it; nothing when it runs."""
        _, failure, connection = self._attempt((), self.script)
        with connection:
            if failure is not None:
                list(self._answers(self._case(self.script, failure, connection)))
                if not self.findings:
                    self.findings.append(_unknown(self.script[failure.position], failure))
        return self.findings

    def treat(self) -> StatementPlan:
        """The outcome and its plan."""
        if not self.script:
            return StatementPlan(outcome="not_needed", plan=self._plan(()))
        found = self._explore((), self.script, DEPTH)
        if found is None:
            return StatementPlan(outcome="cannot", plan=self._plan(()))
        told = self._told(found)
        if told.outcome == "cannot" or not self._turns:
            return told
        ways = [(found, told), *self._others(found)]
        best = min(cure.cost for cure, _ in ways)
        chosen, *rest = [(cure, told) for cure, told in ways if cure.cost == best]
        others = [told.plan.steps for _, told in rest]
        different = tuple(steps for n, steps in enumerate(others) if steps not in (chosen[1].plan.steps, *others[:n]))
        self._attempt(chosen[0].steps, chosen[0].script or ())[2].close()  # the copy is left as the chosen one leaves it
        return msgspec.structs.replace(chosen[1], plan=msgspec.structs.replace(chosen[1].plan, alternatives=different))

    def _others(self, found: _Cure) -> Iterator[tuple[_Cure, StatementPlan]]:
        """Other cures that cost no more: at each turn of the way the answers that looked as good as the one taken."""
        findings, self._turns, turns = self.findings, [], self._turns[:MOST_TURNS]
        for turn, remedy in [(place, other) for place in turns for other in place.others[:MOST_OTHERS]]:
            self.findings = list(findings)
            other = self._with(remedy, turn.steps, turn.script, position=turn.position, depth=turn.depth)
            told = self._told(other) if other is not None and other.cost <= found.cost else None
            if other is not None and told is not None and told.outcome != "cannot":
                yield other, told
        self.findings = findings

    def _told(self, found: _Cure) -> StatementPlan:
        """The cure as a plan that was proven."""
        marks: tuple[Step, ...] = found.marks
        if found.script is None:
            return StatementPlan(outcome="not_needed", plan=self._plan((*found.steps, *marks)))
        replaced = found.script != self.script
        settled = any(s.code == "settle_ledger" for s in found.steps)
        ledger: tuple[Step, ...] = () if settled else for_the_ledger(self.book, self.script, replaced=replaced)
        if self.ours:
            return self._proven("made", (*found.steps, *key_steps(found.script, self.catalog)), found.script)
        if replaced:
            return self._proven("replaced", (*found.steps, *as_steps(found.script), *ledger), found.script)
        return StatementPlan(outcome="succeeds", plan=self._plan((*found.steps, *ledger)))

    def _proven(self, outcome: Outcome, steps: Sequence[Step], script: tuple[str, ...]) -> StatementPlan:
        """The plan, replayed from its start on a fresh clone just as it will be applied: what is shown is what was proven and measured."""
        self.copy.fresh()
        measured: list[Step] = []
        with self.copy.open(as_app=True) as connection:
            for step in steps:
                try:
                    measured.append(run_step(connection, step) if isinstance(step, SqlStep) else step)
                except SqlError as error:
                    self.findings.append(
                        _unknown(step.sql if isinstance(step, SqlStep) else "", Failure(position=0, error=error_of(error)))
                    )
                    return StatementPlan(outcome="cannot", plan=self._plan(()))
        if self._lost(script):
            return StatementPlan(outcome="cannot", plan=self._plan(()))
        return StatementPlan(outcome=outcome, plan=self._plan(tuple(measured)))

    def _explore(self, steps: tuple[SqlStep, ...], script: tuple[str, ...], depth: int) -> _Cure | None:
        measured, failure, connection = self._attempt(steps, script)
        with connection:
            if failure is None:
                return _Cure(steps=measured, script=script) if not self._lost(script) else None
            if depth == 0 or failure.position < 0 or self.attempts >= MOST_ATTEMPTS:
                return None
            case = self._case(script, failure, connection)
            answers = list(self._answers(case))
            if not self.findings:
                self.findings.append(_unknown(case.statement, failure))
        if self._stands_already(case):
            answers = [remedy for remedy in answers if remedy.id == "mark_as_applied"] or [NOTHING_TO_DO]
        for number, remedy in enumerate(answers):
            found = self._with(remedy, measured, script, position=failure.position, depth=depth)
            if found is not None:
                equal = [other for other in answers[number + 1 :] if cost(other) == cost(remedy) and other.id not in POLICIES]
                turn = _Turn(steps=measured, script=script, position=failure.position, depth=depth, others=tuple(equal))
                self._turns += [turn] if equal else []
                return found
        return None

    def _with(self, remedy: Remedy, steps: tuple[SqlStep, ...], script: tuple[str, ...], *, position: int, depth: int) -> _Cure | None:
        if remedy.id == NOTHING_TO_DO.id:
            return _Cure(steps=steps, script=None)
        if remedy.id == "settle_unfinished":
            settled = for_the_ledger(self.book, self.script, replaced=False)
            more = tuple(s for s in settled if isinstance(s, SqlStep))
            return self._explore((*steps, *more), script, depth - 1) if more and more[0] not in steps else None
        if remedy.id == "mark_as_applied":
            mark = mark_of(self.book, str(remedy.facts["migration"]))
            return _Cure(steps=steps, script=None, marks=(mark,) if mark else ())
        more = tuple(s for s in remedy.steps if isinstance(s, SqlStep))
        if remedy.id not in STANDS_IN and {s.sql for s in more} <= {s.sql for s in steps}:
            return None  # it was done, and did not help
        if remedy.id in STANDS_IN:
            whole = bool(remedy.facts.get("whole_script"))
            new = tuple(s.sql for s in more)
            changed = new if whole else (*script[:position], *new, *script[position + 1 :])
            return self._explore(steps, changed, depth - 1)
        return self._explore((*steps, *more), script, depth - 1)

    def _stands_already(self, case: Case) -> bool:
        """Keys and indexes that are all there, just as wanted: making them anew would only read every row again."""
        effects = [e for s in self.script for e in effects_of(s) if e.kind not in TRANSACTION_WORDS]
        keys = {"add_foreign_key", "add_key", "add_check", "create_index"}
        gone = [f for f in self.findings[:1] if f.cause == "partial_migration" and f.facts.get("kind") == "gone"]
        if gone and len(effects) == 1:
            return True  # what the one statement takes away is gone already
        there = bool(effects) and all(e.kind in keys and is_like(e, case.catalog, case.ask.resolve_type) for e in effects)
        return there and case.sqlstate_is("42710", "42P07", "42P16")

    def _case(self, script: tuple[str, ...], failure: Failure, connection: Connection) -> Case:
        statement = script[failure.position] if failure.position >= 0 else ""
        earlier = script[: max(failure.position, 0)]
        asked = self._asked(earlier, connection)
        return Case(
            catalog=_catalog(asked, path_of=connection),
            ask=PostgresQuestions(asked),
            statement=statement,
            effects=_effects(statement, earlier),
            error=failure.error,
            seen=tuple(effect for s in script for effect in effects_of(s)),
            earlier=earlier,
            later=script[failure.position + 1 :],
            swallowed=failure.swallowed,
            role=failure.role,
            search_path=failure.search_path,
            ledger=self.book.view if self.book else None,
            home=PostgresQuestions(self.source),
            adopter=self.orphans.adopter,
        )

    def _asked(self, earlier: Sequence[str], connection: Connection) -> Connection:
        """Where questions are asked: the copy, which has seen the statements before; the target, where the copy holds but a part of it.

        After steps of ours, or statements that change something, only the copy knows.
        """
        changed = any(e.kind not in {*TRANSACTION_WORDS, "read", "other"} for s in earlier for e in effects_of(s))
        return self.source if self.copy.sampled and not changed and not self._steps_taken else connection

    def _answers(self, case: Case) -> Iterator[Remedy]:
        """Only the root cause is treated: what it explains would be treated wrongly (orphans of a key to the wrong columns, say).

        Where nothing else cures, rows without a parent may stay as they are, under a key that checks new ones.
        """
        last: list[Remedy] = []
        for rank, finding in enumerate(examine(case)):
            remedies = tuple(propose(finding, case))
            if not any(known.cause == finding.cause and known.subject == finding.subject for known in self.findings):
                self.findings.append(msgspec.structs.replace(finding, remedies=remedies))
            for remedy in sorted(remedies, key=self._is_unasked) if rank == 0 else ():
                policy = POLICIES.get(remedy.id)
                if policy == "keep" and self.orphans.kind == "auto":
                    last.append(remedy)
                elif remedy.id not in OWNERS_CHOICE and (policy is None or self.orphans.kind in {"auto", policy}):
                    yield remedy
        yield from last

    def _is_unasked(self, remedy: Remedy) -> bool:
        """What the owner chose for orphans comes first."""
        return POLICIES.get(remedy.id) != self.orphans.kind

    def _attempt(self, steps: tuple[SqlStep, ...], script: tuple[str, ...]) -> tuple[tuple[SqlStep, ...], Failure | None, Connection]:
        """Steps and script on a fresh clone; the connection is open and stands where the script stopped."""
        self.attempts += 1
        self._steps_taken = bool(steps)
        self.copy.fresh()
        connection = self.copy.open(as_app=True)
        try:
            measured = tuple(run_step(connection, step) for step in steps)
        except SqlError as error:
            return steps, Failure(position=-1, error=error_of(error)), connection
        return measured, run_script(connection, script), connection

    def _lost(self, script: tuple[str, ...]) -> list[Loss]:
        """What is gone that the script itself did not mean to take, nor the keys that were there before any step of ours."""
        meant = {
            t.name
            for s in script
            for e in effects_of(s)
            if e.kind in _TAKING and (t := self.catalog.find(e.table.name, e.table.schema or None))
        }
        own = [self.book.history.ledger, *([self.book.state.lock.table] if self.book.state.lock else [])] if self.book else []
        aside = (*self.catalog.deleted_with(meant), *own)
        emptied = {(k.child, c) for k in self.catalog.foreign_keys() if k.parent in aside and k.on_delete == "SET NULL" for c in k.columns}
        with self.copy.open_base() as base, self.copy.open() as after:
            found = losses(base, after, aside=aside)
        return [loss for loss in found if loss.kind != "values" or (loss.table, loss.column) not in emptied]

    def _plan(self, steps: tuple[Step, ...]) -> Plan:
        return Plan(
            dialect=self.catalog.dialect,
            database=self.catalog.database,
            catalog_digest=catalog_digest(self.catalog),
            catalog_objects=catalog_pieces(self.catalog),
            sampled=self.copy.sampled,
            steps=steps,
            findings=tuple(self.findings),
            rehearsed=True,
        )


def _catalog(asked: Connection, *, path_of: Connection) -> Catalog:
    """The catalog with definitions as our own sessions print and read them, and the search path that the script has set."""
    path = scripts.schemas_looked_in(path_of)
    with scripts.own_search_path(asked):
        return msgspec.structs.replace(read_catalog(asked), search_path=path)


def _unknown(statement: str, failure: Failure) -> Finding:
    """No check recognised it: what the server said, and that every known cause was looked for."""
    error = failure.error
    answer = " ".join(part for part in (error.sqlstate, error.message, error.detail) if part)
    return Finding(
        cause="unknown", severity="blocking", subject=Subject(), facts={"what": "statement", "sqlstate": error.sqlstate},
        evidence=(Evidence(query=statement, answer=answer), Evidence(query="every cause dbdoctor knows for this error",
        answer="ruled out")),
    )  # fmt: skip


def _effects(statement: str, earlier: Sequence[str]) -> tuple[Effect, ...]:
    """What a statement does; a COMMIT does what was put off until then."""
    own = effects_of(statement)
    return tuple(e for s in earlier for e in effects_of(s) if e.kind not in TRANSACTION_WORDS) or own if own[0].kind == "commit" else own
