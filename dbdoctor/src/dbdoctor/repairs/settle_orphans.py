"""Orphans: keep them under a key that checks new rows only, or write NULL (the row as it was is kept), or move them to quarantine."""

from collections.abc import Iterator
from typing import Any

import msgspec

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl, ddl_objects
from dbdoctor.databases.postgresql.families import relatives
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.model import Reference, TableName
from dbdoctor.repairs import setting_aside

# Causes under which rows without a parent stand.
CAUSES = {"orphan_rows", "fk_not_enforced", "invalid_or_not_validated_constraint", "trigger_or_rule"}


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """Null where the column may be, quarantine always; keeping is the caller's to choose, it needs a statement that says NOT VALID."""
    child, parent = finding.subject.child, finding.subject.parent
    if (
        finding.cause not in CAUSES
        or child is None
        or parent is None
        or not finding.facts.get("rows")
        or not child.columns
        or finding.facts.get("new")
    ):
        return
    if finding.cause == "invalid_or_not_validated_constraint" and finding.facts.get("kind") not in {"key", "leftover"}:
        return
    reference = msgspec.convert(
        {"child": TableName(child.schema, child.table), "columns": child.columns, "parent": TableName(parent.schema, parent.table),
         "parent_columns": parent.columns}, Reference,
    )  # fmt: skip
    rows = int(str(finding.facts.get("rows") or 0))
    reason = f"{', '.join(child.columns)} has no row in {parent.table}"
    condition = ddl.orphans_condition(reference, "t")
    copy = ddl.keep_copy(reference.child, reason, condition)
    facts: dict[str, Any] = {"table": str(reference.child), "columns": list(child.columns), "rows": rows}
    facts["sentinels"] = finding.facts.get("sentinels")
    yield from _keep(finding, case, reference=reference, facts=facts)
    # A key that deletes along would have taken the rows; where it guards nothing yet, an empty reference is the smaller change.
    follows = finding.cause == "fk_not_enforced" and finding.facts.get("on_delete") == "CASCADE"
    if finding.facts.get("nullable") and not follows:
        changes = [copy, ddl.empty_columns(reference.child, child.columns, condition)]
        yield setting_aside(changes, code="null_orphans", places=[reference.child], rows=rows, facts=facts)
    yield from _quarantined(finding, case, reference.child, condition=condition, reason=reason, facts=facts)


def _quarantined(finding: Finding, case: Case, name: TableName, *, condition: str, reason: str, facts: dict[str, Any]) -> Iterator[Remedy]:
    """The rows go, and what hangs on them goes first: rows that may do without lose their reference, others go along."""
    sizes = case.ask.sizes()
    family = relatives(case.catalog, name, condition, filled=[table for table, size in sizes.items() if size])
    if family is None:
        return
    off, on = _around(finding, name)
    changes = [
        part
        for one in family
        for part in (
            ddl.keep_copy(one.table, f"its row in {one.key.parent.name} was moved to quarantine", one.condition),
            ddl.empty_columns(one.table, one.key.columns, one.condition) if one.emptied else ddl.remove_rows(one.table, one.condition),
        )
    ]
    places = list(dict.fromkeys(one.table for one in family))
    whole = [*off, *changes, ddl.keep_copy(name, reason, condition), ddl.remove_rows(name, condition), *on]
    told = {**facts, "along": [str(place) for place in places]} if places else facts
    yield setting_aside(whole, code="quarantine_orphans", places=[name, *places], rows=facts["rows"], facts=told)


def _around(finding: Finding, table: TableName) -> tuple[list[str], list[str]]:
    """A reaction that keeps rows from going is switched off while they go, and on again."""
    if finding.cause != "trigger_or_rule":
        return [], []
    kind, name = str(finding.facts["kind"]), str(finding.facts["name"])
    return [ddl_objects.switch_reaction(table, kind, name, on=False)], [ddl_objects.switch_reaction(table, kind, name, on=True)]


def _keep(finding: Finding, case: Case, *, reference: Reference, facts: dict[str, Any]) -> Iterator[Remedy]:
    """The wanted key as NOT VALID: new rows are checked, the old ones stay and are listed."""
    wanted = [e for e in case.effects if e.kind == "add_foreign_key"]
    if len(wanted) != 1 or len(case.effects) != 1:
        return
    actions = {"on_delete": finding.facts.get("on_delete") or "NO ACTION", "on_update": finding.facts.get("on_update") or "NO ACTION"}
    key = msgspec.convert({**msgspec.to_builtins(reference), **actions}, Reference)
    name = wanted[0].name or ddl.fitting(f"{key.child.name}_{'_'.join(key.columns)}_fkey")
    step = SqlStep(
        code="keep_orphans", sql=ddl.add_foreign_key_not_valid(key, name), undo_sql=ddl.drop_constraint(key.child, name),
        lock="ShareRowExclusiveLock", blocks="writes", facts=dict(facts),
    )  # fmt: skip
    yield Remedy(id="keep_orphans", facts=facts, steps=(step,))
