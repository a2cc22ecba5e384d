"""The search for the cheapest cure: run, look at the first problem, try an answer, go on; backtrack where an answer leads nowhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import msgspec

from dbdoctor.checks import references_of
from dbdoctor.databases.postgresql.catalog import read_catalog
from dbdoctor.errors import DoctorError
from dbdoctor.findings import Attempt, Evidence, Finding
from dbdoctor.rehearsal.candidates import Candidates, Scene, self_made
from dbdoctor.rehearsal.looking_ahead import look_ahead
from dbdoctor.rehearsal.observation import Observation, Segment
from dbdoctor.rehearsal.problems import Problem, first_problem
from dbdoctor.rehearsal.scenario import Decision, Scenario
from dbdoctor.rehearsal.trial import Trial
from dbdoctor.wanted.effects import Effect, effects_of

RESULTS = {
    "step_failed": "step_failed", "undecidable": "undecidable", "stopped": "stopped", "hung": "hung", "lost_rows": "lost_rows",
    "left_undone": "left_undone",
    "not_repeatable": "not_repeatable", "not_accepted": "not_accepted", "command_failed": "stopped",
}  # fmt: skip


# How many runs more may look for another cure of the same cost.
MORE_ATTEMPTS = 12


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long the search may go on."""

    attempts: int = 120
    seconds: float = 1800.0


class CommandFails(DoctorError):
    """The migrate command fails before it comes to a migration: no database can cure that."""

    kind = "failed"


class NoCure(DoctorError):
    """Nothing that was tried makes the command succeed with nothing lost."""

    kind = "failed"


