"""Coming in: the connection and the lock that one treatment of a database needs, and the journal as it finds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from dbdoctor.databases.postgresql import journal, run_lock
from dbdoctor.databases.postgresql.connection import Connection, SqlError, Target, connect, hide_passwords, parse_url, refuse_pooler
from dbdoctor.databases.postgresql.restore import locks_per_transaction
from dbdoctor.databases.postgresql.snapshot import Snapshot
from dbdoctor.embedded import find_binaries
from dbdoctor.errors import DoctorError
from dbdoctor.findings import MigrateStep, Plan
from dbdoctor.treatment.records import UNFINISHED, Note, Progress, Run, StepRun, Tell, Verification

# The server needs up to half a second to notice that a killed treatment is gone.
LOCK_PATIENCE_S = 5.0


class AnotherDoctorAtWork(DoctorError):
    """The lock of this database is taken."""

    kind = "conflict"


class ReadOnlyServer(DoctorError):
    """A standby, or a database whose sessions may not write."""

    kind = "refused"


class NotAllowed(DoctorError):
    """This user may not do what a treatment needs."""

    kind = "permission"


class RunNotFound(DoctorError):
    """The journal knows no such run."""

    kind = "not_found"


class ServerRefused(DoctorError):
    """The server did not do what it was told, or is gone."""

    kind = "failed"


@dataclass(frozen=True, kw_only=True)
class Surgery:
    """A connection that holds the lock, and what every part of a treatment needs to know."""

    connection: Connection
    target: Target
    tell: Tell

    @property
    def url(self) -> str:
        """The target's address."""
        return self.target.url

    @cached_property
    def tools(self) -> Path:
        """The folder of the client programs that fit the server."""
        return find_binaries(major=self.connection.info.server_version // 10000).folder


@contextmanager
def open_surgery(*, url: str, tell: Tell, locked: bool = True) -> Iterator[Surgery]:
    """Connect; for what changes something also refuse what cannot work and take the lock. Left, both go.

    Raises CannotConnect, PoolerInBetween, ReadOnlyServer, NotAllowed, AnotherDoctorAtWork; server errors inside become ServerRefused.
    """
    target = parse_url(url)
    connection = connect(url)
    try:
        run_lock.settle_session(connection)
        if locked:
            _be_the_only_one(connection, tell)
        yield Surgery(connection=connection, target=target, tell=tell)
    except SqlError as error:
        raise in_our_words(error, target=target) from error
    finally:
        connection.close()


def refuse_unchangeable(connection: Connection) -> None:
    """Raise PoolerInBetween or ReadOnlyServer where nothing could be changed safely, or at all."""
    refuse_pooler(connection)
    if run_lock.is_read_only(connection):
        raise ReadOnlyServer("This server takes no changes: it is a standby, or its sessions are read-only.", next_step="Name the primary.")


def _be_the_only_one(connection: Connection, tell: Tell) -> None:
    refuse_unchangeable(connection)
    tell(Progress(stage="waiting"))
    holder = run_lock.take_run_lock(connection, patience_s=LOCK_PATIENCE_S)
    if holder is not None:
        message = f"Another dbdoctor is at work on this database: {holder}."
        raise AnotherDoctorAtWork(message, next_step="Wait until it has ended. A killed one is gone within seconds.")


def in_our_words(error: SqlError, *, target: Target) -> DoctorError:
    """A server's error that nothing further in could make sense of."""
    said = hide_passwords(str(error), secrets=target.secrets).strip()
    if error.sqlstate == "42501":
        return NotAllowed(f"The server says: {said}", next_step="Connect as the owner of the tables and the database.")
    state = f" ({error.sqlstate})" if error.sqlstate else ""
    return ServerRefused(f"The server says: {said}{state}", next_step="See `dbdoctor apply` and `dbdoctor undo`: both can go on from here.")


def find_run(connection: Connection, run_id: str) -> journal.RunRow:
    """The run of that id; raises RunNotFound."""
    rows = journal.read_runs(connection)
    found = next((row for row in rows if row.id == run_id), None)
    if found is None:
        known = ", ".join(row.id for row in rows) or "none"
        raise RunNotFound(f"This database knows no run {run_id}.", next_step=f"Runs it knows: {known}.")
    return found


def unfinished_run(connection: Connection) -> journal.RunRow | None:
    """The newest run that can go on, or whose undo must be finished."""
    rows = journal.read_runs(connection)
    return next((row for row in reversed(rows) if row.state in UNFINISHED or row.state == "undoing"), None)


def plan_of(row: journal.RunRow) -> Plan:
    """The plan a run carries out."""
    return msgspec.json.decode(row.plan, type=Plan)


def snapshot_of(text: str | None) -> Snapshot | None:
    """A snapshot out of the journal."""
    return msgspec.json.decode(text, type=Snapshot) if text else None


def application_of(run_id: str) -> str:
    """The application name under which the app's command runs, so that its sessions can be told."""
    return f"dbdoctor-{run_id}"


def describe(connection: Connection, row: journal.RunRow) -> Run:
    """A run as told to others."""
    plan, before = plan_of(row), snapshot_of(row.before)
    steps = journal.read_steps(connection, row.id)
    made = [name for name in journal.kept_tables(connection) if before is not None and name not in before.kept]
    waiting = next((s for s, r in zip(plan.steps, steps, strict=True) if r.state != "done" and isinstance(s, MigrateStep)), None)
    stopped = row.state == "stopped_before_migrate" and waiting is not None
    return Run(
        id=row.id,
        state=msgspec.convert(row.state, type=Run.__annotations__["state"]),
        created_at=row.created_at,
        finished_at=row.finished_at,
        backup_path=row.backup_path,
        backup_bytes=row.backup_bytes,
        steps=tuple(msgspec.convert(msgspec.to_builtins(step), StepRun) for step in steps),
        rows_quarantined=sum(journal.count_kept(connection, made).values()) if row.state != "undone" else 0,
        verification=msgspec.json.decode(row.verification, type=Verification) if row.verification else None,
        error=row.error,
        next_command=waiting.command if stopped and waiting else "",
        next_cwd=waiting.cwd if stopped and waiting else "",
        notes=_notes(connection, row),
    )


def _notes(connection: Connection, row: journal.RunRow) -> tuple[Note, ...]:
    return () if not row.backup_path or row.state == "undone" else notes_on_undo(connection)


def notes_on_undo(connection: Connection) -> tuple[Note, ...]:
    """What an undo by a restore would need that the server does not have."""
    needed, there = locks_per_transaction(connection)
    return (Note(code="undo_needs_locks", subjects=(str(needed),)),) if needed > there else ()
