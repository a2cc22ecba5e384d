"""A key that says NOT ENFORCED cannot be validated: it is enforced, which checks every row as well."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.model import TableName


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy, in place of VALIDATE."""
    side = finding.subject.child
    if finding.cause != "fk_not_enforced" or not case.sqlstate_is("55000", "42809") or side is None:
        return
    name, key = TableName(side.schema, side.table), str(finding.facts["key"])
    told = {"table": str(name), "key": key}
    step = SqlStep(code="enforce_key", sql=ddl.enforce_constraint(name, key), lock="ShareRowExclusiveLock", blocks="writes", facts={**told})
    yield Remedy(id="enforce_key", facts={**told}, steps=(step,))