class Solution(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that was replayed from the start and found to be a cure."""

    scenario: Scenario
    observation: Observation
    attempts: tuple[Attempt, ...]
    findings: tuple[Finding, ...]
    alternatives: tuple[tuple[Scenario, Observation], ...]
    undone: tuple[Evidence, ...]


class _Conflict(Exception):
    """An earlier decision of ours stands in the way; another answer is to be tried there."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.problem)
        self.decision = decision


class Search:
    """One search on one copy."""

    def __init__(self, *, trial: Trial, limits: Limits, tell: Callable[[Attempt], None], start: Scenario | None = None) -> None:
        self.trial = trial
        self.start = start or Scenario()
        self.limits = limits
        self.tell = tell
        self.attempts: list[Attempt] = []
        self.memory: dict[str, Segment] = {}
        self.deadline = time.monotonic() + limits.seconds
        with trial.copy.open_base() as base:
            self.candidates = Candidates(base_catalog=read_catalog(base))
        self._headstrong = False
        self._looked: set[str] = set()
        self._equal: list[tuple[Decision, Decision]] = []

    def run(self) -> Solution:
        """Find a cure; raises NoCure with the furthest problem, CommandFails when the command itself is broken."""
        found = self._explore(self.start)
        if found is None:
            self._headstrong = True  # second time round: conflicts with our own steps are answered by marking
            found = self._explore(self.start)
        if found is None:
            last = next((a for a in reversed(self.attempts) if a.migration), None)
            message = f"No cure was found in {len(self.attempts)} attempts." + (
                f" The furthest stopped in {last.migration}: {last.message}" if last else ""
            )
            raise NoCure(message, next_step="Nothing was changed. See the attempts for what stands in the way.")
        scenario, observation = self._fewer_marks(*found)
        findings = tuple(self.candidates.findings.values())
        ways = [(scenario, observation), *self._others(scenario)]
        cheapest = min(_costs(way) for way, _ in ways)
        (scenario, observation), *alternatives = [way for way in ways if _costs(way[0]) == cheapest]
        undone = tuple(e for d in scenario.decisions if d.waived and not d.mark for e in d.evidence)
        return Solution(
            scenario=scenario,
            observation=observation,
            attempts=tuple(self.attempts),
            findings=findings,
            alternatives=tuple(alternatives),
            undone=undone,
        )

    def _explore(self, scenario: Scenario) -> tuple[Scenario, Observation] | None:
        observation, problem = self._attempt(scenario)
        if problem is None:
            return scenario, observation
        no_migration = problem.kind == "command_failed" or (problem.kind == "hung" and not problem.migration)
        if no_migration and scenario == self.start:
            self._refuse_command(problem)
        # A command that refuses to begin only after what we did or marked refuses that, not the app as it was.
        if no_migration or problem.kind in {"step_failed", "undecidable"} or problem.key in {d.problem for d in scenario.decisions}:
            return None
        conflict = self_made(problem, scenario.decisions)
        if conflict is not None and not self._headstrong:
            raise _Conflict(conflict)
        with self.trial.copy.open() as connection:
            scene = Scene(problem=problem, observation=observation, memory=self.memory, connection=connection)
            answers = list(self.candidates.answers(scene))
        for answer in answers:
            if answer.mark and problem.kind == "stopped":
                self._look_ahead(scenario, problem)
            try:
                found = self._explore(scenario.plus(answer))
            except _Conflict as conflicting:
                if conflicting.decision is not answer:
                    raise
                continue
            if found is not None:
                self._equal += [(answer, other) for other in answers if _cost(other) == _cost(answer) and _sql(other) != _sql(answer)]
                return found
        return None

    def _others(self, scenario: Scenario) -> Iterator[tuple[Scenario, Observation]]:
        """Other cures that cost no more: for each decision the answers that looked as good as the one taken, as long as there is room."""
        self.limits = msgspec.structs.replace(self.limits, attempts=min(self.limits.attempts, len(self.attempts) + MORE_ATTEMPTS))
        self._headstrong, equal, shown = True, self._equal, [_all_sql(scenario)]
        for taken, other in equal:
            if taken not in scenario.decisions:
                continue
            before = scenario.decisions[: scenario.decisions.index(taken)]
            with suppress(NoCure):
                found = self._explore(Scenario(decisions=before).plus(other))
                if found and _costs(found[0]) <= _costs(scenario) and _all_sql(found[0]) not in shown:
                    shown.append(_all_sql(found[0]))
                    yield found

    def _look_ahead(self, scenario: Scenario, problem: Problem) -> None:
        """Before a stopped migration is marked: see what else it wants, so that its useful part is not lost with it."""
        if problem.migration in self._looked:
            return
        self._looked.add(problem.migration)

        def told(seconds: float) -> None:
            number = len(self.attempts) + 1
            self.attempts.append(
                Attempt(number=number, tried=("look_ahead",), result="looked_ahead", migration=problem.migration, seconds=seconds)
            )
            self.tell(self.attempts[-1])

        learnt = look_ahead(trial=self.trial, scenario=scenario, problem=problem, memory=self.memory, tell=told)
        if learnt is not None:
            self.memory[problem.migration] = learnt

    def _attempt(self, scenario: Scenario) -> tuple[Observation, Problem | None]:
        if len(self.attempts) >= self.limits.attempts or time.monotonic() > self.deadline:
            message = f"The search was given up after {len(self.attempts)} attempts."
            raise NoCure(message, next_step="Nothing was changed. Raise --attempts or --time-limit, or look at the last attempt.")
        observation = self.trial.run(scenario, promising=lambda seen: first_problem(seen, scenario, self._remembered(seen)) is None)
        problem = first_problem(observation, scenario, self._remembered(observation))
        self._note(scenario, observation, problem)
        return observation, problem

    def _remembered(self, observation: Observation) -> dict[str, Segment]:
        for segment in observation.segments:
            known = self.memory.get(segment.migration)
            if known is None or len(segment.statements) >= len(known.statements):
                self.memory[segment.migration] = segment
        return self.memory

    def _note(self, scenario: Scenario, observation: Observation, problem: Problem | None) -> None:
        error = problem.statement.error if problem and problem.statement else None
        tried = tuple(f"{d.code} {d.mark}".strip() for d in scenario.decisions[-1:])
        attempt = Attempt(
            number=len(self.attempts) + 1,
            tried=tried,
            result=RESULTS[problem.kind] if problem else "cured",  # type: ignore[arg-type]  # the table above holds just these words
            migration=problem.migration if problem else "",
            sqlstate=error.sqlstate if error else "",
            message=error.message if error else (problem.detail[-300:] if problem else ""),
            seconds=observation.seconds,
        )
        self.attempts.append(attempt)
        self.tell(attempt)

    def _fewer_marks(self, scenario: Scenario, observation: Observation) -> tuple[Scenario, Observation]:
        """Let a marked migration run after all, where steps that came later may have cured it.

        The scenario returned is always one whose last attempt, from a fresh clone, was a cure.
        """
        for decision in scenario.marks:
            if decision.reason not in {"never_works", "already_there"} or not self._touched_later(decision, scenario):
                continue
            trials = [scenario.without_mark(decision.mark, keep_work=keep_work) for keep_work in (False, True)]
            for trimmed in trials if trials[0].decisions != trials[1].decisions else trials[:1]:
                seen, problem = self._attempt(trimmed)
                if problem is None:
                    scenario, observation = trimmed, seen
                    break
        return scenario, observation

    def _touched_later(self, decision: Decision, scenario: Scenario) -> bool:
        """Whether a later step makes or changes the very table or column over which the marked migration stumbled."""
        position = scenario.decisions.index(decision)
        needed = {place for told in decision.evidence for effect in effects_of(told.query) for place in _needs(effect)}
        given = {place for d in scenario.decisions[position + 1 :] for s in d.steps for e in effects_of(s.sql) for place in _gives(e)}
        return bool(needed & given)

    def _refuse_command(self, problem: Problem) -> None:
        if problem.kind == "hung":
            message = f"The migrate command did not end within {self.trial.settings.time_limit_s:g} s, and no migration had begun."
            raise CommandFails(message, next_step="Run it by hand in its folder, or give it longer with --time-limit; nothing was changed.")
        error = problem.statement.error if problem.statement else None
        said = f"{error.sqlstate} {error.message}" if error else problem.detail.strip()[-600:]
        message = f"The migrate command fails before it comes to a migration: {said}"
        raise CommandFails(message, next_step="Run it by hand in its folder; nothing was changed.")


def _cost(decision: Decision) -> tuple[bool, int, bool, int, int]:
    """A mark, wishes given up, rows moved out of their table, rows written, number of steps."""
    rows = sum(step.rows_touched for step in decision.steps)
    return bool(decision.mark), len(decision.waived), decision.code.startswith("quarantine"), rows, len(decision.steps)


def _costs(scenario: Scenario) -> list[int]:
    return [sum(int(part) for part in parts) for parts in zip(*map(_cost, scenario.decisions), strict=True)]


def _sql(decision: Decision) -> set[str]:
    return {step.sql for step in decision.steps}


def _all_sql(scenario: Scenario) -> set[str]:
    return {sql for decision in scenario.decisions for sql in (*_sql(decision), f"mark {decision.mark}")}


def _needs(effect: Effect) -> set[tuple[str, str]]:
    """The tables and columns that have to be there (or right) for an effect to go through."""
    pointed_at = {(reference.parent.name, "") for reference in references_of((effect,))}
    return pointed_at | {(effect.table.name, "")} | {(effect.table.name, column) for column in effect.columns}


def _gives(effect: Effect) -> set[tuple[str, str]]:
    """The table an effect makes, or the column it adds or converts."""
    if effect.kind == "create_table":
        return {(effect.table.name, "")}
    return {(effect.table.name, column) for column in effect.columns} if effect.kind in {"add_column", "alter_type"} else set()
