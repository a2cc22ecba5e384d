"""One file per cause: catalog and what is wanted in, findings out. No check imports another."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Protocol

import msgspec

from dbdoctor.findings import Evidence, Finding, Side, SqlStep, Subject
from dbdoctor.histories.shapes import Migration, ToolLock
from dbdoctor.model import Catalog, ForeignKey, Reaction, Reference, Scaffold, ServerError, Table, TableName
from dbdoctor.wanted.effects import Effect
from dbdoctor.wanted.said import constraint_in, table_in


class Questions(Protocol):
    """What a check may ask of the rows; every answer comes with the query that gave it."""

    def count_rows(self, table: TableName) -> tuple[int, Evidence]:
        """All rows of the table, those of its partitions and children included."""
        ...

    def count_values(self, table: TableName, column: str) -> tuple[int, Evidence]:
        """Rows in which the column is not NULL."""
        ...

    def convertible(self, table: TableName, column: str, to_type: str) -> tuple[int, int, Evidence]:
        """How many values read as `to_type`, how many do not."""
        ...

    def orphans(self, reference: Reference) -> tuple[int, list[str], Evidence]:
        """Child rows without a parent, some of their values."""
        ...

    def duplicates(self, table: TableName, columns: Sequence[str]) -> tuple[int, list[str], Evidence]:
        """Rows too many for the columns to be unique, some of the doubled values."""
        ...

    def identical_rows(self, table: TableName, columns: Sequence[str]) -> int:
        """Rows too many among those that are equal in every column and hold something in `columns`."""
        ...

    def converts_back(self, table: TableName, column: str, to_type: str) -> bool:
        """Whether every value, once turned into `to_type`, still reads as it did; ask only where all are convertible."""
        ...

    def scaffold(self, table: TableName, column: str) -> Scaffold | None:
        """What to do about the views over a column while it changes; None where one of them is more than a plain view."""
        ...

    def covered_orphans(self, reference: Reference, other: TableName, columns: Sequence[str]) -> tuple[int, int, Evidence]:
        """Child rows without a parent, and how many of them find one in `columns` of another table."""
        ...

    def held_values(self, child: TableName, column: str, other: TableName, *, other_column: str) -> tuple[int, int, Evidence]:
        """Values of a column, and how many of them stand in a column of another table."""
        ...

    def only_rows(self, table: TableName) -> tuple[int, Evidence]:
        """Rows of the table itself, without those of its children by inheritance."""
        ...

    def has_row(self, table: TableName, values: Mapping[str, str], *, own: bool = False) -> bool:
        """Whether some row (of the table itself, where only its `own` are asked for) holds the values, by column and as text."""
        ...

    def inconvertible_values(self, table: TableName, column: str, to_type: str, *, most: int) -> list[str] | None:
        """The distinct values that cannot be read as the type; None when there are more than `most`."""
        ...

    def doubled_parents(self, table: TableName, values: Sequence[str], *, children: Sequence[ForeignKey]) -> int:
        """Values of which more than one row is pointed at by children."""
        ...

    def function_definition(self, name: str) -> str:
        """The statement that makes a function; '' when there is none of that name, or more than one."""
        ...

    def sizes(self) -> dict[TableName, int]:
        """Bytes of each ordinary table as they are now; 0 means that it holds nothing."""
        ...

    def has_orphans(self, reference: Reference) -> tuple[bool, Evidence]:
        """Whether any child row has no parent: stops at the first."""
        ...

    def collation(self, table: TableName, column: str) -> str:
        """The column's collation, quoted and qualified; '' where its type has none."""
        ...

    def reactions(self, table: TableName) -> list[Reaction]:
        """The table's own triggers and rules."""
        ...

    def view_bases(self, view: TableName) -> list[TableName]:
        """The ordinary tables a view is made of."""
        ...

    def other_sessions(self, tables: Sequence[TableName]) -> tuple[int, list[str]]:
        """How many other sessions this database has, and those that are in a transaction or hold a lock on one of the tables."""
        ...

    def gradual_conversion(self, table: Table, column: str, to_type: str) -> tuple[SqlStep, ...]:
        """The steps that change a column's type without keeping anybody waiting; () where something leans on the column."""
        ...

    def keys_compare(self, child_type: str, parent_type: str) -> bool:
        """Whether a key can compare these types."""
        ...

    def resolve_type(self, name: str) -> str:
        """The catalog's spelling of a type, '' when there is none of that name."""
        ...


