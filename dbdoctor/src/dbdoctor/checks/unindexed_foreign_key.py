"""unindexed_foreign_key: a key whose child columns lead no index: each delete of a parent reads the whole child table."""

from collections.abc import Iterator

from dbdoctor.checks import Case, as_reference, sides
from dbdoctor.findings import Evidence, Fact, Finding
from dbdoctor.model import ForeignKey, Table

SMALL_BYTES = 16 * 1024


def survey(case: Case) -> Iterator[Finding]:
    """Report each key without an index that begins with its columns, in any order; tables that one page or two hold are left alone."""
    sizes = case.ask.sizes()
    for key in case.catalog.foreign_keys():
        table = case.catalog.tables[key.child]
        if sizes.get(key.child, SMALL_BYTES + 1) > SMALL_BYTES and not _indexed(table, key):
            facts: dict[str, Fact] = {"key": key.name, "columns": list(key.columns), "on_delete": key.on_delete}
            shown = "; ".join(f"({', '.join(i.columns)})" for i in table.indexes) or "none"
            yield Finding(
                cause="unindexed_foreign_key", severity="advice", subject=sides(as_reference(key)), facts=facts,
                evidence=(Evidence(query=f"indexes of {table.name}", answer=shown),),
            )  # fmt: skip


def _indexed(table: Table, key: ForeignKey) -> bool:
    wanted = set(key.columns)
    return any(i.valid and set(i.columns[: len(wanted)]) == wanted for i in table.indexes)
