"""The column may be NULL, as the key's own action needs it: no row has to go."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.model import TableName


def propose(finding: Finding, _: Case) -> Iterator[Remedy]:
    """One remedy for ON DELETE SET NULL, and for a NOT NULL column that statements do not know any more."""
    side, facts = finding.subject.child, finding.facts
    forgotten = finding.cause == "stale_constraint" and facts.get("why") == "forgotten_column"
    if side is None or not (forgotten or (finding.cause == "null_set_on_not_null_column" and not facts.get("in_primary_key"))):
        return
    name, column = TableName(side.schema, side.table), str(facts.get("column") or side.columns[0])
    told = {"table": str(name), "column": column}
    step = SqlStep(
        code="allow_null", sql=ddl.drop_not_null(name, column), undo_sql=ddl.set_not_null(name, column), lock="AccessExclusiveLock",
        blocks="reads and writes", facts={**told},
    )  # fmt: skip
    yield Remedy(id="allow_null", facts={**told}, steps=(step,))
