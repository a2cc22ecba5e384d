"""How long does counting the orphans of a child of five million rows take, beside the anti-join that one writes by hand?

Run: .venv/bin/python benchmarks/orphans.py

In turn (now one first, now the other), eight rounds, on one throw-away server (PostgreSQL 18 of the wheel, socket): a child of 5M rows,
a parent of 1M; once without an orphan and once with a thousand, where the doctor also tells which values they have.
Peak memory is that of the asking process. The promise: at most 1.1 times the hand-written count.

Last measured 2026-11-22, 2 cores, while tests ran beside it (load 5): without orphans 1.36 s beside 1.38 s, ratio 0.98; with a thousand
1.06 s beside 1.07 s, ratio 1.00 (1.84 when count and values were two questions). Peak memory 37 MB.
"""

import resource
import statistics
import sys
import time
from collections.abc import Callable

import psycopg

from dbdoctor import find_binaries, start_server
from dbdoctor.databases.postgresql.connection import Connection, connect
from dbdoctor.databases.postgresql.rows import orphans
from dbdoctor.model import Reference, TableName

ROUNDS = 8
PROMISE = 1.1
TABLES = """
CREATE TABLE parents (id bigint PRIMARY KEY, name text);
INSERT INTO parents SELECT n, 'parent ' || n FROM generate_series(1, 1000000) n;
CREATE TABLE children (id bigint PRIMARY KEY, parent_id bigint, note text);
INSERT INTO children SELECT n, n % 1000000 + 1, 'child' FROM generate_series(1, 5000000) n;
"""
BY_HAND = "SELECT count(*) FROM children c LEFT JOIN parents p ON p.id = c.parent_id WHERE p.id IS NULL AND c.parent_id IS NOT NULL"
REFERENCE = Reference(
    child=TableName("public", "children"), columns=("parent_id",), parent=TableName("public", "parents"), parent_columns=("id",)
)


def main() -> int:
    """Measure, print, and end 1 when the promise is not kept."""
    worst = 0.0
    with start_server(binaries=find_binaries(), settings={"shared_buffers": "512MB"}) as server:
        with psycopg.connect(server.url(), autocommit=True) as setting:
            setting.execute(TABLES.encode())
            setting.execute("VACUUM ANALYZE")
        with connect(server.url()) as connection:
            worst = max(worst, measure(connection, wanted=0))
            connection.execute("UPDATE children SET parent_id = -parent_id WHERE id % 5000 = 0")
            worst = max(worst, measure(connection, wanted=1000))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0 if worst <= PROMISE else 1


def measure(connection: Connection, *, wanted: int) -> float:
    """The ratio of the medians, where there are so many orphans."""
    doctor: list[float] = []
    hand: list[float] = []
    ways = [(doctor, lambda: orphans(connection, REFERENCE)[0]), (hand, lambda: int(connection.execute(BY_HAND).fetchall()[0][0]))]
    for number in range(ROUNDS):
        for seconds, way in ways if number % 2 else reversed(ways):
            seconds.append(seconds_of(way, wanted=wanted))
    ratio = statistics.median(doctor) / statistics.median(hand)
    print(f"{wanted} orphans: doctor {shown(doctor)}; by hand {shown(hand)}; ratio {ratio:.2f} (promised: at most {PROMISE})")
    return ratio


def seconds_of(count: Callable[[], int], *, wanted: int) -> float:
    """How long the answer took; it must be right."""
    started = time.perf_counter()
    found = count()
    if found != wanted:
        message = f"{found} orphans instead of {wanted}"
        raise RuntimeError(message)
    return time.perf_counter() - started


def shown(seconds: list[float]) -> str:
    """Minimum, median and maximum."""
    return f"min {min(seconds):.2f} s, median {statistics.median(seconds):.2f} s, max {max(seconds):.2f} s"


if __name__ == "__main__":
    sys.exit(main())
