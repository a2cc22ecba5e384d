"""The ledger is told that a migration which was begun and not ended is not applied, so that the tool runs it again."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Finding, Remedy


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy. The statement for it is the migration tool's own, so it is made where the ledger is known."""
    if finding.cause == "partial_migration" and finding.facts.get("kind") == "unfinished" and case.ledger is not None:
        yield Remedy(
            id="settle_unfinished", facts={"migration": finding.facts["name"], "tool": case.ledger.tool, "ledger": str(case.ledger.table)}
        )
