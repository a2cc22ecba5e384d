"""Is what an effect would make there already, just as it is wanted? Stricter than "there is something of that name"."""

import re
from collections.abc import Callable

from dbdoctor.model import Catalog, ForeignKey, Reference, Table
from dbdoctor.wanted.effects import Effect, WantedColumn

LONGEST_NAME_BYTES = 63
Resolve = Callable[[str], str]


def differences(effect: Effect, catalog: Catalog, resolve: Resolve) -> list[str]:
    """What is missing or of another type than wanted; [] when all of it is there. `resolve` gives the catalog's spelling of a type.

    A column that may be NULL where NOT NULL is wanted counts as there: it is the same column, made a little otherwise.
    """
    table = catalog.find(effect.table.name, effect.table.schema or None)
    if effect.kind == "create_type":
        return [] if any(name.name == effect.name for name in catalog.enums) else [f"type {effect.name}"]
    if table is None:
        return [f"table {effect.table.name}"]
    if effect.kind in {"create_table", "add_column"}:
        found = [d for column in effect.wanted for d in _column(column, table, catalog, resolve=resolve)]
        return found + [d for reference in effect.references for d in _reference(reference, table, catalog)]
    if effect.kind in {"set_not_null", "alter_type"}:
        return _changed(effect, table, resolve)
    return _constraint(effect, table, catalog)


def _changed(effect: Effect, table: Table, resolve: Resolve) -> list[str]:
    column = table.column(effect.columns[0])
    if effect.kind == "set_not_null":
        return [] if column and column.not_null else [f"NOT NULL of {effect.columns[0]}"]
    return [] if column and bare(column.type) == bare(resolve(effect.type)) else [f"type of {effect.columns[0]}"]


def _constraint(effect: Effect, table: Table, catalog: Catalog) -> list[str]:
    if effect.kind == "add_foreign_key" and effect.reference:
        return _reference(effect.reference, table, catalog)
    if effect.kind == "add_check":
        same = [c for c in table.constraints if c.name == cut(effect.name) and plain(c.definition) == plain(effect.type)]
        return [] if same else [f"check {effect.name}"]
    return _index(effect, table) if effect.kind in {"add_key", "create_index"} else [effect.kind]


def is_like(effect: Effect, catalog: Catalog, resolve: Resolve) -> bool:
    """Whether all of it is there as wanted."""
    return not differences(effect, catalog, resolve)


def key_as_wanted(wanted: Reference, key: ForeignKey, catalog: Catalog) -> bool:
    """Whether a key that exists has the columns, the parent and the actions of a wanted one."""
    parent = catalog.find(wanted.parent.name, wanted.parent.schema or None)
    return (
        key.columns == wanted.columns
        and (parent.name if parent else wanted.parent) == key.parent
        and wanted.parent_columns in {(), key.parent_columns}
        and (key.on_delete, key.on_update) == (wanted.on_delete, wanted.on_update)
    )


def cut(name: str) -> str:
    """A name as PostgreSQL stores it: no more than 63 bytes."""
    return name.encode()[:LONGEST_NAME_BYTES].decode(errors="ignore")


def plain(expression: str) -> str:
    """A check without what the server adds when it stores it: brackets, casts, spaces."""
    return re.sub(r"[\s()]|::[a-z ]+(\[\])?", "", expression.lower()).removeprefix("check")


def bare(type_: str) -> str:
    """A type without its lengths."""
    return " ".join(re.sub(r"\([^)]*\)", "", type_).split())


def _column(column: WantedColumn, table: Table, catalog: Catalog, *, resolve: Resolve) -> list[str]:
    there = table.column(column.name)
    if there is None:
        return [f"column {column.name}"]
    found = []
    wanted = resolve(column.type)
    if wanted and bare(there.type) != bare(wanted):
        found.append(f"type of {column.name}: {there.type}, wanted {wanted}")
    return found + (_reference(column.reference, table, catalog) if column.reference else [])


def _reference(wanted: Reference, table: Table, catalog: Catalog) -> list[str]:
    there = [key for key in table.foreign_keys if key_as_wanted(wanted, key, catalog) and key.validated >= (not wanted.not_valid)]
    return [] if there else [f"key {wanted.constraint or ', '.join(wanted.columns)}"]


def _index(effect: Effect, table: Table) -> list[str]:
    columns = tuple(c for c in effect.columns if c)
    if effect.kind == "add_key":
        keys = [k for k in table.keys if k.columns == columns and k.valid and not k.partial and k.primary != effect.unique]
        return [] if keys else [f"key over {', '.join(columns)}"]
    indexes = [i for i in table.indexes if i.name == cut(effect.name) and i.valid and i.columns == columns and i.unique >= effect.unique]
    return [] if indexes else [f"index {effect.name}"]
