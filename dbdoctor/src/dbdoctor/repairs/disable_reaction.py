"""A trigger or rule that undoes the write is switched off: nothing is dropped, and it can be switched on again."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl_objects
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import TableName


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy for a reaction that swallows what it should let through; never for one that refuses on purpose."""
    facts, place = finding.facts, finding.facts.get("place")
    if finding.cause != "trigger_or_rule" or case.sqlstate_is("P0001") or not isinstance(place, list) or facts.get("rows"):
        return
    name, what, kind = TableName(*place), str(facts["name"]), str(facts["kind"])
    told: dict[str, Fact] = {"table": str(name), "name": what, "kind": kind}
    step = SqlStep(
        code="disable_reaction", sql=ddl_objects.switch_reaction(name, kind, what, on=False), undo_sql=ddl_objects.switch_reaction(name,
        kind, what, on=True),
        lock="ShareRowExclusiveLock", blocks="writes", facts=told,
    )  # fmt: skip
    yield Remedy(id="disable_reaction", facts=told, steps=(step,))
