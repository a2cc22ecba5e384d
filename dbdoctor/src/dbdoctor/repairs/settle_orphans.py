"""Orphans: keep them under a key that checks new rows only, or write NULL (the row as it was is kept), or move them to quarantine."""

from collections.abc import Iterator
from typing import Any

import msgspec

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.model import Reference, TableName


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """Null where the column may be, quarantine always; keeping is the caller's to choose, it needs a statement that says NOT VALID."""
    child, parent = finding.subject.child, finding.subject.parent
    if finding.cause != "orphan_rows" or child is None or parent is None:
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
    if finding.facts.get("nullable") and not finding.facts.get("sentinels"):
        empty = ddl.at_once(reference.child, [copy, ddl.empty_columns(reference.child, child.columns, condition)])
        yield _remedy("null_orphans", reference.child, change=empty, facts=facts)
    remove = ddl.at_once(reference.child, [copy, ddl.remove_rows(reference.child, condition)])
    yield _remedy("quarantine_orphans", reference.child, change=remove, facts=facts)


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


def _remedy(code: str, table: TableName, *, change: str, facts: dict[str, Any]) -> Remedy:
    prepare = [SqlStep(code=code, sql=sql, facts=dict(facts)) for sql in ddl.make_quarantine(table)]
    written = SqlStep(
        code=code, sql=change, lock="ShareRowExclusiveLock", blocks="writes", writes=(table,), rows_touched=facts["rows"], facts=dict(facts)
    )
    return Remedy(id=code, rows_touched=facts["rows"], facts=dict(facts), steps=(*prepare, written))
