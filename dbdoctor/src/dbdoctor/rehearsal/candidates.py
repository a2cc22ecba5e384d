"""Answers to a problem, cheapest first: statements before the run, a migration marked with evidence, a wish given up."""

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from dbdoctor.checks import examine
from dbdoctor.databases.postgresql.connection import Connection
from dbdoctor.findings import Evidence, Finding, Remedy, SqlStep
from dbdoctor.model import Catalog
from dbdoctor.rehearsal.aims import lacking
from dbdoctor.rehearsal.mending import Mended, case_of, mend
from dbdoctor.rehearsal.observation import Observation, Segment, Statement
from dbdoctor.rehearsal.problems import FILLS_ROWS, Lack, Problem, undone_statements
from dbdoctor.rehearsal.scenario import Decision, Place, Reason
from dbdoctor.repairs import STANDS_IN, propose
from dbdoctor.wanted.effects import MAKES, TRANSACTION_WORDS, Effect, effects_of

# Remedies that make in advance what the migration would make itself: better left to a later migration, if one makes it.
LATE = frozenset({"correct_column_type"})
# Remedies that write over rows of people for the sake of a rule: shown to the owner as a choice, never taken unasked.
OWNERS_CHOICE = frozenset({"number_duplicates"})
# Effects whose presence the catalog proves; beside them a migration may only read and open transactions.
VERIFIABLE = (MAKES - {"alter_type", "set_not_null"}) | TRANSACTION_WORDS | {"read", "comment"}
PLACES: tuple[Place, ...] = ("before", "after")
MISSING_RELATION = re.compile(r'relation "(?:[^".]+\.)?([^"]+)" does not exist')
SETTING = re.compile(r"\s*(set|reset|show)\b(?!\s+constraints)", re.IGNORECASE)  # what drivers say of their session makes nothing
OBJECT_EXISTS = frozenset({"42701", "42P07", "42710"})


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """A problem with all that is known: the attempt that met it, every migration seen so far, the clone as the attempt left it."""

    problem: Problem
    observation: Observation
    memory: Mapping[str, Segment]
    connection: Connection

    @property
    def segment(self) -> Segment | None:
        """What the migration did in this attempt."""
        return self.observation.segment(self.problem.migration)

    def seen(self) -> tuple[Effect, ...]:
        """What all migrations seen so far want, this one's wishes in front."""
        return seen_effects(self.memory, first=self.problem.migration)


