"""parent_not_a_table: the wanted parent is a view, a materialised view or a foreign table, which no key can lean on."""

from collections.abc import Iterator

from dbdoctor.checks import Case, references_of, resolve, sides
from dbdoctor.findings import Evidence, Fact, Finding
from dbdoctor.model import Table

_NO_TABLES = {"view", "materialized view", "foreign table"}


def check(case: Case) -> Iterator[Finding]:
    """Report each wanted key to something that is no table, with the table that its rows come from."""
    if not case.allows("42809"):
        return
    for reference in references_of(case.effects):
        full, _, parent = resolve(reference, case.catalog)
        if parent is None or parent.kind not in _NO_TABLES:
            continue
        bases = [case.catalog.tables[name] for name in case.ask.view_bases(parent.name) if name in case.catalog.tables]
        column = full.parent_columns[0] if len(full.parent_columns) == 1 else ""
        there = [t for t in bases if _holds(t, parent, column)]
        facts: dict[str, Fact] = {
            "kind": parent.kind, "name": str(parent.name), "bases": [str(t.name) for t in bases],
            "base": [there[0].name.schema, there[0].name.name] if len(there) == 1 else [],
        }  # fmt: skip
        answer = parent.kind + (f" of {', '.join(str(t.name) for t in bases)}" if bases else "")
        yield Finding(
            cause="parent_not_a_table",
            severity="blocking",
            subject=sides(full),
            facts=facts,
            evidence=(Evidence(query=f"what {parent.name} is", answer=answer),),
        )


def _holds(base: Table, view: Table, column: str) -> bool:
    """Whether the base has the column, of the same type, and a key over just that one."""
    mine, theirs = base.column(column), view.column(column)
    keyed = any(k.may_be_referenced and k.columns == (column,) for k in base.keys)
    return bool(column and mine and theirs and mine.type == theirs.type and keyed)
