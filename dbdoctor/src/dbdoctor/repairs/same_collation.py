"""The child's column compares text as its parent does."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import TableName


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy for a column that exists; no value is written otherwise."""
    child, parent = finding.subject.child, finding.subject.parent
    if finding.cause != "charset_or_collation_mismatch" or not finding.facts.get("exists") or child is None or parent is None:
        return
    name, over = TableName(child.schema, child.table), TableName(parent.schema, parent.table)
    table = case.catalog.tables.get(name)
    there = table.column(child.columns[0]) if table else None
    mine, theirs = case.ask.collation(name, child.columns[0]), case.ask.collation(over, parent.columns[0])
    if there is None or not theirs or mine == theirs:
        return
    told: dict[str, Fact] = {"table": str(name), "column": there.name, "from": mine, "to": theirs}
    step = SqlStep(
        code="same_collation", sql=ddl.set_collation(name, there.name, there.type, collation=theirs),
        undo_sql=ddl.set_collation(name, there.name, there.type, collation=mine), lock="AccessExclusiveLock", blocks="reads and writes",
        facts=told,
    )  # fmt: skip
    yield Remedy(id="same_collation", facts=told, steps=(step,))
