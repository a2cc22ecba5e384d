"""deferred_constraint: a key that is checked late cannot be leaned on, and checks that are still pending forbid a change."""

from collections.abc import Iterator

from dbdoctor.checks import Case, as_reference, existing_key, references_of, resolve, sides
from dbdoctor.findings import Evidence, Fact, Finding, Object, Side, Subject
from dbdoctor.model import Table
from dbdoctor.wanted.effects import effects_of
from dbdoctor.wanted.said import absent_value


def check(case: Case) -> Iterator[Finding]:
    """Report a parent key that is DEFERRABLE, and a change of a table that has pending checks."""
    if case.sqlstate_is("55006"):
        yield from _pending(case)
        return
    if case.sqlstate_is("23503") and effects_of(case.statement)[0].kind == "commit":
        yield from _too_late(case)
        return
    if not case.allows("55000"):
        return
    if case.error and "ON CONFLICT" in case.error.message:
        yield from _arbiter(case)
    for reference in references_of(case.effects):
        full, _, parent = resolve(reference, case.catalog)
        wanted = sorted(full.parent_columns)
        keys = [k for k in parent.keys if sorted(k.columns) == wanted and k.valid and not k.partial] if parent else []
        late = next((k for k in keys if k.deferrable), None)
        if parent is None or late is None or any(k.may_be_referenced for k in keys):
            continue
        rows, values, asked = case.ask.duplicates(parent.name, full.parent_columns)
        facts: dict[str, Fact] = {
            "kind": "parent", "name": late.name, "columns": list(full.parent_columns), "duplicates": rows, "values": values,
        }  # fmt: skip
        told = Evidence(query=f"unique keys of {parent.name} ({', '.join(full.parent_columns)})", answer=f"{late.name}, DEFERRABLE")
        yield Finding(cause="deferred_constraint", severity="blocking", subject=sides(full), facts=facts, evidence=(told, asked))


def _arbiter(case: Case) -> Iterator[Finding]:
    """ON CONFLICT cannot rely on a key that is checked late."""
    for effect in case.effects:
        table = case.table(effect.table) if effect.kind == "insert" else None
        late = next((k for k in table.keys if k.deferrable), None) if table else None
        if table and late:
            facts: dict[str, Fact] = {
                "kind": "arbiter",
                "name": late.name,
                "columns": list(late.columns),
                "definition": _definition(table, late.name),
            }
            told = Evidence(query=f"unique keys of {table.name}", answer=f"{late.name} ({', '.join(late.columns)}), DEFERRABLE")
            side = Side.of(table.name, *late.columns)
            yield Finding(
                cause="deferred_constraint", severity="blocking", subject=Subject(child=side, parent=side, constraint=late.name),
                facts=facts,
                evidence=(told,),
            )  # fmt: skip


def _definition(table: Table, name: str) -> str:
    return next((c.definition for c in table.constraints if c.name == name), "")


def _too_late(case: Case) -> Iterator[Finding]:
    """A check that was put off until COMMIT fails there, far from the statement that wrote the row."""
    key = existing_key(case)
    if key is not None and key.deferrable:
        facts: dict[str, Fact] = {"kind": "commit", "key": key.name, "value": absent_value(case.error), "table": str(key.child)}
        told = Evidence(query=f"when {key.name} is checked", answer="at COMMIT")
        yield Finding(cause="deferred_constraint", severity="blocking", subject=sides(as_reference(key)), facts=facts, evidence=(told,))


def _pending(case: Case) -> Iterator[Finding]:
    table = next((t for e in case.effects if (t := case.table(e.table))), None)
    message = case.error.message if case.error else ""
    if "pending trigger events" not in message:
        return
    late = [k for k in case.catalog.foreign_keys() if table and table.name in {k.child, k.parent} and k.deferrable]
    facts: dict[str, Fact] = {"kind": "pending", "table": str(table.name) if table else "", "keys": [k.name for k in late]}
    yield Finding(
        cause="deferred_constraint",
        severity="blocking",
        subject=Subject(
            child=Side.of(late[0].child, *late[0].columns) if late else Side.of(table.name) if table else None,
            parent=Side.of(late[0].parent, *late[0].parent_columns) if late else None,
            constraint=late[0].name if late else None,
            object=None if late or table else Object(kind="transaction", name="pending checks"),
        ),
        facts=facts,
        evidence=(Evidence(query="run in the same transaction as rows were written", answer=message),),
    )
