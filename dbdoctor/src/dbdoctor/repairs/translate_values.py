"""The child holds another column of its parent: each value is translated into the parent's key, in place."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import TableName


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy where every value is found in one other unique column of the parent; it can be translated back the same way."""
    child, parent, facts = finding.subject.child, finding.subject.parent, finding.facts
    through = str(facts.get("through") or "")
    if finding.cause != "type_mismatch" or not through or child is None or parent is None:
        return
    name, target = TableName(child.schema, child.table), TableName(parent.schema, parent.table)
    table, column, key = case.catalog.tables.get(name), str(facts["child_column"]), str(facts["parent_column"])
    if table is None or any(column in k.columns for k in table.foreign_keys):
        return
    there = table.column(column)
    scaffold = case.ask.scaffold(name, column)
    if there is None or there.default is not None or scaffold is None:
        return
    from_type, to_type = str(facts["child_type"]), str(facts["parent_type"])
    forth = ddl.translate_column(name, column, target, from_column=through, to_column=key, from_type=from_type, to_type=to_type)
    back = ddl.translate_column(name, column, target, from_column=key, to_column=through, from_type=to_type, to_type=from_type)
    values = int(str(facts.get("values") or 0))
    told: dict[str, Fact] = {
        "table": str(name), "column": column, "through": f"{target}.{through}", "key": f"{target}.{key}", "values": values,
        "from": from_type,
        "to": to_type,
    }  # fmt: skip
    step = SqlStep(
        code="translate_values",
        sql="; ".join([*scaffold.down, forth, *scaffold.up]),
        undo_sql="; ".join([*scaffold.down, back, *scaffold.up]),
        lock="AccessExclusiveLock",
        blocks="reads and writes",
        writes=(name,),
        rows_touched=values,
        facts=told,
    )
    yield Remedy(id="translate_values", rows_touched=values, facts=told, steps=(step,))
