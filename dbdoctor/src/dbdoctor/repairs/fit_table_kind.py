"""A table of the kind that a key needs: logged like its child; a partition for rows that have none."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl, ddl_objects
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import TableName


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """SET LOGGED for an unlogged parent of a lasting child; a default partition for rows that no partition takes."""
    facts = finding.facts
    if finding.cause != "partitioned_or_temporary_table":
        return
    side = finding.subject.parent or finding.subject.child
    name = TableName(side.schema, side.table) if side else None
    table = case.catalog.tables.get(name) if name else None
    if name and table and facts.get("kind") == "persistence" and table.persistence == "unlogged":
        told: dict[str, Fact] = {"table": str(name)}
        step = SqlStep(
            code="set_logged", sql=ddl_objects.set_logged(name), undo_sql=ddl_objects.set_unlogged(name), lock="AccessExclusiveLock",
            blocks="reads and writes",
            writes=(name,), facts=told,
        )  # fmt: skip
        yield Remedy(id="set_logged", facts=told, steps=(step,))
    elif name and facts.get("kind") == "no_partition":
        taken = {t.name for t in case.catalog.tables}
        partition = TableName(
            name.schema, next(w for n in range(100) if (w := ddl.fitting(name.name, ending=f"_default{n or ''}")) not in taken)
        )
        told = {"table": str(name), "partition": str(partition)}
        step = SqlStep(
            code="default_partition", sql=ddl.default_partition(partition, name), undo_sql=ddl.drop_table(partition),
            lock="AccessExclusiveLock",
            blocks="reads and writes", facts=told,
        )  # fmt: skip
        yield Remedy(id="default_partition", facts=told, steps=(step,))
