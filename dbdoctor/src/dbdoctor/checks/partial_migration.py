"""partial_migration: a part of what a migration makes is there already, so it cannot run again from its start."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Evidence, Fact, Finding, Object, Side, Subject
from dbdoctor.model import Table
from dbdoctor.wanted.effects import Effect


def check(case: Case) -> Iterator[Finding]:
    """Report the table, column or index that is there already (constraints have a check of their own)."""
    if not case.sqlstate_is("42P07", "42701"):
        return
    for effect in case.effects:
        table = case.catalog.find(effect.table.name, effect.table.schema or None)
        if table is None:
            continue
        there = _already_there(effect, table)
        if there is None:
            continue
        kind, name = there
        rows, asked = case.ask.count_values(table.name, name) if kind == "column" else case.ask.count_rows(table.name)
        facts: dict[str, Fact] = {"kind": kind, "name": name, "rows": rows if kind != "index" else 0}
        yield Finding(
            cause="partial_migration",
            severity="blocking",
            subject=Subject(child=Side.of(table.name, *([name] if kind == "column" else [])), object=Object(kind=kind, name=name)),
            facts=facts,
            evidence=(Evidence(query=f"{kind} {name} of {table.name}", answer="is there already"), asked),
        )


def _already_there(effect: Effect, table: Table) -> tuple[str, str] | None:
    if effect.kind == "create_table" and not effect.guarded:
        return "table", table.name.name
    if effect.kind == "add_column" and table.column(effect.columns[0]):
        return "column", effect.columns[0]
    if effect.kind == "create_index" and any(i.name == effect.name for i in table.indexes):
        return "index", effect.name
    return None
