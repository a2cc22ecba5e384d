"""What a migration made is gone though its entry stands: its own statements bring it back, and the ledger tells the truth again."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.wanted.effects import MAKES, effects_of
from dbdoctor.wanted.reversal import undo_of
from dbdoctor.wanted.words import statements_in


def propose(finding: Finding, _: Case) -> Iterator[Remedy]:
    """One remedy where the migration's SQL is known and does nothing but make things."""
    words = str(finding.facts.get("words") or "")
    waits = finding.cause == "order_of_creation" and finding.facts.get("made_by")
    if not words or not (waits or finding.cause == "ledger_says_applied_but_schema_lacks_it"):
        return
    statements = statements_in(words)
    if not statements or any(e.kind not in MAKES for s in statements for e in effects_of(s)):
        return
    migration = str(finding.facts.get("migration") or finding.facts.get("made_by"))
    told: dict[str, Fact] = {"migration": migration}
    steps = tuple(
        SqlStep(
            code="run_missing_migration", sql=s, undo_sql=undo_of(effects_of(s)), lock="ShareRowExclusiveLock", blocks="writes", facts=told
        )
        for s in statements
    )
    yield Remedy(id="run_missing_migration", facts=told, steps=steps)
