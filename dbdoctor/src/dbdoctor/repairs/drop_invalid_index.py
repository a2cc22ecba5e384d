"""An index whose build failed goes, so that it can be built again."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.model import TableName


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy: drop it where the statement builds it, rebuild it where a key is to lean on it."""
    side, facts = finding.subject.child, finding.facts
    if finding.cause != "invalid_or_not_validated_constraint" or facts.get("kind") != "index" or side is None:
        return
    name, index = TableName(side.schema, side.table), str(facts["name"])
    built = any(e.kind == "create_index" and e.name == index for e in case.effects)
    told = {"table": str(name), "index": index}
    if built:
        sql, code = ddl.drop_index_concurrently(name, index), "drop_invalid_index"
    else:
        sql, code = ddl.reindex_concurrently(name, index), "rebuild_invalid_index"
        if facts.get("duplicates"):
            return
    step = SqlStep(code=code, sql=sql, undo_sql="", lock="ShareUpdateExclusiveLock", blocks="nothing", transactional=False, facts={**told})
    yield Remedy(id=code, facts={**told}, steps=(step,))
