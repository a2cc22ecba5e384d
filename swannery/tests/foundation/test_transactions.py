"""One transaction: all of it or nothing, within its limits, with its jobs and events in it."""

import asyncio
import contextlib

import psycopg
import pytest
from town import Town

from swannery.foundation import throttle
from swannery.foundation.database import Database, Limits, Transaction, connect_arguments
from swannery.foundation.errors import TooMany, Unavailable
from swannery.foundation.events import Dispatcher, Followed
from swannery.foundation.jobs import CONNECTIONS, Job, Queue

pytestmark = pytest.mark.anyio


async def test_what_raises_undoes_everything_its_jobs_too(town: Town) -> None:
    work = Job(name="feeds.fan_out", work=_nothing)
    with contextlib.suppress(ZeroDivisionError):
        async with town.parts.database.transaction() as tx:
            await tx.sql("DELETE FROM swannery.sign_ins")
            await tx.defer(work, post_id=1, published_at=0.0)
            raise ZeroDivisionError
    assert (await town.sql("SELECT count(*) FROM swannery.procrastinate_jobs"))[0][0] == 0
    async with town.parts.database.transaction() as tx:
        await tx.defer(work, post_id=1, published_at=0.0)
        assert (await tx.sql("SHOW search_path"))[0][0] == '"$user", public'
    assert (await town.sql("SELECT count(*) FROM swannery.procrastinate_jobs"))[0][0] == 1


async def _nothing(_tx: Transaction, **_: object) -> None:
    return


async def test_a_listener_that_fails_undoes_what_it_was_told_of(town_url: str) -> None:
    dispatcher = Dispatcher()

    async def fail(_tx: Transaction, _event: Followed) -> None:
        raise ZeroDivisionError

    dispatcher.listen(Followed, fail)
    database = Database(url=town_url, connections=2, dispatcher=dispatcher)
    with contextlib.suppress(ZeroDivisionError):
        async with database.transaction() as tx:
            await tx.sql("UPDATE swannery.members SET bio = 'half'")
            await tx.tell(Followed(follower_id=1, followee_id=2))
            pytest.fail("the listener's error was swallowed")
    async with database.transaction() as tx:
        assert (await tx.sql("SELECT count(*) FROM swannery.members WHERE bio = 'half'"))[0][0] == 0
    await database.close()


async def test_a_statement_that_takes_too_long_is_stopped_and_the_connection_lives_on(town_url: str) -> None:
    database = Database(url=town_url, connections=1, limits=Limits(statement_s=0.2))
    with pytest.raises(Unavailable):
        async with database.transaction() as tx:
            await tx.sql("SELECT pg_sleep(5)")
    async with database.transaction() as tx:
        assert (await tx.sql("SELECT 1"))[0][0] == 1
    await database.close()


async def test_reading_begins_no_transaction_and_sees_what_one_did(town: Town) -> None:
    async with town.parts.database.transaction() as tx:
        assert (await tx.read("SELECT count(*) FROM swannery.members WHERE bio = 'new'"))[0][0] == 0
        begun = [tx.begun]
        await tx.sql("UPDATE swannery.members SET bio = 'new' WHERE id = %(id)s", {"id": town.ids["friend"]})
        assert [*begun, tx.begun] == [False, True]
        assert (await tx.read("SELECT count(*) FROM swannery.members WHERE bio = 'new'"))[0][0] == 1
        assert (await town.sql("SELECT count(*) FROM swannery.members WHERE bio = 'new'"))[0][0] == 0
    assert (await town.sql("SELECT count(*) FROM swannery.members WHERE bio = 'new'"))[0][0] == 1


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM swannery.members",
        "SELECT 1 FROM swannery.members FOR UPDATE",
        "SELECT pg_advisory_xact_lock(1)",
        "WITH gone AS (DELETE FROM swannery.members RETURNING id) SELECT id FROM gone",
        "SELECT nextval('swannery.posts_id_seq')",
    ],
)
async def test_what_changes_or_locks_is_not_read(town: Town, text: str) -> None:
    async with town.parts.database.transaction() as tx:
        with pytest.raises(ValueError, match="changes nothing"):
            await tx.read(text)


