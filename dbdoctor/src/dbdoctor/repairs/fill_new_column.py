"""A NOT NULL column on rows that have no value for it: filled over another key where that is clear, else NULL for now."""

from collections.abc import Iterator

from dbdoctor.checks import Case, resolve
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.wanted.corrections import without_not_null
from dbdoctor.wanted.effects import effects_of
from dbdoctor.wanted.reversal import undo_of


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """First the column filled over the one key that leads to the same parent; then the column that may be NULL, for the owner to fill."""
    facts = finding.facts
    if finding.cause not in {"not_null_without_value", "orphan_rows"} or not facts.get("new"):
        return
    column = str(facts["column"])
    nullable = without_not_null(case.statement, column, without_default=finding.cause == "orphan_rows")
    if nullable is None:
        return
    told: dict[str, Fact] = {"table": facts["table"], "column": column, "rows": facts["rows"], "by": facts.get("by")}
    filled = _filled(case, column)
    if filled:
        yield Remedy(
            id="filled_column",
            rows_touched=int(str(facts["rows"])),
            facts=told,
            steps=tuple(SqlStep(code="filled_column", sql=s, facts=told) for s in (nullable, *filled)),
        )
    step = SqlStep(code="nullable_column", sql=nullable, undo_sql=undo_of(effects_of(nullable)), facts=told)
    yield Remedy(id="nullable_column", rows_touched=int(str(facts["rows"])) + 1, facts=told, steps=(step,))


def _filled(case: Case, column: str) -> tuple[str, ...]:
    """The UPDATE over the key in between, and NOT NULL after it."""
    effect = next((e for e in case.effects if e.kind == "add_column" and e.columns == (column,)), None)
    table = case.table(effect.table) if effect else None
    reference = effect.wanted[0].reference if effect else None
    if effect is None or table is None or reference is None:
        return ()
    wanted = resolve(reference, case.catalog)[0]
    ways = [
        (key, onward)
        for key in table.foreign_keys
        if len(key.columns) == 1 and (between := case.catalog.tables.get(key.parent))
        for onward in between.foreign_keys
        if onward.parent == wanted.parent and len(onward.columns) == 1 and onward.parent_columns == wanted.parent_columns
    ]
    if len(ways) != 1:
        return ()
    key, onward = ways[0]
    return (ddl.fill_over(table.name, column, key, onward=onward), ddl.set_not_null(table.name, column))
