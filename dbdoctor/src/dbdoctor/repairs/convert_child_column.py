"""Convert the child column to the parent's type: free when it holds nothing, allowed only when every value converts."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import Scaffold, Table, TableName

BIG_BYTES = 256 * 2**20


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy, or none when a value would not survive."""
    side, facts = finding.subject.child, finding.facts
    if finding.cause != "type_mismatch" or not facts.get("exists") or side is None or facts.get("inconvertible"):
        return
    name, column, to_type = TableName(side.schema, side.table), str(facts["child_column"]), str(facts["parent_type"])
    table = case.catalog.tables.get(name)
    in_key = bool(facts.get("in_key"))
    if table is None or facts.get("same_type") or (any(column in key.columns for key in table.foreign_keys) and not in_key):
        return
    values = int(str(facts.get("values") or 0))
    if values and to_type == "uuid" and not _all_held(finding, case, values):
        return  # text that happens to look like a uuid may be one; numbers never are, and numbers do not convert
    from_type = str(facts["child_type"])
    default = next((c.default for c in table.columns if c.name == column), None) or ""
    scaffold = case.ask.scaffold(name, column)
    if scaffold is None:
        return  # a stored view, or one with rules or triggers of its own: taking it down is the owner's decision
    back = not values or case.ask.converts_back(name, column, to_type)
    undo = ddl.convert_column(name, column, from_type, holds_values=bool(values), default=default)
    told: dict[str, Fact] = {
        "table": str(name), "column": column, "from": from_type, "to": to_type, "values": values, "default": default,
        "views": list(scaffold.names),
    }  # fmt: skip
    gradual = _gradual(case, table, column, to_type=to_type) if values and not in_key and not default else ()
    if gradual:
        yield Remedy(id="convert_child_column", rows_touched=values, facts={**told, "gradual": True}, steps=gradual)
        return
    step = SqlStep(
        code="convert_child_column",
        sql=_under(scaffold, ddl.convert_column(name, column, to_type, holds_values=bool(values), without_default=bool(default))),
        undo_sql=_under(scaffold, undo) if back else "",
        lock="AccessExclusiveLock",
        blocks="reads and writes",
        writes=(name,),
        rows_touched=values,
        facts=told,
    )
    yield Remedy(id="convert_child_column", rows_touched=values, facts=told, steps=(step,))


def _gradual(case: Case, table: Table, column: str, *, to_type: str) -> tuple[SqlStep, ...]:
    """For a big table the change in small steps, so that nobody waits for the whole of it to be written."""
    size = (case.home or case.ask).sizes().get(table.name, 0)
    return case.ask.gradual_conversion(table, column, to_type) if size >= BIG_BYTES else ()


def _all_held(finding: Finding, case: Case, values: int) -> bool:
    """Whether every value, as text, is one of the parent's."""
    child, parent = finding.subject.child, finding.subject.parent
    if child is None or parent is None or not parent.columns:
        return False
    column = str(finding.facts["child_column"])
    of = TableName(child.schema, child.table), TableName(parent.schema, parent.table)
    return (
        case.ask.held_values(of[0], column, of[1], other_column=str(finding.facts.get("parent_column") or parent.columns[0]))[1] == values
    )


def _under(scaffold: Scaffold, change: str) -> str:
    """The change with the views over the column taken down before and put up again after, in one step."""
    return "; ".join([*scaffold.down, change, *scaffold.up])
