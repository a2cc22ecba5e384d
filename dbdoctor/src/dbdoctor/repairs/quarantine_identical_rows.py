"""Keep one of several rows that are equal in every column; the others move to quarantine."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy
from dbdoctor.model import TableName
from dbdoctor.repairs import setting_aside


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy when the doubled rows are wholly identical; rows that differ anywhere are the owner's to judge."""
    on_parent = finding.cause == "parent_not_unique" and finding.facts.get("duplicates")
    side = finding.subject.parent if on_parent else finding.subject.child
    if not (on_parent or finding.cause == "duplicate_rows") or side is None or not side.columns:
        return
    name = TableName(side.schema, side.table)
    table = case.catalog.tables.get(name)
    if table is None or (table.primary_key and tuple(table.primary_key.columns) != side.columns):
        return
    rows = int(str(finding.facts.get("duplicates") or finding.facts.get("rows") or 0))
    if case.ask.identical_rows(name, side.columns) != rows:
        return
    reason = f"equal to a row that stays, but {', '.join(side.columns)} must be unique"
    twin = ddl.twins_condition(name, side.columns)
    changes = [ddl.keep_copy(name, reason, twin), ddl.remove_rows(name, twin)]
    facts: dict[str, Fact] = {"table": str(name), "rows": rows}
    yield setting_aside(changes, code="quarantine_identical_rows", places=[name], rows=rows, facts=facts)
