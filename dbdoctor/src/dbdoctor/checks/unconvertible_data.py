"""unconvertible_data: the type is to change, and some values cannot be read as the new one."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Evidence, Fact, Finding, Side, Subject

REFUSED = ("22P02", "22003", "22007", "22008", "22001", "22018", "23514")
MOST = 1000
SHOWN = 8
# Values that applications use to mean "none".
EMPTY = {"", "null", "NULL", "None", "none", "-", "0", "N/A", "n/a", "undefined"}


def check(case: Case) -> Iterator[Finding]:
    """Report each column whose type is to change and that holds values which the new type refuses."""
    if not case.allows(*REFUSED):
        return
    for effect in case.effects:
        table = case.table(effect.table)
        column = table.column(effect.columns[0]) if table and effect.kind == "alter_type" else None
        if table is None or column is None or not effect.type:
            continue
        good, bad, asked = case.ask.convertible(table.name, column.name, effect.type)
        if not bad:
            continue
        values = case.ask.inconvertible_values(table.name, column.name, effect.type, most=MOST)
        parent = next((k for k in table.foreign_keys if k.columns == (column.name,)), None)
        facts: dict[str, Fact] = {
            "table": str(table.name), "column": column.name, "from": column.type, "to": effect.type, "convertible": good, "rows": bad,
            "values": (values or [])[:SHOWN], "all_values": values, "nullable": not column.not_null,
            "meaning_none": [v for v in values or [] if v.strip() in EMPTY],
        }  # fmt: skip
        shown = Evidence(
            query=f"values that are no {effect.type}", answer=", ".join(repr(v) for v in (values or [])[:SHOWN]) or "too many to show"
        )
        yield Finding(
            cause="unconvertible_data",
            severity="blocking",
            subject=Subject(
                child=Side.of(table.name, column.name), parent=Side.of(parent.parent, *parent.parent_columns) if parent else None
            ),
            facts=facts,
            evidence=(asked, shown),
        )
