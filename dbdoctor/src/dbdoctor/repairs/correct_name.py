"""Run the statement with the name that was meant: a column or a parent table spelled a little differently."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.model import TableName
from dbdoctor.wanted.corrections import with_column_name, with_table_name, without_guard
from dbdoctor.wanted.effects import effects_of
from dbdoctor.wanted.reversal import undo_of


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy when a like name exists. A column is corrected only where the statement reads it."""
    similar = str(finding.facts.get("similar") or "")
    if not similar or not case.statement:
        return
    if finding.cause == "missing_column" and finding.facts.get("only_read") and finding.subject.child:
        old = finding.subject.child.columns[0]
        corrected = with_column_name(case.statement, old, similar)
    elif finding.cause == "parent_table_missing" and finding.subject.parent:
        old = finding.subject.parent.table
        found = case.catalog.find(similar)
        corrected = with_table_name(case.statement, TableName("", old), found.name) if found else None
        corrected = without_guard(corrected) if corrected else None
    else:
        return
    if corrected:
        effects = effects_of(corrected)
        yield Remedy(
            id="correct_name",
            facts={"from": old, "to": similar},
            steps=(SqlStep(code="correct_name", sql=corrected, undo_sql=undo_of(effects), facts={"from": old, "to": similar}),),
        )
