"""A server that keeps its data and may be killed at any moment, with people at work who remember what was promised to them."""

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from dbdoctor.embedded import Server, find_binaries, start_server

ACCOUNTS = 200
MONEY = ACCOUNTS * 100
VISITS = 8_000
BINARIES = find_binaries(major=18, origin="wheel")
FAST_RECOVERY = {"checkpoint_timeout": "30s", "max_wal_size": "64MB", "shared_buffers": "32MB", "restart_after_crash": "on"}
# fsync stays on: what was promised must be there after a crash.
PEOPLE = f"""
CREATE TABLE accounts (id integer PRIMARY KEY, money integer NOT NULL);
INSERT INTO accounts SELECT n, 100 FROM generate_series(0, {ACCOUNTS - 1}) n;
CREATE TABLE owners (id integer PRIMARY KEY);
INSERT INTO owners SELECT n FROM generate_series(1, 50) n;
CREATE TABLE visits (id bigint PRIMARY KEY, who text NOT NULL, note text);
INSERT INTO visits SELECT n, (n % 50 + 1)::text, repeat('x', 200) FROM generate_series(1, {VISITS}) n;
CREATE INDEX "visits who" ON visits (who);
CREATE TABLE "Meta" (name text PRIMARY KEY);
"""


class Ward:
    """The server, wherever it is at the moment."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.server = self._start()

    def _start(self) -> Server:
        return start_server(binaries=BINARIES, data=self.data, settings=FAST_RECOVERY)

    @property
    def url(self) -> str:
        return self.server.url()

    def kill_postmaster(self) -> None:
        """Everything at once, as when the machine's power goes; then a new start with recovery."""
        number = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(number, signal.SIGKILL)
        self.server.stop()
        self.server = self._start()

    def kill_backend(self, application: str) -> None:
        """One session by SIGKILL, as the kernel does when memory is short: the server then ends all others and recovers by itself."""
        with contextlib.suppress(psycopg.Error, ProcessLookupError), psycopg.connect(self.url, autocommit=True) as connection:
            found = connection.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", (application,)).fetchall()
            for row in found[:1]:
                os.kill(int(row[0]), signal.SIGKILL)
        self.wait()

    def wait(self) -> None:
        for _ in range(600):
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url, connect_timeout=5) as connection:
                connection.execute("SELECT 1")
                return
            time.sleep(0.05)
        message = f"the server does not come back: {self.server.log_text()[-2000:]}"
        raise AssertionError(message)


class Writer:
    """Someone who moves money and writes visits, and remembers each answer: what was promised, and what is in doubt."""

    def __init__(self, ward: Ward, number: int, stop: threading.Event) -> None:
        self.ward, self.stop, self.number = ward, stop, number
        self.dice = random.Random(number)  # noqa: S311 -- chooses accounts
        self.may_be: dict[int, set[str | None]] = {}
        self.done = 0
        self.failures: list[BaseException] = []

    def work(self) -> None:
        while not self.stop.is_set():
            try:
                with psycopg.connect(self.ward.url, autocommit=True, prepare_threshold=None, connect_timeout=5) as connection:
                    while not self.stop.is_set():
                        self._move(connection)
                        self._visit(connection)
                        self.done += 1
                        self.stop.wait(0.01)
            except psycopg.OperationalError:  # the server has gone, or is not back yet
                self.stop.wait(0.05)
            except BaseException as error:  # noqa: BLE001 -- told to the test, whatever it is
                self.failures.append(error)
                return

    def _move(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        giver, taker = sorted(self.dice.sample(range(ACCOUNTS), 2))
        with connection.transaction():
            connection.execute("UPDATE accounts SET money = money - 1 WHERE id = %s", (giver,))
            connection.execute("UPDATE accounts SET money = money + 1 WHERE id = %s", (taker,))

    def _visit(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        known = [one for one, values in self.may_be.items() if len(values) == 1 and None not in values]
        value = str(self.dice.randint(1, 50))
        kind = self.dice.choice(("insert", "insert", "update", "delete")) if known else "insert"
        if kind == "insert":
            one = (self.number + 1) * 10_000_000 + len(self.may_be)
            self.may_be[one] = {None, value}
            connection.execute("INSERT INTO visits (id, who, note) VALUES (%s, %s, 'new')", (one, value))
        else:
            one = self.dice.choice(known)
            self.may_be[one] |= {value if kind == "update" else None}
            if kind == "update":
                connection.execute("UPDATE visits SET who = %s WHERE id = %s", (value, one))
            else:
                connection.execute("DELETE FROM visits WHERE id = %s", (one,))
        self.may_be[one] = {None if kind == "delete" else value}  # promised

    def check(self, held: dict[int, str]) -> None:
        for one, values in self.may_be.items():
            assert held.get(one) in values, f"visit {one}: {held.get(one)} instead of {values}"


@contextlib.contextmanager
def people_at_work(ward: Ward, count: int = 2) -> Iterator[list[Writer]]:
    """Everything promised to them is there at the end, and no money was made or lost."""
    stop = threading.Event()
    writers = [Writer(ward, number, stop) for number in range(count)]
    threads = [threading.Thread(target=writer.work) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield writers
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
    ward.wait()
    for writer in writers:
        assert writer.failures == []
    look_after(ward, writers)


def checksum(ward: Ward) -> tuple[object, ...]:
    """What was there before anybody came, value by value, whatever types the columns have just now; and all the money."""
    query = f"""SELECT count(*), md5(string_agg(concat_ws('|', id, who::text, note), ',' ORDER BY id)), (SELECT sum(money) FROM accounts),
                (SELECT count(*) FROM owners) FROM visits WHERE id <= {VISITS}"""
    with psycopg.connect(ward.url) as connection:
        return connection.execute(query.encode()).fetchall()[0]


def look_after(ward: Ward, writers: list[Writer]) -> None:
    with psycopg.connect(ward.url) as connection:
        held = {int(row[0]): str(row[1]) for row in connection.execute("SELECT id, who::text FROM visits").fetchall()}
        assert connection.execute("SELECT sum(money) FROM accounts").fetchall() == [(MONEY,)]
    assert sum(1 for one in held if one <= VISITS) == VISITS
    for writer in writers:
        writer.check(held)
