"""One treatment at a time: a session's advisory lock, who holds it, and sessions that an ended run left behind."""

import time
from typing import LiteralString

import msgspec

from dbdoctor.databases.postgresql.connection import Connection

# "dbdr" in ASCII, and a number of our own.
LOCK_KEY = (0x64626472, 1)
POLL_S = 0.1

_HOLDER: LiteralString = """
SELECT a.pid, COALESCE(a.application_name, ''), COALESCE(a.client_addr::text, 'this machine'),
       COALESCE(extract(epoch FROM now() - a.backend_start), 0)::float8
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = %s::bigint::oid AND l.objid = %s::bigint::oid
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""

_OPEN_TRANSACTIONS: LiteralString = """
SELECT a.pid, COALESCE(a.application_name, ''), COALESCE(a.client_addr::text, 'this machine'),
       COALESCE(extract(epoch FROM now() - a.xact_start), 0)::float8
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.xact_start IS NOT NULL AND a.backend_type = 'client backend'
ORDER BY a.xact_start LIMIT 3"""


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is in the way; `seconds` since it began."""

    pid: int
    application: str
    address: str
    seconds: float

    def __str__(self) -> str:
        return f"process {self.pid} ({self.application or 'no name'}, from {self.address}, {self.seconds:.0f} s)"


def take_run_lock(connection: Connection, *, patience_s: float) -> Holder | None:
    """Take the lock for the life of this session; returns who holds it where it could not be had in time."""
    deadline = time.monotonic() + patience_s
    while True:
        row = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", LOCK_KEY).fetchone()
        if row and row[0]:
            return None
        if time.monotonic() >= deadline:
            holder = connection.execute(_HOLDER, LOCK_KEY).fetchone()
            return _holder(holder) if holder else Holder(pid=0, application="", address="unknown", seconds=0)
        time.sleep(POLL_S)


def is_read_only(connection: Connection) -> bool:
    """Whether sessions of this user may not write: a standby, or a setting."""
    row = connection.execute("SHOW transaction_read_only").fetchone()
    return bool(row and row[0] == "on")


def open_transactions(connection: Connection) -> list[Holder]:
    """Other sessions with an open transaction, the oldest first, three at most: whoever holds a lock is among them."""
    return [_holder(row) for row in connection.execute(_OPEN_TRANSACTIONS).fetchall()]


def vacuum_at_work(connection: Connection) -> bool:
    """Whether a table of this database is being vacuumed, by the server itself or by hand."""
    row = connection.execute("SELECT EXISTS (SELECT FROM pg_stat_progress_vacuum WHERE datname = current_database())").fetchone()
    return bool(row and row[0])


def other_sessions(connection: Connection) -> int:
    """How many other clients are connected to this database, our own programs aside."""
    query: LiteralString = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND backend_type = 'client backend' AND application_name !~ '^dbdoctor'"""
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def end_sessions_named(connection: Connection, application: str, *, patience_s: float) -> int:
    """End every session of that application name in this database and wait until they are gone; returns how many stay."""
    query: LiteralString = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()"""
    deadline = time.monotonic() + patience_s
    while True:
        row = connection.execute(query, (application[:63],)).fetchone()
        left = int(row[0]) if row else 0
        if left == 0 or time.monotonic() >= deadline:
            return left
        time.sleep(POLL_S)


def settle_session(connection: Connection) -> None:
    """Settings for a session that must outlast a long command and must end when its client is gone."""
    settings = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
    if connection.info.server_version >= 140000:  # noqa: PLR2004 -- both came with PostgreSQL 14
        settings |= {"idle_session_timeout": "0", "client_connection_check_interval": "500ms"}
    if connection.info.server_version >= 170000:  # noqa: PLR2004 -- it came with PostgreSQL 17
        settings["transaction_timeout"] = "0"
    for name, value in settings.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))


def _holder(row: tuple[int, str, str, float]) -> Holder:
    return Holder(pid=row[0], application=row[1], address=row[2], seconds=float(row[3]))
