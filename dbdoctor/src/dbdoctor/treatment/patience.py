"""Waiting for locks: short attempts with pauses that grow and vary, never a last one without a limit."""

import random
import time
from collections.abc import Callable

from dbdoctor.databases.postgresql import run_lock
from dbdoctor.databases.postgresql.connection import Connection, SqlError
from dbdoctor.errors import DoctorError
from dbdoctor.treatment.records import Progress, Tell

LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK_DETECTED = "40P01"
WORTH_ANOTHER_TRY = frozenset({LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED})
LOCK_TIMEOUT_S = 1.0
ATTEMPTS = 20
FIRST_SHARE = 0.1
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 5.0


class StepFailed(DoctorError):
    """A step could not be done; what it had begun was taken back, what was done before it stands."""

    kind = "failed"


class TablesBusy(StepFailed):
    """Others hold locks and did not let go."""


def lock_timeout_s(number: int, *, longest_s: float) -> float:
    """How long attempt `number` (from 1) may wait: whoever waits keeps others waiting behind it, so the first ones are short."""
    return min(longest_s, longest_s * FIRST_SHARE * float(2 ** (number - 1)))


def pause(connection: Connection, number: int) -> None:
    """After attempt `number` (from 1): longer each time, and never as long as somebody else's who waits for the same.

    A vacuum at work is waited for: it gives way only to those who wait longer than we may.
    """
    deadline = time.monotonic() + LONGEST_PAUSE_S
    while run_lock.vacuum_at_work(connection) and time.monotonic() < deadline:
        time.sleep(run_lock.POLL_S)
    time.sleep(min(FIRST_PAUSE_S * 2**number, LONGEST_PAUSE_S) * random.uniform(0.5, 1.5))  # noqa: S311 -- jitter


def in_the_way(connection: Connection) -> str:
    """The oldest open transactions of others, in words."""
    return ", ".join(str(holder) for holder in run_lock.open_transactions(connection)) or "none that can be seen"


def busy(connection: Connection, *, what: str) -> TablesBusy:
    """What to raise when all attempts are used up; `what` begins a sentence."""
    message = f"{what} did not get its locks in {ATTEMPTS} attempts. Oldest open transactions: {in_the_way(connection)}."
    return TablesBusy(message, next_step="When they have ended, try again. Nothing was changed.")


def retry_sql(connection: Connection, attempt: Callable[[float], None], *, what: str, tell: Tell) -> None:
    """Try until it succeeds, each time with how long it may wait for a lock; only locks and deadlocks are worth another try.

    Raises TablesBusy.
    """
    for number in range(1, ATTEMPTS + 1):
        tell(Progress(stage="restore" if number == 1 else "retry", attempt=number))
        try:
            attempt(lock_timeout_s(number, longest_s=LOCK_TIMEOUT_S))
        except SqlError as error:
            if error.sqlstate not in WORTH_ANOTHER_TRY:
                raise
            if number == ATTEMPTS:
                raise busy(connection, what=what) from error
            pause(connection, number)
        else:
            return
