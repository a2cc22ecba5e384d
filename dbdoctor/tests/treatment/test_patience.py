"""Locks are waited for in short attempts that grow, and a vacuum, which gives way to nobody who waits that short, is waited for."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from treatment.victims import holding, wait_until
from treatment.workshop import Workshop, add_key

from dbdoctor.databases.postgresql import run_lock
from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.treatment import apply
from dbdoctor.treatment.patience import ATTEMPTS, lock_timeout_s


def test_the_first_attempts_are_short_and_none_is_longer_than_allowed() -> None:
    waits = [lock_timeout_s(number, longest_s=1.0) for number in range(1, ATTEMPTS + 1)]
    assert waits[:6] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert max(waits) == 1.0


def test_others_wait_no_longer_than_a_short_attempt_behind_ours(one_workshop: Workshop) -> None:
    """Whoever reads keeps us waiting, and whoever comes after us waits behind us."""
    step = add_key()
    slow: list[float] = []
    with holding(one_workshop, "LOCK TABLE sessions IN ROW EXCLUSIVE MODE") as writer:
        treatment = threading.Thread(
            target=apply, kwargs={"url": one_workshop.url, "plan": one_workshop.plan(step), "state_folder": one_workshop.state}
        )
        treatment.start()
        with psycopg.connect(one_workshop.url, autocommit=True) as other:
            deadline = time.monotonic() + 1.2
            while time.monotonic() < deadline:
                started = time.monotonic()
                other.execute("INSERT INTO sessions (user_id) VALUES (1)")
                slow.append(time.monotonic() - started)
                time.sleep(0.005)
        writer.rollback()
        treatment.join(30)
    assert max(slow) > 0.05
    assert sum(1 for one in slow if one > 0.05) >= 2
    assert max(slow) < 1.5
    assert one_workshop.ask("SELECT count(*) FROM pg_constraint WHERE conname = 'sessions user'") == [(1,)]


@contextmanager
def vacuum_of(workshop: Workshop, table: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A vacuum that does as little as can be at a time."""
    with psycopg.connect(workshop.url, autocommit=True) as slow:
        slow.execute("SET vacuum_cost_delay = 100")
        slow.execute("SET vacuum_cost_limit = 1")

        def vacuum() -> None:
            with pytest.raises(psycopg.errors.QueryCanceled):
                slow.execute(f"VACUUM {table}".encode())

        thread = threading.Thread(target=vacuum)
        thread.start()
        yield slow
        slow.cancel_safe()
        thread.join(30)


def test_a_vacuum_at_work_is_seen_and_waited_for(one_workshop: Workshop) -> None:
    one_workshop.run("INSERT INTO sessions (user_id) SELECT 1 FROM generate_series(1, 30000)", "DELETE FROM sessions WHERE id > 15000")
    plan = one_workshop.plan(add_key())
    with connect(one_workshop.url) as connection:
        assert not run_lock.vacuum_at_work(connection)
        with vacuum_of(one_workshop, "sessions") as slow:
            wait_until(lambda: run_lock.vacuum_at_work(connection))
            threading.Timer(1.0, slow.cancel_safe).start()
            run = apply(url=one_workshop.url, plan=plan, state_folder=one_workshop.state, attempts=2)
    assert (run.state, run.steps[0].attempts) == ("applied", 2)
