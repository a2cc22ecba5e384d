"""What is wrong with an attempt: the first thing that keeps it from being a cure."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from dbdoctor.model import Catalog
from dbdoctor.rehearsal.aims import lacking, voided
from dbdoctor.rehearsal.losses import Loss
from dbdoctor.rehearsal.observation import ECHO, Observation, Segment, Statement
from dbdoctor.rehearsal.scenario import Decision, Scenario
from dbdoctor.wanted.effects import MAKES, Effect, EffectKind

ProblemKind = Literal[
    "step_failed", "undecidable", "stopped", "hung", "lost_rows", "left_undone", "not_repeatable", "not_accepted", "command_failed",
]  # fmt: skip

TAKES_ROWS: frozenset[EffectKind] = frozenset({"drop_table", "delete", "truncate", "drop_column", "update", "alter_type"})
FILLS_ROWS: frozenset[EffectKind] = frozenset({"insert", "update"})


class Lack(msgspec.Struct, frozen=True, kw_only=True):
    """Something a migration meant to make or fill that is not there in the end."""

    migration: str
    statement: Statement
    effect: Effect

    @property
    def key(self) -> str:
        """A name for it that stays the same from attempt to attempt."""
        told = f"{self.statement.sql}|{self.effect.kind}|{self.effect.table.name}|{','.join(self.effect.columns)}"
        return f"{self.migration}|{hashlib.sha256(told.encode()).hexdigest()[:16]}"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The first thing wrong, in the order in which the run met it."""

    kind: ProblemKind
    migration: str = ""
    statement: Statement | None = None
    losses: tuple[Loss, ...] = ()
    lacks: tuple[Lack, ...] = ()
    detail: str = ""

    @property
    def key(self) -> str:
        """Equal for the same problem met again."""
        parts = [self.kind, self.migration]
        if self.statement and self.statement.error:
            parts += [self.statement.error.sqlstate, " ".join(self.statement.sql.split())]
        parts += sorted(lack.key for lack in self.lacks) + sorted(f"{loss.table}.{loss.column}" for loss in self.losses)
        return "|".join(parts)


def first_problem(observation: Observation, scenario: Scenario, memory: Mapping[str, Segment]) -> Problem | None:
    """The first problem of an attempt, or None when it is a cure as far as one run can tell."""
    if observation.step_failure and observation.step_failure.unmarked:
        return Problem(kind="undecidable", migration=observation.step_failure.unmarked, detail=observation.step_failure.error.message)
    if observation.step_failure:
        return Problem(kind="step_failed", detail=f"{observation.step_failure.error.sqlstate} {observation.step_failure.error.message}")
    lost = _loss(observation)
    if lost:
        return lost
    open_segment = next((s for s in observation.segments if not s.recorded), None)
    migration = open_segment.migration if open_segment else ""
    if observation.ended_by != "itself":
        last = open_segment.statements[-1] if open_segment and open_segment.statements else None
        return Problem(kind="hung", migration=migration, statement=last)
    if observation.exit_code != 0:
        culprit = stopping_statement(open_segment.statements if open_segment else observation.outside, observation.output)
        # What makes something is a migration, also where no ledger tells which: the first one of all often makes the ledger too.
        its_own = culprit is not None and any(effect.kind in MAKES for effect in culprit.effects)
        kind: ProblemKind = "stopped" if migration or its_own else "command_failed"
        return Problem(kind=kind, migration=migration, statement=culprit, detail=observation.output[-800:])
    return _lacks(observation, scenario, memory) or _afterwards(observation)


def _afterwards(observation: Observation) -> Problem | None:
    """What only the second run and the app's own test show."""
    if observation.second_run_changed:
        return Problem(kind="not_repeatable", detail=observation.second_run_changed)
    if not observation.accepted:
        culprit = stopping_statement(observation.accept_errors, observation.accept_output)
        return Problem(kind="not_accepted", statement=culprit, detail=observation.accept_output[-800:])
    return None


def stopping_statement(statements: tuple[Statement, ...], output: str) -> Statement | None:
    """The failed statement that ended the run: not one that was caught before, and not an echo after it."""
    failed = [s for s in statements if s.error]
    told = [s for s in failed if s.error and s.error.message in output]
    chosen = (told or failed)[-1] if failed else None
    if chosen is None or chosen.error is None or chosen.error.sqlstate != ECHO:
        return chosen
    first_echo = next(i for i, s in enumerate(failed) if s.session == chosen.session and s.error and s.error.sqlstate == ECHO)
    before = [s for s in failed[:first_echo] if s.session == chosen.session]
    return before[-1] if before else chosen


def _loss(observation: Observation) -> Problem | None:
    if not observation.losses:
        return None
    for segment in observation.segments:
        taken = [loss for loss in observation.losses if _takes(segment, loss)]
        if taken:
            return Problem(kind="lost_rows", migration=segment.migration, losses=tuple(observation.losses))
    return Problem(kind="lost_rows", losses=tuple(observation.losses))


