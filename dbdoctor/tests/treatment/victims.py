"""Treatments in processes of their own, to be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import psycopg
from treatment.workshop import Workshop

from dbdoctor.findings import Plan

APPLY = """
import pathlib, sys, msgspec
from dbdoctor.findings import Plan
from dbdoctor.treatment import apply
plan = msgspec.json.decode(pathlib.Path(sys.argv[2]).read_bytes(), type=Plan)
run = apply(url=sys.argv[1], plan=plan, state_folder=pathlib.Path(sys.argv[3]), lock_timeout_s=60)
assert run.verification is not None and run.verification.ok, run.verification
"""
UNDO = """
import sys
from dbdoctor.treatment import undo
undone = undo(url=sys.argv[1], run_id=sys.argv[2])
assert undone.verification is not None and undone.verification.ok, undone.verification
"""
PATIENCE_S = 30.0


def start_apply(workshop: Workshop, plan: Plan) -> subprocess.Popen[bytes]:
    file = workshop.folder / "plan.json"
    file.write_bytes(msgspec.json.encode(plan))
    return _start(APPLY, workshop.url, str(file), str(workshop.state))


def start_undo(workshop: Workshop, run_id: str) -> subprocess.Popen[bytes]:
    return _start(UNDO, workshop.url, run_id)


def _start(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE)


def kill(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def wait_until(condition: Callable[[], bool], *, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def step_states(workshop: Workshop) -> list[str]:
    """The states of the newest run's steps; none where there is no journal yet."""
    try:
        rows = workshop.ask("SELECT state FROM dbdoctor.steps WHERE run_id = (SELECT max(id) FROM dbdoctor.runs) ORDER BY position")
    except psycopg.errors.UndefinedTable:
        return []
    return [str(row[0]) for row in rows]


def is_blocked(workshop: Workshop) -> bool:
    """Whether some session of this database waits for a lock, or for another's transaction."""
    return bool(workshop.ask("SELECT FROM pg_locks l JOIN pg_database d ON d.oid = COALESCE(NULLIF(l.database, 0), d.oid)"
                             " WHERE NOT l.granted AND d.datname = current_database()"))  # fmt: skip


def run_state(workshop: Workshop) -> str:
    rows = workshop.ask("SELECT state FROM dbdoctor.runs ORDER BY id DESC LIMIT 1")
    return str(rows[0][0]) if rows else ""


@contextmanager
def holding(workshop: Workshop, statement: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Another session, inside a transaction that has run this statement."""
    with psycopg.connect(workshop.url, application_name="somebody else") as connection:
        connection.execute(statement.encode())
        yield connection
        connection.rollback()
