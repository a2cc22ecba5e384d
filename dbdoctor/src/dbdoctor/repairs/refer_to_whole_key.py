"""A key to a part of a composite key: the child gets the columns it lacks, filled from the parent, and refers to the whole key."""

from collections.abc import Iterator

import msgspec

from dbdoctor.checks import Case, references_of, resolve
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import Reference, Table
from dbdoctor.wanted.corrections import with_wider_reference


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy where the missing values can be told for every row (none, in a table that is yet to be made)."""
    facts = finding.facts
    partial = finding.cause == "composite_key_mismatch" and facts.get("kind") == "part"
    if not (partial or (finding.cause == "partitioned_or_temporary_table" and facts.get("kind") == "key")) or not facts.get("missing"):
        return
    missing, key = [str(c) for c in _list(facts["missing"])], [str(c) for c in _list(facts["key"])]
    for reference in references_of(case.effects):
        full, child, parent = resolve(reference, case.catalog)
        if parent is None or full.parent != parent.name or not set(full.parent_columns) <= set(key):
            continue
        names = {c: _named(c, child if facts.get("exists") else None, full, case=case) for c in missing}
        if facts.get("exists") and child:
            if not facts.get("ambiguous") and len(full.columns) == len(full.parent_columns):
                yield _for_rows(full, child, parent, key=key, names=names)
        else:
            yield from _for_new_table(case, full, parent, key=key, names=names)
        return


def _for_rows(full: Reference, child: Table, parent: Table, *, key: list[str], names: dict[str, str]) -> Remedy:
    own = {p: c for c, p in zip(full.columns, full.parent_columns, strict=True)} | names
    whole = Reference(
        child=child.name, columns=tuple(own[c] for c in key), parent=parent.name, parent_columns=tuple(key), on_delete=full.on_delete,
        on_update=full.on_update,
    )  # fmt: skip
    told: dict[str, Fact] = {"table": str(child.name), "columns": list(names.values()), "key": key, "parent": str(parent.name)}
    code = "refer_to_whole_key"
    added = [_added(child, names[c], parent, column=c, told=told) for c in names]
    filled = SqlStep(
        code=code, sql=ddl.fill_from_parent(full, names), undo_sql=ddl.empty_columns(child.name, tuple(names.values()), "true"),
        writes=(child.name,), facts=told,
    )  # fmt: skip
    name = full.constraint or ddl.fitting(f"{child.name.name}_{'_'.join(whole.columns)}", ending="_fkey")
    made = SqlStep(
        code=code, sql=ddl.add_constraint(child.name, name, ddl.key_definition(whole)), undo_sql=ddl.drop_constraint(child.name, name),
        lock="ShareRowExclusiveLock", blocks="writes", facts=told,
    )  # fmt: skip
    return Remedy(id=code, facts=told, steps=(*added, filled, made))


def _added(child: Table, name: str, parent: Table, *, column: str, told: dict[str, Fact]) -> SqlStep:
    there = parent.column(column)
    return SqlStep(
        code="refer_to_whole_key", sql=ddl.add_column(child.name, name, there.type if there else "text"), lock="AccessExclusiveLock",
        undo_sql=ddl.drop_column(child.name, name), blocks="reads and writes", facts=told,
    )  # fmt: skip


def _for_new_table(case: Case, full: Reference, parent: Table, *, key: list[str], names: dict[str, str]) -> Iterator[Remedy]:
    types = {names[c]: there.type for c in names if (there := parent.column(c))}
    fewer = len(full.columns) < len(full.parent_columns)
    own = dict(zip(full.parent_columns, full.columns, strict=False)) if not fewer else {key[0]: full.columns[0]}
    pairs = [({**own, **names}[c], c) for c in key if c in own or c in names]
    if len(pairs) != len(key):
        return
    corrected = with_wider_reference(case.statement, full, pairs=pairs, types=types)
    if corrected:
        told: dict[str, Fact] = {"table": str(full.child), "columns": list(names.values()), "key": key, "parent": str(parent.name)}
        yield Remedy(id="refer_to_whole_key", facts=told, steps=(SqlStep(code="refer_to_whole_key", sql=corrected, facts=told),))


def _named(column: str, child: Table | None, full: Reference, *, case: Case) -> str:
    taken = {c.name for c in child.columns} if child else {c for e in case.effects for c in e.columns if e.kind == "create_table"}
    wished = [column, f"{full.parent.name}_{column}", f"{full.columns[0]}_{column}"]
    return next((name for name in wished if name not in taken), f"{wished[-1]}_2")


def _list(value: object) -> list[object]:
    return msgspec.convert(value, list[object])
