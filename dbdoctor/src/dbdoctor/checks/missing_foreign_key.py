"""missing_foreign_key: a column points at another table by its name and by all of its values, and no key guards it."""

import re
from collections import defaultdict
from collections.abc import Iterator

from dbdoctor.checks import Case, sides
from dbdoctor.findings import Evidence, Fact, Finding
from dbdoctor.model import Column, Reference, Table
from dbdoctor.wanted.likeness import stem

MOST_TRIED = 300
_ENDS = re.compile(r"(?:_id|Id|_uuid|Uuid|_fk)$")


def survey(case: Case) -> Iterator[Finding]:
    """Report each column called after a table (user_id, userId) whose values are all among that table's keys; at least one value."""
    by_stem: defaultdict[str, list[Table]] = defaultdict(list)
    for table in case.catalog.tables.values():
        if table.kind in {"table", "partitioned"}:
            by_stem[stem(table.name.name)].append(table)
    tried = 0
    sizes = case.ask.sizes()
    for table in case.catalog.tables.values():
        if table.kind != "table" or not sizes.get(table.name):
            continue
        keyed = {c for key in table.foreign_keys for c in key.columns}
        for column in table.columns:
            parent = _parent(by_stem, table, column) if column.name not in keyed and _ENDS.search(column.name) else None
            key = parent.primary_key if parent else None
            if parent is None or key is None or tried >= MOST_TRIED:
                continue
            there = parent.column(key.columns[0])
            if there is None or not case.ask.keys_compare(column.type, there.type):
                continue
            tried += 1
            yield from _held(case, table, column, parent=parent)


def _held(case: Case, table: Table, column: Column, *, parent: Table) -> Iterator[Finding]:
    key = parent.primary_key.columns[0] if parent.primary_key else ""
    values, held, asked = case.ask.held_values(table.name, column.name, parent.name, other_column=key)
    if values and held == values:
        facts: dict[str, Fact] = {"column": column.name, "values": values, "parent": str(parent.name)}
        reference = Reference(child=table.name, columns=(column.name,), parent=parent.name, parent_columns=(key,))
        named = Evidence(query=f"keys over {table.name}.{column.name}", answer="none")
        yield Finding(cause="missing_foreign_key", severity="advice", subject=sides(reference), facts=facts, evidence=(named, asked))


def _parent(by_stem: defaultdict[str, list[Table]], table: Table, column: Column) -> Table | None:
    """The one table of the same schema that the column is called after, with a primary key over one column."""
    found = by_stem.get(stem(_ENDS.sub("", column.name)), [])
    near = [
        t
        for t in found
        if t.name.schema == table.name.schema and t.name != table.name and t.primary_key and len(t.primary_key.columns) == 1
    ]
    return near[0] if len(near) == 1 else None
