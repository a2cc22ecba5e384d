"""Make the referenced columns unique with an index built while everything goes on; only where no value is doubled."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.model import TableName


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy: a unique index suffices for a key, no constraint is needed."""
    side = finding.subject.parent
    wanted = finding.cause == "parent_not_unique" or (finding.cause, finding.facts.get("kind")) in {
        ("deferred_constraint", "parent"), ("inherited_table", "key"),
    }  # fmt: skip
    if not wanted or side is None or finding.facts.get("duplicates") or not side.columns:
        return
    name = TableName(side.schema, side.table)
    there = [table for table in case.catalog.tables.values() if table.name.schema == name.schema]
    taken = {table.name.name for table in there} | {index.name for table in there for index in table.indexes}
    wished = f"{name.name}_{'_'.join(side.columns)}"
    candidates = (ddl.fitting(wished, ending=f"_key{n or ''}") for n in range(100))
    index = next(candidate for candidate in candidates if candidate not in taken)
    yield Remedy(
        id="add_unique_key",
        facts={"table": str(name), "columns": list(side.columns)},
        steps=(
            SqlStep(
                code="add_unique_key",
                sql=ddl.unique_index(name, side.columns, index),
                undo_sql=ddl.drop_index(name, index),
                lock="ShareUpdateExclusiveLock",
                blocks="nothing",
                transactional=False,
                facts={"table": str(name), "columns": list(side.columns), "index": index},
            ),
        ),
    )
