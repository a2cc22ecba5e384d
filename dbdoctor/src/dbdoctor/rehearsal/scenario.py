"""What an attempt consists of: steps before, marks, the migrate command in one or more legs, steps after."""

from typing import Literal

import msgspec

from dbdoctor.findings import Evidence, SqlStep

Reason = Literal["already_there", "never_works", "loses_rows", "breaks_keys", "hangs"]
Place = Literal["before", "after"]


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to one problem: statements to run, a migration to mark, wishes that are given up with a reason."""

    problem: str
    code: str
    steps: tuple[SqlStep, ...] = ()
    place: Place = "before"
    mark: str = ""
    reason: Reason = "never_works"
    evidence: tuple[Evidence, ...] = ()
    waived: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()

    @property
    def migration(self) -> str:
        """The migration whose problem this answers."""
        return self.problem.split("|")[1]


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """All decisions of an attempt, in the order they were taken."""

    decisions: tuple[Decision, ...] = ()

    def steps(self, place: Place) -> tuple[SqlStep, ...]:
        """The statements to run before (or after) the migrate command, each once."""
        found: dict[str, SqlStep] = {}
        for decision in self.decisions:
            if decision.place == place:
                for step in decision.steps:
                    found.setdefault(step.sql, step)
        return tuple(found.values())

    @property
    def marks(self) -> tuple[Decision, ...]:
        """The decisions that mark a migration."""
        return tuple(d for d in self.decisions if d.mark)

    @property
    def waived(self) -> frozenset[str]:
        """What was given up."""
        return frozenset(w for d in self.decisions for w in d.waived)

    @property
    def carried(self) -> frozenset[str]:
        """Wishes that steps of ours fulfil, by the key of their lack."""
        return frozenset(c for d in self.decisions for c in d.carried)

    def plus(self, decision: Decision) -> "Scenario":
        """One decision more. Where it marks a migration, what was decided only to let that migration run is dropped."""
        kept = [d for d in self.decisions if not decision.mark or d.migration != decision.mark or d.problem.startswith("left_undone")]
        return Scenario(decisions=(*kept, decision))

    def without_mark(self, migration: str, *, keep_work: bool) -> "Scenario":
        """The same without marking that migration; with `keep_work` what we do in its place stays."""
        kept = [d for d in self.decisions if keep_work or d.migration != migration]
        return Scenario(decisions=tuple(msgspec.structs.replace(d, mark="", evidence=()) if d.mark == migration else d for d in kept))
