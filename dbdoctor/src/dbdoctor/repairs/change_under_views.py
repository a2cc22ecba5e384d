"""The statement said in a way this database can do: under views taken down for a moment, after pending checks, outside of a transaction."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl, ddl_objects
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import TableName
from dbdoctor.wanted.effects import TRANSACTION_WORDS, effects_of


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy for each of the three; what the statement brings about stays the same."""
    facts = finding.facts
    if finding.cause == "unsupported_alter" and facts.get("kind") == "view" and not facts.get("drops") and finding.subject.child:
        side = finding.subject.child
        scaffold = case.ask.scaffold(TableName(side.schema, side.table), side.columns[0])
        if scaffold is not None:
            told: dict[str, Fact] = {"views": list(scaffold.names), "column": side.columns[0]}
            sql = "; ".join([*scaffold.down, case.statement.strip().rstrip(";"), *scaffold.up])
            yield Remedy(id="change_under_views", facts=told, steps=(SqlStep(code="change_under_views", sql=sql, facts=told),))
    elif finding.cause == "unsupported_alter" and facts.get("kind") == "trigger" and not facts.get("drops") and finding.subject.child:
        place = TableName(finding.subject.child.schema, finding.subject.child.table)
        told = {"trigger": facts["trigger"], "column": facts["column"]}
        around = [ddl_objects.drop_trigger(place, str(facts["trigger"])), case.statement.strip().rstrip(";"), str(facts["definition"])]
        yield Remedy(id="change_under_views", facts=told, steps=(SqlStep(code="change_under_views", sql="; ".join(around), facts=told),))
    elif finding.cause == "deferred_constraint" and facts.get("kind") == "pending":
        told = {"table": facts["table"], "keys": facts["keys"]}
        parts = (ddl.CHECK_NOW, case.statement)
        yield Remedy(
            id="settle_pending_checks", facts=told, steps=tuple(SqlStep(code="settle_pending_checks", sql=s, facts=told) for s in parts)
        )
    elif finding.cause == "unsupported_alter" and facts.get("kind") == "transaction":
        script = [s for s in (*case.earlier, case.statement, *case.later) if effects_of(s)[0].kind not in TRANSACTION_WORDS]
        told = {"what": facts["what"], "whole_script": True}
        steps = tuple(SqlStep(code="outside_transaction", sql=s, transactional=s != case.statement, facts=told) for s in script)
        yield Remedy(id="outside_transaction", facts=told, steps=steps)
