"""What the doctor finds and proposes: data, never sentences. Words are put to it in reports/."""

from typing import Literal

import msgspec

from dbdoctor.model import TableName

Severity = Literal["blocking", "risk", "advice"]
Verdict = Literal["applied", "not_applied", "superseded", "undecidable"]
Fact = str | int | float | bool | list[str] | None


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a key."""

    schema: str
    table: str
    columns: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: TableName, *columns: str) -> "Side":
        """The side that `columns` of the table `name` make."""
        return cls(schema=name.schema, table=name.name, columns=columns)


class Object(msgspec.Struct, frozen=True, kw_only=True):
    """Anything that is not a key: an index, a trigger, a role, a lock, a column."""

    kind: str
    name: str


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a migration tool's ledger."""

    tool: str
    table: str
    migration: str


class Subject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a finding is about."""

    child: Side | None = None
    parent: Side | None = None
    constraint: str | None = None
    object: Object | None = None
    ledger: Ledger | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A question put to the database (or a command that was run) and the answer it gave."""

    query: str
    answer: str


class SqlStep(msgspec.Struct, frozen=True, kw_only=True, tag="sql", tag_field="kind"):
    """One statement of the repair.

    `undo_sql` empty means: undone only by restoring the backup. `lock` and `blocks` are measured in rehearsal
    where it took place. `rows_touched` counts rows written or rewritten. `transactional` false: must run alone
    (CREATE INDEX CONCURRENTLY). `batches` names the table whose rows a single UPDATE (ending in its WHERE) writes a few blocks at a
    time, each in a transaction of its own. `clean_sql` takes away what was kept for an undo only: `clean` runs it.
    """

    sql: str
    code: str = ""
    undo_sql: str = ""
    lock: str = ""
    blocks: Literal["", "nothing", "writes", "reads and writes"] = ""
    transactional: bool = True
    writes: tuple[TableName, ...] = ()
    rows_touched: int = 0
    facts: dict[str, Fact] = {}
    batches: TableName | None = None
    clean_sql: str = ""


class MarkStep(msgspec.Struct, frozen=True, kw_only=True, tag="mark", tag_field="kind"):
    """A migration recorded as completed without running it, with what was seen when it did run."""

    tool: str
    table: str
    migration: str
    sql: str
    undo_sql: str
    verdict: Verdict = "superseded"
    reason: Literal["already_there", "never_works", "loses_rows", "breaks_keys", "hangs"] = "never_works"
    evidence: tuple[Evidence, ...] = ()


class MigrateStep(msgspec.Struct, frozen=True, kw_only=True, tag="migrate", tag_field="kind"):
    """The app's own migrate command, whole or up to a named migration."""

    command: str
    cwd: str
    up_to: str = ""


Step = SqlStep | MarkStep | MigrateStep


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """One way to cure a finding; `id` is a stable code, `facts` what its sentence needs."""

    id: str
    steps: tuple[Step, ...] = ()
    rows_lost: int = 0
    rows_touched: int = 0
    facts: dict[str, Fact] = {}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A cause that was found and proven."""

    cause: str
    severity: Severity
    subject: Subject
    facts: dict[str, Fact] = {}
    evidence: tuple[Evidence, ...] = ()
    remedies: tuple[Remedy, ...] = ()


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One rehearsal: what was tried on the copy and what became of it."""

    number: int
    tried: tuple[str, ...]
    result: Literal[
        "cured",
        "stopped",
        "hung",
        "lost_rows",
        "left_undone",
        "not_accepted",
        "not_repeatable",
        "step_failed",
        "undecidable",
        "looked_ahead",
    ]
    migration: str = ""
    sqlstate: str = ""
    message: str = ""
    seconds: float = 0.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A repair that was proven on a copy, bound to the catalog it was made for (`catalog_digest`, sha256 hex).

    `catalog_objects` tells that catalog piece by piece (table, then column, constraint or index, each with a short digest), so that what
    differs later can be named. `sampled`: tables of which the copy held only part, with the rows it held and the rows there were.
    `alternatives` are the steps of other repairs that were proven too and cost the same.
    """

    version: int = 1
    dialect: str
    database: str
    catalog_digest: str
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    undone: tuple[Evidence, ...] = ()
    accept: str = ""
    accept_cwd: str = ""
    env: tuple[str, ...] = ()
    rehearsed: bool = False
    catalog_objects: dict[str, dict[str, str]] = {}
    sampled: dict[str, tuple[int, int]] = {}
    alternatives: tuple[tuple[Step, ...], ...] = ()

    @property
    def migrates(self) -> bool:
        """Whether the app's migrate command is part of it."""
        return any(isinstance(step, MigrateStep) for step in self.steps)
