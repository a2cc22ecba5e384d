"""What a treatment tells: data for reports and the journal, no sentences."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

RunState = Literal["prepared", "applying", "applied", "applied_not_verified", "stopped_before_migrate", "undoing", "undone", "failed"]
StepState = Literal["pending", "running", "done", "failed"]
CheckState = Literal["passed", "failed", "not_probed"]
Stage = Literal["waiting", "backup", "step", "retry", "command", "repeat", "verify", "restore"]

# Every step is done; what `verify` found afterwards makes the difference.
ALL_DONE: frozenset[str] = frozenset({"applied", "applied_not_verified"})
# Runs that can go on from where they stopped.
UNFINISHED: frozenset[str] = frozenset({"prepared", "applying", "stopped_before_migrate", "failed"})


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What is being done right now; `position` of `total` counts the plan's steps from 1, `attempt` how often it was tried."""

    stage: Stage
    position: int = 0
    total: int = 0
    attempt: int = 0
    seconds: float = 0.0
    detail: str = ""


Tell = Callable[[Progress], None]


def ignore(_progress: Progress) -> None:
    """Tell nobody."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was verified. `detail` is an SQLSTATE, a name, a number; why it could not be tried where it was not."""

    name: str
    subject: str
    state: CheckState
    detail: str = ""


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """All that was verified; what could not be tried is neither passed nor failed."""

    checks: tuple[Check, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failed

    @property
    def failed(self) -> tuple[Check, ...]:
        """What failed."""
        return tuple(check for check in self.checks if check.state == "failed")


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Something the owner should know, though nothing failed.

    `rows_since_unknown`: the run was stopped in a way that lets nobody tell which rows of the tables `subjects` were written since.
    `undo_needs_locks`: before an undo the server's max_locks_per_transaction must be raised to the number in `subjects`.
    """

    code: Literal["rows_since_unknown", "undo_needs_locks"]
    subjects: tuple[str, ...] = ()


class StepRun(msgspec.Struct, frozen=True, kw_only=True):
    """How one step of the plan went; `position` counts from 0."""

    position: int
    kind: Literal["sql", "mark", "migrate"]
    state: StepState
    attempts: int = 0
    seconds: float = 0.0
    error: str = ""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A treatment of one database. `next_command` is what the owner has to run where it stopped before the app's own."""

    id: str
    state: RunState
    created_at: datetime
    finished_at: datetime | None = None
    backup_path: str = ""
    backup_bytes: int = 0
    steps: tuple[StepRun, ...] = ()
    rows_quarantined: int = 0
    verification: Verification | None = None
    error: str = ""
    next_command: str = ""
    next_cwd: str = ""
    notes: tuple[Note, ...] = ()


class Cleaned(msgspec.Struct, frozen=True, kw_only=True):
    """What `clean` removed; `quarantine` says how many rows each removed table held."""

    runs: tuple[str, ...] = ()
    backups: tuple[str, ...] = ()
    bytes: int = 0
    quarantine: dict[str, int] = {}
    schema_removed: bool = False
