"""blocked_by_dependent_fk: a key of another table leans on what is to be changed, dropped or emptied."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case, as_reference, sides
from dbdoctor.findings import Evidence, Fact, Finding
from dbdoctor.model import ForeignKey, Table
from dbdoctor.wanted.effects import Effect
from dbdoctor.wanted.said import blocking_child, constraint_in, value_still_used

_DEPENDENT = re.compile(r"constraint (?P<name>.+?) on table (?P<table>.+?) depends on")
_TAKES: dict[str, str] = {
    "drop_constraint": "drop_key", "drop_index": "drop_key", "drop_table": "drop_table", "drop_column": "drop_column",
    "alter_type": "alter_type",
    "truncate": "truncate", "delete": "delete", "update": "update",
}  # fmt: skip


def check(case: Case) -> Iterator[Finding]:
    """Report the keys that forbid it: of a key or column to be dropped, a type to be changed, rows to be deleted."""
    if case.sqlstate_is("2BP01"):
        yield from _depending(case)
    elif case.sqlstate_is("0A000") and case.error and "referenced in a foreign key constraint" in case.error.message:
        yield from _of_effects(case, {"truncate"})
    elif case.sqlstate_is("42804") and case.error and "cannot be implemented" in case.error.message:
        yield from _of_effects(case, {"alter_type"})
    elif case.sqlstate_is("23503", "23001") and blocking_child(case.error):
        yield from _rows(case)


def _depending(case: Case) -> Iterator[Finding]:
    detail = case.error.detail if case.error else ""
    named = {found["name"].strip('"') for found in _DEPENDENT.finditer(detail)}
    keys = [k for k in case.catalog.foreign_keys() if k.name in named]
    for effect in case.effects:
        if effect.kind in _TAKES and keys:
            table = case.table(effect.table) or case.catalog.tables.get(keys[0].parent)
            told = [k for k in keys if table is None or k.parent == table.name] or keys
            yield _finding(case, effect, told)
            return


def _of_effects(case: Case, kinds: set[str]) -> Iterator[Finding]:
    """Keys to the table (and, for a type, over the column) that the statement changes."""
    for effect in case.effects:
        table = case.table(effect.table)
        if table is None or effect.kind not in kinds:
            continue
        keys = [k for k in case.catalog.children_of(table.name) if k.child != table.name or effect.kind == "alter_type"]
        if effect.kind == "alter_type":
            mine = [k for k in table.foreign_keys if effect.columns[0] in k.columns]
            keys = [k for k in keys if effect.columns[0] in k.parent_columns] + mine
            keys = [k for k in keys if constraint_in(case.error) in {"", k.name}] and keys
        if keys:
            yield _finding(case, effect, keys)
            return


def _rows(case: Case) -> Iterator[Finding]:
    child, name = blocking_child(case.error), constraint_in(case.error)
    key = next((k for k in case.catalog.foreign_keys() if k.name == name and k.child.name == child), None)
    effect = next((e for e in case.effects if e.kind in {"delete", "update"}), None)
    if key is not None and effect is not None:
        yield _finding(case, effect, [key])


def _finding(case: Case, effect: Effect, keys: list[ForeignKey]) -> Finding:
    first = keys[0]
    child: Table = case.catalog.tables[first.child]
    rows, asked = case.ask.count_values(first.child, first.columns[0])
    nullable = not any((c := child.column(name)) and c.not_null for name in first.columns)
    facts: dict[str, Fact] = {
        "kind": _TAKES[effect.kind], "keys": [k.name for k in keys], "children": sorted({str(k.child) for k in keys}), "rows": rows,
        "columns": list(first.parent_columns), "value": value_still_used(case.error) or "", "nullable": nullable, "type": effect.type,
        "column": effect.columns[0] if effect.columns else "", "on_delete": first.on_delete,
    }  # fmt: skip
    told = "; ".join(f"{k.name}: {k.child} ({', '.join(k.columns)}) → {k.parent} ({', '.join(k.parent_columns)})" for k in keys[:8])
    return Finding(
        cause="blocked_by_dependent_fk",
        severity="blocking",
        subject=sides(as_reference(first)),
        facts=facts,
        evidence=(Evidence(query=f"keys that lean on {first.parent}", answer=told), asked),
    )
