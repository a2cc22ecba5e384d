"""The one pool and the one kind of transaction. Only this file commits."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from psycopg.pq import ExecStatus
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from swannery.foundation import clock
from swannery.foundation.errors import Unavailable
from swannery.foundation.events import Dispatcher, Event
from swannery.foundation.words import say

if TYPE_CHECKING:
    from swannery.foundation.jobs import Errand, Job, Queue

SCHEMA = "swannery"
APPLICATION_NAME = "swannery"

# A row of any shape; the function that asked turns it into a type of its own.
AnyRow = tuple[Any, ...]

# How many statements the running request or job has sent; tests and the access log read it.
statements_sent: ContextVar[list[str] | None] = ContextVar("statements_sent", default=None)


class Limits(NamedTuple):
    """What no statement of ours may exceed, in seconds."""

    statement_s: float = 5.0
    lock_s: float = 2.0
    idle_s: float = 10.0


class Transaction:
    """One request's or job's unit of work: everything in it happens, or nothing does.

    It begins with the first statement that may change or lock something. What is only read before that is read without: at PostgreSQL's
    level READ COMMITTED each statement sees its own moment anyway, and a page costs two round trips less.
    """

    def __init__(
        self, *, connection: psycopg.AsyncConnection[AnyRow], now: datetime, begin: str, dispatcher: Dispatcher, queue: "Queue | None"
    ) -> None:
        self.connection = connection
        self.now = now
        self.begun = False
        self._begin = begin
        self._dispatcher = dispatcher
        self._queue = queue
        self._cursor = connection.cursor()

    async def sql(self, text: str, values: Mapping[str, Any] | None = None) -> Sequence[AnyRow]:
        """Return all rows of plain SQL with psycopg's placeholders, `%(name)s`."""
        if not self.begun:
            await self.begin()
        await self._execute(text, values)
        found = self._cursor.pgresult
        return await self._cursor.fetchall() if found and found.status == ExecStatus.TUPLES_OK else []

    async def read(self, text: str, values: Mapping[str, Any] | None = None) -> Sequence[AnyRow]:
        """Return all rows of a statement that changes and locks nothing; it begins no transaction, but sees all that one did."""
        only_reads(text)
        await self._execute(text, values)
        return await self._cursor.fetchall()

    async def sql_count(self, text: str, values: Mapping[str, Any] | None = None) -> int:
        """Run plain SQL that returns no rows; returns how many it touched."""
        if not self.begun:
            await self.begin()
        await self._execute(text, values)
        return self._cursor.rowcount

    async def _execute(self, text: str, values: Mapping[str, Any] | None) -> None:
        sent = statements_sent.get()
        if sent is not None:
            sent.append(text)
        # Never without values: the driver undoubles %% (as in an app's own names) only where it looks for placeholders.
        await self._cursor.execute(text, values or {})

    async def begin(self) -> None:
        """Begin, if that has not happened yet."""
        if not self.begun:
            self.begun = True
            await self.connection.execute(self._begin)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo what the block did when it raises, and nothing else."""
        await self.begin()
        async with self.connection.transaction():
            yield

    @property
    def lost(self) -> bool:
        """Whether the connection is gone, and the transaction with it."""
        return bool(self.connection.closed)

    async def tell(self, happened: Event) -> None:
        """Tell everyone who listens; what they do belongs to this transaction."""
        await self._dispatcher.tell(self, happened)

    async def defer(self, job: "Job | Errand", /, **arguments: Any) -> None:  # noqa: ANN401 - the job says what it takes
        """Leave work for later; it is left only if this transaction commits."""
        if self._queue is not None:
            await self._queue.defer(self, job, arguments)

    async def driver(self) -> psycopg.AsyncConnection[Any]:
        """Return the connection itself, in this transaction, for whoever brings statements of their own."""
        await self.begin()
        return self.connection


CHANGES = re.compile(
    r"\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|LOCK|CALL|SET|FOR SHARE|FOR NO KEY|FOR KEY|nextval|pg_\w*lock\w*)\b", re.IGNORECASE
)


@lru_cache(maxsize=1024)
def only_reads(text: str) -> None:
    """Raise ValueError for a statement that might change or lock something: it needs a transaction around it."""
    if not text.startswith(("SELECT ", "WITH ")) or CHANGES.search(text):
        raise ValueError("Only what changes nothing is read outside a transaction.")


class Database:
    """The app's database, seen through a bounded pool that opens a connection when one is needed."""

    def __init__(
        self, *, url: str, connections: int, limits: Limits | None = None, pgbouncer: bool = False, dispatcher: Dispatcher | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.url = url
        self.dispatcher = dispatcher or Dispatcher()
        self.queue: Queue | None = None
        self._connections = connections
        self._pgbouncer = pgbouncer
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[AnyRow]] | None = None

    async def _open(self) -> "AsyncConnectionPool[psycopg.AsyncConnection[AnyRow]]":
        """Make the pool, in the event loop that uses it; it holds no connection yet."""
        self._pool = AsyncConnectionPool(
            kwargs=connect_arguments(self.url, pgbouncer=self._pgbouncer) | {"autocommit": True},
            min_size=0,
            max_size=self._connections,
            timeout=self.limits.statement_s,
            reconnect_timeout=self.limits.statement_s,
            configure=None if self._pgbouncer else self._limit,
            open=False,
        )
        await self._pool.open()
        return self._pool

    def _settings(self, how: str) -> str:
        limits = self.limits
        return (
            f"{how} statement_timeout = {int(limits.statement_s * 1000)}; {how} lock_timeout = {int(limits.lock_s * 1000)};"
            f" {how} idle_in_transaction_session_timeout = {int(limits.idle_s * 1000)};"
            # Many apps write times without a zone; what they write is UTC, wherever the server stands.
            f" {how} TimeZone = 'UTC'"
        )

    async def _limit(self, connection: "psycopg.AsyncConnection[AnyRow]") -> None:
        """Set the limits once for a connection. Behind PgBouncer there is no such thing: each transaction begins with them."""
        await connection.execute(self._settings("SET"))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Begin when needed; commit when the block ends well, roll back when it raises."""
        pool = self._pool or await self._open()
        begin = f"BEGIN; {self._settings('SET LOCAL')}" if self._pgbouncer else "BEGIN"
        try:
            async with pool.connection() as connection:
                tx = Transaction(connection=connection, now=clock.now(), begin=begin, dispatcher=self.dispatcher, queue=self.queue)
                if self._pgbouncer:
                    await tx.begin()
                yield tx  # the pool's block commits, or rolls back what raised
        except (PoolTimeout, TooManyRequests) as error:
            raise Unavailable(say("Too much is going on at once."), next_step=say("Try again in a moment.")) from error
        except psycopg.OperationalError as error:
            raise Unavailable(say("The database does not answer."), next_step=say("Try again in a moment.")) from error

    async def close(self) -> None:
        """Close every connection of the pool."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None


def connect_arguments(url: str, *, pgbouncer: bool = False) -> dict[str, Any]:
    """Return psycopg's arguments. Behind PgBouncer nothing may be prepared: the next transaction has another session."""
    arguments: dict[str, Any] = {"application_name": APPLICATION_NAME, **psycopg.conninfo.conninfo_to_dict(url)}
    arguments.setdefault("connect_timeout", 5)
    # A server that vanished without a word is noticed, also by whoever only listens.
    arguments |= {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    if pgbouncer:
        arguments["prepare_threshold"] = None
    return arguments
