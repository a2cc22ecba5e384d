"""What one run on the copy showed: per migration the statements and errors, what it cost, what it left."""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from dbdoctor.databases.postgresql.server_log import Executed
from dbdoctor.databases.postgresql.sessions import Wait
from dbdoctor.findings import SqlStep
from dbdoctor.histories import History, Mark
from dbdoctor.model import Catalog, ServerError, TableName
from dbdoctor.rehearsal.losses import Loss
from dbdoctor.wanted.effects import TRANSACTION_WORDS, Effect, effects_of, split_statements

ECHO = "25P02"  # "current transaction is aborted": never a cause, always an echo of an earlier error


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A single statement as the server received it, with its effects; `undone` when a later one of the same query took it back."""

    sql: str
    session: str
    effects: tuple[Effect, ...]
    error: ServerError | None = None
    undone: bool = False


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """What one migration did; `recorded` when the tool then wrote it into its ledger."""

    migration: str
    statements: tuple[Statement, ...]
    recorded: bool

    @property
    def errors(self) -> tuple[Statement, ...]:
        """Its failed statements, echoes left out."""
        return tuple(s for s in self.statements if s.error and s.error.sqlstate != ECHO)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Everything it meant to do, in order."""
        return tuple(e for s in self.statements for e in s.effects)


class StepFailure(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the plan itself could not be carried out on the copy.

    `unmarked` is the migration that could not be marked, the error's message then the code of the reason.
    """

    step: str
    error: ServerError
    unmarked: str = ""


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt, from a fresh clone to the end of the command."""

    exit_code: int | None = None
    ended_by: Literal["itself", "time_limit", "caller"] = "itself"
    output: str = ""
    seconds: float = 0.0
    segments: tuple[Segment, ...] = ()
    outside: tuple[Statement, ...] = ()
    waits: tuple[Wait, ...] = ()
    applied: tuple[str, ...] = ()
    catalog: Catalog | None = None
    losses: tuple[Loss, ...] = ()
    steps: tuple[SqlStep, ...] = ()
    marks: tuple[tuple[str, Mark], ...] = ()
    step_failure: StepFailure | None = None
    second_run_changed: str = ""
    accepted: bool = True
    accept_output: str = ""
    accept_errors: tuple[Statement, ...] = ()

    def segment(self, migration: str) -> Segment | None:
        """What that migration did in this attempt."""
        return next((s for s in self.segments if s.migration == migration), None)


def statements_of(executed: Sequence[Executed]) -> list[Statement]:
    """The log's entries as single statements; of several in one query only the culprit keeps the error, those before it are undone."""
    found: list[Statement] = []
    for entry in executed:
        parts = split_statements(entry.sql) or [entry.sql]
        culprit = _culprit(parts, entry) if entry.error else -1
        # Several statements in one query are one transaction, unless they say otherwise themselves.
        together = all(e.kind not in TRANSACTION_WORDS for part in parts for e in effects_of(part))
        for position, part in enumerate(parts):
            if 0 <= culprit < position:
                break  # the server never came to these
            error = entry.error if position == culprit else None
            undone = together and position < culprit
            found.append(Statement(sql=part, session=entry.session, effects=effects_of(part), error=error, undone=undone))
    return found


def _culprit(parts: list[str], entry: Executed) -> int:
    """Which of several statements failed: by the position the server gave, else by the names its message holds."""
    if len(parts) == 1 or entry.error is None:
        return 0
    if entry.error.position:
        end = 0
        for index, part in enumerate(parts):
            end = entry.sql.find(part, end) + len(part)
            if entry.error.position <= end:
                return index
    names = [w for w in entry.error.message.split('"')[1::2] if w]
    scored = [(sum(name in part for name in names), -index) for index, part in enumerate(parts)]
    return -max(scored)[1]


def segments_of(statements: Sequence[Statement], *, history: History, pending: Sequence[str]) -> tuple[list[Segment], list[Statement]]:
    """Cut a run into migrations: each ends with its entry into the ledger. Returns what came before and after them as well.

    The tool's own tables are none of the app's: what it does with them is left out.
    """
    segments: list[Segment] = []
    current: list[Statement] = []
    left = list(pending)
    for statement in statements:
        told = history.told(statement.sql, left) if statement.error is None and _writes(statement, history.ledger) else None
        if told is None:
            current.append(statement)
            continue
        name = told or (left[0] if left else "")
        if name in left:
            left.remove(name)
        segments.append(Segment(migration=name, statements=tuple(_without_own(current, history)), recorded=True))
        current = []
    rest = _without_own(current, history)
    worked = any(s.error or any(e.kind not in TRANSACTION_WORDS | {"read", "other"} for e in s.effects) for s in rest)
    if left and worked:
        segments.append(Segment(migration=left[0], statements=tuple(rest), recorded=False))
        rest = []
    return segments, rest


def _writes(statement: Statement, ledger: TableName) -> bool:
    """Whether a statement changes rows of the ledger, quoted or not, whatever stands before its name."""
    if any(e.table.name == ledger.name and e.kind in {"insert", "update"} for e in statement.effects):
        return True
    # What the parser cannot read, and writes inside WITH.
    name = rf"(?:[\w\"]+\.)?\"?{re.escape(ledger.name)}\"?(?![\w\"])"
    return re.search(rf"\b(?:insert\s+into|update)\s+(?:only\s+)?{name}", statement.sql, re.IGNORECASE) is not None


def _without_own(statements: Sequence[Statement], history: History) -> list[Statement]:
    """Without what only touches the tool's own tables."""
    own = [s for s in statements if any(history.is_own(e.table.name) or e.table.name == history.ledger.name for e in s.effects)]
    return [s for s in statements if s not in own and not _names(s, history.ledger)]


def _names(statement: Statement, ledger: TableName) -> bool:
    """Whether a statement that makes nothing speaks of the ledger."""
    if any(e.kind not in {"read", "other", "insert", "update", "delete", "comment"} for e in statement.effects):
        return False
    return re.search(rf'(?<![\w"])"?{re.escape(ledger.name)}"?(?![\w"])', statement.sql) is not None
