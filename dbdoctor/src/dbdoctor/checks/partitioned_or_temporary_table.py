"""partitioned_or_temporary_table: that kind of table forbids it: a partitioned one, a temporary one, an unlogged one."""

from collections.abc import Iterator

from dbdoctor.checks import Case, references_of, resolve, sides
from dbdoctor.findings import Evidence, Fact, Finding, Side, Subject
from dbdoctor.model import Reference, Table


def check(case: Case) -> Iterator[Finding]:
    """Report keys to a partitioned table without its partition key, keys between lasting and passing tables, rows without a partition."""
    if case.sqlstate_is("42830", "42704"):
        yield from _without_partition_key(case)
    elif case.sqlstate_is("42P16"):
        yield from _persistence(case)
    elif case.sqlstate_is("0A000", "42809"):
        yield from _refused(case)
    elif case.sqlstate_is("23514") and case.error and "no partition of relation" in case.error.message:
        yield from _no_partition(case)


def _without_partition_key(case: Case) -> Iterator[Finding]:
    for reference in references_of(case.effects):
        full, child, parent = resolve(reference, case.catalog)
        if parent is None or parent.kind != "partitioned" or _referenced(parent, full.parent_columns):
            continue
        key = next((k for k in parent.keys if k.may_be_referenced and set(parent.partition_columns) <= set(k.columns)), None)
        missing = [c for c in key.columns if c not in full.parent_columns] if key else []
        if key and set(full.parent_columns) <= set(key.columns):
            rows, _, asked = case.ask.duplicates(parent.name, full.parent_columns)
            facts: dict[str, Fact] = {
                "kind": "key", "table": str(parent.name), "by": list(parent.partition_columns), "key": list(key.columns),
                "missing": missing,
                "ambiguous": rows, "exists": child is not None and not full.child_is_new,
            }  # fmt: skip
            told = Evidence(
                query=f"keys of {parent.name}, partitioned by {', '.join(parent.partition_columns)}", answer=f"({', '.join(key.columns)})"
            )
            yield Finding(
                cause="partitioned_or_temporary_table", severity="blocking", subject=sides(full), facts=facts, evidence=(told, asked)
            )


def _referenced(parent: Table, columns: tuple[str, ...]) -> bool:
    return any(k.may_be_referenced and sorted(k.columns) == sorted(columns) for k in parent.keys)


def _persistence(case: Case) -> Iterator[Finding]:
    message = case.error.message if case.error else ""
    if "may reference only" not in message:
        return
    for reference in references_of(case.effects):
        full, child, parent = resolve(reference, case.catalog)
        parent = parent or _passing(case, reference)
        if parent is None:
            continue
        facts: dict[str, Fact] = {
            "kind": "persistence", "table": str(parent.name), "parent": parent.persistence,
            "child": child.persistence if child and not full.child_is_new else message.split("on ")[1].split(" tables")[0],
        }  # fmt: skip
        told = Evidence(query=f"persistence of {parent.name}", answer=parent.persistence)
        yield Finding(cause="partitioned_or_temporary_table", severity="blocking", subject=sides(full), facts=facts, evidence=(told,))


def _passing(case: Case, reference: Reference) -> Table | None:
    """A temporary table of that name: its schema is on no search path that the catalog shows."""
    named = [t for t in case.catalog.tables.values() if t.name.name == reference.parent.name and t.persistence == "temporary"]
    return next(iter(named), None)


def _refused(case: Case) -> Iterator[Finding]:
    """A unique key that lacks the partition key; a NOT VALID key on a partitioned child (before PostgreSQL 18)."""
    message = case.error.message if case.error else ""
    if "partition" not in message:
        return
    for effect in case.effects:
        table = case.table(effect.table)
        partitioned = table is not None and table.kind == "partitioned"
        by = list(table.partition_columns) if table else []
        kind = "not_valid" if effect.reference else "unique"
        reference: Reference | None = resolve(effect.reference, case.catalog)[0] if effect.reference else None
        if table and partitioned and effect.kind in {"add_key", "create_index", "add_foreign_key"}:
            facts: dict[str, Fact] = {
                "kind": kind, "table": str(table.name), "by": by, "columns": list(effect.columns), "missing": [c for c in by
                if c not in effect.columns],
            }  # fmt: skip
            subject = sides(reference) if reference else Subject(child=Side.of(table.name, *effect.columns), constraint=effect.name or None)
            told = Evidence(query=f"{table.name} is partitioned by", answer=", ".join(by) or "an expression")
            yield Finding(cause="partitioned_or_temporary_table", severity="blocking", subject=subject, facts=facts, evidence=(told,))
            return


def _no_partition(case: Case) -> Iterator[Finding]:
    table = next((t for e in case.effects if (t := case.table(e.table)) and t.kind == "partitioned"), None)
    if table:
        parts = [t.name for t in case.catalog.tables.values() if table.name in t.inherits]
        facts: dict[str, Fact] = {
            "kind": "no_partition",
            "table": str(table.name),
            "by": list(table.partition_columns),
            "parts": [str(p) for p in parts],
        }
        told = Evidence(query=f"partitions of {table.name}", answer=", ".join(str(p) for p in parts) or "none")
        subject = Subject(child=Side.of(table.name, *table.partition_columns))
        yield Finding(cause="partitioned_or_temporary_table", severity="blocking", subject=subject, facts=facts, evidence=(told,))
