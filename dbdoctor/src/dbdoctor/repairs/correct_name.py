"""Run the statement with the name that was meant: a column, a parent table, or the schema it lies in."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.model import TableName
from dbdoctor.wanted.corrections import with_column_name, with_table_name, without_guard
from dbdoctor.wanted.effects import effects_of
from dbdoctor.wanted.reversal import undo_of

_QUESTIONS = {"read", "insert", "update", "delete"}


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy for each name that may be meant. A column that is merely alike is corrected only where the statement reads it."""
    if not case.statement:
        return
    for old, new, corrected in (_corrected(finding, case), *_namesakes(finding, case)):
        if not corrected or corrected == case.statement:
            continue
        step = SqlStep(code="correct_name", sql=corrected, undo_sql=undo_of(effects_of(corrected)), facts={"from": old, "to": new})
        yield Remedy(id="correct_name", facts={"from": old, "to": new}, steps=(step,))


def _namesakes(finding: Finding, case: Case) -> Iterator[tuple[str, str, str | None]]:
    """Further tables whose names differ in their capitals only."""
    others = finding.facts.get("others")
    if finding.cause != "case_sensitive_name" or finding.facts.get("only_read") or not isinstance(others, list):
        return
    old = str(finding.facts["name"])
    for table in case.catalog.tables:
        if str(table) in others:
            yield old, table.name, _onto(case, old, table)


def _corrected(finding: Finding, case: Case) -> tuple[str, str, str | None]:
    facts = finding.facts
    similar = str(facts.get("similar") or "")
    if finding.cause == "missing_column" and similar and facts.get("only_read") and finding.subject.child:
        old = finding.subject.child.columns[0]
        return old, similar, with_column_name(case.statement, old, similar)
    if finding.cause == "parent_table_missing" and similar and finding.subject.parent:
        old, found = finding.subject.parent.table, case.catalog.find(similar)
        return old, similar, _onto(case, old, found.name) if found else None
    if finding.cause == "case_sensitive_name" and facts.get("kind") == "column":
        old, new = str(facts["name"]), str(facts["meant"])
        return old, new, with_column_name(case.statement, old, new)
    if finding.cause == "case_sensitive_name" and facts.get("kind") == "table" and not facts.get("only_read"):
        old = str(facts["name"])
        return old, str(facts["meant"]), _onto(case, old, TableName(str(facts["schema"]), str(facts["meant"])))
    if finding.cause == "wrong_schema_or_search_path" and facts.get("meant") and not facts.get("exists"):
        meant = finding.subject.parent
        old = str(facts["name"])
        if meant and any(e.kind not in _QUESTIONS for e in case.effects):
            target = TableName(meant.schema, meant.table)
            return old, str(target), _onto(case, old, target) or _onto(case, old.rsplit(".", 1)[-1], target)
    return "", "", None


def _onto(case: Case, old: str, target: TableName) -> str | None:
    corrected = with_table_name(case.statement, TableName("", old), target)
    return without_guard(corrected) if corrected else None
