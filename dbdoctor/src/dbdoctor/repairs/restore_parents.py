"""Parents that are missing and stand in another table are brought back from there: nothing has to go."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import Reference, TableName


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy where a table like the parent holds the rows: those that are pointed at, or (a parent made anew) all."""
    child, parent, source = finding.subject.child, finding.subject.parent, finding.facts.get("source")
    if (
        finding.cause not in {"orphan_rows", "partial_migration", "fk_not_enforced"}
        or child is None
        or parent is None
        or not isinstance(source, list)
    ):
        return
    target, other = TableName(parent.schema, parent.table), TableName(*source)
    into, out = case.catalog.tables.get(target), case.catalog.tables.get(other)
    if into is None or out is None:
        return
    every = bool(finding.facts.get("all"))
    columns = [c.name for c in into.columns if not c.generated and out.column(c.name)]
    reference = Reference(child=TableName(child.schema, child.table), columns=child.columns, parent=target, parent_columns=parent.columns)
    rows = int(str(finding.facts.get("rows" if every else "covered") or 0))
    sql = ddl.copy_rows(target, other, columns, needed_by=None if every else reference)
    told: dict[str, Fact] = {"table": str(target), "source": str(other), "rows": rows, "all": every}
    step = SqlStep(
        code="restore_parents",
        sql=sql,
        undo_sql="",
        lock="RowExclusiveLock",
        blocks="nothing",
        writes=(target,),
        rows_touched=rows,
        facts=told,
    )
    yield Remedy(id="restore_parents", rows_touched=0, facts=told, steps=(step,))
