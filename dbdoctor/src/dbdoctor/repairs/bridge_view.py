"""A view under the name that a tool asks for, over the table that is meant: for statements that cannot be changed."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.model import TableName

_QUESTIONS = {"read", "insert", "update", "delete", "other"}


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy where a tool's own question names the table otherwise than it is called; rows can be written through it as well."""
    facts = finding.facts
    only_asked = bool(case.effects) and all(e.kind in _QUESTIONS for e in case.effects)
    if finding.cause == "case_sensitive_name" and facts.get("kind") == "table" and only_asked:
        target = TableName(str(facts["schema"]), str(facts["meant"]))
        view = TableName(target.schema, str(facts["name"]))
    elif (
        finding.cause == "wrong_schema_or_search_path"
        and facts.get("meant")
        and not facts.get("exists")
        and only_asked
        and finding.subject.parent
    ):
        target = TableName(finding.subject.parent.schema, finding.subject.parent.table)
        view = TableName(next(iter(case.catalog.search_path), "public"), str(facts["name"]))
        if "." in view.name or target.schema == view.schema:
            return
    else:
        return
    step = SqlStep(
        code="bridge_view", sql=ddl.create_view_over(view, target), undo_sql=ddl.drop_view(view), lock="AccessShareLock", blocks="nothing",
        facts={"view": str(view), "table": str(target)},
    )  # fmt: skip
    yield Remedy(id="bridge_view", facts=step.facts, steps=(step,))
