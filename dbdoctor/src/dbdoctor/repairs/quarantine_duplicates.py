"""Of rows that share a value which must be unique one stays; the others move to quarantine, whole."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy
from dbdoctor.model import TableName
from dbdoctor.repairs import setting_aside


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy, where no key points at a row that would go: a row that is pointed at stays, else the one with the lowest key."""
    side = finding.subject.child
    if finding.cause != "duplicate_rows" or side is None or not side.columns or finding.facts.get("only_an_order"):
        return
    name = TableName(side.schema, side.table)
    table = case.catalog.tables.get(name)
    key = table.primary_key if table else None
    rows = int(str(finding.facts.get("rows") or 0))
    if table is None or key is None or set(key.columns) & set(side.columns) or case.ask.identical_rows(name, side.columns) == rows:
        return
    children = [k for k in case.catalog.children_of(name) if k.parent_columns == key.columns]
    if case.ask.doubled_parents(name, side.columns, children=children):
        return  # two rows of one value are both pointed at: which of them is meant only the owner knows
    condition = ddl.later_twins_condition(name, side.columns, key.columns, children=children)
    reason = f"{', '.join(side.columns)} must be unique, and another row with the same value stays"
    changes = [ddl.keep_copy(name, reason, condition), ddl.remove_rows(name, condition)]
    facts: dict[str, Fact] = {"table": str(name), "columns": list(side.columns), "rows": rows}
    yield setting_aside(changes, code="quarantine_duplicates", places=[name], rows=rows, facts=facts)
