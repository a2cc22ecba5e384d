"""stale_constraint: a constraint of an earlier design stands in the way of rows that the present one allows."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case, existing_key
from dbdoctor.findings import Evidence, Fact, Finding, Side, Subject
from dbdoctor.model import Key, Table
from dbdoctor.wanted.said import absent_value, constraint_in


def check(case: Case) -> Iterator[Finding]:
    """Report a constraint that refuses a row and that another one on the same columns has replaced."""
    writing = any(e.kind in {"insert", "update"} for e in case.effects)
    if case.sqlstate_is("23505") and writing:
        yield from _unique(case)
    elif case.sqlstate_is("23503") and writing:
        yield from _second_key(case)
    elif case.sqlstate_is("23514") and writing:
        yield from _older_check(case)
    elif case.sqlstate_is("23502") and writing:
        yield from _forgotten_column(case)
    elif case.sqlstate_is("42P16") and case.error and "multiple primary keys" in case.error.message:
        yield from _other_primary_key(case)


def _unique(case: Case) -> Iterator[Finding]:
    """One to one, where the key says many to one; or a part of a newer, wider key."""
    table = _written(case)
    name = constraint_in(case.error)
    key = next((k for k in table.keys if k.name == name), None) if table else None
    if table is None or key is None or key.primary:
        return
    wider = next((k for k in table.keys if k is not key and set(key.columns) < set(k.columns) and not k.primary), None)
    partial = next((k for k in table.keys if k is not key and k.columns == key.columns and k.partial and not key.partial), None)
    points = next((f for f in table.foreign_keys if set(key.columns) <= set(f.columns)), None)
    why = "many_to_one" if points else "wider" if wider else "partial" if partial else ""
    if why:
        newer = wider or partial
        yield _finding(
            case, table, name, columns=key.columns, why=why, newer=newer.name if newer else points.name if points else "", index=_index(key)
        )


def _index(key: Key) -> bool:
    return not key.constraint


def _second_key(case: Case) -> Iterator[Finding]:
    """Two keys over one column: the value is in the parent of the other one, as all values are."""
    key, value = existing_key(case), absent_value(case.error)
    table = case.catalog.tables.get(key.child) if key else None
    if key is None or table is None or value is None:
        return
    for other in table.foreign_keys:
        if other.name == key.name or other.columns != key.columns or other.parent == key.parent:
            continue
        values, held, _ = case.ask.held_values(key.child, key.columns[0], other.parent, other_column=other.parent_columns[0])
        if values == held and case.ask.has_row(other.parent, {other.parent_columns[0]: value}):
            yield _finding(case, table, key.name, columns=key.columns, why="second_key", newer=other.name, index=False)
            return


def _older_check(case: Case) -> Iterator[Finding]:
    """Two checks over the same column, of which this one is the narrower."""
    table, name = _written(case), constraint_in(case.error)
    mine = next((c for c in table.constraints if c.name == name and c.kind == "check"), None) if table else None
    if table is None or mine is None:
        return
    columns = tuple(c.name for c in table.columns if re.search(rf"\b{re.escape(c.name)}\b", mine.definition))
    same = [
        c for c in table.constraints
        if c.kind == "check" and c is not mine and {x.name for x in table.columns if re.search(rf"\b{re.escape(x.name)}\b",
        c.definition)} == {*columns}
    ]  # fmt: skip
    if same:
        yield _finding(case, table, name, columns=columns, why="older_check", newer=same[0].name, index=False)


def _forgotten_column(case: Case) -> Iterator[Finding]:
    """A NOT NULL column that the statement, which names its columns, does not know any more."""
    table = _written(case)
    column = table.column(case.error.column) if table and case.error else None
    insert = next((e for e in case.effects if e.kind == "insert" and e.columns), None)
    if table is None or column is None or insert is None or column.name in insert.columns or column.default:
        return
    if table.primary_key and column.name in table.primary_key.columns:
        return
    yield _finding(case, table, "", columns=(column.name,), why="forgotten_column", newer="", index=False)


def _other_primary_key(case: Case) -> Iterator[Finding]:
    for effect in case.effects:
        table = case.table(effect.table)
        if table and table.primary_key and effect.kind in {"add_key", "add_column"}:
            key = table.primary_key
            yield _finding(case, table, key.name, columns=key.columns, why="primary_key", newer=effect.name, index=False)
            return


def _written(case: Case) -> Table | None:
    named = case.table(case.error.table) if case.error and case.error.table.name else None
    return named or next((t for e in case.effects if e.kind in {"insert", "update"} and (t := case.table(e.table))), None)


def _finding(case: Case, table: Table, name: str, *, columns: tuple[str, ...], why: str, newer: str, index: bool) -> Finding:
    definition = next((c.definition for c in table.constraints if c.name == name), "") or next(
        (i.definition for i in table.indexes if i.name == name), ""
    )
    key = next((k for k in table.foreign_keys if set(columns) <= set(k.columns)), None)
    facts: dict[str, Fact] = {
        "name": name, "why": why, "newer": newer, "columns": list(columns), "definition": definition, "index": index,
        "table": str(table.name),
    }  # fmt: skip
    told = Evidence(
        query=f"what {table.name} says of {', '.join(columns)}",
        answer="; ".join(x for x in (f"{name}: {definition}" if name else "NOT NULL", newer) if x),
    )
    said = Evidence(query="write the row", answer=f"{case.error.sqlstate} {case.error.message}" if case.error else "")
    return Finding(
        cause="stale_constraint",
        severity="blocking",
        subject=Subject(
            child=Side.of(table.name, *columns), parent=Side.of(key.parent, *key.parent_columns) if key else None, constraint=name or None
        ),
        facts=facts,
        evidence=(told, said),
    )
