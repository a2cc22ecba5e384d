"""Orphans get a parent that the owner names; the rows as they were are kept."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.errors import UsageError
from dbdoctor.findings import Fact, Finding, Remedy
from dbdoctor.model import Reference, TableName
from dbdoctor.repairs import setting_aside

# Causes under which rows without a parent stand.
CAUSES = {"orphan_rows", "fk_not_enforced", "invalid_or_not_validated_constraint", "trigger_or_rule"}


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy where the owner has named a parent; raises UsageError where there is none of that key."""
    child, parent = finding.subject.child, finding.subject.parent
    if not case.adopter or finding.cause not in CAUSES or child is None or parent is None or not finding.facts.get("rows"):
        return
    name, target = TableName(child.schema, child.table), TableName(parent.schema, parent.table)
    values = _key(case, target, parent.columns)
    reference = Reference(child=name, columns=child.columns, parent=target, parent_columns=parent.columns)
    rows = int(str(finding.facts["rows"]))
    facts: dict[str, Fact] = {
        "table": str(name),
        "columns": list(child.columns),
        "parent": str(target),
        "rows": rows,
        "adopter": case.adopter,
    }
    condition = ddl.orphans_condition(reference, "t")
    copy = ddl.keep_copy(name, f"{', '.join(child.columns)} had no row in {target.name}, {case.adopter} was chosen for it", condition)
    changes = [copy, ddl.write_columns(name, dict(zip(child.columns, values, strict=True)), condition)]
    yield setting_aside(changes, code="adopt_orphans", places=[name], rows=rows, facts=facts)


def _key(case: Case, parent: TableName, columns: tuple[str, ...]) -> list[str]:
    """The value of each of the parent's columns; a key of several has them with commas between."""
    values = [part.strip() for part in case.adopter.split(",")] if len(columns) > 1 else [case.adopter]
    if len(values) == len(columns) and case.ask.has_row(parent, dict(zip(columns, values, strict=True))):
        return values
    form = ", ".join(columns)
    message = f"{parent.name} has no row whose {form} is {case.adopter}, so it can adopt none."
    raise UsageError(message, next_step=f"Give the key of a row that is there: --orphans 'adopt {form.upper()}'. Nothing was changed.")
