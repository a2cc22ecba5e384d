"""The statements of repairs, each with the one that takes it back. Names are always quoted and qualified."""

from collections.abc import Mapping, Sequence

from dbdoctor.databases.postgresql.connection import literal, quoted
from dbdoctor.model import ForeignKey, Reference, TableName

QUARANTINE_SCHEMA = "dbdoctor"
LONGEST_NAME = 63
# What takes a step back that leaves nothing behind once the steps before it are taken back.
NOTHING = "SELECT"
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"


def table(name: TableName) -> str:
    """The quoted, qualified name (unqualified when the schema is unknown)."""
    return f"{quoted(name.schema)}.{quoted(name.name)}" if name.schema else quoted(name.name)


def one(name: str) -> str:
    """A quoted name."""
    return quoted(name)


def columns(names: Sequence[str]) -> str:
    """Quoted names in a row."""
    return ", ".join(quoted(name) for name in names)


def references(reference: Reference) -> str:
    """The REFERENCES part of a column or a key."""
    text = f"REFERENCES {table(reference.parent)} ({columns(reference.parent_columns)})"
    text += f" ON DELETE {reference.on_delete}" if reference.on_delete != "NO ACTION" else ""
    return text + (f" ON UPDATE {reference.on_update}" if reference.on_update != "NO ACTION" else "")


def add_column(
    name: TableName, column: str, type_: str, *, default: str = "", not_null: bool = False, reference: Reference | None = None
) -> str:
    """ALTER TABLE … ADD COLUMN."""
    parts = [quoted(column), type_, *([f"DEFAULT {default}"] if default else []), *(["NOT NULL"] if not_null else [])]
    return f"ALTER TABLE {table(name)} ADD COLUMN {' '.join(parts)}" + (f" {references(reference)}" if reference else "")


def drop_column(name: TableName, column: str) -> str:
    """ALTER TABLE … DROP COLUMN."""
    return f"ALTER TABLE {table(name)} DROP COLUMN {quoted(column)}"


def convert_column(
    name: TableName, column: str, type_: str, *, holds_values: bool, without_default: bool = False, default: str = ""
) -> str:
    """ALTER COLUMN … TYPE through text; an empty column is converted by writing NULLs of the new type.

    A default made for the old type is dropped first (`without_default`), or set again after (`default`).
    """
    using = f"{quoted(column)}::text::{type_}" if holds_values else f"NULL::{type_}"
    alter = f"ALTER COLUMN {quoted(column)}"
    parts = [*([f"{alter} DROP DEFAULT"] if without_default else []), f"{alter} TYPE {type_} USING {using}"]
    return f"ALTER TABLE {table(name)} " + ", ".join([*parts, *([f"{alter} SET DEFAULT {default}"] if default else [])])


def unique_index(name: TableName, on: Sequence[str], index: str) -> str:
    """CREATE UNIQUE INDEX CONCURRENTLY."""
    return f"CREATE UNIQUE INDEX CONCURRENTLY {quoted(index)} ON {table(name)} ({columns(on)})"


def drop_index(name: TableName, index: str) -> str:
    """DROP INDEX of the table's schema."""
    return f"DROP INDEX {quoted(name.schema)}.{quoted(index)}"


def drop_constraint(name: TableName, constraint: str) -> str:
    """ALTER TABLE … DROP CONSTRAINT."""
    return f"ALTER TABLE {table(name)} DROP CONSTRAINT {quoted(constraint)}"


def add_constraint(name: TableName, constraint: str, definition: str) -> str:
    """ALTER TABLE … ADD CONSTRAINT with the definition the catalog prints."""
    return f"ALTER TABLE {table(name)} ADD CONSTRAINT {quoted(constraint)} {definition}"


def add_foreign_key(reference: Reference) -> str:
    """ALTER TABLE … ADD FOREIGN KEY, named by the server."""
    return f"ALTER TABLE {table(reference.child)} ADD FOREIGN KEY ({columns(reference.columns)}) {references(reference)}"


