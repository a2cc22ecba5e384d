"""partial_migration: a part of what a migration makes is there already, or it made a table anew whose rows are still in the old one."""

from collections.abc import Iterator

from dbdoctor.checks import Case, comparable, sides, wanted_keys
from dbdoctor.findings import Evidence, Fact, Finding, Ledger, Object, Side, Subject
from dbdoctor.model import Reference, Table
from dbdoctor.wanted.effects import Effect
from dbdoctor.wanted.likeness import stem
from dbdoctor.wanted.presence import differences


def check(case: Case) -> Iterator[Finding]:
    """Report the table, column or index that is there already (constraints have a check of their own), and a parent without its rows."""
    if case.sqlstate_is("42P07", "42701", "42710"):
        yield from _there_already(case)
    elif case.sqlstate_is("42703", "42P01", "42704"):
        yield from _done_already(case)
    elif case.sqlstate_is("P0001"):
        yield from _unfinished(case)
    elif case.sqlstate_is("23503"):
        yield from _rows_left_behind(case)


def _there_already(case: Case) -> Iterator[Finding]:
    for effect in case.effects:
        table = case.table(effect.table)
        if effect.kind == "create_type" and any(name.name == effect.name for name in case.catalog.enums):
            yield _type(effect)
        there = _already_there(effect, table) if table else None
        if table is None or there is None:
            continue
        kind, name = there
        rows, asked = case.ask.count_values(table.name, name) if kind == "column" else case.ask.count_rows(table.name)
        facts: dict[str, Fact] = {
            "kind": kind, "name": name, "rows": rows if kind != "index" else 0,
            "differs": differences(effect, case.catalog, case.ask.resolve_type),
        }  # fmt: skip
        facts["in_effect"] = not facts["differs"]
        yield Finding(
            cause="partial_migration",
            severity="blocking",
            subject=Subject(child=Side.of(table.name, *([name] if kind == "column" else [])), object=Object(kind=kind, name=name)),
            facts=facts,
            evidence=(Evidence(query=f"{kind} {name} of {table.name}", answer="is there already"), asked),
        )


def _type(effect: Effect) -> Finding:
    facts: dict[str, Fact] = {"kind": "type", "name": effect.name, "rows": 0, "differs": [], "in_effect": True}
    return Finding(
        cause="partial_migration",
        severity="blocking",
        subject=Subject(object=Object(kind="type", name=effect.name)),
        facts=facts,
        evidence=(Evidence(query=f"type {effect.name}", answer="is there already"),),
    )


def _done_already(case: Case) -> Iterator[Finding]:
    """What is to be dropped is gone, what is to be renamed bears its new name."""
    for effect in case.effects:
        table, what = case.table(effect.table), ""
        if effect.kind == "drop_table" and table is None and not effect.guarded:
            what = f"table {effect.table.name}"
        elif effect.kind == "drop_column" and table and not table.column(effect.columns[0]):
            what = f"column {effect.columns[0]}"
        elif effect.kind == "drop_constraint" and table and not any(c.name == effect.name for c in table.constraints):
            what = f"constraint {effect.name}"
        elif effect.kind == "rename_column" and table and not table.column(effect.columns[0]) and table.column(effect.columns[1]):
            what = f"column {effect.columns[0]}"
        elif effect.kind == "rename_table" and table is None and case.catalog.find(effect.name, effect.table.schema or None):
            what = f"table {effect.table.name}"
        if what:
            side = (
                Side.of(table.name, *(effect.columns[:1] if "column" in effect.kind else ()))
                if table
                else Side(schema="", table=effect.table.name)
            )
            facts: dict[str, Fact] = {"kind": "gone", "name": what, "rows": 0, "differs": [], "in_effect": True}
            yield Finding(
                cause="partial_migration",
                severity="blocking",
                subject=Subject(child=side, constraint=effect.name or None if effect.kind == "drop_constraint" else None),
                facts=facts,
                evidence=(Evidence(query=what, answer="is not there: this was done before"),),
            )
            return


