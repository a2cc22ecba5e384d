"""circular_reference: two tables (or rows) each need the other to be there first."""

from collections.abc import Iterator

from dbdoctor.checks import Case, as_reference, existing_key, references_of, sides
from dbdoctor.findings import Evidence, Fact, Finding, Side, Subject
from dbdoctor.model import Catalog, ForeignKey, TableName
from dbdoctor.wanted.effects import Effect, effects_of
from dbdoctor.wanted.said import absent_value, missing_relation


def check(case: Case) -> Iterator[Finding]:
    """Report tables that a script makes in a circle, and rows that no order of inserting can bring in."""
    if case.sqlstate_is("42P01"):
        yield from _tables(case)
    elif case.sqlstate_is("23503") and any(e.kind in {"insert", "update"} for e in case.effects):
        yield from _rows(case)


def _tables(case: Case) -> Iterator[Finding]:
    missing = missing_relation(case.error).rsplit(".", 1)[-1]
    making = next((e for e in case.effects if e.kind == "create_table"), None)
    if not missing or making is None:
        return
    for reference in references_of(case.effects):
        back = [r for s in case.later for e in effects_of(s) if _makes(e, missing) for r in references_of([e])]
        closing = next((r for r in back if r.parent.name == making.table.name), None)
        if reference.parent.name == missing and closing:
            facts: dict[str, Fact] = {"kind": "tables", "first": making.table.name, "second": missing}
            told = f"{making.table.name} needs {missing}, {missing} needs {making.table.name}"
            yield Finding(
                cause="circular_reference",
                severity="blocking",
                subject=Subject(
                    child=Side.of(reference.child, *reference.columns),
                    parent=Side.of(reference.parent, *reference.parent_columns),
                    constraint=reference.constraint or None,
                ),
                facts=facts,
                evidence=(Evidence(query="keys of the tables that the statements make", answer=told),),
            )
            return


def _makes(effect: Effect, name: str) -> bool:
    return effect.kind == "create_table" and effect.table.name == name


def _rows(case: Case) -> Iterator[Finding]:
    key = existing_key(case)
    if key is None or key.deferrable:
        return
    circle = _circle(case.catalog, key)
    if not circle:
        return
    value = absent_value(case.error)
    comes = any(e.kind == "insert" and case.table(e.table) is case.table(key.parent) for s in case.later for e in effects_of(s))
    parent = case.catalog.tables[key.parent]
    rows, asked = case.ask.count_rows(parent.name)
    if not comes and rows:
        return  # parents were brought in before, so there is a way
    facts: dict[str, Fact] = {"kind": "rows", "keys": [k.name for k in circle], "value": value, "parent_comes_later": comes}
    told = "; ".join(f"{k.child.name}.{', '.join(k.columns)} (NOT NULL) needs {k.parent.name}" for k in circle)
    yield Finding(
        cause="circular_reference",
        severity="blocking",
        subject=sides(as_reference(key)),
        facts=facts,
        evidence=(Evidence(query="keys that may not be empty and are checked at once", answer=told), asked),
    )


def _circle(catalog: Catalog, start: ForeignKey) -> list[ForeignKey]:
    """The keys, `start` first, that lead from a table over columns that may not be NULL back to it; all are checked at once."""

    def steps(table: TableName) -> list[ForeignKey]:
        return [k for k in catalog.tables[table].foreign_keys if _needed(catalog, k)]

    paths = [[start]] if _needed(catalog, start) else []
    while paths:
        path = paths.pop(0)
        if path[-1].parent == start.child:
            return path
        seen = {k.child for k in path}
        paths += [[*path, k] for k in steps(path[-1].parent) if k.parent not in seen or k.parent == start.child]
    return []


def _needed(catalog: Catalog, key: ForeignKey) -> bool:
    table = catalog.tables[key.child]
    filled = all((c := table.column(name)) is not None and c.not_null for name in key.columns)
    return filled and not key.deferrable and key.parent in catalog.tables and key.child != key.parent
