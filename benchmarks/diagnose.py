"""How long does a full diagnosis of 5,000 tables with 10,000 keys take, beside `pg_dump --schema-only` of the same database?

Run: .venv/bin/python benchmarks/diagnose.py

In turn, each in a process of its own, on one throw-away server (PostgreSQL 18 of the wheel, socket), medians of five rounds. For the
doctor, everything from connecting to the findings is timed inside the process (the interpreter's start is told beside it); pg_dump is
timed whole. The promise: at most half of pg_dump.

Last measured 2026-11-22, 2 cores, while tests ran beside it (load 5): diagnose median 0.60 s (89 MB), pg_dump 1.92 s (57 MB), ratio 0.31.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psycopg

from dbdoctor import Server, find_binaries, start_server

TABLES = 5000
ROUNDS = 5
PROMISE = 1 / 2
DOCTOR = """
import sys, time
from dbdoctor import diagnose
started = time.perf_counter()
diagnosis = diagnose(url=sys.argv[1])
print(time.perf_counter() - started, len(diagnosis.findings))
"""


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One round's figures."""

    diagnose_s: float
    process_s: float
    memory_kb: int
    dump_s: float
    dump_memory_kb: int


def main() -> int:
    """Measure, print, and end 1 when the promise is not kept."""
    with start_server(binaries=find_binaries(), settings={"max_locks_per_transaction": "1024"}) as server:
        make_tables(server)
        rounds = [measure(server) for _ in range(ROUNDS)]
    ratio = statistics.median(r.diagnose_s for r in rounds) / statistics.median(r.dump_s for r in rounds)
    print(f"diagnose:              {shown([r.diagnose_s for r in rounds])}; peak memory {max(r.memory_kb for r in rounds) / 1024:.0f} MB")
    print(f"  with Python's start: {shown([r.process_s for r in rounds])}")
    memory = max(r.dump_memory_kb for r in rounds) / 1024
    print(f"pg_dump --schema-only: {shown([r.dump_s for r in rounds])}; peak memory {memory:.0f} MB")
    print(f"ratio {ratio:.2f} (promised: at most {PROMISE:.2f})")
    return 0 if ratio <= PROMISE else 1


def make_tables(server: Server) -> None:
    """5,000 tables of nine columns, a key each, two foreign keys each to earlier ones; half of those without an index."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for start in range(0, TABLES, 250):
            connection.execute(";".join(table(number) for number in range(start, start + 250)).encode())


def table(number: int) -> str:
    """One table's statements."""
    parents = [f"REFERENCES t{number // 2} (id)", f"REFERENCES t{number // 3} (id)"] if number else ["", ""]
    return (
        f"CREATE TABLE t{number} (id bigint PRIMARY KEY, a bigint {parents[0]}, b bigint {parents[1]}, name varchar(255) NOT NULL,"
        f" price numeric(10,2) DEFAULT 0, made timestamptz NOT NULL DEFAULT now(), note text, done boolean DEFAULT false, data jsonb);"
        f"CREATE INDEX ON t{number} (a)"
    )


def measure(server: Server) -> Round:
    """The doctor, then pg_dump."""
    process_s, memory_kb, said = timed([sys.executable, "-c", DOCTOR, server.url()])
    dumper = [str(find_binaries().folder / "pg_dump"), "--schema-only", f"--file={os.devnull}", "--dbname", server.url()]
    dump_s, dump_memory_kb, _ = timed(dumper)
    seconds, findings = said.split()
    print(f"{findings} findings in {float(seconds):.2f} s")
    return Round(diagnose_s=float(seconds), process_s=process_s, memory_kb=memory_kb, dump_s=dump_s, dump_memory_kb=dump_memory_kb)


def timed(command: list[str]) -> tuple[float, int, str]:
    """Seconds, peak resident memory (kB) and output of a process of its own."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        message = f"{Path(command[0]).name} ended with {process.returncode}"
        raise RuntimeError(message)
    return time.perf_counter() - started, usage.ru_maxrss, said


def shown(seconds: list[float]) -> str:
    """Minimum, median and maximum."""
    return f"min {min(seconds):.2f} s, median {statistics.median(seconds):.2f} s, max {max(seconds):.2f} s"


if __name__ == "__main__":
    sys.exit(main())
