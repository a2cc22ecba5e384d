"""A trigger's function asks for a table that is gone: it is made to ask for the one that took its place."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import Table
from dbdoctor.wanted.likeness import likest


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy where just one table can be meant: by its name, or as the only one whose columns the function speaks of."""
    facts = finding.facts
    missing, source, function = str(facts.get("missing") or ""), str(facts.get("source") or ""), str(facts.get("function") or "")
    if finding.cause != "stale_parent_reference" or not missing or not source or not facts.get("trigger"):
        return
    meant = _meant(finding, case, missing.rsplit(".", 1)[-1], source=source)
    definition = case.ask.function_definition(function)
    if meant is None or not definition:
        return
    corrected = re.sub(rf'(?<![\w."])(?:\w+\.)?"?{re.escape(missing.rsplit(".", 1)[-1])}"?(?!\w)', _spelled(meant), definition)
    if corrected == definition:
        return
    told: dict[str, Fact] = {"function": function, "from": missing, "to": str(meant.name), "trigger": facts["trigger"]}
    step = SqlStep(code="correct_function", sql=corrected, undo_sql=definition, lock="", blocks="nothing", facts=told)
    yield Remedy(id="correct_function", facts=told, steps=(step,))


def _meant(finding: Finding, case: Case, missing: str, *, source: str) -> Table | None:
    words = {w.lower() for w in re.findall(r"\w+", source)}
    own = finding.subject.child
    tables = [t for t in case.catalog.tables.values() if t.kind in {"table", "partitioned"} and t.name.schema != "dbdoctor"]
    open_to = [t for t in tables if own is None or t.name.name != own.table]
    alike = likest(missing, [t.name.name for t in open_to])
    if alike:
        return next(t for t in open_to if t.name.name == alike)
    scored = sorted(
        ((sum(c.name.lower() in words for c in t.columns), t.name.name) for t in open_to if t.name.name.lower() not in words), reverse=True
    )
    best = [name for score, name in scored if score and score == scored[0][0]]
    return next((t for t in open_to if t.name.name == best[0]), None) if len(best) == 1 else None


def _spelled(table: Table) -> str:
    return f'"{table.name.schema}"."{table.name.name}"'.replace("\\", "\\\\")
