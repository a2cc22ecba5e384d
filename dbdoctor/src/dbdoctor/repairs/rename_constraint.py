"""The constraint is given the name that the migration expects: a change of the catalog only."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import TableName


def propose(finding: Finding, _: Case) -> Iterator[Remedy]:
    """One remedy for a constraint or an index."""
    facts, side = finding.facts, finding.subject.child
    by_case = finding.cause == "case_sensitive_name" and facts.get("kind") in {"constraint", "index"}
    if side is None or not (by_case or finding.cause == "constraint_name_differs"):
        return
    name, old, new = TableName(side.schema, side.table), str(facts.get("there") or facts.get("meant")), str(facts["name"])
    rename = ddl.rename_constraint if facts["kind"] == "constraint" else ddl.rename_index
    told: dict[str, Fact] = {"table": str(name), "from": old, "to": new}
    step = SqlStep(
        code="rename_constraint", sql=rename(name, old, new), undo_sql=rename(name, new, old), lock="AccessExclusiveLock",
        blocks="reads and writes",
        facts=told,
    )  # fmt: skip
    yield Remedy(id="rename_constraint", facts=told, steps=(step,))
