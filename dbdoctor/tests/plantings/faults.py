"""Every fault that can be planted into a healthy schema: what breaks it, the statement that then fails, the cause it must be given."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from plantings.healthy import Healthy, MadeKey, MadeTable, value

from dbdoctor.databases.postgresql.connection import literal, quoted


@dataclass(frozen=True, kw_only=True)
class Planted:
    """The statements that plant it, what fails after them, the causes that are right; `cure` false where only the owner can choose."""

    plant: list[str]
    failing: str
    causes: set[str]
    curable: bool = True
    allowed_to_fail: tuple[str, ...] = field(default=())


Fault = Callable[[Healthy, random.Random], Planted | None]
MISSING = 900_000


def orphans(made: Healthy, chance: random.Random) -> Planted | None:
    """Rows point at a parent that never was."""
    key = _filled(made, chance)
    if key is None:
        return None
    return Planted(plant=[key.drop, _astray(key)], failing=key.add, causes={"orphan_rows"})


def not_validated(made: Healthy, chance: random.Random) -> Planted | None:
    """A key left behind NOT VALID over rows that break it."""
    key = _filled(made, chance)
    if key is None:
        return None
    validate = f"ALTER TABLE {key.child.sql} VALIDATE CONSTRAINT {quoted(key.name)}"
    return Planted(plant=[key.drop, _astray(key), f"{key.add} NOT VALID"], failing=validate, causes={"invalid_or_not_validated_constraint"})


def not_enforced(made: Healthy, chance: random.Random) -> Planted | None:
    """Rows came under a valid key while its triggers were off."""
    key = _filled(made, chance)
    if key is None:
        return None
    off, on = "SET session_replication_role = replica", "SET session_replication_role = DEFAULT"
    again = f"ALTER TABLE {key.child.sql} ADD CONSTRAINT again {key.definition}"
    return Planted(plant=[off, _astray(key), on], failing=again, causes={"fk_not_enforced"})


def other_type(made: Healthy, chance: random.Random) -> Planted | None:
    """The child's column is text, its parent's key is not."""
    key = _any(made, chance, lambda k: k.parent.type != "text")
    if key is None:
        return None
    change = f"ALTER TABLE {key.child.sql} ALTER COLUMN {quoted(key.column)} TYPE text USING {quoted(key.column)}::text"
    return Planted(plant=[key.drop, change], failing=key.add, causes={"type_mismatch"})


def parent_key_lost(made: Healthy, chance: random.Random) -> Planted | None:
    """The parent's primary key is gone."""
    key = _any(made, chance)
    if key is None:
        return None
    return Planted(plant=[*_without_key(made, key.parent)], failing=key.add, causes={"parent_not_unique"})


def late_key(made: Healthy, chance: random.Random) -> Planted | None:
    """The parent's key is checked at the end of the transaction only."""
    key = _any(made, chance)
    if key is None:
        return None
    late = f"ALTER TABLE {key.parent.sql} ADD CONSTRAINT late PRIMARY KEY ({quoted(key.parent.key)}) DEFERRABLE INITIALLY DEFERRED"
    return Planted(plant=[*_without_key(made, key.parent), late], failing=key.add, causes={"deferred_constraint"})


def column_gone(made: Healthy, chance: random.Random) -> Planted | None:
    """The child's column was never added."""
    key = _any(made, chance)
    if key is None:
        return None
    gone = f"ALTER TABLE {key.child.sql} DROP COLUMN {quoted(key.column)}"
    return Planted(plant=[key.drop, gone], failing=key.add, causes={"missing_column", "case_sensitive_name"})


def other_capitals(made: Healthy, chance: random.Random) -> Planted | None:
    """The statement spells the child's column in other capitals."""
    key = _any(made, chance, lambda k: k.column.swapcase() != k.column and len({k.column, k.column.swapcase()}) > 1)
    if key is None or key.column.swapcase() in {key.child.key, *key.child.columns}:
        return None
    failing = key.add.replace(f"({quoted(key.column)})", f"({quoted(key.column.swapcase())})", 1)
    return Planted(plant=[key.drop], failing=failing, causes={"case_sensitive_name"})


