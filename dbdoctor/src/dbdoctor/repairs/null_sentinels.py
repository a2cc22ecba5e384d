"""A value that stands for "none" becomes NULL, which is what a key takes for none; the rows stay, as they were they are kept aside."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import Reference, TableName
from dbdoctor.repairs import setting_aside


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy where every value without a parent is such a one; NOT NULL and a default of that value give way."""
    child, parent, facts = finding.subject.child, finding.subject.parent, finding.facts
    values, sentinels = facts.get("values"), facts.get("sentinels")
    named = [str(v) for v in sentinels] if isinstance(sentinels, list) else []
    if (
        finding.cause != "orphan_rows"
        or child is None
        or parent is None
        or facts.get("new")
        or not sentinels
        or sentinels != values
        or len(child.columns) != 1
    ):
        return
    name, column = TableName(child.schema, child.table), child.columns[0]
    table = case.catalog.tables.get(name)
    there = table.column(column) if table else None
    if table is None or there is None or (table.primary_key and column in table.primary_key.columns):
        return
    reference = Reference(child=name, columns=child.columns, parent=TableName(parent.schema, parent.table), parent_columns=parent.columns)
    condition = ddl.orphans_condition(reference, "t")
    rows = int(str(facts.get("rows") or 0))
    told: dict[str, Fact] = {"table": str(name), "column": column, "rows": rows, "sentinels": sentinels}
    gives_way: list[SqlStep] = []
    if there.not_null:
        gives_way.append(_step("allow_null", ddl.drop_not_null(name, column), ddl.set_not_null(name, column), told=told))
    if there.default is not None and there.default.strip("'").split("'")[0] in named:
        gives_way.append(_step("drop_default", ddl.drop_default(name, column), ddl.set_default(name, column, there.default), told=told))
    copy = ddl.keep_copy(name, f"{column} stood for none and is NULL now", condition)
    changes = [copy, ddl.empty_columns(name, child.columns, condition)]
    yield setting_aside(changes, code="null_sentinels", places=[name], rows=rows, facts=told, first=gives_way)


def _step(code: str, sql: str, undo: str, *, told: dict[str, Fact]) -> SqlStep:
    return SqlStep(code=code, sql=sql, undo_sql=undo, lock="AccessExclusiveLock", blocks="reads and writes", facts=told)