class Candidates:
    """Thinks of answers; keeps the findings it made on the way."""

    def __init__(self, *, base_catalog: Catalog) -> None:
        self.base_catalog = base_catalog
        self.findings: dict[str, Finding] = {}

    def answers(self, scene: Scene) -> Iterator[Decision]:
        """Every answer worth trying, in order."""
        problem = scene.problem
        if problem.kind == "lost_rows" and problem.migration:
            yield _mark(problem, "loses_rows", _losses_told(problem))
        elif problem.kind == "hung" and problem.migration:
            yield _mark(problem, "hangs", _waits_told(scene.observation))
        elif problem.kind == "stopped":
            yield from self._stopped(scene)
        elif problem.kind == "left_undone":
            yield from self._left_undone(scene)
        elif problem.kind == "not_accepted" and problem.statement:
            yield from self._not_accepted(scene)

    def _stopped(self, scene: Scene) -> Iterator[Decision]:
        problem, segment = scene.problem, scene.segment
        yield from _made_elsewhere(scene)
        remedies = list(self._remedies(scene)) if problem.statement else []
        prefix = self._prefix(segment, problem.statement)
        there = segment is not None and self._all_there(segment)
        if (
            there and problem.migration
        ):  # nothing is cheaper than telling the ledger; what it would do besides comes to light as left undone
            yield _mark(problem, "already_there", _stop_told(problem))
        for remedy in remedies:
            if remedy.id not in LATE:
                yield from _with_remedy(problem, remedy, prefix)
        if problem.migration and not there:
            yield _mark(problem, "never_works", _stop_told(problem))
        for remedy in remedies:
            if remedy.id in LATE:
                yield from _with_remedy(problem, remedy, prefix)

    def _remedies(self, scene: Scene) -> Iterator[Remedy]:
        statement = scene.problem.statement
        if statement is None or statement.error is None:
            return
        case = case_of(statement.sql, statement.error, connection=scene.connection, seen=scene.seen())
        for rank, finding in enumerate(examine(case)):
            remedies = propose(finding, case)
            self.findings.setdefault(scene.problem.key, msgspec.structs.replace(finding, remedies=tuple(remedies)))
            # Only the root cause is treated: what it explains would be treated wrongly. A whole script is the migration's own to change.
            yield from (r for r in remedies if rank == 0 and r.steps and r.id not in OWNERS_CHOICE and not r.facts.get("whole_script"))

    def _prefix(self, segment: Segment | None, culprit: Statement | None) -> list[SqlStep]:
        """What the migration makes before it stumbles and the database did not have."""
        steps: list[SqlStep] = []
        for statement in segment.statements if segment else ():
            if statement == culprit:
                break
            if statement.error or not any(e.kind in MAKES for e in statement.effects):
                continue
            if any(True for e in statement.effects for _ in lacking(e, self.base_catalog)):
                steps.append(SqlStep(code="carry_out", sql=statement.sql, facts={"migration": segment.migration if segment else ""}))
        return steps

    def _all_there(self, segment: Segment) -> bool:
        """Everything the migration was seen to do can be looked up in the catalog, and is there."""
        effects = [e for s in segment.statements if not SETTING.match(s.sql) for e in s.effects]
        makes = [e for e in effects if e.kind in MAKES]
        surely = all(e.kind in VERIFIABLE for e in effects)
        return bool(makes) and surely and not any(True for e in makes for _ in lacking(e, self.base_catalog))

    def _left_undone(self, scene: Scene) -> Iterator[Decision]:
        problem, segment = scene.problem, scene.segment
        destroyed = [
            lack for lack in problem.lacks if lack.effect.kind in MAKES and not any(True for _ in lacking(lack.effect, self.base_catalog))
        ]
        if destroyed and segment and segment.recorded:
            yield _mark(problem, "breaks_keys", tuple(_undone_told(lack) for lack in destroyed))
        culprit = next((s for s in undone_statements(segment) if s.error and s in segment.errors), None) if segment else None
        if culprit:
            swallowed = msgspec.structs.replace(problem, statement=culprit)
            for remedy in self._remedies(msgspec.structs.replace(scene, problem=swallowed)):
                if remedy.id not in LATE:
                    yield Decision(problem=problem.key, code=remedy.id, steps=_sql_steps(remedy))
        mended = mend(scene.connection, problem.lacks, scene.seen())
        yield from _carried(problem, mended)
        structural = [m for m in mended if m.lack.effect.kind not in FILLS_ROWS]
        if len(structural) != len(mended):
            yield from _carried(problem, [m if m in structural else msgspec.structs.replace(m, steps=()) for m in mended])
        yield _waive(problem, mended, everything=True)

    def _not_accepted(self, scene: Scene) -> Iterator[Decision]:
        for remedy in self._remedies(scene):
            for place in PLACES:
                yield Decision(problem=scene.problem.key, code=remedy.id, steps=_sql_steps(remedy), place=place)


def _made_elsewhere(scene: Scene) -> Iterator[Decision]:
    """The missing table is one that another migration wanted to make and could not: make it in its place."""
    problem = scene.problem
    error = problem.statement.error if problem.statement else None
    named = MISSING_RELATION.search(error.message) if error and error.sqlstate == "42P01" else None
    if named is None:
        return
    for migration, segment in scene.memory.items():
        for statement in segment.statements:
            effect = next((e for e in statement.effects if e.kind == "create_table" and e.table.name == named.group(1)), None)
            if effect is None or migration == problem.migration:
                continue
            lack = Lack(migration=migration, statement=statement, effect=effect)
            for mended in mend(scene.connection, [lack], seen_effects(scene.memory, first=migration)):
                if mended.steps:
                    yield Decision(problem=problem.key, code="carry_out", steps=mended.steps)
                    return


def _sql_steps(remedy: Remedy) -> tuple[SqlStep, ...]:
    return tuple(s for s in remedy.steps if isinstance(s, SqlStep))


def _with_remedy(problem: Problem, remedy: Remedy, prefix: Sequence[SqlStep]) -> Iterator[Decision]:
    steps = _sql_steps(remedy)
    writes = any(e.kind in FILLS_ROWS for s in steps for e in effects_of(s.sql))
    corrects = remedy.id in {"correct_name", *LATE}
    if remedy.id in STANDS_IN and not problem.migration:
        return  # it takes the place of a statement that will come all the same: there is no ledger that could hold it back
    if remedy.id in STANDS_IN and not corrects:
        yield msgspec.structs.replace(_mark(problem, "never_works", _stop_told(problem)), code=remedy.id, steps=(*prefix, *steps))
        return
    variants = [(*prefix, *steps)] if prefix and corrects and writes else [steps, *([(*prefix, *steps)] if prefix and corrects else [])]
    for variant in variants:
        yield Decision(problem=problem.key, code=remedy.id, steps=variant)
    if corrects:
        for variant in variants:
            mark = _mark(problem, "never_works", _stop_told(problem))
            yield msgspec.structs.replace(mark, code=f"{remedy.id}+mark", steps=variant)


