"""What the ledger itself needs before the app's command can do anything: a lock that was left behind, a migration that was never ended."""

from collections.abc import Iterator, Sequence

from dbdoctor.errors import DoctorError
from dbdoctor.findings import Evidence, Finding, Ledger, Object, Remedy, SqlStep, Subject
from dbdoctor.histories import History, LedgerState, Migration, ToolLock
from dbdoctor.rehearsal.scenario import Decision, Scenario

NOBODY = "nobody: every other session of this database is idle and was last seen elsewhere"


class MigrationIsRunning(DoctorError):
    """The tool's lock is held, and a session is there that may hold it."""

    kind = "refused"


def beginning(history: History | None, state: LedgerState | None, known: Sequence[Migration]) -> Scenario:
    """The decisions that every attempt starts with. Raises MigrationIsRunning where a lock's holder may still be there."""
    return Scenario(decisions=tuple(_decisions(history, state, known)))


def ledger_findings(state: LedgerState | None) -> list[Finding]:
    """A lock that was left behind, with the remedy."""
    if state is None or state.lock is None or not state.lock.left_behind:
        return []
    decision = _released(state, state.lock)
    subject = Subject(
        object=Object(kind="lock", name=str(state.lock.table)), ledger=Ledger(tool=state.tool, table=str(state.table), migration="")
    )
    facts = decision.steps[0].facts
    remedy = Remedy(id="release_tool_lock", steps=decision.steps, rows_touched=1, facts=facts)
    return [
        Finding(
            cause="stale_migration_lock", severity="blocking", subject=subject, facts=facts, evidence=decision.evidence, remedies=(remedy,)
        )
    ]


def _decisions(history: History | None, state: LedgerState | None, known: Sequence[Migration]) -> Iterator[Decision]:
    if history is None or state is None:
        return
    if state.lock and state.lock.held:
        yield _released(state, state.lock)
    settled = history.settle_unfinished(state, list(known)) if state.unfinished else None
    if settled is not None:
        named = ", ".join(state.unfinished)
        step = SqlStep(
            code="settle_unfinished", sql=settled.sql, undo_sql=settled.undo_sql, writes=(state.table,),
            facts={"tool": state.tool, "ledger": str(state.table), "migration": named},
        )  # fmt: skip
        told = Evidence(query=f"{state.tool}'s ledger {state.table}", answer=f"{named} was begun and not ended")
        yield Decision(problem="ledger||unfinished", code="settle_unfinished", steps=(step,), evidence=(told,))


def _released(state: LedgerState, lock: ToolLock) -> Decision:
    if not lock.left_behind:
        message = f"{state.tool} holds its lock {lock.table}, and it may be running: {'; '.join(lock.holders)}."
        raise MigrationIsRunning(message, next_step="Wait until it has ended, or end that session; nothing was changed.")
    facts = {"tool": state.tool, "lock": str(lock.table), "holder": lock.holder, "since": lock.since}
    held = f"held{f' by {lock.holder}' if lock.holder else ''}{f' since {lock.since}' if lock.since else ''}"
    return Decision(
        problem="ledger||lock",
        code="release_tool_lock",
        steps=(SqlStep(code="release_tool_lock", sql=lock.release_sql, undo_sql=lock.undo_sql, writes=(lock.table,), facts={**facts}),),
        evidence=(
            Evidence(query=f"{lock.table}", answer=held),
            Evidence(query="sessions that may hold it (pg_stat_activity)", answer=NOBODY),
        ),
    )
