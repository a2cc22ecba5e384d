"""constraint_name_differs: the constraint exists, but under another name than the statement says."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Evidence, Fact, Finding, Side, Subject
from dbdoctor.model import ConstraintKind, Table
from dbdoctor.wanted.effects import Effect, effects_of
from dbdoctor.wanted.presence import cut

_MISSING = re.compile(r'^(?P<kind>constraint|index) "(?P<name>.+?)"(?: (?:of relation|for table) "(?P<table>.+?)")? does not exist$')
_KINDS: dict[str, ConstraintKind] = {"fk": "foreign", "fkey": "foreign", "foreign": "foreign", "ibfk": "foreign", "uq": "unique",
                                     "uniq": "unique", "unique": "unique", "uk": "unique", "key": "unique", "pk": "primary",
                                     "pkey": "primary", "check": "check", "ck": "check", "chk": "check"}  # fmt: skip


def check(case: Case) -> Iterator[Finding]:
    """Report a constraint or index that is missing by name while one of the same purpose is there under another."""
    found = _MISSING.match(case.error.message) if case.error and case.error.sqlstate == "42704" else None
    if found is None:
        return
    name = found["name"].rsplit(".", 1)[-1]
    if found["kind"] == "index":
        yield from _index(case, name)
        return
    effect = next((e for e in case.effects if e.kind in {"drop_constraint", "validate", "alter_constraint", "rename_constraint"}), None)
    table = case.table(effect.table) if effect else None
    if table is None or any(c.name.lower() == name.lower() for c in table.constraints):
        return
    meant = _meant(case, table, name)
    if meant:
        facts: dict[str, Fact] = {
            "kind": "constraint",
            "name": name,
            "there": meant,
            "table": str(table.name),
            "definition": _defined(table, meant),
        }
        yield _finding(table, facts, _columns(table, meant))


def _index(case: Case, name: str) -> Iterator[Finding]:
    """DROP INDEX names no table: the one whose name begins the index's name is meant."""
    for table in case.catalog.tables.values():
        ours = [i for i in table.indexes if not any(k.name == i.name and k.primary for k in table.keys)]
        if table.name.name.lower() in name.lower() and ours:
            hits = [i for i in ours if i.columns and all(c.lower() in name.lower() for c in i.columns)]
            if len(hits) == 1 and hits[0].name.lower() != name.lower():
                facts: dict[str, Fact] = {
                    "kind": "index", "name": name, "there": hits[0].name, "table": str(table.name), "definition": hits[0].definition,
                }  # fmt: skip
                yield _finding(table, facts, hits[0].columns)
                return


def _meant(case: Case, table: Table, name: str) -> str:
    """The one constraint it can be: over the columns that are made anew right after, over a column that the name holds, or the only one."""
    kind = _kind(name)
    pool = [c.name for c in table.constraints if kind in {None, c.kind} and c.name != cut(name)]
    new = [e for e in (*case.effects, *(e for s in case.later for e in effects_of(s))) if _remade(e, table)]
    by_successor = [n for n in pool for e in new if e.columns and _columns(table, n) == e.columns]
    words = name.lower()
    by_column = [n for n in pool if _columns(table, n) and all(c.lower() in words for c in _columns(table, n))]
    return next((found[0] for found in (by_successor, by_column, pool) if len(set(found)) == 1), "")


def _remade(effect: Effect, table: Table) -> bool:
    return effect.kind in {"add_foreign_key", "add_key"} and effect.table.name == table.name.name


def _kind(name: str) -> ConstraintKind | None:
    words = re.split(r"[^a-z]+", name.lower())
    return next((_KINDS[w] for w in words if w in _KINDS), None)


def _columns(table: Table, name: str) -> tuple[str, ...]:
    key = next((k for k in table.foreign_keys if k.name == name), None) or next((k for k in table.keys if k.name == name), None)
    return key.columns if key else ()


def _defined(table: Table, name: str) -> str:
    return next((c.definition for c in table.constraints if c.name == name), "")


def _finding(table: Table, facts: dict[str, Fact], columns: tuple[str, ...]) -> Finding:
    return Finding(
        cause="constraint_name_differs",
        severity="blocking",
        subject=Subject(child=Side.of(table.name, *columns), constraint=str(facts["name"])),
        facts=facts,
        evidence=(Evidence(query=f"{facts['kind']}s of {table.name}", answer=f"{facts['there']}: {facts['definition']}"),),
    )