def _takes(segment: Segment, loss: Loss) -> bool:
    for statement in segment.statements:
        if statement.error:
            continue
        for effect in statement.effects:
            named = effect.table.name == loss.table.name and (effect.kind in TAKES_ROWS or effect.kind == "rename_table")
            reaches = effect.kind in {"drop_table", "truncate", "delete"} and (
                "cascade" in statement.sql.lower() or effect.kind == "delete"
            )
            hidden = effect.kind == "other" and loss.table.name in statement.sql
            if named or hidden or (reaches and effect.cascade):
                return True
    return any(e.kind == "truncate" and "cascade" in s.sql.lower() for s in segment.statements if not s.error for e in s.effects)


def undone_statements(segment: Segment) -> list[Statement]:
    """The statements of a migration that had no effect: failed ones, and those that a transaction or a savepoint took back."""
    undone: list[Statement] = []
    transactions: dict[str, _Transaction] = {}
    for statement in segment.statements:
        kind, session = statement.effects[0].kind, statement.session
        transaction = transactions.get(session)
        if kind == "begin":
            transactions[session] = transaction or _Transaction()
        elif transaction is None:
            undone += [statement] if statement.error or statement.undone else []
        elif kind in {"commit", "rollback"}:
            undone += transactions.pop(session).ended(kept=kind == "commit")
        else:
            transaction.take(statement)
    failed_inside = [s for t in transactions.values() for s in [*t.gone, *(h for h in t.held if h.error)]]
    return undone + failed_inside


class _Transaction:
    """One that is open: what it holds, what its savepoints took back, whether an error has doomed it."""

    def __init__(self) -> None:
        self.held: list[Statement] = []
        self.gone: list[Statement] = []
        self._doomed = False
        self._savepoints: list[tuple[str, int]] = []

    def take(self, statement: Statement) -> None:
        kind, name = statement.effects[0].kind, statement.sql.strip(" ;\n").split(" ")[-1]
        if kind == "rollback_to":
            while self._savepoints and self._savepoints[-1][0] != name:
                self._savepoints.pop()
            place = self._savepoints[-1][1] if self._savepoints else 0
            self.gone += self.held[place:]
            del self.held[place:]
            self._doomed = False
        elif statement.error:
            self._doomed = True
            self.held.append(statement)
        elif kind == "savepoint":
            if not statement.sql.strip().lower().startswith("release"):
                self._savepoints.append((name, len(self.held)))
        else:
            self.held.append(statement)

    def ended(self, *, kept: bool) -> list[Statement]:
        """What had no effect, once it is committed (`kept`) or rolled back."""
        return self.gone if kept and not self._doomed else [*self.gone, *self.held]


def _lacks(observation: Observation, scenario: Scenario, memory: Mapping[str, Segment]) -> Problem | None:
    """What recorded migrations left undone behind swallowed errors, and what marked ones would have made."""
    catalog = observation.catalog
    if catalog is None:
        return None
    later: dict[str, list[Effect]] = {}
    for position, segment in enumerate(observation.segments):
        later[segment.migration] = [e for s in observation.segments[position + 1 :] for e in s.effects]
    for segment in observation.segments:
        found = [
            lack
            for statement in undone_statements(segment)
            for lack in _of_statement(segment.migration, statement, catalog)
            if not any(voided(lack.effect, effect) for effect in later[segment.migration])
        ]
        problem = _left_undone(segment.migration, found, scenario)
        if problem:
            return problem
    for decision in scenario.marks:
        segment_seen = memory.get(decision.mark)
        if segment_seen is not None:
            problem = _left_undone(decision.mark, list(_of_marked(decision, segment_seen, catalog)), scenario)
            if problem:
                return problem
    return None


def _left_undone(migration: str, found: list[Lack], scenario: Scenario) -> Problem | None:
    open_lacks = {lack.key: lack for lack in found if lack.key not in scenario.waived}
    lacks = tuple(lack for key, lack in open_lacks.items() if lack.effect.kind not in FILLS_ROWS or key not in scenario.carried)
    return Problem(kind="left_undone", migration=migration, lacks=lacks) if lacks else None


def _of_statement(migration: str, statement: Statement, catalog: Catalog) -> Iterator[Lack]:
    for effect in statement.effects:
        if effect.kind in FILLS_ROWS:
            yield Lack(migration=migration, statement=statement, effect=effect)
        elif effect.kind in MAKES or effect.kind == "comment":
            for part in lacking(effect, catalog):
                yield Lack(migration=migration, statement=statement, effect=part)


def _of_marked(decision: Decision, segment: Segment, catalog: Catalog) -> Iterator[Lack]:
    for statement in segment.statements:
        for lack in _of_statement(segment.migration, statement, catalog):
            whole_table = lack.effect.kind == "create_table"
            if lack.effect.kind == "comment" or (decision.reason == "loses_rows" and not whole_table):
                continue
            if not (decision.reason == "hangs" and lack.effect.kind in FILLS_ROWS):
                yield lack
