"""null_set_on_not_null_column: ON DELETE SET NULL on a column that may not be NULL: it is made without a word and fails later."""

from collections.abc import Iterator

import msgspec

from dbdoctor.checks import Case, as_reference, sides
from dbdoctor.findings import Evidence, Fact, Finding
from dbdoctor.model import ForeignKey


def check(case: Case) -> Iterator[Finding]:
    """Report the key whose action would have to write a NULL where none is allowed."""
    if not case.sqlstate_is("23502") or case.error is None or not any(e.kind in {"delete", "update"} for e in case.effects):
        return
    parents = {t.name for e in case.effects if (t := case.table(e.table)) and e.kind in {"delete", "update"}}
    for key in case.catalog.foreign_keys():
        table = case.catalog.tables[key.child]
        column = table.column(case.error.column)
        acts = {key.on_delete if any(e.kind == "delete" for e in case.effects) else "", key.on_update} & {"SET NULL", "SET DEFAULT"}
        if (
            column
            and column.not_null
            and column.name in key.columns
            and acts
            and key.parent in case.catalog.deleted_with(parents)
            and key.child.name == case.error.table.name
        ):
            yield _finding(case, key, column.name)
            return


def survey(case: Case) -> Iterator[Finding]:
    """Report every key whose action will fail on the day a parent is deleted or its key is changed."""
    for key in case.catalog.foreign_keys():
        table = case.catalog.tables[key.child]
        columns = [c for name in key.columns if (c := table.column(name)) and c.not_null]
        if columns and "SET NULL" in {key.on_delete, key.on_update}:
            yield msgspec.structs.replace(_finding(case, key, columns[0].name), severity="risk")


def _finding(case: Case, key: ForeignKey, column: str) -> Finding:
    rows, asked = case.ask.count_rows(key.child)
    primary = case.catalog.tables[key.child].primary_key
    action = key.on_delete if key.on_delete in {"SET NULL", "SET DEFAULT"} else key.on_update
    facts: dict[str, Fact] = {
        "key": key.name, "column": column, "action": action, "rows": rows, "in_primary_key": bool(primary and column in primary.columns),
    }  # fmt: skip
    told = Evidence(query=f"{key.child}.{column} and {key.name}", answer=f"NOT NULL, and {action} on delete or update of {key.parent}")
    return Finding(
        cause="null_set_on_not_null_column", severity="blocking", subject=sides(as_reference(key)), facts=facts, evidence=(told, asked)
    )