async def test_the_limits_hold_for_what_is_only_read(town_url: str) -> None:
    for pgbouncer in (False, True):
        database = Database(url=town_url, connections=1, limits=Limits(statement_s=0.2), pgbouncer=pgbouncer)
        with pytest.raises(Unavailable):
            async with database.transaction() as tx:
                await tx.read("SELECT pg_sleep(5)")
        await database.close()


async def test_the_pool_never_grows_beyond_its_size_and_says_so(town_url: str) -> None:
    database = Database(url=town_url, connections=2, limits=Limits(statement_s=0.3))
    async with database.transaction(), database.transaction():
        with pytest.raises(Unavailable):
            async with database.transaction():
                pass
    await database.close()


async def test_all_pools_together_keep_to_the_budget(town: Town) -> None:
    """As many requests as there are and the worker beside them; counted by the server."""
    budget = town.parts.config.database.connections

    async def busy() -> None:
        async with town.parts.database.transaction() as tx:
            await tx.sql("SELECT pg_sleep(0.3)")

    async with town.parts.queue.worker(name="test"):
        counting = asyncio.create_task(most_connections(town.url))
        await asyncio.gather(*(busy() for _ in range(3 * budget)))
        await asyncio.sleep(0.2)
    assert budget - CONNECTIONS <= await counting <= budget


async def most_connections(url: str) -> int:
    most = 0
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        for _ in range(12):
            cursor = await connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'swannery'"
            )
            row = await cursor.fetchone()
            most = max(most, row[0] if row else 0)
            await asyncio.sleep(0.1)
    return most


async def test_behind_pgbouncer_nothing_is_prepared(town: Town) -> None:
    assert connect_arguments(town.url, pgbouncer=True)["prepare_threshold"] is None
    database = Database(url=town.url, connections=1, pgbouncer=True)
    prepared: list[int] = []
    for _ in range(12):
        async with database.transaction() as tx:
            await tx.sql("SELECT count(*) FROM swannery.members WHERE id > %(id)s", {"id": 0})
            prepared.append((await tx.sql("SELECT count(*) FROM pg_prepared_statements"))[0][0])
    assert set(prepared) == {0}
    await database.close()


async def test_a_job_that_fails_is_tried_again_and_one_of_a_dead_worker_is_rescued(town: Town) -> None:
    ran: list[int] = []

    async def sometimes(tx: Transaction, *, number: int) -> None:
        ran.append(number)
        await tx.sql("UPDATE swannery.members SET bio = bio || 'x' WHERE handle = 'member_1' OR id = %(id)s", {"id": town.ids["friend"]})
        if len(ran) == 1:
            raise ZeroDivisionError

    job = Job(name="sometimes", work=sometimes)
    queue = Queue(database=town.parts.database, jobs=(job,))
    async with town.parts.database.transaction() as tx:
        await tx.defer(job, number=7)
    # As if its worker had died: it is being done by a worker that is no more.
    async with town.parts.database.transaction() as tx:
        await tx.sql("SET LOCAL search_path = swannery")
        await tx.sql("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
    async with queue.worker(name="test"):
        for _ in range(300):
            left = await town.sql("SELECT count(*) FROM swannery.procrastinate_jobs WHERE status IN ('todo', 'doing')")
            if not left[0][0]:
                break
            await asyncio.sleep(0.05)
    assert ran == [7, 7]
    assert (await town.sql("SELECT bio FROM swannery.members WHERE id = %(id)s", id=town.ids["friend"]))[0][0] == "x"


async def test_limits_count_within_their_window_and_start_anew_after_it(town: Town) -> None:
    async def once() -> None:
        async with town.parts.database.transaction() as tx:
            await throttle.limit(tx, what="try", who="a", times=3, window_s=60)

    for _ in range(3):
        await once()
    with pytest.raises(TooMany):
        await once()
    await town.sql("UPDATE swannery.throttles SET expires_at = now() - interval '1 second'")
    await once()
    async with town.parts.database.transaction() as tx:
        await tx.sql("UPDATE swannery.throttles SET expires_at = now() - interval '1 second'")
        await throttle.tidy(tx)
    assert (await town.sql("SELECT count(*) FROM swannery.throttles"))[0][0] == 0
