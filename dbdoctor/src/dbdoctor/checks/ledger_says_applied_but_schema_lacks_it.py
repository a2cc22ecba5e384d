"""ledger_says_applied_but_schema_lacks_it: a migration is recorded as applied, but what it makes is not there."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Evidence, Fact, Finding, Ledger, Side, Subject
from dbdoctor.histories.shapes import Migration
from dbdoctor.model import TableName
from dbdoctor.wanted.said import missing_relation
from dbdoctor.wanted.words import effects_in, tables_by_name

_COLUMN = re.compile(r'column "?(?:[^" ]+\.)?([^" ]+)"?')


def check(case: Case) -> Iterator[Finding]:
    """Report what is missing though the ledger holds a migration that made it: by its SQL where that is known, else by its name."""
    if case.ledger is None or case.error is None:
        return
    if case.error.sqlstate == "42703":
        yield from _column(case)
        return
    said = missing_relation(case.error)
    name = TableName(*said.rsplit(".", 1)) if "." in said else TableName("", said)
    if not said or case.table(name) or case.catalog.find(said):
        return
    by_words = [m for m in case.ledger.recorded if _makes(m, name)]
    wanted = re.sub(r"[^a-z0-9]", "", name.name.lower())
    by_name = [m for m in (*case.applied, *(known.name for known in case.ledger.recorded)) if wanted in tables_by_name(m)]
    if by_words or by_name:
        migration = by_words[0].name if by_words else by_name[0]
        yield _finding(case, Side(schema=name.schema, table=name.name), migration, words=by_words[0].words if by_words else "")


def _column(case: Case) -> Iterator[Finding]:
    found = _COLUMN.search(case.error.message) if case.error else None
    for migration in case.ledger.recorded if found and case.ledger else ():
        for effect in effects_in(migration.words):
            table = case.table(effect.table)
            if effect.kind == "add_column" and found and effect.columns == (found[1],) and table and not table.column(found[1]):
                yield _finding(case, Side.of(table.name, found[1]), migration.name, words=migration.words)
                return


def _finding(case: Case, side: Side, migration: str, *, words: str) -> Finding:
    tool, ledger = (case.ledger.tool, str(case.ledger.table)) if case.ledger else ("", "")
    what = f"{side.table}.{side.columns[0]}" if side.columns else side.table
    facts: dict[str, Fact] = {"table": side.table, "columns": list(side.columns), "migration": migration, "words": words}
    return Finding(
        cause="ledger_says_applied_but_schema_lacks_it",
        severity="blocking",
        subject=Subject(child=side, ledger=Ledger(tool=tool, table=ledger, migration=migration)),
        facts=facts,
        evidence=(Evidence(query=f"{ledger} holds {migration}; {what}", answer="does not exist"),),
    )


def _makes(migration: Migration, name: TableName) -> bool:
    made = [e for e in effects_in(migration.words) if e.kind == "create_table"]
    return any(e.table.name == name.name and name.schema in {"", e.table.schema} for e in made)