def survey(case: Case) -> Iterator[Finding]:
    """Report a migration that the ledger holds for begun and not ended: the tool will run none after it."""
    if case.ledger is not None and case.ledger.unfinished:
        yield from _unended(case)


def _unfinished(case: Case) -> Iterator[Finding]:
    """The tool itself refuses: its ledger says that a migration was begun and never ended."""
    if case.ledger is None or not case.ledger.unfinished:
        return
    told = f"{case.statement}\n{case.error.message if case.error else ''}".lower()
    name = case.ledger.unfinished[0]
    if case.ledger.table.name.lower() not in told and not any(word in told for word in ("dirty", "failed migration", name.lower())):
        return
    yield from _unended(case)


def _unended(case: Case) -> Iterator[Finding]:
    if case.ledger is None:
        return
    name = case.ledger.unfinished[0]
    ledger = Ledger(tool=case.ledger.tool, table=str(case.ledger.table), migration=name)
    facts: dict[str, Fact] = {"kind": "unfinished", "name": name, "rows": 0, "differs": [], "tool": case.ledger.tool}
    yield Finding(
        cause="partial_migration",
        severity="blocking",
        subject=Subject(child=Side.of(case.ledger.table), ledger=ledger),
        facts=facts,
        evidence=(Evidence(query=f"unfinished entries of {case.ledger.table}", answer=", ".join(case.ledger.unfinished)),),
    )


def _already_there(effect: Effect, table: Table) -> tuple[str, str] | None:
    if effect.kind == "create_table" and not effect.guarded:
        return "table", table.name.name
    if effect.kind == "add_column" and table.column(effect.columns[0]):
        return "column", effect.columns[0]
    if effect.kind == "create_index" and any(i.name == effect.name for i in table.indexes):
        return "index", effect.name
    return None


def _rows_left_behind(case: Case) -> Iterator[Finding]:
    """The wanted parent is empty, and the one table that it can have been before holds every row that the child points at."""
    for reference, child, parent in wanted_keys(case):
        rows, asked = case.ask.count_rows(parent.name)
        if rows or len(reference.columns) != 1:
            continue
        before = [t for t in case.catalog.tables.values() if _was_it(t, parent, child, column=reference.columns[0])]
        held = [(t, *_held(case, reference, child, other=t)) for t in before]
        holding = [(t, proof) for t, all_held, proof in held if all_held]
        if len(holding) == 1:
            old, proof = holding[0]
            count, counted = case.ask.count_rows(old.name)
            facts: dict[str, Fact] = {
                "kind": "rows", "name": parent.name.name, "old": str(old.name), "new": str(parent.name), "rows": count,
                "source": [old.name.schema, old.name.name], "all": True, "differs": [],
            }  # fmt: skip
            yield Finding(
                cause="partial_migration", severity="blocking", subject=sides(reference), facts=facts, evidence=(asked, counted, proof)
            )
            return


def _was_it(other: Table, parent: Table, child: Table, *, column: str) -> bool:
    """Whether the parent may be another table made anew: the same columns, and a name like its own or like the child's column."""
    if other.kind != "table" or other.name in {parent.name, child.name} or not _same_columns(other, parent):
        return False
    theirs, mine = stem(other.name.name), stem(parent.name.name)
    return mine in theirs or theirs in mine or theirs == stem(column)


def _held(case: Case, reference: Reference, child: Table, *, other: Table) -> tuple[bool, Evidence]:
    meant = Reference(child=child.name, columns=reference.columns, parent=other.name, parent_columns=reference.parent_columns)
    if not comparable(case, meant, child, parent=other):
        return False, Evidence(query="", answer="")
    values, held, proof = case.ask.held_values(child.name, reference.columns[0], other.name, other_column=reference.parent_columns[0])
    return bool(values) and held == values, proof


def _same_columns(other: Table, parent: Table) -> bool:
    theirs = {c.name: c.type for c in other.columns}
    return all(theirs.get(c.name) == c.type or not (c.not_null and c.default is None) for c in parent.columns) and bool(
        [c for c in parent.columns if c.name in theirs]
    )
