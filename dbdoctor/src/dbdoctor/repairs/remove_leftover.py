"""Take away what a half-run left, when it is equal to what will be made again and holds nothing."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Finding, Remedy, SqlStep, Subject
from dbdoctor.model import Table, TableName
from dbdoctor.wanted.effects import effects_of


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy for an equal constraint, an index, an empty column or an empty table."""
    side = finding.subject.child
    if finding.cause not in {"duplicate_constraint_name", "partial_migration"} or side is None:
        return
    name = TableName(side.schema, side.table)
    table = case.catalog.tables.get(name)
    step = _constraint(finding, name) if finding.cause == "duplicate_constraint_name" else _object(finding, table) if table else None
    if step:
        first = _children_first(case, table) if finding.facts.get("kind") == "table" and table else []
        if first is not None:
            yield Remedy(id="remove_leftover", facts=step.facts, steps=(*first, step))


def _children_first(case: Case, table: Table) -> list[SqlStep] | None:
    """Empty tables that point at it and that the same script makes anew go before it; None where another table points at it."""
    made = {e.table.name for s in (*case.earlier, *case.later) for e in effects_of(s) if e.kind == "create_table"}
    steps: list[SqlStep] = []
    for key in case.catalog.children_of(table.name):
        if key.child == table.name:
            continue
        rows, _ = case.ask.count_rows(key.child)
        if rows or key.child.name not in made:
            return None
        child = case.catalog.tables[key.child]
        above = _children_first(case, child)
        own = _object(Finding(cause="", severity="blocking", subject=Subject(), facts={"kind": "table", "name": key.child.name}), child)
        if above is None or own is None:
            return None
        steps += [*above, own]
    return list({s.sql: s for s in steps}.values())


def _constraint(finding: Finding, name: TableName) -> SqlStep | None:
    constraint = str(finding.facts["name"])
    if not finding.facts.get("equal"):
        return None
    return SqlStep(
        code="remove_leftover",
        sql=ddl.drop_constraint(name, constraint),
        undo_sql=ddl.add_constraint(name, constraint, str(finding.facts["definition"])),
        lock="AccessExclusiveLock",
        blocks="reads and writes",
        facts={"kind": "constraint", "name": constraint, "table": str(name)},
    )


def _object(finding: Finding, table: Table) -> SqlStep | None:
    kind, what = str(finding.facts["kind"]), str(finding.facts["name"])
    if finding.facts.get("rows") or kind not in {"index", "column", "table"}:
        return None
    if kind == "index":
        if any(c.name == what for c in table.constraints):
            return None  # it belongs to a constraint, which is not what the migration makes
        definition = next((i.definition for i in table.indexes if i.name == what), "")
        sql, undo = ddl.drop_index(table.name, what), definition
    elif kind == "column":
        sql, undo = ddl.drop_column(table.name, what), _column_back(table, what)
    else:
        sql, undo = ddl.drop_table(table.name), ""
    return SqlStep(
        code="remove_leftover", sql=sql, undo_sql=undo, lock="AccessExclusiveLock", blocks="reads and writes",
        facts={"kind": kind, "name": what, "table": str(table.name)},
    )  # fmt: skip


def _column_back(table: Table, name: str) -> str:
    """The column with all that goes with it; '' where it would not come back as it was: in another place, or made by the server."""
    column = table.column(name)
    made_by_server = column is None or column.generated or column.identity or (column.default or "").startswith("nextval(")
    if column is None or made_by_server or table.columns[-1] != column:
        return ""
    own = [c for c in table.constraints if c.name in _names_of(table, name)]
    indexes = [i.definition for i in table.indexes if name in i.columns and not any(c.name == i.name for c in own)]
    added = ddl.add_column(table.name, name, column.type, default=column.default or "", not_null=column.not_null)
    return "; ".join([added, *(ddl.add_constraint(table.name, c.name, c.definition) for c in own), *indexes])


def _names_of(table: Table, column: str) -> set[str]:
    """The constraints that go when the column goes; a check is told by the name it has in the definition."""
    keys = {key.name for key in table.keys if column in key.columns} | {key.name for key in table.foreign_keys if column in key.columns}
    named = re.compile(rf"\b{re.escape(column)}\b")
    return keys | {c.name for c in table.constraints if c.kind in {"check", "exclusion"} and named.search(c.definition)}
