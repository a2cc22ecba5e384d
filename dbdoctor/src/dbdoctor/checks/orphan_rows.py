"""orphan_rows: child rows point at parents that do not exist."""

from collections.abc import Iterator

from dbdoctor.checks import Case, comparable, references_of, resolve, sides, wanted_keys
from dbdoctor.findings import Evidence, Fact, Finding
from dbdoctor.model import Reference, Table

# Values that applications use to mean "none"; changing them is a decision about meaning.
SENTINELS = {"0", "-1", "", "00000000-0000-0000-0000-000000000000"}
# What tables are called that keep what was taken out of another one.
_KEPT = ("archive", "deleted", "old", "backup", "bak", "history", "removed", "trash", "legacy", "copy")


def check(case: Case) -> Iterator[Finding]:
    """Report each wanted key (or key to be validated) whose child holds values without a parent."""
    if not case.allows("23503"):
        return
    yield from _new_column(case)
    if any(e.kind in {"insert", "update"} for e in case.effects) and not any(True for _ in references_of(case.effects)):
        return  # the row that is being written has no parent, nothing is wrong with those that are there
    for reference, child, parent in wanted_keys(case):
        full, _, _ = resolve(reference, case.catalog)
        if comparable(case, full, child, parent=parent):
            count, values, asked = case.ask.orphans(full)
            if count:
                yield _finding(case, full, child, parent=parent, rows=(count, values, asked))


def _new_column(case: Case) -> Iterator[Finding]:
    """A new column whose default no parent has: every row that is there would be an orphan."""
    for effect in case.effects:
        wanted = effect.wanted[0] if effect.kind == "add_column" and effect.wanted else None
        table = case.table(effect.table)
        if wanted is None or wanted.reference is None or not wanted.default or table is None or not case.sqlstate_is("23503"):
            continue
        full = resolve(wanted.reference, case.catalog)[0]
        rows, asked = case.ask.count_rows(table.name)
        value = wanted.default.strip("'")
        facts: dict[str, Fact] = {
            "rows": rows, "values": [value], "sentinels": [v for v in [value] if v in SENTINELS], "nullable": not wanted.not_null,
            "new": True,
            "column": wanted.name, "table": str(table.name), "on_delete": full.on_delete, "on_update": full.on_update,
        }  # fmt: skip
        yield Finding(cause="orphan_rows", severity="blocking", subject=sides(full), facts=facts, evidence=(asked,))


def _finding(case: Case, full: Reference, child: Table, *, parent: Table, rows: tuple[int, list[str], Evidence]) -> Finding:
    count, values, asked = rows
    facts: dict[str, Fact] = {
        "rows": count, "values": values, "sentinels": [v for v in values if v in SENTINELS],
        "nullable": not any((c := child.column(name)) and c.not_null for name in full.columns),
        "on_delete": full.on_delete, "on_update": full.on_update,
    }  # fmt: skip
    kept = _kept_elsewhere(case, full, parent)
    if kept:
        facts |= {"source": kept[0], "covered": kept[1]}
    return Finding(
        cause="orphan_rows", severity="blocking", subject=sides(full), facts=facts, evidence=(asked, *([kept[2]] if kept else []))
    )


def _kept_elsewhere(case: Case, full: Reference, parent: Table) -> tuple[list[str], int, Evidence] | None:
    """A table that looks like the parent's archive and holds the rows that are missing."""
    name = parent.name.name.lower()
    for other in case.catalog.tables.values():
        theirs, mine = other.name.name.lower(), name.removesuffix("s")
        if (
            other.kind != "table"
            or other.name in {parent.name, full.child}
            or mine not in theirs
            or not any(word in theirs for word in _KEPT)
        ):
            continue
        if not _fills(other, parent):
            continue
        count, covered, asked = case.ask.covered_orphans(full, other.name, full.parent_columns)
        if count and covered:
            return [other.name.schema, other.name.name], covered, asked
    return None


def _fills(other: Table, parent: Table) -> bool:
    """Whether its columns suffice for a row of the parent."""
    theirs = {c.name: c.type for c in other.columns}
    return all(theirs.get(c.name) == c.type or (c.name not in theirs and not (c.not_null and c.default is None)) for c in parent.columns)
