"""stale_parent_reference: a key, a trigger or a view still points at a table that was renamed, replaced or dropped."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case, as_reference, existing_key, sides
from dbdoctor.findings import Evidence, Fact, Finding, Object, Side, Subject
from dbdoctor.model import ForeignKey, Table
from dbdoctor.wanted.likeness import stem
from dbdoctor.wanted.said import absent_value, function_in, missing_relation

_NO_FIELD = re.compile(r'record "(?:new|old)" has no field "(.+?)"')


def check(case: Case) -> Iterator[Finding]:
    """Report a function that asks for a table or column that is gone, and a key that leads to an old copy of its parent."""
    if case.sqlstate_is("42P01", "42703") and function_in(case.error):
        yield _function(case)
    if case.sqlstate_is("23503"):
        key = existing_key(case)
        value = absent_value(case.error)
        if key is not None and value is not None and any(e.kind in {"insert", "update"} for e in case.effects):
            yield from _old_copy(case, key, value)


def _function(case: Case) -> Finding:
    function = function_in(case.error)
    said = missing_relation(case.error)
    field = _NO_FIELD.search(case.error.message) if case.error else None
    table = next((t for e in case.effects if (t := case.table(e.table))), None)
    found = [r for r in case.ask.reactions(table.name) if r.function.split("(")[0].endswith(function.split("(")[0])] if table else []
    trigger = found[0] if found else None
    facts: dict[str, Fact] = {
        "function": function, "missing": said or (field[1] if field else ""), "trigger": trigger.name if trigger else "",
        "source": trigger.source if trigger else "", "tables": [t.name.name for t in case.catalog.tables.values()],
    }  # fmt: skip
    answer = f"{case.error.sqlstate} {case.error.message}" if case.error else ""
    return Finding(
        cause="stale_parent_reference",
        severity="blocking",
        subject=Subject(
            child=Side.of(table.name) if table else None,
            object=Object(kind="trigger" if trigger else "function", name=trigger.name if trigger else function),
        ),
        facts=facts,
        evidence=(Evidence(query=f"run inside {function}", answer=answer),),
    )


def _old_copy(case: Case, key: ForeignKey, value: str) -> Iterator[Finding]:
    """The parent looks like a copy of another table, which holds the value and everything the child points at."""
    parent = case.catalog.tables.get(key.parent)
    if parent is None or len(key.columns) != 1:
        return
    for other in case.catalog.tables.values():
        if not _replaces(other, parent, key) or not case.ask.has_row(other.name, {key.parent_columns[0]: value}):
            continue
        values, held, asked = case.ask.held_values(key.child, key.columns[0], other.name, other_column=key.parent_columns[0])
        if held < values:
            continue
        facts: dict[str, Fact] = {
            "key": key.name, "old": str(parent.name), "new": str(other.name), "value": value, "new_parent": [other.name.schema,
            other.name.name],
        }  # fmt: skip
        known = Evidence(query=f"{other.name} has {key.parent_columns[0]} {value}; {parent.name} has not", answer="so it is")
        yield Finding(
            cause="stale_parent_reference", severity="blocking", subject=sides(as_reference(key)), facts=facts, evidence=(known, asked)
        )
        return


def _replaces(other: Table, parent: Table, key: ForeignKey) -> bool:
    """Whether `other` has the parent's columns under the name that the old one bears in a longer form, or that the child's column bears."""
    if other.name == parent.name or other.kind not in {"table", "partitioned"} or other.name == key.child:
        return False
    theirs = {c.name: c.type for c in other.columns}
    alike = [c for c in parent.columns if theirs.get(c.name) == c.type]
    unique = any(k.may_be_referenced and k.columns == key.parent_columns for k in other.keys)
    named = stem(other.name.name) in stem(parent.name.name) or stem(other.name.name) == stem(key.columns[0])
    return unique and named and len(alike) * 2 >= len(parent.columns)
