"""A key cannot lean on a view: it is made to the table that the view's rows come from."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.model import TableName
from dbdoctor.wanted.corrections import with_table_name
from dbdoctor.wanted.effects import effects_of
from dbdoctor.wanted.reversal import undo_of


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy where just one table below the view has the column and a key over it; the heir where rows were inherited by one table."""
    parent = finding.subject.parent
    base = finding.facts.get("base") if finding.cause == "parent_not_a_table" else None
    base = finding.facts.get("heir") if finding.cause == "inherited_table" and finding.facts.get("kind") == "rows" else base
    if not isinstance(base, list) or len(base) != len(("schema", "table")) or parent is None or not case.statement:
        return
    target = TableName(*base)
    sql = with_table_name(case.statement, TableName("", parent.table), target)
    if sql and any(e.reference or any(c.reference for c in e.wanted) for e in case.effects):
        facts = {"view": parent.table, "table": str(target)}
        step = SqlStep(code="refer_to_base_table", sql=sql, undo_sql=undo_of(effects_of(sql)), facts={**facts})
        yield Remedy(id="refer_to_base_table", facts={**facts}, steps=(step,))
