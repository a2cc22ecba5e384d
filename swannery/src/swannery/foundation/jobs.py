"""Work for later. PostgreSQL is the queue (procrastinate), so a job is left by the very transaction that needs it.

A job may run twice: a worker can die between the job's commit and the queue's. Every job is therefore written so that a second run
changes nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import procrastinate
import psycopg
import structlog
from procrastinate import jobs as queue_states
from psycopg_pool import AsyncConnectionPool

from swannery.foundation.database import SCHEMA, Database, Transaction, connect_arguments
from swannery.foundation.metrics import JOBS, QUEUE_JOBS, QUEUE_OLDEST

log = structlog.get_logger("swannery.jobs")

CONNECTIONS = 3  # of the budget: one listens, two are the queue's own; jobs work on the database's pool
SOON, ERRANDS = "default", "errands"
ERRANDS_AT_ONCE = 4
HEARTBEAT_S = 2.0
STALLED_AFTER_S = 10
GRACE_S = 10.0
RESCUE_EVERY_S = 3
LONGEST_WAIT_S = 600
STATEMENT_MS, LOCK_MS = 15_000, 5_000  # of the queue's own statements
NEW_WORKER_AFTER_S = 1.0


class Job(NamedTuple):
    """A piece of work with a name that stays the same from release to release."""

    name: str
    work: Callable[..., Awaitable[None]]
    retries: int = 40


class Errand(NamedTuple):
    """A job that waits for somebody else's server: it opens short transactions of its own, and holds up no other kind of job."""

    name: str
    work: Callable[..., Awaitable[None]]
    retries: int = 10
    priority: int = 0  # of errands that wait, those with more go first


class Tick(NamedTuple):
    """Work that is done again and again while a worker lives; of several workers one does it at a time."""

    name: str
    every_s: float
    work: Callable[[Transaction], Awaitable[None]]


class Patience(procrastinate.BaseRetryStrategy):
    """Waits longer after each failure, ten minutes at most; a database that is away for hours loses no job."""

    def __init__(self, *, attempts: int) -> None:
        self._attempts = attempts

    def get_retry_decision(self, *, exception: BaseException, job: procrastinate.jobs.Job) -> procrastinate.RetryDecision | None:
        """Say when to try again, or that it is enough."""
        del exception
        if job.attempts >= self._attempts:
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": min(2**job.attempts, LONGEST_WAIT_S)})


class SchemaConnector(procrastinate.PsycopgConnector):
    """procrastinate names its tables without a schema; the search path is set for each of its statements alone.

    No session is left changed, so PgBouncer may hand the connection on after each transaction.
    """

    def let_go(self) -> None:
        """Forget the pool that was lent, so that another one can be lent later."""
        self._async_pool = None

    @asynccontextmanager
    async def _get_cursor(
        self, connection: psycopg.AsyncConnection[Any] | None = None
    ) -> AsyncIterator[psycopg.AsyncCursor[dict[str, Any]]]:
        async with super()._get_cursor(connection) as cursor, cursor.connection.transaction():
            await cursor.execute(
                f"SET LOCAL search_path = {SCHEMA}; SET LOCAL statement_timeout = {STATEMENT_MS}; SET LOCAL lock_timeout = {LOCK_MS}"
                if connection is None
                else f"SET LOCAL search_path = {SCHEMA}"
            )
            yield cursor
            if connection is not None:
                await connection.execute("SET LOCAL search_path = DEFAULT")


