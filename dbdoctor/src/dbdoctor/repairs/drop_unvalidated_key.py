"""A key that an earlier try left NOT VALID goes, so that the statement can make it whole."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import TableName


def propose(finding: Finding, _: Case) -> Iterator[Remedy]:
    """The leftover goes, so that the statement can make its key; the statement is the app's and stays as it is."""
    side, facts = finding.subject.child, finding.facts
    if finding.cause != "invalid_or_not_validated_constraint" or facts.get("kind") != "leftover" or side is None:
        return
    name, key = TableName(side.schema, side.table), str(facts["name"])
    told: dict[str, Fact] = {"table": str(name), "key": key}
    step = SqlStep(
        code="drop_unvalidated_key", sql=ddl.drop_constraint(name, key), undo_sql=ddl.add_constraint(name, key, str(facts["definition"])),
        lock="AccessExclusiveLock", blocks="reads and writes", facts=told,
    )  # fmt: skip
    yield Remedy(id="drop_unvalidated_key", facts=told, steps=(step,))
