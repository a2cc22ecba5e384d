"""A constraint of an earlier design goes; what replaced it stays."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import Table, TableName


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy; a plain index takes the place of a unique one that a key needs for its searches."""
    side, facts = finding.subject.child, finding.facts
    why = facts.get("why")
    if finding.cause != "stale_constraint" or side is None or why in {"forgotten_column", "primary_key"}:
        return
    name, constraint = TableName(side.schema, side.table), str(facts["name"])
    table = case.catalog.tables.get(name)
    if table is None or (
        any(k.parent == name and k.parent_columns == side.columns for k in case.catalog.foreign_keys()) and why != "second_key"
    ):
        return
    told: dict[str, Fact] = {"table": str(name), "name": constraint, "newer": facts.get("newer"), "columns": list(side.columns)}
    if facts.get("index"):
        sql, undo = ddl.drop_index(name, constraint), str(facts["definition"])
    else:
        sql, undo = ddl.drop_constraint(name, constraint), ddl.add_constraint(name, constraint, str(facts["definition"]))
    drop = SqlStep(code="drop_stale_constraint", sql=sql, undo_sql=undo, lock="AccessExclusiveLock", blocks="reads and writes", facts=told)
    steps = (*_plain_index(table, side.columns, told), drop) if why == "many_to_one" else (drop,)
    yield Remedy(id="drop_stale_constraint", facts=told, steps=steps)


def _plain_index(table: Table, columns: tuple[str, ...], told: dict[str, Fact]) -> tuple[SqlStep, ...]:
    if any(not i.unique and i.columns[: len(columns)] == columns for i in table.indexes):
        return ()
    taken = {i.name for i in table.indexes}
    wished = (ddl.fitting(f"{table.name.name}_{'_'.join(columns)}", ending=f"_idx{n or ''}") for n in range(100))
    index = next(n for n in wished if n not in taken)
    return (
        SqlStep(
            code="index_for_key",
            sql=ddl.plain_index(table.name, columns, index),
            undo_sql=ddl.drop_index(table.name, index),
            lock="ShareUpdateExclusiveLock",
            blocks="nothing",
            transactional=False,
            facts={**told, "index": index},
        ),
    )