def add_foreign_key_not_valid(reference: Reference, constraint: str) -> str:
    """A key that checks new rows and leaves old ones alone."""
    return add_constraint(reference.child, constraint, f"FOREIGN KEY ({columns(reference.columns)}) {references(reference)} NOT VALID")


def drop_table(name: TableName) -> str:
    """DROP TABLE, refused when something depends on it."""
    return f"DROP TABLE {table(name)}"


def drop_type(name: TableName) -> str:
    """DROP TYPE, refused when something depends on it."""
    return f"DROP TYPE {table(name)}"


def fitting(name: str, *, ending: str = "") -> str:
    """The name with the ending, so short that PostgreSQL does not cut it: 63 bytes, cut between characters and before the ending."""
    return name.encode()[: LONGEST_NAME - len(ending.encode())].decode(errors="ignore") + ending


def quarantine(name: TableName) -> TableName:
    """Where rows of a table are kept when they must leave it."""
    place = "" if name.schema in {"", "public"} else f"{name.schema}_"
    return TableName(QUARANTINE_SCHEMA, fitting(f"quarantine_{place}{name.name}"))


def make_quarantine(name: TableName) -> list[str]:
    """The schema and a table of the same columns, with when and why in front; one that is there already is used again."""
    as_it_is = f"SELECT now() AS quarantined_at, ''::text AS quarantine_reason, t.* FROM {table(name)} t"
    return [
        f"CREATE SCHEMA IF NOT EXISTS {quoted(QUARANTINE_SCHEMA)}",
        f"CREATE TABLE IF NOT EXISTS {table(quarantine(name))} AS {as_it_is} LIMIT 0",
    ]


def at_once(places: Sequence[TableName], statements: Sequence[str]) -> str:
    """The statements as one step that keeps copies of rows of these tables: what is copied is what is then changed.

    The quarantine is made where it is not there yet; from then on nobody else writes to the tables until the step is done.
    """
    made = dict.fromkeys(sql for place in places for sql in make_quarantine(place))
    locks = [f"LOCK TABLE {table(place)} IN SHARE ROW EXCLUSIVE MODE" for place in places]
    return "; ".join([*made, *locks, *statements])


def twins_condition(name: TableName, filled: Sequence[str]) -> str:
    """All but the first of the rows `t` that are equal in every column, as text; rows with a NULL in `filled` are left alone."""
    there = " AND ".join(f"o.{quoted(c)} IS NOT NULL" for c in filled)
    return (
        "(t.tableoid, t.ctid) IN (SELECT w.part, w.place FROM (SELECT o.tableoid AS part, o.ctid AS place,"
        f" row_number() OVER (PARTITION BY o::text ORDER BY o.tableoid, o.ctid) AS n FROM {table(name)} o WHERE {there}) w WHERE w.n > 1)"
    )


def later_twins_condition(name: TableName, values: Sequence[str], key: Sequence[str], *, children: Sequence[ForeignKey]) -> str:
    """All but one of the rows `t` that have the same values: one that a child points at stays, else the one with the lowest key."""
    there = " AND ".join(f"o.{quoted(c)} IS NOT NULL" for c in values)
    used = (
        " OR ".join(
            f"EXISTS (SELECT FROM {table(k.child)} c WHERE {_pairs('c', k.columns, 'o', theirs=k.parent_columns)})" for k in children
        )
        or "false"
    )
    ordered = ", ".join([f"CASE WHEN {used} THEN 0 ELSE 1 END", *(f"o.{quoted(c)}" for c in key)])
    return (
        f"({', '.join(f't.{quoted(c)}' for c in key)}) IN (SELECT {columns(key)} FROM (SELECT {', '.join(f'o.{quoted(c)}' for c in key)},"
        f" row_number() OVER (PARTITION BY {', '.join(f'o.{quoted(c)}' for c in values)} ORDER BY {ordered}) AS n"
        f" FROM {table(name)} o WHERE {there}) w WHERE w.n > 1)"
    )


