"""One column cannot point at two tables: the second key gets a column, and a name, of its own."""

from collections.abc import Iterator

from dbdoctor.checks import Case, resolve
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.wanted.effects import Effect
from dbdoctor.wanted.likeness import stem


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """A column of its own where the name is taken by a key of the same column to another table; a free name where it is another matter."""
    facts = finding.facts
    if finding.cause != "duplicate_constraint_name" or facts.get("equal") or finding.subject.child is None:
        return
    effect = next((e for e in case.effects if e.name == facts.get("said")), None)
    if effect is None:
        return
    if effect.reference and facts.get("same_columns") and facts.get("same_parent"):
        yield from _replaced(finding, case, effect)
    elif effect.reference and facts.get("same_columns"):
        yield from _own_column(case, effect)
    else:
        yield from _renamed(finding, case, effect)


def _own_column(case: Case, effect: Effect) -> Iterator[Remedy]:
    full, child, parent = resolve(effect.reference, case.catalog) if effect.reference else (None, None, None)
    key = parent.column(full.parent_columns[0]) if full and parent and len(full.columns) == 1 and full.parent_columns else None
    if full is None or child is None or parent is None or key is None:
        return
    column = _free(f"{stem(parent.name.name)}_{full.columns[0]}", {c.name for c in child.columns})
    name = _free(f"{child.name.name}_{column}_fkey", {c.name for c in child.constraints})
    told: dict[str, Fact] = {"table": str(child.name), "column": column, "taken": full.columns[0], "parent": str(parent.name)}
    wanted = ddl.column_with_key(child.name, column, key.type, constraint=name, reference=full)
    step = SqlStep(
        code="own_column", sql=wanted, undo_sql=ddl.drop_column(child.name, column), lock="AccessExclusiveLock", blocks="reads and writes",
        facts=told,
    )  # fmt: skip
    yield Remedy(id="own_column", facts=told, steps=(step,))


def _replaced(finding: Finding, case: Case, effect: Effect) -> Iterator[Remedy]:
    """The same key with other actions: the old one goes, the statement brings the new one."""
    table = case.table(effect.table)
    taken = next((k for k in table.foreign_keys if k.name == finding.facts["name"]), None) if table else None
    if table and taken:
        told: dict[str, Fact] = {"table": str(table.name), "name": taken.name, "definition": taken.definition}
        step = SqlStep(
            code="replace_constraint", sql=ddl.drop_constraint(table.name, taken.name),
            undo_sql=ddl.add_constraint(table.name, taken.name, taken.definition), lock="AccessExclusiveLock", blocks="reads and writes",
            facts=told,
        )  # fmt: skip
        yield Remedy(id="replace_constraint", facts=told, steps=(step,))


def _renamed(finding: Finding, case: Case, effect: Effect) -> Iterator[Remedy]:
    """Another constraint has the name: that one is given a free one, and the statement can have its own."""
    table, kind = case.table(effect.table), str(finding.facts["kind"])
    old = str(finding.facts["name"])
    if table is None:
        return
    holder = table if any(c.name == old for c in table.constraints) else None
    told: dict[str, Fact] = {"table": str(table.name), "name": old}
    if holder:
        new = _free(f"{old[:55]}_old", {c.name for c in table.constraints})
        sql, undo = ddl.rename_constraint(table.name, old, new), ddl.rename_constraint(table.name, new, old)
    elif kind == "index":
        owner = next(
            (t for t in case.catalog.tables.values() if any(i.name == old for i in t.indexes) and t.name.schema == table.name.schema), None
        )
        if owner is None:
            return
        new = _free(f"{old[:55]}_old", {i.name for t in case.catalog.tables.values() for i in t.indexes})
        sql, undo = ddl.rename_index(owner.name, old, new), ddl.rename_index(owner.name, new, old)
    else:
        return
    step = SqlStep(
        code="free_the_name", sql=sql, undo_sql=undo, lock="AccessExclusiveLock", blocks="reads and writes", facts={**told, "to": new}
    )
    yield Remedy(id="free_the_name", facts={**told, "to": new}, steps=(step,))


def _free(name: str, taken: set[str]) -> str:
    wished = [ddl.fitting(name, ending=f"_{n}" if n else "") for n in range(100)]
    return next(w for w in wished if w not in taken)
