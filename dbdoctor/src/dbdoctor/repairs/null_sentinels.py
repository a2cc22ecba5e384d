"""A value that stands for "none" becomes NULL, which is what a key takes for none; the rows stay, as they were they are kept aside."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import Reference, TableName


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
    code = "null_sentinels"
    gives_way: list[SqlStep] = []
    if there.not_null:
        gives_way.append(_step(ddl.drop_not_null(name, column), ddl.set_not_null(name, column), told))
    if there.default is not None and there.default.strip("'").split("'")[0] in named:
        gives_way.append(_step(ddl.drop_default(name, column), ddl.set_default(name, column, there.default), told))
    prepare = [SqlStep(code=code, sql=sql, facts=told) for sql in ddl.make_quarantine(name)]
    copy = ddl.keep_copy(name, f"{column} stood for none and is NULL now", condition)
    written = SqlStep(
        code=code, sql=ddl.at_once(name, [copy, ddl.empty_columns(name, child.columns, condition)]), lock="ShareRowExclusiveLock",
        blocks="writes", writes=(name,), rows_touched=rows, facts=told,
    )  # fmt: skip
    yield Remedy(id=code, rows_touched=rows, facts=told, steps=(*prepare, *gives_way, written))


def _step(sql: str, undo: str, told: dict[str, Fact]) -> SqlStep:
    return SqlStep(code="null_sentinels", sql=sql, undo_sql=undo, lock="AccessExclusiveLock", blocks="reads and writes", facts=told)
