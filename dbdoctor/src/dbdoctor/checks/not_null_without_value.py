"""not_null_without_value: a column is to be NOT NULL, and rows have no value for it."""

from collections.abc import Iterator

from dbdoctor.checks import Case, resolve
from dbdoctor.findings import Fact, Finding, Side, Subject
from dbdoctor.model import ForeignKey, Reference, Table
from dbdoctor.wanted.effects import WantedColumn


def check(case: Case) -> Iterator[Finding]:
    """Report a new NOT NULL column on a table with rows, and NOT NULL (or a primary key) over a column with NULLs."""
    if not case.sqlstate_is("23502"):
        return
    for effect in case.effects:
        table = case.table(effect.table)
        if table is None:
            continue
        if effect.kind == "add_column" and effect.wanted[0].not_null and not effect.wanted[0].default:
            yield _new_column(case, table, effect.wanted[0])
        elif effect.kind in {"set_not_null", "add_key"}:
            for name in effect.columns:
                yield from _nulls(case, table, name)


def _new_column(case: Case, table: Table, wanted: WantedColumn) -> Finding:
    rows, asked = case.ask.count_rows(table.name)
    full = resolve(wanted.reference, case.catalog)[0] if wanted.reference else None
    routes = _routes(case, table, full) if full else []
    facts: dict[str, Fact] = {
        "table": str(table.name), "column": wanted.name, "rows": rows, "new": True, "type": wanted.type,
        "by": [routes[0].columns[0], str(routes[0].parent)] if len(routes) == 1 else [],
    }  # fmt: skip
    return Finding(
        cause="not_null_without_value",
        severity="blocking",
        subject=Subject(child=Side.of(table.name, wanted.name), parent=Side.of(full.parent, *full.parent_columns) if full else None),
        facts=facts,
        evidence=(asked,),
    )


def _routes(case: Case, table: Table, wanted: Reference) -> list[ForeignKey]:
    """Keys of the table to a table that itself points at the wanted parent: over one of them each row's value can be found."""
    found = []
    for key in table.foreign_keys:
        between = case.catalog.tables.get(key.parent)
        if between and len(key.columns) == 1 and any(k.parent == wanted.parent and len(k.columns) == 1 for k in between.foreign_keys):
            found.append(key)
    return found


def _nulls(case: Case, table: Table, name: str) -> Iterator[Finding]:
    column = table.column(name)
    if column is None or column.not_null:
        return
    rows, asked = case.ask.count_rows(table.name)
    values, counted = case.ask.count_values(table.name, name)
    if rows == values:
        return
    key = next((k for k in table.foreign_keys if k.columns == (name,)), None)
    facts: dict[str, Fact] = {
        "table": str(table.name), "column": name, "rows": rows - values, "new": False, "type": column.type, "default": column.default
        or "", "by": [],
    }  # fmt: skip
    yield Finding(
        cause="not_null_without_value",
        severity="blocking",
        subject=Subject(child=Side.of(table.name, name), parent=Side.of(key.parent, *key.parent_columns) if key else None),
        facts=facts,
        evidence=(asked, counted),
    )
