"""Number rows anew where the column only says in which order things are shown: the order they have is kept, the old numbers too."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.model import TableName


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy for an order column of a table with a primary key; the rows as they were stand in quarantine."""
    side, key = finding.subject.child, finding.facts.get("primary_key")
    if finding.cause != "duplicate_rows" or not finding.facts.get("only_an_order") or side is None or not isinstance(key, list) or not key:
        return
    name, column = TableName(side.schema, side.table), side.columns[0]
    rows, _ = case.ask.count_rows(name)
    reason = f"numbers of {column} as they were"
    codes = [*ddl.make_quarantine(name, reason), ddl.keep_copy(name, reason, "true"), ddl.number_in_order(name, column, key)]
    undos = ["", ddl.drop_table(ddl.quarantine(name)), "", ""]
    facts = {"table": str(name), "column": column, "rows": rows}
    steps = [
        SqlStep(code="number_duplicates", sql=sql, undo_sql=undo, rows_touched=rows if sql.startswith("UPDATE") else 0, facts=dict(facts))
        for sql, undo in zip(codes, undos, strict=True)
    ]
    yield Remedy(id="number_duplicates", rows_touched=rows, facts=dict(facts), steps=tuple(steps))