def other_schema(made: Healthy, chance: random.Random) -> Planted | None:
    """The parent lies in a schema that nobody looks in."""
    key = _any(made, chance, lambda k: not any(t is not k.parent and t.name == k.parent.name for t in made.tables))
    if key is None:
        return None
    away = [f"CREATE SCHEMA {quoted('elsewhere')}", f"ALTER TABLE {key.parent.sql} SET SCHEMA {quoted('elsewhere')}"]
    failing = key.add.replace(f"REFERENCES {key.parent.sql}", f"REFERENCES {quoted(key.parent.name)}")
    return Planted(plant=[key.drop, *away], failing=failing, causes={"wrong_schema_or_search_path"})


def name_taken(made: Healthy, chance: random.Random) -> Planted | None:
    """Another constraint of the table has the name."""
    key = _any(made, chance)
    if key is None:
        return None
    taken = f"ALTER TABLE {key.child.sql} ADD CONSTRAINT {quoted(key.name)} CHECK ({quoted(key.child.key)} IS NOT NULL)"
    return Planted(plant=[key.drop, taken], failing=key.add, causes={"duplicate_constraint_name"})


def there_already(made: Healthy, chance: random.Random) -> Planted | None:
    """A column that the migration adds is there, and empty."""
    table = chance.choice(made.tables)
    add = f"ALTER TABLE {table.sql} ADD COLUMN extra integer"
    more = f"{add}; ALTER TABLE {table.sql} ADD COLUMN further text"
    return Planted(plant=[add], failing=more, causes={"partial_migration"})


def without_right(made: Healthy, chance: random.Random) -> Planted | None:
    """The role that migrates may not refer to the parent."""
    key = _any(made, chance, lambda k: k.child is not k.parent)
    if key is None:
        return None
    role = quoted("dbdoctor_planted_role")
    hands = [
        f"CREATE ROLE {role}",
        f"ALTER TABLE {key.child.sql} OWNER TO {role}",
        f"GRANT USAGE ON SCHEMA {quoted(key.child.schema)} TO {role}",
    ]
    return Planted(plant=[key.drop, *hands], failing=f"SET ROLE {role}; {key.add}", causes={"permission"})


def set_null_forbidden(made: Healthy, chance: random.Random) -> Planted | None:
    """ON DELETE SET NULL on a column that may not be NULL."""
    key = _any(made, chance, lambda k: bool(k.parent.values) and k.parent is not k.child and k.column != k.child.key)
    if key is None or any(k.parent is key.parent and k is not key for k in made.keys):
        return None
    fill = f"UPDATE {key.child.sql} SET {quoted(key.column)} = {key.parent.values[0]}"
    needed = f"ALTER TABLE {key.child.sql} ALTER COLUMN {quoted(key.column)} SET NOT NULL"
    definition = f"FOREIGN KEY ({quoted(key.column)}) REFERENCES {key.parent.sql} ON DELETE SET NULL"
    acts = f"ALTER TABLE {key.child.sql} ADD CONSTRAINT {quoted(key.name)} {definition}"
    failing = f"DELETE FROM {key.parent.sql} WHERE {quoted(key.parent.key)} = {key.parent.values[0]}"
    if not key.child.values:
        return None
    return Planted(plant=[key.drop, fill, needed, acts], failing=failing, causes={"null_set_on_not_null_column"})


def no_value(made: Healthy, chance: random.Random) -> Planted | None:
    """A NOT NULL column for rows that have nothing to put there."""
    table = next((t for t in chance.sample(made.tables, len(made.tables)) if t.values), None)
    if table is None:
        return None
    return Planted(plant=[], failing=f"ALTER TABLE {table.sql} ADD COLUMN must integer NOT NULL", causes={"not_null_without_value"})


def leaned_on(made: Healthy, chance: random.Random) -> Planted | None:
    """A primary key is to be exchanged while keys of other tables lean on it."""
    key = _any(made, chance, lambda k: k.parent is not k.child)
    if key is None:
        return None
    table = key.parent
    named = f"ALTER TABLE {table.sql} RENAME CONSTRAINT {quoted(_primary(table))} TO the_key"
    return Planted(plant=[named], failing=f"ALTER TABLE {table.sql} DROP CONSTRAINT the_key", causes={"blocked_by_dependent_fk"})


