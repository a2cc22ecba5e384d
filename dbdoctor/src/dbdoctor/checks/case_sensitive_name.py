"""case_sensitive_name: the name exists, but in other capital and small letters; without quotes PostgreSQL makes all letters small."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case, folded, references_of, resolve
from dbdoctor.findings import Evidence, Fact, Finding, Object, Side, Subject
from dbdoctor.model import Table, TableName
from dbdoctor.wanted.effects import tables_in
from dbdoctor.wanted.said import missing_relation

_COLUMN = re.compile(r'^column (?:"(?P<quoted>.+?)"|(?P<plain>\S+)) ')
_OBJECT = re.compile(r'^(?P<kind>constraint|index|type|sequence) "(?P<name>.+?)"(?: of relation "(?P<relation>.+?)")? does not exist$')


def check(case: Case) -> Iterator[Finding]:
    """Report a table, column, constraint, index or type whose name differs from one that exists in its capitals only."""
    if case.sqlstate_is("42P01", "3F000") or (case.error is None and case.effects):
        yield from _tables(case)
    if case.sqlstate_is("42703") or (case.error is None and case.effects):
        yield from _columns(case)
    if case.sqlstate_is("42704"):
        yield from _objects(case)


def _tables(case: Case) -> Iterator[Finding]:
    said = missing_relation(case.error)
    named = [e.table for e in case.effects if e.table.name and not e.guarded]
    wanted = [r.parent for r in references_of(case.effects)] + named if not case.error else []
    names = [TableName("", said.rsplit(".", 1)[-1])] if said else [n for n in wanted if case.table(n) is None and not _made(case, n)]
    for name in names[:1]:
        alike = [t for t in case.catalog.tables.values() if folded(t.name.name) == folded(name.name) and t.name.name != name.name]
        on_path = sorted([t for t in alike if t.name.schema in case.catalog.search_path] or alike, key=lambda t: t.name)
        if not on_path or case.table(name):
            continue
        reference = next((r for r in references_of(case.effects) if r.parent.name == name.name), None)
        facts: dict[str, Fact] = {"kind": "table", "name": name.name, "meant": on_path[0].name.name, "schema": on_path[0].name.schema}
        facts["others"] = [str(t.name) for t in on_path[1:]]
        facts["only_read"] = all(e.kind in {"read", "insert", "update", "delete"} for e in case.effects)
        meant = Side.of(on_path[0].name, *(reference.parent_columns if reference else ()))
        child = Side.of(resolve(reference, case.catalog)[0].child, *reference.columns) if reference else meant
        yield _finding(facts, Subject(child=child, parent=meant if reference else None))


def _columns(case: Case) -> Iterator[Finding]:
    found = _COLUMN.search(case.error.message) if case.error else None
    said = (found["quoted"] or found["plain"].rsplit(".", 1)[-1]) if found else ""
    for table, column in _places(case):
        if (said and column != said) or table.column(column):
            continue
        meant = next((c.name for c in table.columns if folded(c.name) == folded(column)), "")
        if meant:
            facts: dict[str, Fact] = {"kind": "column", "name": column, "meant": meant, "table": str(table.name)}
            yield _finding(facts, Subject(child=Side.of(table.name, column)))
            return


def _places(case: Case) -> Iterator[tuple[Table, str]]:
    """Columns that the statement takes to be there, with the tables it looks for them in."""
    for reference in references_of(case.effects):
        full, child, parent = resolve(reference, case.catalog)
        if child and not full.child_is_new and not full.column_type:
            yield from ((child, c) for c in full.columns)
        if parent:
            yield from ((parent, c) for c in full.parent_columns)
    for effect in case.effects:
        table = case.table(effect.table)
        if table and effect.kind in {"comment", "add_key", "alter_type", "set_not_null", "create_index", "insert", "update"}:
            yield from ((table, c) for c in effect.columns if c)
    found = _COLUMN.search(case.error.message) if case.error else None
    if found:
        said = found["quoted"] or found["plain"].rsplit(".", 1)[-1]
        read = [case.table(name) for _, name in tables_in(case.statement)]
        yield from ((table, said) for table in read if table)


def _objects(case: Case) -> Iterator[Finding]:
    found = _OBJECT.search(case.error.message) if case.error else None
    if found is None:
        return
    kind, name = found["kind"], found["name"].rsplit(".", 1)[-1]
    table = next((t for e in case.effects if (t := case.table(e.table))), None) if kind == "constraint" else None
    there = {
        "constraint": [c.name for c in table.constraints] if table else [],
        "index": [i.name for t in case.catalog.tables.values() for i in t.indexes],
        "type": [e.name for e in case.catalog.enums],
    }.get(kind, [])
    meant = next((n for n in there if folded(n) == folded(name) and n != name), "")
    if meant:
        holder = table or next((t for t in case.catalog.tables.values() if any(i.name == meant for i in t.indexes)), None)
        facts: dict[str, Fact] = {"kind": kind, "name": name, "meant": meant, "table": str(holder.name) if holder else ""}
        side = Side.of(holder.name) if holder else None
        yield _finding(facts, Subject(child=side, constraint=name if kind == "constraint" else None, object=Object(kind=kind, name=name)))


def _made(case: Case, name: TableName) -> bool:
    return any(e.kind in {"create_table", "create_view"} and e.table.name == name.name for e in (*case.effects, *case.seen))


def _finding(facts: dict[str, Fact], subject: Subject) -> Finding:
    asked = f"{facts['kind']}s named like {facts['name']}, whatever their capitals"
    return Finding(
        cause="case_sensitive_name", severity="blocking", subject=subject, facts=facts,
        evidence=(Evidence(query=asked, answer=str(facts["meant"])),),
    )  # fmt: skip
