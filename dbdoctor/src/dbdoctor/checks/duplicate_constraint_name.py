"""duplicate_constraint_name: the name of a wanted constraint is already taken on that table."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Evidence, Fact, Finding, Side, Subject
from dbdoctor.model import Constraint, Table
from dbdoctor.wanted.effects import Effect


def check(case: Case) -> Iterator[Finding]:
    """Report each wanted constraint whose name is taken, and whether the one that has it is equal."""
    if case.error is not None and case.error.sqlstate not in {"42710", "42P07"}:
        return
    for effect in case.effects:
        table = case.catalog.find(effect.table.name, effect.table.schema or None)
        if not table or not effect.name or effect.kind not in {"add_foreign_key", "add_key", "add_check"}:
            continue
        taken = next((c for c in table.constraints if c.name == effect.name), None)
        if taken:
            facts: dict[str, Fact] = {"name": effect.name, "equal": _equal(effect, taken, table), "definition": taken.definition}
            reference = effect.reference
            parent = case.catalog.find(reference.parent.name, reference.parent.schema or None) if reference else None
            yield Finding(
                cause="duplicate_constraint_name",
                severity="blocking",
                subject=Subject(
                    child=Side.of(table.name, *effect.columns),
                    parent=Side.of(parent.name, *(reference.parent_columns if reference else ())) if parent else None,
                    constraint=effect.name,
                ),
                facts=facts,
                evidence=(Evidence(query=f"definition of {effect.name} on {table.name}", answer=taken.definition),),
            )


def _equal(effect: Effect, taken: Constraint, table: Table) -> bool:
    if effect.kind == "add_key":
        key = next((k for k in table.keys if k.name == taken.name), None)
        return bool(key and key.columns == effect.columns and key.primary != effect.unique)
    if effect.kind == "add_check":
        return _plain(effect.type) == _plain(taken.definition)
    if effect.kind == "add_foreign_key" and effect.reference:
        key_there = next((k for k in table.foreign_keys if k.name == taken.name), None)
        wanted = effect.reference
        return bool(
            key_there
            and key_there.columns == wanted.columns
            and key_there.parent.name == wanted.parent.name
            and wanted.parent_columns in {(), key_there.parent_columns}
            and (key_there.on_delete, key_there.on_update) == (wanted.on_delete, wanted.on_update)
        )
    return False


def _plain(expression: str) -> str:
    """A check without what the server adds when it stores it: brackets, casts, spaces."""
    return re.sub(r"[\s()]|::[a-z ]+(\[\])?", "", expression.lower()).removeprefix("check")
