"""Who holds and who waits: sessions and locks of a server."""

from typing import LiteralString

import msgspec

from dbdoctor.databases.postgresql.connection import Connection

_WAITS: LiteralString = """
SELECT w.pid, left(w.query, 400), b.pid, b.state, left(b.query, 400), extract(epoch FROM clock_timestamp() - w.state_change)
FROM pg_stat_activity w
CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS blocking(pid)
JOIN pg_stat_activity b ON b.pid = blocking.pid
WHERE w.datname = %s AND w.wait_event_type = 'Lock'
ORDER BY w.pid"""

_HELD: LiteralString = """
SELECT n.nspname, c.relname, l.mode
FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = pg_backend_pid() AND l.granted AND c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_'
  AND n.nspname <> 'dbdoctor'  -- nobody waits for what is our own"""

# From weakest to strongest, as in PostgreSQL's table of conflicting lock modes.
STRENGTH = (
    "AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock", "ShareRowExclusiveLock",
    "ExclusiveLock", "AccessExclusiveLock",
)  # fmt: skip


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """A session that waits for a lock another one holds; both with their last statement."""

    waiting_pid: int
    waiting_sql: str
    holding_pid: int
    holding_state: str
    holding_sql: str
    seconds: float


def waits(connection: Connection, database: str) -> list[Wait]:
    """Every session of the database that waits for a lock, with the one it waits for."""
    return [
        Wait(waiting_pid=r[0], waiting_sql=r[1], holding_pid=r[2], holding_state=r[3] or "", holding_sql=r[4], seconds=float(r[5] or 0))
        for r in connection.execute(_WAITS, (database,)).fetchall()
    ]


def stuck(found: list[Wait]) -> list[Wait]:
    """The waits that cannot end by themselves: the holder is idle inside a transaction, so only its client could free it."""
    return [wait for wait in found if wait.holding_state.startswith("idle in transaction")]


def busy(connection: Connection, database: str) -> bool:
    """Whether any statement is running in the database that does not wait for a lock."""
    query: LiteralString = """
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = %s AND state = 'active' AND wait_event_type IS DISTINCT FROM 'Lock')"""
    row = connection.execute(query, (database,)).fetchone()
    return bool(row and row[0])


def end_sessions(connection: Connection, database: str) -> int:
    """End every other session of the database; returns how many."""
    query: LiteralString = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
    row = connection.execute(query, (database,)).fetchone()
    return int(row[0]) if row else 0


def limit_lock_wait(connection: Connection, *, seconds: int) -> None:
    """For the rest of the transaction no statement waits longer for a lock."""
    connection.execute("SELECT set_config('lock_timeout', %s, true)", (f"{seconds}s",))


def strongest_lock(connection: Connection) -> tuple[str, list[str]]:
    """The strongest table lock this transaction holds and the tables it holds it on ('' and nothing when none)."""
    held = [(STRENGTH.index(mode), f"{schema}.{name}") for schema, name, mode in connection.execute(_HELD).fetchall() if mode in STRENGTH]
    if not held:
        return "", []
    top = max(rank for rank, _ in held)
    return STRENGTH[top], sorted(name for rank, name in held if rank == top)


def what_it_blocks(lock: str) -> str:
    """What other sessions cannot do while the lock is held: `nothing`, `writes` or `reads and writes`."""
    rank = STRENGTH.index(lock) if lock in STRENGTH else 0
    if rank == STRENGTH.index("AccessExclusiveLock"):
        return "reads and writes"
    return "writes" if rank >= STRENGTH.index("ShareLock") else "nothing"
