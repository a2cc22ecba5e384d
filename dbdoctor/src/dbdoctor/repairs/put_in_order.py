"""The statements in an order in which each finds what it needs; keys of tables in a circle come last."""

from collections.abc import Iterator

from dbdoctor.checks import Case, references_of
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.wanted.corrections import without_reference
from dbdoctor.wanted.effects import effects_of


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy for a script that makes the parent later, or tables that need each other."""
    facts = finding.facts
    if finding.cause == "order_of_creation" and facts.get("statement"):
        maker = str(facts["statement"])
        later = [s for s in case.later if s != maker]
        script = [*case.earlier, maker, case.statement, *later]
        told: dict[str, Fact] = {"table": facts["table"], "whole_script": True}
    elif finding.cause == "circular_reference" and facts.get("kind") == "tables":
        reference = next((r for r in references_of(case.effects) if r.parent.name == facts.get("second")), None)
        bare = without_reference(case.statement, reference) if reference else None
        maker_at = next((i for i, s in enumerate(case.later) if any(e.table.name == facts.get("second") for e in effects_of(s))), None)
        if reference is None or bare is None or maker_at is None:
            return
        key = ddl.add_foreign_key(reference)
        script = [*case.earlier, bare, *case.later[: maker_at + 1], key, *case.later[maker_at + 1 :]]
        told = {"table": facts["second"], "whole_script": True}
    else:
        return
    yield Remedy(id="put_in_order", facts=told, steps=tuple(SqlStep(code="put_in_order", sql=s, facts=told) for s in script))