def _pairs(one: str, ours: Sequence[str], other: str, *, theirs: Sequence[str]) -> str:
    return " AND ".join(f"{one}.{quoted(a)} = {other}.{quoted(b)}" for a, b in zip(ours, theirs, strict=True))


def orphans_condition(reference: Reference, alias: str) -> str:
    """The rows of `alias` whose value no parent has."""
    pairs = " AND ".join(f"p.{quoted(p)} = {alias}.{quoted(c)}" for c, p in zip(reference.columns, reference.parent_columns, strict=True))
    filled = " AND ".join(f"{alias}.{quoted(c)} IS NOT NULL" for c in reference.columns)
    return f"{filled} AND NOT EXISTS (SELECT FROM {table(reference.parent)} p WHERE {pairs})"


def keep_copy(name: TableName, reason: str, condition: str) -> str:
    """Copy the rows `t` that meet the condition into quarantine."""
    return f"INSERT INTO {table(quarantine(name))} SELECT now(), {literal(reason)}, t.* FROM {table(name)} t WHERE {condition}"


def remove_rows(name: TableName, condition: str) -> str:
    """Take the rows `t` that meet the condition out of the table."""
    return f"DELETE FROM {table(name)} t WHERE {condition}"


def empty_columns(name: TableName, names: Sequence[str], condition: str) -> str:
    """Write NULL into the columns of the rows `t` that meet the condition."""
    return f"UPDATE {table(name)} t SET {', '.join(f'{quoted(c)} = NULL' for c in names)} WHERE {condition}"


def write_columns(name: TableName, values: Mapping[str, str], condition: str) -> str:
    """Write the values, given as text, into the columns of the rows `t` that meet the condition."""
    return f"UPDATE {table(name)} t SET {', '.join(f'{quoted(c)} = {literal(v)}' for c, v in values.items())} WHERE {condition}"


def number_in_order(name: TableName, column: str, key: Sequence[str]) -> str:
    """Number the rows 0, 1, 2 … in the order they have, ties by primary key; only rows whose number changes are written."""
    on = " AND ".join(f"t.{quoted(k)} = n.{quoted(k)}" for k in key)
    return (
        f"UPDATE {table(name)} t SET {quoted(column)} = n.place FROM"
        f" (SELECT {columns(key)}, row_number() OVER (ORDER BY {quoted(column)}, {columns(key)})"
        f" - 1 + (SELECT min({quoted(column)}) FROM {table(name)}) AS place FROM {table(name)} WHERE {quoted(column)} IS NOT NULL) n"
        f" WHERE {on} AND t.{quoted(column)} IS DISTINCT FROM n.place"
    )


def spelled(schema: str, name: str) -> str:
    """A quoted name, with its schema where that is known."""
    return f"{quoted(schema)}.{quoted(name)}" if schema else quoted(name)


def key_definition(reference: Reference) -> str:
    """FOREIGN KEY (…) REFERENCES …, as ADD CONSTRAINT takes it."""
    return f"FOREIGN KEY ({columns(reference.columns)}) {references(reference)}"


def replace_constraint(name: TableName, constraint: str, definition: str) -> str:
    """The constraint under the same name with another definition, in one statement."""
    return f"ALTER TABLE {table(name)} DROP CONSTRAINT {quoted(constraint)}, ADD CONSTRAINT {quoted(constraint)} {definition}"


def validate_constraint(name: TableName, constraint: str) -> str:
    """VALIDATE CONSTRAINT: reads the rows, lets others write."""
    return f"ALTER TABLE {table(name)} VALIDATE CONSTRAINT {quoted(constraint)}"


def rename_constraint(name: TableName, old: str, new: str) -> str:
    """ALTER TABLE … RENAME CONSTRAINT."""
    return f"ALTER TABLE {table(name)} RENAME CONSTRAINT {quoted(old)} TO {quoted(new)}"


def rename_index(name: TableName, old: str, new: str) -> str:
    """ALTER INDEX … RENAME, in the table's schema."""
    return f"ALTER INDEX {quoted(name.schema)}.{quoted(old)} RENAME TO {quoted(new)}"


