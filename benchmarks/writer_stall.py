"""How long do others wait at most while a key is added to a table of five million rows they write to, beside a plain ALTER TABLE?

Run: .venv/bin/python benchmarks/writer_stall.py

On one throw-away server (PostgreSQL 18 of the wheel, socket) two writers, each a process of its own, insert into and update the table all
the time and time each statement. First the doctor's way (NOT VALID and VALIDATE in transactions of their own, applied with journal,
snapshot and verification), then `ALTER TABLE … ADD FOREIGN KEY` by itself. The longest single write counts. Peak memory is that of the
process that applies. The promise: at most one fiftieth of the plain way.

The same is told, without a promise, for a change of a column's type (text to bigint): in steps, and by ALTER COLUMN … TYPE.

Last measured 2026-11-22, 2 cores, while tests ran beside it (load 5): key 77.5 ms beside 6,527 ms, 1/84 (another run: 28.8 beside 2,668 ms,
1/92); column's type 91.8 ms beside 6,456 ms, 1/70; the writers alone 36.1 ms. Peak memory 54 MB.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from dbdoctor import Plan, SqlStep, apply, clean, find_binaries, start_server
from dbdoctor.databases.postgresql import gradual
from dbdoctor.databases.postgresql.catalog import catalog_digest, read_catalog
from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.model import Reference, TableName

PROMISE = 1 / 50
ROWS = 5_000_000
TABLES = f"""
CREATE TABLE parents (id bigint PRIMARY KEY, name text);
INSERT INTO parents SELECT n, 'parent ' || n FROM generate_series(1, 1000000) n;
CREATE TABLE children (id bigint PRIMARY KEY, parent_id bigint, number text);
INSERT INTO children SELECT n, n % 1000000 + 1, n::text FROM generate_series(1, {ROWS}) n;
"""
WRITER = """
import random, sys, time
import psycopg
worst, done = 0.0, 0
first = time.time_ns() + int(sys.argv[2]) * 2**40
stop = sys.stdin
import select
with psycopg.connect(sys.argv[1], autocommit=True, prepare_threshold=None) as connection:
    print("ready", flush=True)
    while not select.select([stop], [], [], 0.002)[0]:
        started = time.perf_counter()
        if done % 2:
            values = (first + done, random.randint(1, 1000000), str(done))
            connection.execute("INSERT INTO children (id, parent_id, number) VALUES (%s, %s, %s)", values)
        else:
            values = (random.randint(1, 1000000), random.randint(1, 5000000))
            connection.execute("UPDATE children SET parent_id = %s WHERE id = %s", values)
        worst, done = max(worst, time.perf_counter() - started), done + 1
print(worst, done)
"""
CHILDREN, PARENTS = TableName("public", "children"), TableName("public", "parents")


def main() -> int:
    """Measure, print, and end 1 when the promise is not kept."""
    settings = {"shared_buffers": "512MB", "max_wal_size": "4GB"}
    with start_server(binaries=find_binaries(), settings=settings) as server, tempfile.TemporaryDirectory() as folder:
        url = server.url()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(TABLES.encode())
            connection.execute("VACUUM ANALYZE")
        idle = stall(url, "nothing at all, for 5 s", lambda: time.sleep(5))
        ratio = key(url, Path(folder))
        column(url, Path(folder))
    print(f"two writers alone waited at most {idle * 1000:.1f} ms")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    print(f"ratio {ratio:.4f}, that is 1/{1 / ratio:.0f} (promised: at most 1/{1 / PROMISE:.0f})")
    return 0 if ratio <= PROMISE else 1


def key(url: str, folder: Path) -> float:
    """The ratio of the longest waits."""
    wanted = Reference(child=CHILDREN, columns=("parent_id",), parent=PARENTS, parent_columns=("id",))
    with connect(url) as connection:
        catalog = read_catalog(connection)
    steps = gradual.steps_for_key_in_two(wanted, "of parents", child=catalog.tables[CHILDREN], major=catalog.major)
    ours = stall(url, "a key, the doctor's way", lambda: carry_out(url, steps, folder))
    run(url, 'ALTER TABLE children DROP CONSTRAINT "of parents"')
    plain = stall(url, "a key, plain", lambda: run(url, "ALTER TABLE children ADD FOREIGN KEY (parent_id) REFERENCES parents (id)"))
    return ours / plain


def column(url: str, folder: Path) -> None:
    """Told only."""
    with connect(url) as connection:
        table = read_catalog(connection).tables[CHILDREN]
    steps = gradual.steps_for_gradual_conversion(gradual.Change(table=table, column="number", to_type="bigint"))
    ours = stall(url, "a column's type, the doctor's way", lambda: carry_out(url, steps, folder))
    clean(url=url, state_folder=folder)
    plain = stall(url, "a column's type, plain", lambda: run(url, "ALTER TABLE children ALTER COLUMN number TYPE text"))
    print(f"column's type: 1/{plain / ours:.0f} of the plain way")


def carry_out(url: str, steps: tuple[SqlStep, ...], folder: Path) -> None:
    """As a user's plan."""
    with connect(url) as connection:
        catalog = read_catalog(connection)
    plan = Plan(dialect="postgresql", database=catalog.database, catalog_digest=catalog_digest(catalog), steps=steps)
    run_ = apply(url=url, plan=plan, state_folder=folder)
    if run_.state != "applied":
        message = f"the run is {run_.state}: {run_.verification}"
        raise RuntimeError(message)


def run(url: str, statement: str) -> None:
    """One statement."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def stall(url: str, what: str, work: Callable[[], None]) -> float:
    """The longest single write while `work` goes on, in seconds."""
    with writers(url) as said:
        started = time.perf_counter()
        work()
        seconds = time.perf_counter() - started
    worst = max(float(one.split()[0]) for one in said)
    writes = sum(int(one.split()[1]) for one in said)
    print(f"{what}: took {seconds:.1f} s; {writes} writes, the longest {worst * 1000:.1f} ms", flush=True)
    return worst


@contextmanager
def writers(url: str, count: int = 2) -> Iterator[list[str]]:
    """What each writer says at its end."""
    said: list[str] = []
    command = [sys.executable, "-c", WRITER, url]
    processes = [
        subprocess.Popen([*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for number in range(count)
    ]
    for process in processes:
        if process.stdout:
            process.stdout.readline()
    yield said
    for process in processes:
        output, _ = process.communicate("stop\n")
        said.append(output)


if __name__ == "__main__":
    sys.exit(main())
