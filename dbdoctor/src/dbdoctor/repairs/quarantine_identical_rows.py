"""Keep one of several rows that are equal in every column; the others move to quarantine."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.model import TableName


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
    every = [c.name for c in table.columns]
    equal_rows, _, _ = case.ask.duplicates(name, [c for c in every if _always_filled(case, name, c)])
    if equal_rows != rows:
        return
    reason = f"equal to a row that stays, but {', '.join(side.columns)} must be unique"
    twin = f"t.ctid > (SELECT min(o.ctid) FROM {ddl.table(name)} o WHERE o IS NOT DISTINCT FROM t)"
    codes = [*ddl.make_quarantine(name, reason), ddl.keep_copy(name, reason, twin), ddl.remove_rows(name, twin)]
    steps = [SqlStep(code="quarantine_identical_rows", sql=sql, rows_touched=rows if sql.startswith("DELETE") else 0) for sql in codes]
    yield Remedy(id="quarantine_identical_rows", rows_touched=rows, facts={"table": str(name), "rows": rows}, steps=tuple(steps))


def _always_filled(case: Case, name: TableName, column: str) -> bool:
    filled, _ = case.ask.count_values(name, column)
    rows, _ = case.ask.count_rows(name)
    return filled == rows
