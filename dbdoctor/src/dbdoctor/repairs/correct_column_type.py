"""Make the new table or column with the type its parent's key has, so that the migration finds it there."""

from collections.abc import Iterator

from dbdoctor.checks import Case, references_of, resolve
from dbdoctor.checks.type_mismatch import wanted_type
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.wanted.corrections import with_column_type, without_guard
from dbdoctor.wanted.effects import effects_of
from dbdoctor.wanted.reversal import undo_of


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy for a column that the statement itself makes; every misfit key of the statement is corrected at once."""
    if finding.cause != "type_mismatch" or finding.facts.get("exists") or not case.statement:
        return
    corrected: str | None = case.statement
    changed: list[str] = []
    for reference in references_of(case.effects):
        full, _, parent = resolve(reference, case.catalog)
        for column, key in zip(full.columns, full.parent_columns, strict=False):
            wanted = parent.column(key) if parent else None
            given = wanted_type(case, reference, column)
            if wanted and given and corrected and not case.ask.keys_compare(case.ask.resolve_type(given), wanted.type):
                corrected = with_column_type(corrected, column, wanted.type)
                changed.append(f"{column}: {given} → {wanted.type}")
    if corrected and changed:
        sql = without_guard(corrected)
        yield Remedy(
            id="correct_column_type",
            facts={"changed": changed},
            steps=(SqlStep(code="correct_column_type", sql=sql, undo_sql=undo_of(effects_of(sql)), facts={"changed": changed}),),
        )
