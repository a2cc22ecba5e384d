"""The one pool and the one kind of transaction. Only this file commits."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
from sqlalchemy import Row, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from swannery.foundation import clock
from swannery.foundation.errors import Unavailable
from swannery.foundation.events import Dispatcher, Event

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from swannery.foundation.jobs import Job, Queue

SCHEMA = "swannery"
APPLICATION_NAME = "swannery"

# A row of any shape; the function that asked turns it into a type of its own.
AnyRow = Row[*tuple[Any, ...]]

# How many statements the running request or job has sent; tests and the access log read it.
statements_sent: ContextVar[list[str] | None] = ContextVar("statements_sent", default=None)


class Limits(NamedTuple):
    """What no statement of ours may exceed, in seconds."""

    statement_s: float = 5.0
    lock_s: float = 2.0
    idle_s: float = 10.0


class Transaction:
    """One request's or job's unit of work: everything in it happens, or nothing does."""

    def __init__(self, *, connection: AsyncConnection, now: datetime, dispatcher: Dispatcher, queue: "Queue | None") -> None:
        self.connection = connection
        self.now = now
        self._dispatcher = dispatcher
        self._queue = queue

    async def sql(self, text: str, values: Mapping[str, Any] | None = None) -> Sequence[AnyRow]:
        """Return all rows of plain SQL with psycopg's placeholders, `%(name)s`."""
        result = await self.connection.exec_driver_sql(text, dict(values) if values is not None else None)
        return result.all() if result.returns_rows else []

    async def sql_count(self, text: str, values: Mapping[str, Any] | None = None) -> int:
        """Run plain SQL that returns no rows; returns how many it touched."""
        return int((await self.connection.exec_driver_sql(text, dict(values) if values is not None else None)).rowcount)

    async def tell(self, happened: Event) -> None:
        """Tell everyone who listens; what they do belongs to this transaction."""
        await self._dispatcher.tell(self, happened)

    async def defer(self, job: "Job", /, **arguments: Any) -> None:  # noqa: ANN401 - the job says what it takes
        """Leave work for later; it is left only if this transaction commits."""
        if self._queue is not None:
            await self._queue.defer(self, job, arguments)

    async def driver(self) -> psycopg.AsyncConnection[Any]:
        """Return psycopg's own connection, for what SQLAlchemy has no words for. It is in this transaction too."""
        raw = await self.connection.get_raw_connection()
        assert isinstance(raw.driver_connection, psycopg.AsyncConnection)  # noqa: S101 - the engine above speaks psycopg
        return raw.driver_connection


class Database:
    """The app's database, seen through a bounded pool."""

    def __init__(
        self, *, url: str, connections: int, limits: Limits | None = None, pgbouncer: bool = False, dispatcher: Dispatcher | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.url = url
        self.dispatcher = dispatcher or Dispatcher()
        self.queue: Queue | None = None
        self._engine = create_async_engine(
            "postgresql+psycopg://",  # only the dialect; psycopg is given the address itself, below
            poolclass=AsyncAdaptedQueuePool,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=self.limits.statement_s,
            pool_pre_ping=False,
            hide_parameters=True,  # what people wrote stands in no error text
            # Autocommit in the driver: the transaction is begun below, together with its limits, in one round trip.
            connect_args=connect_arguments(url, pgbouncer=pgbouncer) | {"autocommit": True},
        )
        event.listen(self._engine.sync_engine, "begin", self._begin)
        event.listen(self._engine.sync_engine, "before_cursor_execute", _count)

    def _begin(self, connection: "Connection") -> None:
        limits = self.limits
        connection.exec_driver_sql(
            f"BEGIN; SET LOCAL statement_timeout = {int(limits.statement_s * 1000)}; SET LOCAL lock_timeout = {int(limits.lock_s * 1000)};"
            f" SET LOCAL idle_in_transaction_session_timeout = {int(limits.idle_s * 1000)}"
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Begin; commit when the block ends well, roll back when it raises."""
        try:
            async with self._engine.connect() as connection, connection.begin():
                yield Transaction(connection=connection, now=clock.now(), dispatcher=self.dispatcher, queue=self.queue)
        except PoolExhausted as error:
            raise Unavailable("Too much is going on at once.", next_step="Try again in a moment.") from error
        except DBAPIError as error:
            if error.connection_invalidated or isinstance(error.orig, psycopg.OperationalError):
                raise Unavailable("The database does not answer.", next_step="Try again in a moment.") from error
            raise

    async def close(self) -> None:
        """Close every connection of the pool."""
        await self._engine.dispose()


def connect_arguments(url: str, *, pgbouncer: bool = False) -> dict[str, Any]:
    """Return psycopg's arguments. Behind PgBouncer nothing may be prepared: the next transaction has another session."""
    arguments: dict[str, Any] = {"application_name": APPLICATION_NAME, **psycopg.conninfo.conninfo_to_dict(url)}
    arguments.setdefault("connect_timeout", 5)
    # A server that vanished without a word is noticed, also by whoever only listens.
    arguments |= {"keepalives": 1, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    if pgbouncer:
        arguments["prepare_threshold"] = None
    return arguments


def _count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
    sent = statements_sent.get()
    if sent is not None and not statement.startswith("BEGIN;"):
        sent.append(statement)
