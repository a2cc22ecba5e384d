"""Are the things a statement is meant to make there in the end? Asked of the catalog, whatever the ledger says."""

from collections.abc import Callable, Iterator

import msgspec

from dbdoctor.model import Catalog, Reference, Table
from dbdoctor.wanted.effects import Effect, WantedColumn

Resolve = Callable[[str], str]


def lacking(effect: Effect, catalog: Catalog) -> Iterator[Effect]:
    """The part of the effect that is not there: the whole table, single columns, a key, an index.

    Types are not compared: a column that is there under another type serves its purpose, and where it does not, a key or a
    statement fails and says so.
    """
    table = catalog.find(effect.table.name, effect.table.schema or None)
    if effect.kind == "create_table":
        yield from _table(effect, table, catalog)
    elif effect.kind == "create_type":
        if not any(name.name == effect.name for name in catalog.enums):
            yield effect
    elif effect.kind == "add_column" and table is not None:
        yield from _columns(effect, table, catalog)
    elif effect.kind in _LOOKED_UP and (table is None or not _is_there(effect, table, catalog)):
        yield effect


_LOOKED_UP = {"add_column", "add_foreign_key", "add_key", "create_index", "comment", "add_check"}


def _is_there(effect: Effect, table: Table, catalog: Catalog) -> bool:
    if effect.kind == "add_foreign_key":
        return effect.reference is None or _has_reference(effect.reference, table, catalog)
    if effect.kind == "add_key" or (effect.kind == "create_index" and effect.unique):
        return _has_key(effect, table)
    if effect.kind == "create_index":
        return any(i.name == effect.name or i.columns == effect.columns for i in table.indexes)
    if effect.kind == "comment":
        return not effect.columns or table.column(effect.columns[0]) is not None
    return any(c.name == effect.name for c in table.constraints)


def voided(effect: Effect, later: Effect) -> bool:
    """Whether a later statement takes away or renames what the effect made, so that its absence is meant."""
    if later.table.name != effect.table.name:
        return False
    if later.kind in {"drop_table", "rename_table"}:
        return True
    if later.kind in {"drop_column", "rename_column"}:
        return bool(later.columns) and later.columns[0] in effect.columns
    return later.kind in {"drop_constraint", "drop_index"} and later.name == effect.name


def _table(effect: Effect, table: Table | None, catalog: Catalog) -> Iterator[Effect]:
    if table is None:
        yield effect
        return
    for column in effect.wanted:
        yield from _columns(_one(effect, column), table, catalog)


def _one(effect: Effect, column: WantedColumn) -> Effect:
    return msgspec.structs.replace(effect, kind="add_column", columns=(column.name,), wanted=(column,), name="")


def _columns(effect: Effect, table: Table, catalog: Catalog) -> Iterator[Effect]:
    column = effect.wanted[0]
    if table.column(column.name) is None:
        yield effect
    elif column.reference and not _has_reference(column.reference, table, catalog):
        yield msgspec.structs.replace(effect, kind="add_foreign_key", reference=column.reference, wanted=())


def _has_reference(reference: Reference, table: Table, catalog: Catalog) -> bool:
    parent = catalog.find(reference.parent.name, reference.parent.schema or None)
    return any(key.columns == reference.columns and parent is not None and key.parent == parent.name for key in table.foreign_keys)


def _has_key(effect: Effect, table: Table) -> bool:
    return any(sorted(key.columns) == sorted(effect.columns) and key.valid and not key.partial for key in table.keys)
