"""duplicate_constraint_name: the name of a wanted constraint is already taken, by an equal or by another one."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Evidence, Fact, Finding, Side, Subject
from dbdoctor.model import Constraint, Table
from dbdoctor.wanted.effects import Effect
from dbdoctor.wanted.presence import cut, key_as_wanted, plain


def check(case: Case) -> Iterator[Finding]:
    """Report each wanted constraint whose name is taken, whether the one that has it is equal, and in what it differs."""
    if case.error is not None and case.error.sqlstate not in {"42710", "42P07"}:
        return
    for effect in case.effects:
        table = case.table(effect.table)
        if not table or not effect.name or effect.kind not in {"add_foreign_key", "add_key", "add_check", "create_index"}:
            continue
        dropped = {e.name for e in case.effects if e.kind == "drop_constraint" and e.table == effect.table}
        name = cut(effect.name)
        taken = next((c for c in table.constraints if c.name == name), None) if effect.kind != "create_index" else None
        if taken and name not in dropped:
            yield _on_table(case, effect, taken, table=table)
        elif case.sqlstate_is("42P07") and effect.kind in {"add_key", "create_index"} and not _own_index(effect, name, table):
            yield from _in_schema(case, effect, table)


def _on_table(case: Case, effect: Effect, taken: Constraint, *, table: Table) -> Finding:
    reference = effect.reference
    parent = case.catalog.find(reference.parent.name, reference.parent.schema or None) if reference else None
    there = next((k for k in table.foreign_keys if k.name == taken.name), None)
    facts: dict[str, Fact] = {
        "name": taken.name, "equal": _equal(case, effect, taken, table=table), "definition": taken.definition, "said": effect.name,
        "cut": effect.name != taken.name, "same_columns": bool(there and there.columns == effect.columns),
        "same_parent": bool(there and parent and there.parent == parent.name), "kind": taken.kind,
    }  # fmt: skip
    return Finding(
        cause="duplicate_constraint_name",
        severity="blocking",
        subject=Subject(
            child=Side.of(table.name, *effect.columns),
            parent=Side.of(parent.name, *(reference.parent_columns if reference else ())) if parent else None,
            constraint=effect.name,
        ),
        facts=facts,
        evidence=(Evidence(query=f"definition of {taken.name} on {table.name}", answer=taken.definition),),
    )


def _in_schema(case: Case, effect: Effect, table: Table) -> Iterator[Finding]:
    """A unique constraint makes an index, whose name must be free in the whole schema."""
    for other in case.catalog.tables.values():
        index = next((i for i in other.indexes if i.name == cut(effect.name)), None)
        if other.name.schema == table.name.schema and (index or other.name.name == cut(effect.name)):
            definition = index.definition if index else f"{other.kind} {other.name}"
            facts: dict[str, Fact] = {
                "name": cut(effect.name), "equal": False, "definition": definition, "said": effect.name,
                "cut": effect.name != cut(effect.name),
                "same_columns": bool(index and other.name == table.name and index.columns == effect.columns), "same_parent": False,
                "kind": "index",
            }  # fmt: skip
            yield Finding(
                cause="duplicate_constraint_name",
                severity="blocking",
                subject=Subject(child=Side.of(table.name, *effect.columns), constraint=effect.name),
                facts=facts,
                evidence=(Evidence(query=f"what is called {cut(effect.name)} in {other.name.schema}", answer=definition),),
            )
            return


def _own_index(effect: Effect, name: str, table: Table) -> bool:
    """An index of that name on the table itself: a statement that makes just this one was run before."""
    return effect.kind == "create_index" and any(i.name == name for i in table.indexes)


def _equal(case: Case, effect: Effect, taken: Constraint, *, table: Table) -> bool:
    if effect.kind == "add_key":
        key = next((k for k in table.keys if k.name == taken.name), None)
        return bool(key and key.columns == effect.columns and key.primary != effect.unique)
    if effect.kind == "add_check":
        return plain(effect.type) == plain(taken.definition)
    key_there = next((k for k in table.foreign_keys if k.name == taken.name), None)
    return bool(key_there and effect.reference and key_as_wanted(effect.reference, key_there, case.catalog))
