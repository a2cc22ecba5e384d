"""wrong_schema_or_search_path: the name is looked up in another schema than the one that is meant, or in none."""

from collections.abc import Iterator

from dbdoctor.checks import Case, as_reference, comparable, existing_key, references_of, resolve, sides, wanted_keys
from dbdoctor.findings import Evidence, Fact, Finding, Object, Side, Subject
from dbdoctor.model import Reference, Table
from dbdoctor.wanted.said import absent_value, missing_relation, missing_schema


def check(case: Case) -> Iterator[Finding]:
    """Report a name that only another schema has, and a key that leads to a namesake of the table that is meant."""
    if case.sqlstate_is("42P01", "3F000"):
        yield from _not_found(case)
    elif case.error is None:
        yield from _unresolved(case)
    if case.sqlstate_is("23503", "42804", "42830"):
        yield from _namesake(case)


def _not_found(case: Case) -> Iterator[Finding]:
    said = missing_relation(case.error)
    schema = missing_schema(case.error)
    if schema:
        wanted = next((r.parent for r in references_of(case.effects) if r.parent.schema == schema), None)
        wanted = wanted or next((e.table for e in case.effects if e.table.schema == schema), None)
        said = wanted.name if wanted else ""
    parts = said.split(".")
    names = {said, parts[-1]} if len(parts) > 1 else {said}
    meant = [t for t in case.catalog.tables.values() if t.name.name in names and said]
    if len(parts) > 1:  # a dot inside the quotes: the part before it may be the schema that was meant
        meant = [t for t in meant if t.name.schema == parts[0]] or meant
    if meant and not case.catalog.find(said):
        yield from _finding(case, said, meant)
    elif case.sqlstate_is("3F000") and (not schema or any(e.table.schema == schema for e in case.effects)):
        yield from _no_schema(case, schema)


def _no_schema(case: Case, schema: str) -> Iterator[Finding]:
    """The schema that things are to be made in is not there, or the search path names none that is."""
    path = [s.strip(' "') for s in (case.search_path or "").split(",") if s.strip(' "') not in {"", "$user", "pg_catalog"}]
    wanted = schema or next(iter(path), "")
    there = {t.name.schema for t in case.catalog.tables.values()}
    meant = next((s for s in sorted(there) if s.lower() == wanted.lower() and s != wanted), "")
    table = next((e.table.name for e in case.effects if e.table.name), "")
    facts: dict[str, Fact] = {
        "name": f"{wanted}.{table}", "missing_schema": wanted, "meant": meant, "found_in": sorted(there), "search_path": path,
        "exists": True,
        "in_one_name": False,
    }  # fmt: skip
    yield Finding(
        cause="wrong_schema_or_search_path",
        severity="blocking",
        subject=Subject(child=Side(schema=wanted, table=table) if table else None, object=Object(kind="schema", name=wanted)),
        facts=facts,
        evidence=(
            Evidence(query="schemas", answer=", ".join(sorted(there)) or "none"),
            Evidence(query="search_path", answer=", ".join(path) or "empty"),
        ),
    )


def _unresolved(case: Case) -> Iterator[Finding]:
    for reference in references_of(case.effects):
        _, _, parent = resolve(reference, case.catalog)
        made = any(e.kind == "create_table" and e.table.name == reference.parent.name for e in (*case.effects, *case.seen))
        if parent or made:
            continue
        said = str(reference.parent) if reference.parent.schema else reference.parent.name
        meant = [t for t in case.catalog.tables.values() if t.name.name == said.rsplit(".", 1)[-1]]
        if meant:
            yield from _finding(case, said, meant)


def _finding(case: Case, said: str, meant: list[Table]) -> Iterator[Finding]:
    last = said.rsplit(".", 1)[-1]
    reference = next((r for r in references_of(case.effects) if r.parent.name in {said, last}), None)
    chosen = meant[0]
    facts: dict[str, Fact] = {
        "name": said, "meant": str(chosen.name) if len(meant) == 1 else "", "found_in": [t.name.schema for t in meant],
        "search_path": list(case.catalog.search_path), "in_one_name": "." in said and last != said,
    }  # fmt: skip
    parent = Side.of(chosen.name, *(reference.parent_columns if reference else ()))
    child = Side.of(resolve(reference, case.catalog)[0].child, *reference.columns) if reference else None
    yield Finding(
        cause="wrong_schema_or_search_path",
        severity="blocking",
        subject=Subject(child=child, parent=parent, constraint=reference.constraint or None if reference else None),
        facts=facts,
        evidence=(
            Evidence(query=f"schemas with a table {last}", answer=", ".join(t.name.schema for t in meant)),
            Evidence(query="search_path", answer=", ".join(case.catalog.search_path) or "empty"),
        ),
    )


def _namesake(case: Case) -> Iterator[Finding]:
    """A key that is bound (or would be) to a table of the same name in another schema, while the other one holds what is needed."""
    key = existing_key(case)
    inserted = [(as_reference(key), case.catalog.tables.get(key.parent))] if key else []
    for reference, parent in inserted or [(r, p) for r, _, p in wanted_keys(case)]:
        child = case.catalog.tables.get(reference.child)
        for other in case.catalog.tables.values():
            if (
                parent is None
                or child is None
                or other.name.name != parent.name.name
                or other.name == parent.name
                or other.kind != parent.kind
            ):
                continue
            meant = Reference(child=reference.child, columns=reference.columns, parent=other.name, parent_columns=reference.parent_columns)
            if comparable(case, meant, child, parent=other) and _better(case, reference, meant):
                yield _bound(case, reference, other, exists=key is not None)
                return


def _better(case: Case, reference: Reference, meant: Reference) -> bool:
    value = absent_value(case.error)
    if case.sqlstate_is("23503") and value is not None and not any(True for _ in references_of(case.effects)):
        return case.ask.has_row(meant.parent, {meant.parent_columns[0]: value}) and not case.ask.orphans(meant)[0]
    if case.sqlstate_is("23503"):
        return case.ask.orphans(reference)[0] > 0 and not case.ask.orphans(meant)[0]
    return True  # the types (or the unique key) are missing here and there they are right


def _bound(case: Case, reference: Reference, other: Table, *, exists: bool) -> Finding:
    rows_here, asked_here = case.ask.count_rows(reference.parent)
    rows_there, asked_there = case.ask.count_rows(other.name)
    facts: dict[str, Fact] = {
        "name": reference.parent.name, "meant": str(other.name), "bound_to": str(reference.parent), "exists": exists,
        "rows_here": rows_here, "rows_there": rows_there, "search_path": list(case.catalog.search_path),
        "new_parent": [other.name.schema, other.name.name], "found_in": [other.name.schema], "in_one_name": False,
    }  # fmt: skip
    return Finding(
        cause="wrong_schema_or_search_path", severity="blocking", subject=sides(reference), facts=facts, evidence=(asked_here, asked_there)
    )
