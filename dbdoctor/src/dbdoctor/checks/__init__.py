"""One file per cause: catalog and what is wanted in, findings out. No check imports another."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import msgspec

from dbdoctor.findings import Evidence, Finding
from dbdoctor.model import Catalog, Reference, Scaffold, ServerError, Table, TableName
from dbdoctor.wanted.effects import Effect


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

    def keys_compare(self, child_type: str, parent_type: str) -> bool:
        """Whether a key can compare these types."""
        ...

    def resolve_type(self, name: str) -> str:
        """The catalog's spelling of a type, '' when there is none of that name."""
        ...


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A statement somebody wants to run, the error it met (if it was run), and what else was seen to be wanted.

    `seen` holds effects of other statements, those of the same migration first.
    """

    catalog: Catalog
    ask: Questions
    statement: str = ""
    effects: tuple[Effect, ...] = ()
    error: ServerError | None = None
    seen: tuple[Effect, ...] = ()
    applied: tuple[str, ...] = ()
    ledger_tool: str = ""
    ledger_table: str = ""

    def sqlstate_is(self, *codes: str) -> bool:
        """Whether the statement was run and failed with one of these."""
        return self.error is not None and self.error.sqlstate in codes


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


def examine(case: Case) -> list[Finding]:
    """All findings, the root cause first: the order of the checks is the order in which the database itself would stumble."""
    from dbdoctor.checks import (  # noqa: PLC0415 -- the registry imports its members late, so that they can import Case
        duplicate_constraint_name,
        duplicate_rows,
        ledger_says_applied_but_schema_lacks_it,
        missing_column,
        orphan_rows,
        parent_not_unique,
        parent_table_missing,
        partial_migration,
        type_mismatch,
    )

    order: tuple[Check, ...] = (
        ledger_says_applied_but_schema_lacks_it.check,
        parent_table_missing.check,
        missing_column.check,
        duplicate_constraint_name.check,
        partial_migration.check,
        parent_not_unique.check,
        type_mismatch.check,
        duplicate_rows.check,
        orphan_rows.check,
    )
    return [finding for check in order for finding in check(case)]
