"""invalid_or_not_validated_constraint: a key left behind NOT VALID, or an index whose concurrent build failed."""

from collections.abc import Iterator

import msgspec

from dbdoctor.checks import Case, as_reference, existing_key, references_of, resolve, sides
from dbdoctor.findings import Evidence, Fact, Finding, Object, Side, Subject
from dbdoctor.model import ForeignKey, Table
from dbdoctor.wanted.presence import cut, key_as_wanted


def check(case: Case) -> Iterator[Finding]:
    """Report an invalid index that keeps its name taken or its key from being leaned on, and a NOT VALID key in the way."""
    if case.sqlstate_is("42P07", "55000", "42830", "42704"):
        yield from _indexes(case)
    if case.sqlstate_is("23503") and any(e.kind == "validate" for e in case.effects):
        yield from _validated(case)
    if case.sqlstate_is("42710"):
        yield from _added_again(case)


def survey(case: Case) -> Iterator[Finding]:
    """Report every invalid index, and every key that is NOT VALID (and enforced: one that is not is another matter)."""
    for table in case.catalog.tables.values():
        for index in table.indexes:
            if not index.valid and table.kind != "partitioned":
                yield msgspec.structs.replace(_index(case, table, index.name), severity="risk")
    for key in case.catalog.foreign_keys():
        if not key.validated and key.enforced:
            yield msgspec.structs.replace(_unvalidated(case, key), severity="risk")


def _indexes(case: Case) -> Iterator[Finding]:
    for effect in case.effects:
        table = case.table(effect.table)
        named = {cut(effect.name), cut(effect.type)} if effect.kind in {"create_index", "add_key"} else set()
        for index in table.indexes if table else ():
            if not index.valid and index.name in named and table:
                yield _index(case, table, index.name)
                return
    for wanted in references_of(case.effects) if case.sqlstate_is("42830") else ():
        reference, _, parent = resolve(wanted, case.catalog)
        if parent is None:
            continue
        broken = next((k for k in parent.keys if not k.valid and sorted(k.columns) == sorted(reference.parent_columns)), None)
        if broken and not any(k.may_be_referenced and sorted(k.columns) == sorted(reference.parent_columns) for k in parent.keys):
            yield _index(case, parent, broken.name)
            return


def _index(case: Case, table: Table, name: str) -> Finding:
    index = next(i for i in table.indexes if i.name == name)
    rows, values, asked = case.ask.duplicates(table.name, index.columns) if index.unique and index.columns else (0, [], None)
    facts: dict[str, Fact] = {
        "kind": "index", "name": name, "definition": index.definition, "columns": list(index.columns), "unique": index.unique,
        "duplicates": rows,
        "values": values,
    }  # fmt: skip
    proof = Evidence(query=f"indisvalid of {name}", answer="false: its build was begun and never ended")
    return Finding(
        cause="invalid_or_not_validated_constraint",
        severity="blocking",
        subject=Subject(child=Side.of(table.name, *index.columns), object=Object(kind="index", name=name)),
        facts=facts,
        evidence=(proof, *([asked] if asked else [])),
    )


def _validated(case: Case) -> Iterator[Finding]:
    key = existing_key(case)
    if key is not None and not key.validated:
        yield _unvalidated(case, key)


def _unvalidated(case: Case, key: ForeignKey) -> Finding:
    reference = as_reference(key)
    count, values, asked = case.ask.orphans(reference)
    child = case.catalog.tables[key.child]
    facts: dict[str, Fact] = {
        "kind": "key", "name": key.name, "rows": count, "values": values, "sentinels": [],
        "nullable": not any((c := child.column(name)) and c.not_null for name in key.columns), "on_delete": key.on_delete,
        "on_update": key.on_update,
    }  # fmt: skip
    proof = Evidence(query=f"convalidated of {key.name}", answer="false: made NOT VALID, old rows were never checked")
    return Finding(
        cause="invalid_or_not_validated_constraint", severity="blocking", subject=sides(reference), facts=facts, evidence=(proof, asked)
    )


def _added_again(case: Case) -> Iterator[Finding]:
    """The name is taken by the same key, made NOT VALID by an earlier try."""
    for effect in case.effects:
        table = case.table(effect.table)
        key = next((k for k in table.foreign_keys if k.name == cut(effect.name)), None) if table and effect.reference else None
        if key is None or key.validated or effect.reference is None or not key_as_wanted(effect.reference, key, case.catalog):
            continue
        count, values, asked = case.ask.orphans(as_reference(key))
        facts: dict[str, Fact] = {"kind": "leftover", "name": key.name, "rows": count, "values": values, "definition": key.definition}
        proof = Evidence(query=f"convalidated of {key.name}", answer="false: made NOT VALID by an earlier try")
        yield Finding(
            cause="invalid_or_not_validated_constraint",
            severity="blocking",
            subject=sides(as_reference(key)),
            facts=facts,
            evidence=(proof, asked),
        )
