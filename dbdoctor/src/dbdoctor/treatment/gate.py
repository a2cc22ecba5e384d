"""The gate: while steps of ours are carried out the migration tool's own lock is held, so that no deploy starts in their middle."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from dbdoctor.databases.postgresql import run_lock, tool_locks
from dbdoctor.databases.postgresql.connection import Connection, connect
from dbdoctor.databases.postgresql.tool_locks import ToolLock
from dbdoctor.errors import DoctorError
from dbdoctor.findings import MigrateStep, Plan
from dbdoctor.model import Catalog
from dbdoctor.treatment.opening import LOCK_PATIENCE_S, Surgery


class ToolAtWork(DoctorError):
    """The migration tool itself holds its lock: a deploy is going on."""

    kind = "conflict"


@dataclass(kw_only=True)
class Gate:
    """A session of its own that holds the locks; where the tool has none there is nothing to hold."""

    connection: Connection | None
    locks: list[ToolLock] = field(default_factory=list)

    def shut(self) -> None:
        """Take the locks; raises ToolAtWork."""
        for lock in self.locks if self.connection else ():
            holder = tool_locks.take(self.connection, lock, patience_s=LOCK_PATIENCE_S) if self.connection else None
            if holder is not None:
                raise ToolAtWork(
                    f"{lock.tool} is at work on this database: {holder}.",
                    next_step="Wait until its migration has ended, then apply the plan again.",
                )

    @contextmanager
    def open_for_the_app(self) -> Iterator[None]:
        """The app's own command takes the lock itself meanwhile."""
        if self.connection is None:
            yield
            return
        tool_locks.let_go(self.connection, self.locks)
        yield
        self.shut()


@contextmanager
def gate(surgery: Surgery, catalog: Catalog, plan: Plan | None) -> Iterator[Gate]:
    """Shut while inside. A plan that itself changes a tool's lock table must not wait for us there; an undo (None) restores all tables."""
    text = "\n".join(step.sql for step in plan.steps if not isinstance(step, MigrateStep)) if plan else ""
    found = tool_locks.locks_of_tools(catalog)
    locks = [lock for lock in found if lock.table is None or (plan is not None and lock.table.name not in text)]
    if not locks:
        yield Gate(connection=None)
        return
    with connect(surgery.url, application_name="dbdoctor-gate", autocommit=False) as connection:
        run_lock.settle_session(connection)
        connection.commit()
        one = Gate(connection=connection, locks=locks)
        one.shut()
        yield one
        connection.rollback()
