"""Values that the new type refuses: kept in quarantine, and NULL in their place; or the whole row moved there."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy
from dbdoctor.model import TableName
from dbdoctor.repairs import setting_aside


def propose(finding: Finding, _: Case) -> Iterator[Remedy]:
    """NULL where the column may be, quarantine of the row where it may not; bound to the values that were seen."""
    side, values = finding.subject.child, finding.facts.get("all_values")
    if finding.cause != "unconvertible_data" or side is None or not isinstance(values, list) or not values:
        return
    name, column, rows = TableName(side.schema, side.table), side.columns[0], int(str(finding.facts["rows"]))
    condition = ddl.holds_one_of(column, values)
    copy = ddl.keep_copy(name, f"{column} is no {finding.facts['to']}", condition)
    nullable = bool(finding.facts.get("nullable"))
    code = "null_unconvertible" if nullable else "quarantine_unconvertible"
    change = ddl.empty_columns(name, (column,), condition) if nullable else ddl.remove_rows(name, condition)
    facts: dict[str, Fact] = {
        "table": str(name),
        "column": column,
        "rows": rows,
        "values": finding.facts.get("values"),
        "to": finding.facts["to"],
    }
    yield setting_aside([copy, change], code=code, places=[name], rows=rows, facts=facts)