class LedgerView(msgspec.Struct, frozen=True, kw_only=True):
    """The migration tool's ledger beside what is known of the app's migrations.

    `applied` are its entries as they stand; of the known migrations some are `recorded` there and some are `pending`; `unfinished` are
    entries that say a migration was begun and not ended. `words` of a migration are SQL or prose, '' where only its name is known.
    """

    tool: str
    table: TableName
    applied: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    recorded: tuple[Migration, ...] = ()
    pending: tuple[Migration, ...] = ()
    lock: ToolLock | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A statement somebody wants to run, the error it met (if it was run), and what else was seen to be wanted.

    `seen` holds effects of other statements, those of the same migration first; `earlier` and `later` are the statements of the same
    script before and after this one, `swallowed` the tables into which an earlier INSERT brought no row. `role` is the user whose rights
    were in force, `home` asks the database itself where `ask` asks a copy of it, `adopter` is the key of the parent chosen for orphans.
    """

    catalog: Catalog
    ask: Questions
    statement: str = ""
    effects: tuple[Effect, ...] = ()
    error: ServerError | None = None
    seen: tuple[Effect, ...] = ()
    earlier: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    swallowed: tuple[TableName, ...] = ()
    role: str = ""
    search_path: str = ""
    ledger: LedgerView | None = None
    home: Questions | None = None
    adopter: str = ""

    def sqlstate_is(self, *codes: str) -> bool:
        """Whether the statement was run and failed with one of these."""
        return self.error is not None and self.error.sqlstate in codes

    def allows(self, *codes: str) -> bool:
        """Whether a check for these codes may speak: the statement was not run, or failed with one of them."""
        return self.error is None or self.error.sqlstate in codes

    @property
    def applied(self) -> tuple[str, ...]:
        """The ledger's entries."""
        return self.ledger.applied if self.ledger else ()

    def table(self, name: TableName) -> Table | None:
        """The table a statement means."""
        return self.catalog.find(name.name, name.schema or None) if name.name else None


Check = Callable[[Case], Iterator[Finding]]


def references_of(effects: Sequence[Effect]) -> Iterator[Reference]:
    """Every foreign key the effects would make, with the type of a new child column."""
    for effect in effects:
        if effect.reference:
            yield effect.reference
        yield from (msgspec.structs.replace(reference, child_is_new=True) for reference in effect.references)
        for column in effect.wanted:
            if column.reference:
                is_new_table = effect.kind == "create_table"
                yield msgspec.structs.replace(column.reference, column_type=column.type, child_is_new=is_new_table)


def resolve(reference: Reference, catalog: Catalog) -> tuple[Reference, Table | None, Table | None]:
    """The reference with full names and the parent's key filled in, and both tables as far as they exist."""
    child = catalog.find(reference.child.name, reference.child.schema or None)
    parent = catalog.find(reference.parent.name, reference.parent.schema or None)
    columns = reference.parent_columns or (parent.primary_key.columns if parent and parent.primary_key else ())
    full = msgspec.structs.replace(
        reference,
        child=child.name if child else reference.child,
        parent=parent.name if parent else reference.parent,
        parent_columns=columns,
    )
    return full, child, parent


def as_reference(key: ForeignKey) -> Reference:
    """A key that exists, as a wish for it."""
    return Reference(
        child=key.child, columns=key.columns, parent=key.parent, parent_columns=key.parent_columns, constraint=key.name,
        on_delete=key.on_delete, on_update=key.on_update,
    )  # fmt: skip


