"""A plan as migrations of no tool yet: what stands in one file, what takes it back, what has to be done by hand before."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from dbdoctor.findings import MarkStep, MigrateStep, Plan, SqlStep
from dbdoctor.reports.letter import one_line
from dbdoctor.reports.words import step_sentence

LONGEST_NAME = 40
NO_WAY_BACK = "This cure cannot be taken back by a statement: restore what was there before from a backup."
# What has to be said to a tool before it runs at all: it would refuse, or wait for ever.
_BEFORE = frozenset({"settle_ledger", "settle_unfinished", "release_tool_lock"})
_VALIDATES = re.compile(r"\bVALIDATE\s+CONSTRAINT\b", re.IGNORECASE)
_CONCURRENTLY = re.compile(r"\s+CONCURRENTLY\b", re.IGNORECASE)


class CurePart(msgspec.Struct, frozen=True, kw_only=True):
    """One migration: `down` is None where a statement of `up` cannot be taken back; `name` is of small letters, digits and _."""

    name: str
    up: tuple[str, ...]
    down: tuple[str, ...] | None
    transactional: bool
    purposes: tuple[str, ...]

    def inside_transaction(self) -> "CurePart":
        """The same for a tool that knows no migration outside a transaction: whoever writes has to wait meanwhile."""
        return msgspec.structs.replace(self, up=tuple(_CONCURRENTLY.sub("", s, count=1) for s in self.up), transactional=True)


class Cure(msgspec.Struct, frozen=True, kw_only=True):
    """All migrations in order, and SQL to be run by hand: before the tool is, after it has run, and when no way back is needed any more."""

    parts: tuple[CurePart, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def made(self, files: Sequence["MigrationFile"], *notes: str) -> "Migrations":
        """The files with all that is said beside them."""
        said = (*self.notes, *(note for note in notes if note))
        return Migrations(files=tuple(files), before=self.before, after=self.after, later=self.later, notes=said)


class MigrationFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file by its path below the tool's folder."""

    path: str
    text: str


class Migrations(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a cure, and what has to be done by hand."""

    files: tuple[MigrationFile, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def cure_of(plan: Plan) -> Cure:
    """What a plan does itself, cut into migrations: what must be alone stands alone."""
    end = next((n for n, step in enumerate(plan.steps) if isinstance(step, MigrateStep)), len(plan.steps))
    told = [s for s in plan.steps if isinstance(s, MarkStep) or (isinstance(s, SqlStep) and s.code in _BEFORE)]
    own = [s for s in plan.steps[:end] if isinstance(s, SqlStep) and s.code not in _BEFORE]
    after = tuple(s.sql for s in plan.steps[end:] if isinstance(s, SqlStep) and s.code not in _BEFORE)
    groups = list(_groups(own))
    name = _name_of(plan)
    parts = tuple(
        CurePart(
            name=name if len(groups) == 1 else f"{name}_{number}",
            up=tuple(step.sql for step in group),
            down=tuple(step.undo_sql for step in reversed(group)) if all(step.undo_sql for step in group) else None,
            transactional=all(step.transactional for step in group),
            purposes=tuple(dict.fromkeys(one_line(step_sentence(step), 240) for step in group)),
        )
        for number, group in enumerate(groups, 1)
    )
    later = tuple(step.clean_sql for step in own if step.clean_sql)
    return Cure(parts=parts, before=tuple(step.sql for step in told), after=after, later=later, notes=tuple(_notes(plan, own)))


def _groups(steps: Sequence[SqlStep]) -> Iterator[list[SqlStep]]:
    """Steps that share a transaction. Alone: what allows none, what writes a whole table, what checks every row of one."""
    together: list[SqlStep] = []
    for step in steps:
        if step.transactional and step.batches is None and not _VALIDATES.search(step.sql):
            together.append(step)
            continue
        if together:
            yield together
        yield [step]
        together = []
    if together:
        yield together


def _name_of(plan: Plan) -> str:
    cause = next((finding.cause for finding in plan.findings), "cure")
    side = next((finding.subject.child for finding in plan.findings), None)
    words = re.sub(r"[^a-z0-9]+", "_", f"{cause}_{side.table if side else ''}".lower()).strip("_")
    return f"cure_{words}"[:LONGEST_NAME].rstrip("_")


def _notes(plan: Plan, own: Sequence[SqlStep]) -> Iterator[str]:
    if any(step.batches for step in own):
        yield "Rows that `dbdoctor apply` writes a few blocks at a time are written by this migration in one statement."
    migrate = next((step for step in plan.steps if isinstance(step, MigrateStep)), None)
    if migrate is not None:
        yield f"Your own migrations come after it: {one_line(migrate.command, 400)}"
