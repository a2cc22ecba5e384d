"""duplicate_rows: the unique key that is wanted cannot be made, because values occur more than once."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Fact, Finding, Object, Side, Subject
from dbdoctor.wanted.effects import Effect

# Names of columns whose numbers only say in which order things are shown.
ORDER_WORDS = ("order", "position", "rank", "sort", "sequence", "ordinal", "priority")
INTEGERS = {"smallint", "integer", "bigint"}


def check(case: Case) -> Iterator[Finding]:
    """Report each wanted unique key that the rows contradict."""
    if case.error is not None and case.error.sqlstate != "23505":
        return
    for effect in case.effects:
        table = case.catalog.find(effect.table.name, effect.table.schema or None)
        if not table or not _wants_unique(effect) or not all(table.column(c) for c in effect.columns):
            continue
        rows, values, asked = case.ask.duplicates(table.name, effect.columns)
        if not rows:
            continue
        column = table.column(effect.columns[0])
        referenced = any(set(effect.columns) & set(key.parent_columns) for key in case.catalog.children_of(table.name))
        plain_order = (
            len(effect.columns) == 1
            and column is not None
            and column.type in INTEGERS
            and any(word in column.name.lower() for word in ORDER_WORDS)
            and not referenced
        )
        facts: dict[str, Fact] = {
            "rows": rows, "values": values, "columns": list(effect.columns), "only_an_order": plain_order,
            "primary_key": list(table.primary_key.columns) if table.primary_key else [],
        }  # fmt: skip
        yield Finding(
            cause="duplicate_rows",
            severity="blocking",
            subject=Subject(
                child=Side.of(table.name, *effect.columns),
                constraint=effect.name or None,
                object=Object(kind="index", name=effect.name) if effect.kind == "create_index" else None,
            ),
            facts=facts,
            evidence=(asked,),
        )


def _wants_unique(effect: Effect) -> bool:
    return bool(effect.columns) and ((effect.kind == "create_index" and effect.unique) or effect.kind == "add_key")
