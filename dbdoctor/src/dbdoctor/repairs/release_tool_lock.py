"""A migration tool's lock that nobody holds any more is released, the tool's own way."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy, and only while no other session is at work."""
    sql, back = str(finding.facts.get("release") or ""), str(finding.facts.get("back") or "")
    if finding.cause != "stale_migration_lock" or not sql or case.ledger is None or case.ledger.lock is None:
        return
    told: dict[str, Fact] = {"lock": finding.facts["lock"], "tool": case.ledger.tool}
    step = SqlStep(
        code="release_tool_lock",
        sql=sql,
        undo_sql=back,
        lock="RowExclusiveLock",
        blocks="nothing",
        writes=(case.ledger.lock.table,),
        facts=told,
    )
    yield Remedy(id="release_tool_lock", facts=told, steps=(step,))
