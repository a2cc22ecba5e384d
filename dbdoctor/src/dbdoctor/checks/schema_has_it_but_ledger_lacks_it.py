"""schema_has_it_but_ledger_lacks_it: everything a migration makes is there, but the ledger does not hold the migration."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Evidence, Fact, Finding, Ledger, Object, Side, Subject
from dbdoctor.histories.shapes import Migration
from dbdoctor.wanted.effects import MAKES, TRANSACTION_WORDS, Effect, effects_of
from dbdoctor.wanted.presence import is_like
from dbdoctor.wanted.words import effects_in


def check(case: Case) -> Iterator[Finding]:
    """Report a statement of which every effect is there already, and whose migration is known and not in the ledger."""
    if case.ledger is None or not case.sqlstate_is("42P07", "42701", "42710", "42P06", "42P16"):
        return
    whole = (*case.effects, *(e for s in case.later for e in effects_of(s)))
    makes = [e for e in whole if e.kind in MAKES]
    if (
        not makes
        or any(e.kind not in MAKES | TRANSACTION_WORDS for e in whole)
        or not all(is_like(e, case.catalog, case.ask.resolve_type) for e in makes)
    ):
        return
    migration = _migration(case, makes)
    if migration is None:
        return
    table, name = next((t for e in makes if (t := case.table(e.table))), None), migration.name
    facts: dict[str, Fact] = {"migration": name, "objects": [_told(e) for e in makes], "tool": case.ledger.tool}
    yield Finding(
        cause="schema_has_it_but_ledger_lacks_it",
        severity="blocking",
        subject=Subject(
            child=Side.of(table.name, *makes[0].columns) if table else None,
            constraint=makes[0].name or None if makes[0].kind != "create_table" else None,
            object=Object(kind="table", name=str(table.name)) if table and makes[0].kind == "create_table" else None,
            ledger=Ledger(tool=case.ledger.tool, table=str(case.ledger.table), migration=name),
        ),
        facts=facts,
        evidence=(
            Evidence(query="what the statement makes", answer="; ".join(f"{_told(e)} is there, as wanted" for e in makes)),
            Evidence(query=f"entries of {case.ledger.table}", answer=", ".join(case.ledger.applied[-5:]) or "none"),
        ),
    )


def _migration(case: Case, makes: list[Effect]) -> Migration | None:
    """The pending migration that this statement belongs to: by its SQL, by the names in it, or the only one there is."""
    pending = case.ledger.pending if case.ledger else ()
    by_sql = [m for m in pending if {e.table.name for e in effects_in(m.words) if e.kind in MAKES} & {e.table.name for e in makes}]
    names = [n.lower() for e in makes for n in (e.table.name, e.name) if n]
    by_words = [m for m in pending if any(n in f"{m.name} {m.words}".lower() for n in names)]
    return next(iter(by_sql or by_words or (pending if len(pending) == 1 else ())), None)


def _told(effect: Effect) -> str:
    if effect.kind == "create_table":
        return f"table {effect.table.name}"
    if effect.kind == "add_column":
        return f"column {effect.table.name}.{effect.columns[0]}"
    return f"{effect.name or ', '.join(effect.columns)} of {effect.table.name}"
