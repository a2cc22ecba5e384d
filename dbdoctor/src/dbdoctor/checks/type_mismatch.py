"""type_mismatch: the two columns of a key have types that no common equality compares, or a column cannot be cast as asked."""

from collections.abc import Iterator

from dbdoctor.checks import Case, references_of, resolve
from dbdoctor.findings import Evidence, Fact, Finding, Side, Subject
from dbdoctor.model import Reference, Table


def check(case: Case) -> Iterator[Finding]:
    """Report every wanted key whose types do not fit, and a type change without a cast."""
    if case.error is not None and case.error.sqlstate not in {"42804", "42846"}:
        return
    for reference in references_of(case.effects):
        full, child, parent = resolve(reference, case.catalog)
        if parent and len(full.columns) == len(full.parent_columns):
            for position in range(len(full.columns)):
                yield from _pair(case, full, child=child, parent=parent, position=position)
    yield from _casts(case)


def _pair(case: Case, reference: Reference, *, child: Table | None, parent: Table, position: int) -> Iterator[Finding]:
    column, parent_column = reference.columns[position], parent.column(reference.parent_columns[position])
    existing = child.column(column) if child and not reference.child_is_new else None
    child_type = existing.type if existing else case.ask.resolve_type(wanted_type(case, reference, column))
    if not parent_column or not child_type or case.ask.keys_compare(child_type, parent_column.type):
        return
    facts: dict[str, Fact] = {
        "child_type": child_type,
        "parent_type": parent_column.type,
        "child_column": column,
        "parent_column": parent_column.name,
        "exists": existing is not None,
        "on_delete": reference.on_delete,
    }
    asked_for = f"types of {reference.child}.{column} and {parent.name}.{parent_column.name}"
    evidence = [Evidence(query=asked_for, answer=f"{child_type} and {parent_column.type}")]
    if existing and child and child.kind in {"table", "partition", "partitioned"}:
        values, asked = case.ask.count_values(child.name, column)
        facts["values"] = values
        evidence.append(asked)
        if values:
            good, bad, tried = case.ask.convertible(child.name, column, parent_column.type)
            facts |= {"convertible": good, "inconvertible": bad}
            evidence.append(tried)
    yield Finding(
        cause="type_mismatch",
        severity="blocking",
        subject=Subject(
            child=Side.of(reference.child, *reference.columns),
            parent=Side.of(parent.name, *reference.parent_columns),
            constraint=reference.constraint or None,
        ),
        facts=facts,
        evidence=tuple(evidence),
    )


def wanted_type(case: Case, reference: Reference, column: str) -> str:
    """The type the statement gives a column of a key that it makes; '' when it makes none."""
    made = [e for e in case.effects if e.kind == "create_table" and e.table == reference.child]
    return reference.column_type or next((wanted.type for effect in made for wanted in effect.wanted if wanted.name == column), "")


def _casts(case: Case) -> Iterator[Finding]:
    """ALTER COLUMN … TYPE that has no cast the server would take by itself."""
    if case.error is None:
        return
    for effect in case.effects:
        table = case.catalog.find(effect.table.name, effect.table.schema or None)
        column = table.column(effect.columns[0]) if table and effect.kind == "alter_type" else None
        wanted = case.ask.resolve_type(effect.type)
        if not table or not column or not wanted or column.type == wanted:
            continue
        values, asked = case.ask.count_values(table.name, column.name)
        facts: dict[str, Fact] = {
            "child_type": column.type, "parent_type": wanted, "child_column": column.name, "exists": True, "values": values,
        }  # fmt: skip
        evidence = [asked]
        if values:
            good, bad, tried = case.ask.convertible(table.name, column.name, wanted)
            facts |= {"convertible": good, "inconvertible": bad}
            evidence.append(tried)
        yield Finding(
            cause="type_mismatch",
            severity="blocking",
            subject=Subject(child=Side.of(table.name, column.name)),
            facts=facts,
            evidence=tuple(evidence),
        )
