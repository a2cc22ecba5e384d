"""A unique key that is checked late is made one that is checked at once, on an index built beside it."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import TableName


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy for ON CONFLICT, which can rely on no other key; swapping two values in one transaction is then refused."""
    side, facts = finding.subject.parent, finding.facts
    if finding.cause != "deferred_constraint" or facts.get("kind") != "arbiter" or side is None:
        return
    name, key = TableName(side.schema, side.table), str(facts["name"])
    taken = {i.name for t in case.catalog.tables.values() for i in t.indexes}
    wished = (ddl.fitting(key, ending=f"_at_once{n or ''}") for n in range(100))
    index = next(w for w in wished if w not in taken)
    told: dict[str, Fact] = {"table": str(name), "key": key, "columns": list(side.columns)}
    yield Remedy(
        id="check_at_once",
        facts=told,
        steps=(
            SqlStep(
                code="check_at_once",
                sql=ddl.unique_index(name, side.columns, index),
                undo_sql=ddl.NOTHING,
                lock="ShareUpdateExclusiveLock",
                blocks="nothing",
                transactional=False,
                facts=told,
            ),
            SqlStep(
                code="check_at_once",
                sql=ddl.swap_key(name, key, index, primary=False),
                undo_sql=ddl.replace_constraint(name, key, str(facts["definition"])),
                lock="AccessExclusiveLock",
                blocks="reads and writes",
                facts=told,
            ),
        ),
    )
