"""inherited_table: rows, or the key, belong to a child by inheritance, and a foreign key sees only the parent itself."""

from collections.abc import Iterator

from dbdoctor.checks import Case, as_reference, existing_key, references_of, resolve, sides, wanted_keys
from dbdoctor.findings import Evidence, Fact, Finding
from dbdoctor.model import Reference, Table, TableName
from dbdoctor.wanted.said import absent_value


def check(case: Case) -> Iterator[Finding]:
    """Report parents whose rows are stored in children by inheritance, and children that did not inherit the key."""
    if case.sqlstate_is("23503"):
        key = existing_key(case)
        value = absent_value(case.error)
        inserting = any(e.kind in {"insert", "update"} for e in case.effects)
        parent = case.catalog.tables.get(key.parent) if key else None
        if key and parent and inserting and value is not None:
            heirs = [h for h in _heirs(case, parent) if case.ask.has_row(h, {key.parent_columns[0]: value}, own=True)]
            if heirs:
                yield _rows(case, as_reference(key), parent, heirs=heirs)
        elif not inserting:
            yield from _existing_rows(case)
    elif case.sqlstate_is("42830", "42704"):
        yield from _without_key(case)


def _existing_rows(case: Case) -> Iterator[Finding]:
    for reference, _, parent in wanted_keys(case):
        covered = [h for h in _heirs(case, parent) if case.ask.covered_orphans(reference, h, reference.parent_columns)[1]]
        if covered:
            yield _rows(case, reference, parent, heirs=covered)


def _rows(case: Case, reference: Reference, parent: Table, *, heirs: list[TableName]) -> Finding:
    only, asked_only = case.ask.only_rows(parent.name)
    every, asked_all = case.ask.count_rows(parent.name)
    facts: dict[str, Fact] = {
        "kind": "rows", "parent": str(parent.name), "heirs": [str(h) for h in heirs], "own_rows": only, "all_rows": every,
        "heir": [heirs[0].schema, heirs[0].name] if len(heirs) == 1 else [],
    }  # fmt: skip
    return Finding(cause="inherited_table", severity="blocking", subject=sides(reference), facts=facts, evidence=(asked_all, asked_only))


def _without_key(case: Case) -> Iterator[Finding]:
    """A child by inheritance has its parent's columns, but not its parent's keys."""
    for reference in references_of(case.effects):
        full, _, parent = resolve(reference, case.catalog)
        if parent is None or not parent.inherits or parent.kind == "partition":
            continue
        above = [case.catalog.tables[n] for n in parent.inherits if n in case.catalog.tables]
        wanted = full.parent_columns or next((t.primary_key.columns for t in above if t.primary_key), ())
        keyed = [t for t in above if any(k.may_be_referenced and sorted(k.columns) == sorted(wanted) for k in t.keys)]
        if keyed and not any(k.may_be_referenced and sorted(k.columns) == sorted(wanted) for k in parent.keys):
            rows, values, asked = case.ask.duplicates(parent.name, wanted)
            facts: dict[str, Fact] = {
                "kind": "key", "parent": str(parent.name), "heirs": [str(t.name) for t in keyed], "columns": list(wanted),
                "duplicates": rows,
                "values": values,
            }  # fmt: skip
            told = Evidence(query=f"keys of {parent.name} and of {keyed[0].name}, which it inherits from", answer="only the latter has it")
            full = Reference(child=full.child, columns=full.columns, parent=full.parent, parent_columns=wanted, constraint=full.constraint)
            yield Finding(cause="inherited_table", severity="blocking", subject=sides(full), facts=facts, evidence=(told, asked))


def _heirs(case: Case, parent: Table) -> list[TableName]:
    """Every table that inherits from it, over any number of steps; partitions are not among them: a key sees into those."""
    if parent.kind == "partitioned":
        return []
    found: list[TableName] = []
    todo = [parent.name]
    while todo:
        above = todo.pop()
        below = [t.name for t in case.catalog.tables.values() if above in t.inherits and t.name not in found]
        found += below
        todo += below
    return found