def sides(reference: Reference) -> Subject:
    """The subject that a key with full names is."""
    return Subject(
        child=Side.of(reference.child, *reference.columns),
        parent=Side.of(reference.parent, *reference.parent_columns),
        constraint=reference.constraint or None,
    )


def existing_key(case: Case) -> ForeignKey | None:
    """The key that exists and that the statement validates, or that the error names."""
    named = [e for e in case.effects if e.kind in {"validate", "alter_constraint"}]
    wanted = [(e.table, e.name) for e in named] or [(table_in(case.error), constraint_in(case.error))]
    for table, name in wanted:
        found = [k for k in case.catalog.foreign_keys() if k.name == name and (not table.name or k.child.name == table.name)]
        within = [k for k in found if not table.schema or k.child.schema == table.schema]
        if name and within:
            return within[0]
    return None


def wanted_keys(case: Case) -> Iterator[tuple[Reference, Table, Table]]:
    """Keys that are to be made or validated between tables that exist, each with its child and its parent."""
    key = existing_key(case) if not any(True for _ in references_of(case.effects)) else None
    for reference in [*references_of(case.effects), *([as_reference(key)] if key else [])]:
        full, child, parent = resolve(reference, case.catalog)
        if child and parent and not full.child_is_new and len(full.columns) == len(full.parent_columns) > 0:
            yield full, child, parent


def comparable(case: Case, reference: Reference, child: Table, *, parent: Table) -> bool:
    """Whether every pair of columns is there and can be compared."""
    pairs = [(child.column(c), parent.column(p)) for c, p in zip(reference.columns, reference.parent_columns, strict=False)]
    same_length = len(reference.columns) == len(reference.parent_columns) > 0
    return same_length and all(c and p and case.ask.keys_compare(c.type, p.type) for c, p in pairs)


def folded(name: str) -> str:
    """A name as it is when nobody minds its case."""
    return name.casefold()


# The root cause first: what explains more stands before what it explains.
ORDER = (
    "stale_migration_lock", "permission", "ledger_says_applied_but_schema_lacks_it", "schema_has_it_but_ledger_lacks_it",
    "circular_reference", "order_of_creation", "case_sensitive_name", "wrong_schema_or_search_path", "stale_parent_reference",
    "parent_table_missing", "missing_column", "constraint_name_differs", "invalid_or_not_validated_constraint", "partial_migration",
    "duplicate_constraint_name", "parent_not_a_table", "inherited_table", "partitioned_or_temporary_table", "composite_key_mismatch",
    "deferred_constraint", "parent_not_unique", "blocked_by_dependent_fk", "unconvertible_data", "charset_or_collation_mismatch",
    "type_mismatch", "null_set_on_not_null_column", "trigger_or_rule", "stale_constraint", "not_null_without_value", "duplicate_rows",
    "fk_not_enforced", "orphan_rows", "unsupported_alter",
)  # fmt: skip
# What is looked for where nothing in particular is wanted.
SURVEYS = (
    "stale_migration_lock", "partial_migration", "fk_not_enforced", "invalid_or_not_validated_constraint", "null_set_on_not_null_column",
    "mixed_key_types", "duplicate_foreign_key", "missing_foreign_key", "unindexed_foreign_key",
)  # fmt: skip


def examine(case: Case) -> list[Finding]:
    """All findings, the root cause first."""
    return [finding for check in _named("check", ORDER) for finding in check(case)]


def survey(case: Case) -> list[Finding]:
    """What is wrong, or may go wrong, where nothing in particular is wanted; what blocks first, advice last."""
    found = [finding for look in _named("survey", SURVEYS) for finding in look(case)]
    return sorted(found, key=lambda finding: ("blocking", "risk", "advice").index(finding.severity))


@lru_cache
def _named(function: str, names: tuple[str, ...]) -> tuple[Check, ...]:
    """That function of each check; they are imported late, so that they can import Case."""
    return tuple(getattr(import_module(f"dbdoctor.checks.{name}"), function) for name in names)
