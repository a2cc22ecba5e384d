"""charset_or_collation_mismatch: two columns compare text by different rules, and a key needs one rule."""

from collections.abc import Iterator

from dbdoctor.checks import Case, references_of, resolve, sides
from dbdoctor.findings import Evidence, Fact, Finding
from dbdoctor.model import Reference, Table


def check(case: Case) -> Iterator[Finding]:
    """Report each wanted key whose columns' collations the server refuses to compare (a nondeterministic one must be the same on both)."""
    if not case.sqlstate_is("42P21", "42P22"):
        return
    message = f"{case.error.message} {case.error.detail}".strip() if case.error else ""
    for reference in references_of(case.effects):
        full, child, parent = resolve(reference, case.catalog)
        if parent is None or not _differs(case, full, child):
            continue
        facts: dict[str, Fact] = {"message": message, "exists": child is not None and not full.child_is_new}
        yield Finding(
            cause="charset_or_collation_mismatch",
            severity="blocking",
            subject=sides(full),
            facts=facts,
            evidence=(Evidence(query="make the key", answer=message),),
        )


def _differs(case: Case, reference: Reference, child: Table | None) -> bool:
    """Whether some pair of columns has two collations; of a table that is yet to be made the server's own words must do."""
    if child is None or reference.child_is_new:
        detail = case.error.detail if case.error else ""
        named = any(f'"{column}"' in detail for r in references_of(case.effects) for column in r.columns)
        if named:
            return any(f'"{column}"' in detail for column in reference.columns)
        return any(case.ask.collation(reference.parent, column) for column in reference.parent_columns)
    pairs = zip(reference.columns, reference.parent_columns, strict=False)
    return any(case.ask.collation(child.name, mine) != case.ask.collation(reference.parent, theirs) for mine, theirs in pairs)
