"""order_of_creation: what is needed is made by a later statement, or by a migration that has not run yet."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case, as_reference, existing_key, references_of, sides
from dbdoctor.findings import Evidence, Fact, Finding, Side, Subject
from dbdoctor.model import TableName
from dbdoctor.wanted.effects import effects_of
from dbdoctor.wanted.said import absent_value, missing_relation
from dbdoctor.wanted.words import effects_in, tables_by_name


def check(case: Case) -> Iterator[Finding]:
    """Report a table (or a parent row) that the script brings only later, or that a pending migration makes."""
    if case.sqlstate_is("42P01"):
        yield from _table(case)
    elif case.sqlstate_is("23503") and any(e.kind == "insert" for e in case.effects):
        yield from _row(case)


def _table(case: Case) -> Iterator[Finding]:
    said = missing_relation(case.error)
    name = said.rsplit(".", 1)[-1]
    if not name or case.catalog.find(name):
        return
    position = next((i for i, s in enumerate(case.later) if any(_made(e.kind, e.table, name) for e in effects_of(s))), None)
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    pending = case.ledger.pending if case.ledger else ()
    waiting = next((m for m in pending if _made_by(m.words, name) or plain in tables_by_name(m.name)), None)
    if position is None and waiting is None:
        return
    reference = next((r for r in references_of(case.effects) if r.parent.name == name), None)
    child = Side.of(reference.child, *reference.columns) if reference else None
    facts: dict[str, Fact] = {
        "table": name,
        "made_by": waiting.name if waiting and position is None else "",
        "statement": case.later[position] if position is not None else "",
        "words": waiting.words if waiting and position is None else "",
    }
    where = "a later statement" if position is not None else f"migration {waiting.name if waiting else ''}, which has not run"
    yield Finding(
        cause="order_of_creation",
        severity="blocking",
        subject=Subject(child=child, parent=Side(schema="", table=name, columns=reference.parent_columns if reference else ())),
        facts=facts,
        evidence=(Evidence(query=f"who makes {name}", answer=where),),
    )


def _row(case: Case) -> Iterator[Finding]:
    """A child row comes before its parent in the same script."""
    key = existing_key(case)
    comes = any(e.kind == "insert" and key and case.table(e.table) is case.table(key.parent) for s in case.later for e in effects_of(s))
    if key is None or not comes or key.child == key.parent:
        return
    value = absent_value(case.error)
    facts: dict[str, Fact] = {"table": key.parent.name, "value": value, "key": key.name, "deferrable": key.deferrable}
    yield Finding(
        cause="order_of_creation",
        severity="blocking",
        subject=sides(as_reference(key)),
        facts=facts,
        evidence=(Evidence(query=f"rows of {key.parent}", answer="inserted by a later statement of the same script"),),
    )


def _made(kind: str, table: TableName, name: str) -> bool:
    return kind in {"create_table", "create_view"} and table.name == name


def _made_by(words: str, name: str) -> bool:
    return any(_made(e.kind, e.table, name) for e in effects_in(words))
