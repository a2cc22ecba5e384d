"""A key that is checked at the end of the transaction: rows that need each other can come in any order."""

from collections.abc import Iterator

from dbdoctor.checks import Case, existing_key
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Finding, Remedy, SqlStep


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy for the key that the first of such rows meets."""
    key = existing_key(case)
    rows = (finding.cause == "circular_reference" and finding.facts.get("kind") == "rows") or (
        finding.cause == "order_of_creation" and finding.facts.get("key")
    )
    if not rows or key is None:
        return
    facts = {"key": key.name, "table": str(key.child)}
    step = SqlStep(
        code="defer_key", sql=ddl.defer_constraint(key.child, key.name), undo_sql=ddl.undefer_constraint(key.child, key.name,
        key.definition),
        lock="AccessExclusiveLock", blocks="reads and writes", facts={**facts},
    )  # fmt: skip
    yield Remedy(id="defer_key", facts={**facts}, steps=(step,))
