"""The JSON contract, version 1, as types: what is written here must be there; more may be."""

from typing import Any, Literal

import msgspec


class Side(msgspec.Struct):
    schema: str
    table: str
    columns: list[str]


class Object(msgspec.Struct):
    kind: str
    name: str


class Ledger(msgspec.Struct):
    tool: str
    table: str
    migration: str


class Subject(msgspec.Struct):
    child: Side | None = None
    parent: Side | None = None
    constraint: str | None = None
    object: Object | None = None
    ledger: Ledger | None = None


class Evidence(msgspec.Struct):
    query: str
    answer: str


class SqlStep(msgspec.Struct, tag="sql", tag_field="kind"):
    sql: str
    undo_sql: str
    lock: str
    blocks: Literal["", "nothing", "writes", "reads and writes"]
    transactional: bool
    summary: str


class MarkStep(msgspec.Struct, tag="mark", tag_field="kind"):
    tool: str
    table: str
    migration: str
    sql: str
    undo_sql: str
    verdict: Literal["applied", "not_applied", "superseded", "undecidable"]
    reason: str
    evidence: list[Evidence]
    summary: str


class MigrateStep(msgspec.Struct, tag="migrate", tag_field="kind"):
    command: str
    cwd: str
    summary: str


Step = SqlStep | MarkStep | MigrateStep


class Remedy(msgspec.Struct):
    id: str
    summary: str
    rows_lost: int
    rows_touched: int
    steps: list[Step]


class Finding(msgspec.Struct):
    cause: str
    severity: Literal["blocking", "risk", "advice"]
    summary: str
    subject: Subject
    evidence: list[Evidence]
    remedies: list[Remedy]


class Diagnosis(msgspec.Struct):
    version: Literal[1]
    dialect: Literal["postgresql"]
    healthy: bool
    findings: list[Finding]


class PlanPart(msgspec.Struct):
    steps: list[Step]
    left_to_the_owner: list[Evidence]
    rehearsed: bool


class PlanReport(Diagnosis):
    plan: PlanPart
    attempts: list[dict[str, Any]]


class Check(msgspec.Struct):
    name: str
    subject: str
    state: Literal["passed", "failed", "not_probed"]
    detail: str


class RunReport(PlanReport):
    run: str
    state: str
    rows_quarantined: int
    verification: list[Check]


class UndoReport(msgspec.Struct):
    version: Literal[1]
    healthy: bool
    run: str
    state: Literal["undone"]
    verification: list[Check]


class VerificationReport(msgspec.Struct):
    version: Literal[1]
    healthy: bool
    checks: list[Check]
