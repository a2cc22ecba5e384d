"""parent_table_missing: the table a key (or a statement) points at does not exist."""

from collections.abc import Iterator

from dbdoctor.checks import Case, references_of, resolve
from dbdoctor.findings import Evidence, Fact, Finding, Side, Subject
from dbdoctor.wanted.likeness import likest


def check(case: Case) -> Iterator[Finding]:
    """Report each wanted key whose parent is not there; a table made by the same statements counts as there."""
    if case.error is not None and case.error.sqlstate not in {"42P01", "3F000"}:
        return
    made = {effect.table.name for effect in case.effects if effect.kind == "create_table"}
    for reference in references_of(case.effects):
        full, _, parent = resolve(reference, case.catalog)
        if parent is not None or full.parent.name in made:
            continue
        tables = [name.name for name in case.catalog.tables]
        similar = likest(full.parent.name, tables)
        later = any(e.kind == "create_table" and e.table.name == full.parent.name for e in case.seen)
        facts: dict[str, Fact] = {"table": full.parent.name, "similar": similar, "made_by_another_migration": later}
        yield Finding(
            cause="parent_table_missing",
            severity="blocking",
            subject=Subject(
                child=Side.of(full.child, *full.columns),
                parent=Side(schema=full.parent.schema, table=full.parent.name, columns=full.parent_columns),
                constraint=full.constraint or None,
            ),
            facts=facts,
            evidence=(Evidence(query=f"tables named {full.parent.name}", answer=f"none; alike: {similar}" if similar else "none"),),
        )
