"""The migration is recorded as applied: all that it makes is there, as wanted."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Finding, Remedy


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy: the ledger's entry. The statement for it is the migration tool's own, so it is made where the ledger is known."""
    if finding.cause == "schema_has_it_but_ledger_lacks_it" and case.ledger is not None:
        yield Remedy(
            id="mark_as_applied",
            facts={"migration": finding.facts["migration"], "tool": case.ledger.tool, "ledger": str(case.ledger.table)},
        )