def drop_index_concurrently(name: TableName, index: str) -> str:
    """DROP INDEX CONCURRENTLY of the table's schema."""
    return f"DROP INDEX CONCURRENTLY {quoted(name.schema)}.{quoted(index)}"


def reindex_concurrently(name: TableName, index: str) -> str:
    """REINDEX INDEX CONCURRENTLY of the table's schema."""
    return f"REINDEX INDEX CONCURRENTLY {quoted(name.schema)}.{quoted(index)}"


def plain_index(name: TableName, on: Sequence[str], index: str) -> str:
    """CREATE INDEX CONCURRENTLY."""
    return f"CREATE INDEX CONCURRENTLY {quoted(index)} ON {table(name)} ({columns(on)})"


def swap_key(name: TableName, key: str, index: str, *, primary: bool) -> str:
    """The key anew under the same name, on an index that is there already."""
    kind = "PRIMARY KEY" if primary else "UNIQUE"
    return f"ALTER TABLE {table(name)} DROP CONSTRAINT {quoted(key)}, ADD CONSTRAINT {quoted(key)} {kind} USING INDEX {quoted(index)}"


def create_view_over(view: TableName, target: TableName) -> str:
    """A view of all of a table, through which rows can be written as well."""
    return f"CREATE VIEW {table(view)} AS SELECT * FROM {table(target)}"


def drop_view(name: TableName) -> str:
    """DROP VIEW, refused when something depends on it."""
    return f"DROP VIEW {table(name)}"


def holds_one_of(column: str, values: Sequence[str]) -> str:
    """The rows `t` in which the column, as text, is one of the values."""
    return f"t.{quoted(column)}::text IN ({', '.join(literal(value) for value in values)})"


def translate_column(
    name: TableName, column: str, parent: TableName, *, from_column: str, to_column: str, from_type: str, to_type: str
) -> str:
    """Each value of the column replaced by what the parent's row that holds it in `from_column` has in `to_column`; the type follows.

    ALTER COLUMN … TYPE allows no subquery, so a function looks the value up; it is gone at the end of the step.
    """
    function = f"{quoted(QUARANTINE_SCHEMA)}.{quoted('translated')}"
    return (
        f"CREATE SCHEMA IF NOT EXISTS {quoted(QUARANTINE_SCHEMA)};"
        f" CREATE FUNCTION {function}({from_type}) RETURNS {to_type} LANGUAGE sql STABLE AS"
        f" {literal(f'SELECT {quoted(to_column)} FROM {table(parent)} WHERE {quoted(from_column)} = $1')};"
        f" ALTER TABLE {table(name)} ALTER COLUMN {quoted(column)} TYPE {to_type} USING {function}({quoted(column)});"
        f" DROP FUNCTION {function}({from_type})"
    )


def fill_from_parent(reference: Reference, names: Mapping[str, str]) -> str:
    """The child's new columns (parent's column → child's) filled from the row each child points at; for the columns of `reference`."""
    match = " AND ".join(f"p.{quoted(p)} = t.{quoted(c)}" for c, p in zip(reference.columns, reference.parent_columns, strict=True))
    values = ", ".join(f"{quoted(mine)} = p.{quoted(theirs)}" for theirs, mine in names.items())
    return f"UPDATE {table(reference.child)} t SET {values} FROM {table(reference.parent)} p WHERE {match}"


def fill_over(name: TableName, column: str, key: ForeignKey, *, onward: ForeignKey) -> str:
    """A new column filled over the key in between: the value with which the row it points at points on."""
    return (
        f"UPDATE {table(name)} t SET {quoted(column)} = b.{quoted(onward.columns[0])} FROM {table(key.parent)} b"
        f" WHERE b.{quoted(key.parent_columns[0])} = t.{quoted(key.columns[0])}"
    )


def column_with_key(name: TableName, column: str, type_: str, *, constraint: str, reference: Reference) -> str:
    """ADD COLUMN and the key over it in one statement."""
    return (
        f"ALTER TABLE {table(name)} ADD COLUMN {quoted(column)} {type_}, ADD CONSTRAINT {quoted(constraint)}"
        f" FOREIGN KEY ({quoted(column)}) {references(reference)}"
    )


