"""Add the column as the migrations define it, nullable where rows exist, typed as the parent's key where it points at one."""

from collections.abc import Iterator

import msgspec

from dbdoctor.checks import Case, references_of, resolve
from dbdoctor.checks.missing_column import wanted_definition
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Finding, Remedy, SqlStep
from dbdoctor.model import Reference, Table, TableName
from dbdoctor.wanted.effects import WantedColumn


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy when some statement defines the column, or its name says which table's key it holds."""
    side = finding.subject.child
    if finding.cause != "missing_column" or side is None or (finding.facts.get("similar") and finding.facts.get("only_read")):
        return
    table = case.catalog.find(side.table, side.schema or None)
    if table is None or table.kind not in {"table", "partitioned"}:
        return
    wanted = wanted_definition(case, table, side.columns[0]) or _by_key(finding, case) or _by_name(case, side.columns[0])
    if wanted is None:
        return
    rows, _ = case.ask.count_rows(table.name)
    type_, reference = _typed(case, wanted)
    not_null = wanted.not_null and (rows == 0 or bool(wanted.default)) and (reference is None or reference.on_delete != "SET NULL")
    default = wanted.default if type_ == wanted.type else ""
    yield Remedy(
        id="add_missing_column",
        facts={"table": str(table.name), "column": wanted.name, "type": type_, "nullable": not not_null},
        steps=(
            SqlStep(
                code="add_missing_column",
                sql=ddl.add_column(table.name, wanted.name, type_, default=default, not_null=not_null, reference=reference),
                undo_sql=ddl.drop_column(table.name, wanted.name),
                lock="AccessExclusiveLock",
                blocks="reads and writes",
                facts={"table": str(table.name), "column": wanted.name},
            ),
        ),
    )


def _typed(case: Case, wanted: WantedColumn) -> tuple[str, Reference | None]:
    """The type that fits: the parent's, when the wanted one does not compare with it."""
    if wanted.reference is None:
        return wanted.type, None
    full, _, parent = resolve(wanted.reference, case.catalog)
    column = parent.column(full.parent_columns[0]) if parent and full.parent_columns else None
    if column is None:
        return wanted.type, None
    fits = case.ask.keys_compare(case.ask.resolve_type(wanted.type), column.type)
    return (wanted.type if fits else column.type), full


def _by_key(finding: Finding, case: Case) -> WantedColumn | None:
    """The column is the child's in a key that the statement makes: it takes the parent's type, and the key comes with the statement."""
    side = finding.subject.child
    for reference in references_of(case.effects):
        full, child, parent = resolve(reference, case.catalog)
        if side and child and parent and child.name == TableName(side.schema, side.table) and side.columns[0] in full.columns:
            at = full.columns.index(side.columns[0])
            key = parent.column(full.parent_columns[at]) if at < len(full.parent_columns) else None
            if key and not finding.facts.get("similar"):
                return WantedColumn(name=side.columns[0], type=key.type)
    return None


def _by_name(case: Case, column: str) -> WantedColumn | None:
    """`userId` and `user_id` point at the key of `users` or `user`, when there is one."""
    stem = column.removesuffix("_id").removesuffix("Id")
    if stem == column or not stem:
        return None
    plural = [f"{stem}s", stem, f"{stem}es"]
    names = [*plural, *(n.lower() for n in plural), *(n[:1].upper() + n[1:] for n in plural)]
    parents = [t for name in names if (t := case.catalog.find(name)) and t.primary_key]
    parent: Table | None = parents[0] if parents else None
    if parent is None or parent.primary_key is None or len(parent.primary_key.columns) != 1:
        return None
    key = parent.primary_key.columns[0]
    reference = Reference(child=parent.name, columns=(column,), parent=parent.name, parent_columns=(key,), on_delete="SET NULL")
    found = parent.column(key)
    return msgspec.convert({"name": column, "type": found.type if found else "", "reference": reference}, WantedColumn)
