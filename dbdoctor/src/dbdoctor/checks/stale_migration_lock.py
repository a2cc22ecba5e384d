"""stale_migration_lock: the migration tool's lock says that somebody is migrating, and nobody is."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Evidence, Fact, Finding, Ledger, Object, Side, Subject


def survey(case: Case) -> Iterator[Finding]:
    """Report a lock that is set while nobody is at work, though nothing was asked."""
    return check(case)


def check(case: Case) -> Iterator[Finding]:
    """Report a lock that is set while no other session is at work on this database, where the statement or its error is about locks."""
    lock = case.ledger.lock if case.ledger else None
    if case.ledger is None or lock is None or not lock.held or not _concerns(case, lock.table.name):
        return
    sessions, busy = (case.home or case.ask).other_sessions([lock.table, case.ledger.table])
    busy = sorted({*busy, *lock.holders})
    facts: dict[str, Fact] = {
        "lock": str(lock.table), "holder": lock.holder, "since": lock.since, "sessions": sessions, "busy": busy,
        "release": "" if busy else lock.release_sql, "back": lock.undo_sql,
    }  # fmt: skip
    yield Finding(
        cause="stale_migration_lock",
        severity="blocking",
        subject=Subject(
            child=Side.of(lock.table),
            object=Object(kind="lock", name=str(lock.table)),
            ledger=Ledger(tool=case.ledger.tool, table=str(case.ledger.table), migration=""),
        ),
        facts=facts,
        evidence=(
            Evidence(query=f"lock row in {lock.table}", answer="set" + (f" by {lock.holder}" if lock.holder else "")),
            Evidence(query="other sessions of this database at work", answer=", ".join(busy) or f"none (of {sessions} connected)"),
        ),
    )


def _concerns(case: Case, lock_table: str) -> bool:
    if case.error is None:
        return not case.statement
    told = f"{case.statement}\n{case.error.message}".lower()
    return lock_table.lower() in told or ("lock" in case.error.message.lower() and case.error.sqlstate == "P0001")
