"""missing_column: a column that a statement speaks of does not exist."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case, references_of, resolve
from dbdoctor.findings import Evidence, Fact, Finding, Side, Subject
from dbdoctor.model import Table, TableName
from dbdoctor.wanted.effects import Effect, WantedColumn, tables_in
from dbdoctor.wanted.likeness import likest

# 42703 in its forms: column "x" of relation "t" · column t.x (never in quotes) · column "x" · column "x" referenced in foreign key
# constraint · named in key. Names stand in them as they are, with whatever they hold.
_NAMED = re.compile(
    r'^column (?:"(?P<quoted>.+?)"|(?:(?P<table>[^"]+?)\.)?(?P<plain>[^"].*?))'
    r'(?: of relation "(?P<relation>.+)"|(?P<in_key> referenced in foreign key constraint)| named in key)? does not exist$'
)


def check(case: Case) -> Iterator[Finding]:
    """Report each missing column once: from the server's error, else from the keys and comments that are wanted."""
    reported: set[tuple[str, str]] = set()
    # What is to be dropped or renamed and is not there was dropped or renamed before: another matter.
    done = {(e.table.name, e.columns[0]) for e in case.effects if e.kind in {"drop_column", "rename_column"} and e.columns}
    for table, column in [*_from_error(case), *_from_effects(case)]:
        if (table.name.name, column) in reported | done or table.column(column):
            continue
        reported.add((table.name.name, column))
        yield _finding(case, table, column)


def _from_error(case: Case) -> Iterator[tuple[Table, str]]:
    if case.error is None or case.error.sqlstate != "42703":
        return
    found = _NAMED.search(case.error.message)
    if not found:
        return
    column = found["quoted"] or found["plain"]
    in_key = found["in_key"]
    places = _in_keys(case, column) if in_key else _in_statement(case, found["relation"] or "", found["table"] or "")
    yield from [(table, column) for table in places if table and not table.column(column)][:1]


def _in_keys(case: Case, column: str) -> Iterator[Table | None]:
    """The tables on whose side of a wanted key the column stands: the child first, as the server looks it up."""
    for reference in references_of(case.effects):
        full, child, parent = resolve(reference, case.catalog)
        if column in full.columns:
            yield child
        if column in full.parent_columns:
            yield parent


def _in_statement(case: Case, relation: str, qualifier: str) -> Iterator[Table | None]:
    """The tables a statement speaks of: the one the server named, the one behind the alias, else all in their order."""
    written = {e.table for e in case.effects if e.kind == "insert"} if not relation else set()  # what is inserted into is not read
    named = [e.table for e in case.effects if e.table.name and e.table not in written]
    aliased = [(alias, name) for alias, name in tables_in(case.statement) if name not in written]
    wanted = [name for name in named if name.name == relation] or [TableName("", relation)] if relation else []
    wanted = wanted or [name for alias, name in aliased if qualifier in {alias, name.name}] or [*named, *(name for _, name in aliased)]
    yield from (case.catalog.find(name.name, name.schema or None) for name in wanted)


def _from_effects(case: Case) -> Iterator[tuple[Table, str]]:
    if case.error is not None:
        return
    for effect in case.effects:
        table = case.catalog.find(effect.table.name, effect.table.schema or None)
        if table and effect.kind in {"comment", "add_key", "alter_type", "set_not_null", "create_index", "update"}:
            yield from ((table, column) for column in effect.columns if column)
    for reference in references_of(case.effects):
        full, child, parent = resolve(reference, case.catalog)
        if child and not full.column_type:
            yield from ((child, column) for column in full.columns)
        if parent:
            yield from ((parent, column) for column in full.parent_columns)


def _finding(case: Case, table: Table, column: str) -> Finding:
    wanted = wanted_definition(case, table, column)
    reads_only = all(column not in e.columns for e in case.effects)
    similar = likest(column, [c.name for c in table.columns])
    facts: dict[str, Fact] = {
        "table": str(table.name),
        "column": column,
        "similar": similar,
        "only_read": reads_only,
        "columns": [c.name for c in table.columns],
        "wanted_type": wanted.type if wanted else "",
    }
    child, parent = Side.of(table.name, column), None
    if wanted and wanted.reference:
        full, _, parent_table = resolve(wanted.reference, case.catalog)
        parent = Side.of(full.parent, *full.parent_columns) if parent_table else None
    answer = ", ".join(c.name for c in table.columns)
    return Finding(
        cause="missing_column",
        severity="blocking",
        subject=Subject(child=child, parent=parent),
        facts=facts,
        evidence=(Evidence(query=f"columns of {table.name}", answer=answer),),
    )


def wanted_definition(case: Case, table: Table, column: str) -> WantedColumn | None:
    """How migrations define this column: the definition whose key fits its parent's type first, then the first seen."""
    found = [w for e in (*case.effects, *case.seen) if _defines(e, table) for w in e.wanted if w.name == column]
    return next((w for w in found if _fits(case, w)), found[0] if found else None)


def _defines(effect: Effect, table: Table) -> bool:
    named = effect.table.name == table.name.name and effect.table.schema in {"", table.name.schema}
    return named and effect.kind in {"create_table", "add_column"}


def _fits(case: Case, wanted: WantedColumn) -> bool:
    if not wanted.reference:
        return False
    full, _, parent = resolve(wanted.reference, case.catalog)
    column = parent.column(full.parent_columns[0]) if parent and full.parent_columns else None
    return bool(column and case.ask.keys_compare(case.ask.resolve_type(wanted.type), column.type))
