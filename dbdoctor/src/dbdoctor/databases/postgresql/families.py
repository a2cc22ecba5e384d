"""A row and all that hangs on it: what must be emptied or moved before the row itself can go."""

from collections.abc import Iterator, Sequence

import msgspec

from dbdoctor.databases.postgresql import ddl
from dbdoctor.model import Catalog, ForeignKey, TableName

DEEPEST = 6


class Relative(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a table that point, directly or over others, at rows that are to go; `emptied` when their reference may be NULL."""

    key: ForeignKey
    condition: str
    emptied: bool

    @property
    def table(self) -> TableName:
        """Where the rows are."""
        return self.key.child


def relatives(catalog: Catalog, name: TableName, condition: str, *, filled: Sequence[TableName]) -> list[Relative] | None:
    """Those of the rows `t` of a table that meet the condition, the furthest first; None where they go in a circle or too deep.

    Tables that are not among `filled` hold nothing and are left out.
    """
    try:
        return list(_below(catalog, name, condition, path=(name,), filled=frozenset(filled)))
    except RecursionError:
        return None


def _below(
    catalog: Catalog, name: TableName, condition: str, *, path: tuple[TableName, ...], filled: frozenset[TableName]
) -> Iterator[Relative]:
    for key in catalog.children_of(name):
        if key.child not in filled:
            continue
        if key.child in path or len(path) >= DEEPEST:
            raise RecursionError
        theirs = ", ".join(f"t.{column}" for column in map(ddl.one, key.columns))
        ours = ", ".join(f"t.{column}" for column in map(ddl.one, key.parent_columns))
        pointing = f"({theirs}) IN (SELECT {ours} FROM {ddl.table(name)} t WHERE {condition})"
        table = catalog.tables[key.child]
        emptied = not any((c := table.column(column)) and c.not_null for column in key.columns) and key.on_delete != "CASCADE"
        if not emptied:
            yield from _below(catalog, key.child, pointing, path=(*path, key.child), filled=filled)
        yield Relative(key=key, condition=pointing, emptied=emptied)