def copy_rows(into: TableName, source: TableName, names: Sequence[str], *, needed_by: Reference | None) -> str:
    """Rows of `source` that are not in `into` yet: those that a child points at, or all where no child is named."""
    shown = ", ".join(f"s.{quoted(c)}" for c in names)
    sql = f"INSERT INTO {table(into)} ({columns(names)}) SELECT {shown} FROM {table(source)} s"
    if needed_by is None:
        return sql
    match = " AND ".join(
        f"c.{quoted(c)}::text = s.{quoted(p)}::text" for c, p in zip(needed_by.columns, needed_by.parent_columns, strict=True)
    )
    there = " AND ".join(f"p.{quoted(p)} = s.{quoted(p)}" for p in needed_by.parent_columns)
    return (
        f"{sql} WHERE EXISTS (SELECT FROM {table(needed_by.child)} c WHERE {match})"
        f" AND NOT EXISTS (SELECT FROM {table(into)} p WHERE {there})"
    )


def alter_type(name: TableName, column: str, type_: str, *, using: str) -> str:
    """ALTER COLUMN … TYPE, through text where no expression is given."""
    return f"ALTER TABLE {table(name)} ALTER COLUMN {quoted(column)} TYPE {type_} USING {using or f'{quoted(column)}::text::{type_}'}"


def set_collation(name: TableName, column: str, type_: str, *, collation: str) -> str:
    """The same type under another collation, given quoted and qualified."""
    return f"ALTER TABLE {table(name)} ALTER COLUMN {quoted(column)} TYPE {type_} COLLATE {collation}"


def set_not_null(name: TableName, column: str) -> str:
    """SET NOT NULL; reads every row."""
    return f"ALTER TABLE {table(name)} ALTER COLUMN {quoted(column)} SET NOT NULL"


def drop_not_null(name: TableName, column: str) -> str:
    """DROP NOT NULL."""
    return f"ALTER TABLE {table(name)} ALTER COLUMN {quoted(column)} DROP NOT NULL"


def defer_constraint(name: TableName, constraint: str) -> str:
    """A key that is checked at the end of each transaction."""
    return f"ALTER TABLE {table(name)} ALTER CONSTRAINT {quoted(constraint)} DEFERRABLE INITIALLY DEFERRED"


def undefer_constraint(name: TableName, constraint: str, definition: str) -> str:
    """As the key was checked before."""
    late = "DEFERRABLE INITIALLY IMMEDIATE" if "DEFERRABLE" in definition else "NOT DEFERRABLE"
    return f"ALTER TABLE {table(name)} ALTER CONSTRAINT {quoted(constraint)} {late}"


def default_partition(partition: TableName, of: TableName) -> str:
    """A partition for the rows that no other takes."""
    return f"CREATE TABLE {table(partition)} PARTITION OF {table(of)} DEFAULT"


def set_default(name: TableName, column: str, default: str) -> str:
    """ALTER COLUMN … SET DEFAULT, with the expression as the catalog prints it."""
    return f"ALTER TABLE {table(name)} ALTER COLUMN {quoted(column)} SET DEFAULT {default}"


def drop_default(name: TableName, column: str) -> str:
    """ALTER COLUMN … DROP DEFAULT."""
    return f"ALTER TABLE {table(name)} ALTER COLUMN {quoted(column)} DROP DEFAULT"


def swap_index(name: TableName, old: str, new: str) -> str:
    """The index `new` takes the place and the name of `old`."""
    return f"{drop_index(name, old)}; {rename_index(name, new, old)}"


def enforce_constraint(name: TableName, constraint: str) -> str:
    """ALTER CONSTRAINT … ENFORCED (PostgreSQL 18): reads every row."""
    return f"ALTER TABLE {table(name)} ALTER CONSTRAINT {quoted(constraint)} ENFORCED"
