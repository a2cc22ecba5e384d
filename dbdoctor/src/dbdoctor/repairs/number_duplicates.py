"""Number rows anew where the column only says in which order things are shown: the order they have is kept, the old numbers too."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy
from dbdoctor.model import TableName
from dbdoctor.repairs import setting_aside


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy for an order column of a table with a primary key; the rows as they were stand in quarantine."""
    side, key = finding.subject.child, finding.facts.get("primary_key")
    if finding.cause != "duplicate_rows" or not finding.facts.get("only_an_order") or side is None or not isinstance(key, list) or not key:
        return
    name, column = TableName(side.schema, side.table), side.columns[0]
    rows, _ = case.ask.count_rows(name)
    reason = f"numbers of {column} as they were"
    changes = [ddl.keep_copy(name, reason, "true"), ddl.number_in_order(name, column, key)]
    facts: dict[str, Fact] = {"table": str(name), "column": column, "rows": rows}
    yield setting_aside(changes, code="number_duplicates", places=[name], rows=rows, facts=facts)