def unreadable(made: Healthy, chance: random.Random) -> Planted | None:
    """A text column is to become a number, and some values are none."""
    table = next((t for t in chance.sample(made.tables, len(made.tables)) if t.values), None)
    if table is None:
        return None
    add = f"ALTER TABLE {table.sql} ADD COLUMN amount text"
    fill = f"UPDATE {table.sql} SET amount = CASE WHEN {quoted(table.key)} = {table.values[0]} THEN 'n/a' ELSE '12' END"
    failing = f"ALTER TABLE {table.sql} ALTER COLUMN amount TYPE integer USING amount::integer"
    return Planted(plant=[add, fill], failing=failing, causes={"unconvertible_data"})


def onto_a_view(made: Healthy, chance: random.Random) -> Planted | None:
    """The key is to lean on a view."""
    key = _any(made, chance)
    if key is None:
        return None
    view = f"CREATE VIEW {quoted(key.parent.schema)}.over_it AS SELECT * FROM {key.parent.sql}"
    failing = key.add.replace(f"REFERENCES {key.parent.sql}", f"REFERENCES {quoted(key.parent.schema)}.over_it")
    return Planted(plant=[key.drop, view], failing=failing, causes={"parent_not_a_table"})


def other_name(made: Healthy, chance: random.Random) -> Planted | None:
    """The key is to be dropped by a name it does not have."""
    key = _any(made, chance, lambda k: len(k.child.keys) == 1)
    if key is None:
        return None
    return Planted(plant=[], failing=f"ALTER TABLE {key.child.sql} DROP CONSTRAINT fk_rails_0123456789", causes={"constraint_name_differs"})


def passing_parent(made: Healthy, chance: random.Random) -> Planted | None:
    """The parent is unlogged, the child is not."""
    key = _any(made, chance, lambda k: k.parent is not k.child and not k.parent.keys)
    if key is None:
        return None
    drops = [k.drop for k in made.keys if k.parent is key.parent]
    return Planted(plant=[*drops, f"ALTER TABLE {key.parent.sql} SET UNLOGGED"], failing=key.add, causes={"partitioned_or_temporary_table"})


def doubled(made: Healthy, chance: random.Random) -> Planted | None:
    """A unique index over values that occur twice."""
    table = next((t for t in chance.sample(made.tables, len(made.tables)) if len(t.values) > 1), None)
    if table is None or any(k.parent is table for k in made.keys):
        return None
    fill = f"ALTER TABLE {table.sql} ADD COLUMN badge text DEFAULT {literal('same')}"
    return Planted(plant=[fill], failing=f"CREATE UNIQUE INDEX badges ON {table.sql} (badge)", causes={"duplicate_rows"})


def wrong_order(made: Healthy, chance: random.Random) -> Planted | None:
    """The parent is made after its child."""
    schema = quoted(chance.choice(made.tables).schema)
    first = f"CREATE TABLE {schema}.late_child (id integer PRIMARY KEY, up integer REFERENCES {schema}.late_parent (id))"
    return Planted(plant=[], failing=f"{first}; CREATE TABLE {schema}.late_parent (id integer PRIMARY KEY)", causes={"order_of_creation"})


def _filled(made: Healthy, chance: random.Random) -> MadeKey | None:
    return _any(made, chance, lambda k: bool(k.child.values) and k.column != k.child.key)


def _any(made: Healthy, chance: random.Random, fits: Callable[[MadeKey], bool] = lambda _: True) -> MadeKey | None:
    found = [key for key in made.keys if fits(key)]
    return chance.choice(found) if found else None


def _astray(key: MadeKey) -> str:
    """One row (the first) points at nobody."""
    return (
        f"UPDATE {key.child.sql} SET {quoted(key.column)} = {value(key.parent.type, MISSING)}"
        f" WHERE {quoted(key.child.key)} = {key.child.values[0]}"
    )


def _without_key(made: Healthy, table: MadeTable) -> list[str]:
    drops = [k.drop for k in made.keys if k.parent is table]
    return [*drops, f"ALTER TABLE {table.sql} DROP CONSTRAINT {quoted(_primary(table))}"]


def _primary(table: MadeTable) -> str:
    """The name the server gives a primary key: the table's, cut so that the ending fits into 63 bytes."""
    return table.name.encode()[: 63 - len("_pkey")].decode(errors="ignore") + "_pkey"


FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        orphans, not_validated, not_enforced, other_type, parent_key_lost, late_key, column_gone, other_capitals, other_schema, name_taken,
        there_already, without_right, set_null_forbidden, no_value, leaned_on, unreadable, onto_a_view, other_name, passing_parent, doubled,
        wrong_order,
    )
}  # fmt: skip