def _carried(problem: Problem, mended: Sequence[Mended]) -> Iterator[Decision]:
    steps = tuple({s.sql: s for m in mended for s in m.steps}.values())
    waive = _waive(problem, mended, everything=False)
    if not steps:
        if waive.waived:
            yield waive
        return
    carried = tuple(m.lack.key for m in mended if m.steps and m.lack.effect.kind in FILLS_ROWS)
    for place in PLACES:
        yield msgspec.structs.replace(waive, code="carry_out", steps=steps, place=place, carried=carried)


def _waive(problem: Problem, mended: Sequence[Mended], *, everything: bool) -> Decision:
    given_up = [m for m in mended if everything or not m.steps]
    told = tuple(m.refused for m in given_up if m.refused)
    return Decision(problem=problem.key, code="leave", waived=tuple(m.lack.key for m in given_up), evidence=told)


def _mark(problem: Problem, reason: Reason, evidence: tuple[Evidence, ...]) -> Decision:
    return Decision(problem=problem.key, code="mark", mark=problem.migration, reason=reason, evidence=evidence)


def seen_effects(memory: Mapping[str, Segment], *, first: str) -> tuple[Effect, ...]:
    """What all migrations seen so far want, those of `first` in front."""
    own = memory[first].effects if first in memory else ()
    return (*own, *(e for name, segment in memory.items() if name != first for e in segment.effects))


def self_made(problem: Problem, decisions: Sequence[Decision]) -> Decision | None:
    """Which earlier decision of ours made the very object that now stands in the way, if one did."""
    statement = problem.statement
    if problem.kind != "stopped" or statement is None or statement.error is None or statement.error.sqlstate not in OBJECT_EXISTS:
        return None
    wanted = {_made(effect) for effect in statement.effects} - {("", "", "")}
    for decision in decisions:
        made = {_made(effect) for step in decision.steps for effect in effects_of(step.sql)}
        if wanted & made:
            return decision
    return None


def _made(effect: Effect) -> tuple[str, str, str]:
    if effect.kind == "create_table":
        return "table", effect.table.name, ""
    if effect.kind == "add_column":
        return "column", effect.table.name, effect.columns[0]
    if effect.kind in {"add_key", "add_foreign_key", "create_index", "create_type"}:
        return "named", effect.name, ""
    return "", "", ""


def _stop_told(problem: Problem) -> tuple[Evidence, ...]:
    statement = problem.statement
    if statement is None or statement.error is None:
        return (
            Evidence(
                query=f"run {problem.migration} on the copy",
                answer=problem.detail.strip().splitlines()[-1] if problem.detail.strip() else "it failed",
            ),
        )
    error = statement.error
    told = f"{error.sqlstate} {error.message}" + (f" ({error.detail})" if error.detail else "")
    return (Evidence(query=statement.sql, answer=told),)


def _undone_told(lack: Lack) -> Evidence:
    error = lack.statement.error
    told = f"{error.sqlstate} {error.message}, which the migration passes over" if error else "rolled back, which the migration passes over"
    return Evidence(query=lack.statement.sql, answer=f"{told}; it was there before and is gone after")


def _losses_told(problem: Problem) -> tuple[Evidence, ...]:
    said = [
        f"{loss.rows} values of {loss.table}.{loss.column}" if loss.column else f"{loss.rows} rows of {loss.table}"
        for loss in problem.losses
    ]
    return (Evidence(query=f"run {problem.migration} on the copy and compare rows", answer=f"gone: {', '.join(said)}"),)


def _waits_told(observation: Observation) -> tuple[Evidence, ...]:
    holder = "waits for a lock held by the command's own other session"
    return tuple(
        Evidence(query=wait.waiting_sql, answer=f"{holder}, {wait.holding_state}, whose last statement was: {wait.holding_sql}")
        for wait in observation.waits
    ) or (Evidence(query="run on the copy", answer="did not end within the time limit"),)