class Queue:
    """procrastinate, living in our schema."""

    def __init__(
        self, *, database: Database, jobs: tuple[Job | Errand, ...], ticks: tuple[Tick, ...] = (), pgbouncer: bool = False
    ) -> None:
        self._database = database
        self._ticks = ticks
        self._pgbouncer = pgbouncer
        self._connector = SchemaConnector()
        self._app = procrastinate.App(connector=self._connector)
        self._tasks = {job.name: self._register(job) for job in jobs}
        self._running: list[asyncio.Task[None]] = []
        self._ending = asyncio.Event()
        database.queue = self

    def _register(self, job: Job | Errand) -> Any:  # noqa: ANN401 - procrastinate's task, generic over what it takes
        queue, priority = (ERRANDS, job.priority) if isinstance(job, Errand) else (SOON, 0)

        @self._app.task(name=job.name, retry=Patience(attempts=job.retries), queue=queue, priority=priority)
        async def run(**arguments: Any) -> None:  # noqa: ANN401 - as deferred
            result = "failed"
            try:
                if isinstance(job, Errand):
                    await job.work(self._database, **arguments)
                else:
                    async with self._database.transaction() as tx:
                        await job.work(tx, **arguments)
                result = "done"
            except Exception as error:
                log.warning("job failed", job=job.name, error=type(error).__name__)
                raise
            finally:
                JOBS.labels(job=job.name, result=result).inc()

        return run

    async def defer(self, tx: Transaction, job: Job | Errand, arguments: Mapping[str, Any]) -> None:
        """Leave the job in the caller's transaction."""
        await self._tasks[job.name].configure(connection=await tx.driver()).defer_async(**arguments)

    def _pool(self) -> AsyncConnectionPool:
        arguments = connect_arguments(self._database.url, pgbouncer=self._pgbouncer)
        return AsyncConnectionPool(kwargs=arguments, min_size=1, max_size=CONNECTIONS - 1, open=False)

    @asynccontextmanager
    async def worker(self, *, name: str) -> AsyncIterator[None]:
        """Work while the block runs; at its end the jobs at hand are finished first."""
        pool = self._pool()
        await pool.open(wait=True)
        await self._connector.open_async(pool)
        self._ending = asyncio.Event()
        self._running = [
            asyncio.create_task(self._work(name, SOON), name="jobs"),
            asyncio.create_task(self._work(name, ERRANDS), name="errands"),
            asyncio.create_task(self._rescue(), name="rescue"),
            *(asyncio.create_task(self._tick(tick), name=tick.name) for tick in self._ticks),
        ]
        try:
            yield
        finally:
            await self._end()
            self._connector.let_go()
            await pool.close()

    async def _end(self) -> None:
        """Tell all to end, and wait for it.

        Whoever is interrupted while the database works may hear of a statement that was cancelled, or of nothing, instead of the
        interruption: so each looks at `_ending`, and procrastinate's worker is told again, but not while it finishes the jobs at hand.
        """
        self._ending.set()
        left = set(self._running)
        while left:
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=GRACE_S + 1)

    async def look(self) -> None:
        """Note how many jobs wait and how many were given up, for the metrics."""
        rows = await self._connector.execute_query_all_async(
            "SELECT status::text AS status, count(*) AS jobs, extract(epoch FROM now() - min(coalesce(scheduled_at, now())))::float8 AS age"
            " FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY status"
        )
        found = {row["status"]: row for row in rows}
        for status in ("todo", "doing", "failed"):
            QUEUE_JOBS.labels(status=status).set(found[status]["jobs"] if status in found else 0)
        QUEUE_OLDEST.set(found["todo"]["age"] if "todo" in found else 0)

    def alive(self) -> bool:
        """Whether everything that should run does."""
        return bool(self._running) and not any(task.done() for task in self._running)

    async def _work(self, name: str, queue: str) -> None:
        """Work for ever: procrastinate's worker gives up when the database is away for a while, and a new one takes its place."""
        while not self._ending.is_set():
            try:
                await self._run_worker(name, queue)
            except Exception as error:  # noqa: BLE001 - whatever ended it, jobs must go on
                log.warning("worker ended", error=type(error).__name__)
            await self._pause(NEW_WORKER_AFTER_S)

    async def _run_worker(self, name: str, queue: str) -> None:
        errands = queue == ERRANDS
        await self._app.run_worker_async(
            name=f"{name} {queue}",
            queues=[queue],
            concurrency=ERRANDS_AT_ONCE if errands else CONNECTIONS - 1,
            install_signal_handlers=False,
            # Errands are asked for: listening would take another connection.
            listen_notify=not self._pgbouncer and not errands,
            fetch_job_polling_interval=1.0,
            shutdown_graceful_timeout=GRACE_S,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALLED_AFTER_S,
            delete_jobs=queue_states.DeleteJobCondition.SUCCESSFUL,
        )

    async def _rescue(self) -> None:
        """Give jobs whose worker died to others, at once and then again and again."""
        while not self._ending.is_set():
            try:
                stalled = await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S)
                for job in stalled:
                    log.info("job rescued", job=job.task_name)
                    await self._app.job_manager.retry_job(job)
                await self.look()
            except Exception as error:  # noqa: BLE001 - the database may be away; it is looked again
                log.warning("rescue failed", error=type(error).__name__)
            await self._pause(RESCUE_EVERY_S)

    async def _tick(self, tick: Tick) -> None:
        while not self._ending.is_set():
            try:
                async with self._database.transaction() as tx:
                    if (await tx.sql("SELECT pg_try_advisory_xact_lock(hashtext(%(name)s))", {"name": f"swannery {tick.name}"}))[0][0]:
                        await tick.work(tx)
            except Exception as error:  # noqa: BLE001 - it is tried again at the next tick; a failure must not end the worker
                log.warning("tick failed", tick=tick.name, error=type(error).__name__)
            await self._pause(tick.every_s)

    async def _pause(self, seconds: float) -> None:
        """Wait so long, or until the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ending.wait()
