"""Does the doctor's memory grow with the rows of a table, from a hundred thousand to ten million?

Run: .venv/bin/python benchmarks/memory.py

On one throw-away server (PostgreSQL 18 of the wheel, socket) each of the doctor's works on rows is done on a child table of 100,000 and of
10,000,000 rows (its parent has a tenth), each in a process of its own; peak resident memory of that process counts.
The promise: at most 1.2 times as much with a hundred times the rows.

Last measured 2026-11-22: diagnose 54 and 54 MB, apply 53 and 54 MB, apply with a backup 54 and 53 MB, sample 37 and 38 MB, compare 37 and
37 MB: 1.00 times the memory in each.
"""

import os
import subprocess
import sys
import time

import psycopg

from dbdoctor import find_binaries, start_server

PROMISE = 1.2
SIZES = (100_000, 10_000_000)
HEAD = """
import pathlib, sys, tempfile
from dbdoctor.databases.postgresql.connection import connect
from dbdoctor.databases.postgresql.catalog import catalog_digest, read_catalog
from dbdoctor.model import Reference, TableName
url = sys.argv[1]
child, parent = TableName("public", "children"), TableName("public", "parents")
wanted = Reference(child=child, columns=("parent_id",), parent=parent, parent_columns=("id",))
"""
WORKS = {
    "diagnose a wished key": """
from dbdoctor import Wanted, diagnose
diagnose(url=url, wanted=Wanted(wishes=("children.parent_id -> parents.id",)))
""",
    "apply a key in two steps, verify, undo": """
from dbdoctor import Plan, apply, undo
from dbdoctor.databases.postgresql import gradual
with connect(url) as connection:
    catalog = read_catalog(connection)
steps = gradual.steps_for_key_in_two(wanted, "of parents", child=catalog.tables[child], major=catalog.major)
plan = Plan(dialect="postgresql", database=catalog.database, catalog_digest=catalog_digest(catalog), steps=steps)
with tempfile.TemporaryDirectory() as folder:
    run = apply(url=url, plan=plan, state_folder=pathlib.Path(folder))
    assert run.state == "applied", run
    undo(url=url, run_id=run.id)
""",
    "apply a step with a backup": """
from dbdoctor import Plan, SqlStep, apply, clean
with connect(url) as connection:
    catalog = read_catalog(connection)
step = SqlStep(sql="ALTER TABLE children ADD COLUMN IF NOT EXISTS more integer")
plan = Plan(dialect="postgresql", database=catalog.database, catalog_digest=catalog_digest(catalog), steps=(step,))
with tempfile.TemporaryDirectory() as folder:
    assert apply(url=url, plan=plan, state_folder=pathlib.Path(folder)).state == "applied"
    clean(url=url, state_folder=pathlib.Path(folder))
""",
    "take a sample for the rehearsal": """
from dbdoctor import find_binaries, start_server
from dbdoctor.databases.postgresql import transfer
with start_server(binaries=find_binaries()) as copy, connect(url) as source, tempfile.TemporaryDirectory() as folder:
    failed, sampled = transfer.copy_database(
        source, tools=find_binaries().folder, url=url, to=copy.url(), folder=pathlib.Path(folder), limit=20_000, wanted=(wanted,))
    assert not failed and "public.children" in sampled
""",
    "compare every row with a copy": """
from dbdoctor.rehearsal.losses import losses
with connect(url) as base, connect(url) as after:
    after.execute("CREATE TEMP TABLE nothing (a int)")
    from dbdoctor.databases.postgresql.rows import stream_rows
    with base.transaction():
        count = sum(1 for _ in stream_rows(base, child, key=("id",), columns=("parent_id", "note")))
    assert count > 0 and losses(base, after) == []
""",
}


def main() -> int:
    """Measure, print, and end 1 when the promise is not kept."""
    peaks: dict[str, list[int]] = {name: [] for name in WORKS}
    with start_server(binaries=find_binaries(), settings={"shared_buffers": "512MB", "max_wal_size": "4GB"}) as server:
        for rows in SIZES:
            make_tables(server.url(), rows)
            for name, work in WORKS.items():
                seconds, memory_kb = timed([sys.executable, "-c", HEAD + work, server.url()])
                peaks[name].append(memory_kb)
                print(f"{name}, {rows:,} rows: {memory_kb / 1024:.0f} MB, {seconds:.1f} s", flush=True)
    ratios = {name: found[-1] / found[0] for name, found in peaks.items()}
    for name, ratio in ratios.items():
        print(f"{name}: {ratio:.2f} times the memory (promised: at most {PROMISE})")
    return 0 if max(ratios.values()) <= PROMISE else 1


def make_tables(url: str, rows: int) -> None:
    """Anew, with so many children."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (
            "DROP TABLE IF EXISTS children, parents",
            "CREATE TABLE parents (id bigint PRIMARY KEY, name text)",
            f"INSERT INTO parents SELECT n, 'parent ' || n FROM generate_series(1, {rows // 10}) n",
            "CREATE TABLE children (id bigint PRIMARY KEY, parent_id bigint, note text)",
            f"INSERT INTO children SELECT n, n % {rows // 10} + 1, 'child' FROM generate_series(1, {rows}) n",
            "VACUUM ANALYZE",
        ):
            connection.execute(statement.encode())


def timed(command: list[str]) -> tuple[float, int]:
    """Seconds and peak resident memory (kB) of a process of its own."""
    started = time.perf_counter()
    with subprocess.Popen(command) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        message = f"a work ended with {process.returncode}"
        raise RuntimeError(message)
    return time.perf_counter() - started, usage.ru_maxrss


if __name__ == "__main__":
    sys.exit(main())
