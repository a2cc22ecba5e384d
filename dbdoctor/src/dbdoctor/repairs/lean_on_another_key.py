"""Keys that lean on what is to go are made to lean on a unique index of their own, so that it can go."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import ForeignKey, Key, Table


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy for a primary or unique key that is to be dropped while keys of other tables lean on it."""
    facts = finding.facts
    if finding.cause != "blocked_by_dependent_fk" or facts.get("kind") != "drop_key" or finding.subject.parent is None:
        return
    table = case.catalog.find(finding.subject.parent.table, finding.subject.parent.schema)
    named = {e.name for e in case.effects if e.kind in {"drop_constraint", "drop_index"}}
    key = next((k for k in table.keys if k.name in named), None) if table else None
    dependents = [k for k in case.catalog.foreign_keys() if table and k.parent == table.name and k.name in _names(facts)]
    if table is None or key is None or not dependents:
        return
    told: dict[str, Fact] = {
        "table": str(table.name),
        "key": key.name,
        "columns": list(key.columns),
        "dependents": [k.name for k in dependents],
    }
    stays, again = _free(case, table, key, ending="_stays"), _free(case, table, key, ending="_again")
    swap = [
        *(ddl.drop_constraint(k.child, k.name) for k in dependents),
        ddl.swap_key(table.name, key.name, again, primary=key.primary) if key.constraint else ddl.swap_index(table.name, key.name, again),
        *(ddl.add_constraint(k.child, k.name, f"{_definition(k)} NOT VALID") for k in dependents),
    ]
    back = [
        *(ddl.drop_constraint(k.child, k.name) for k in dependents),
        ddl.drop_index(table.name, stays),
        *(ddl.add_constraint(k.child, k.name, k.definition) for k in dependents),
    ]
    yield Remedy(
        id="lean_on_another_key",
        facts=told,
        steps=(
            _index(table, key, stays, told=told, undo=ddl.NOTHING),  # the swap's own undo takes it away, together with what leans on it
            _index(table, key, again, told=told, undo=ddl.NOTHING),
            SqlStep(
                code="lean_on_another_key",
                sql="; ".join(swap),
                undo_sql="; ".join(back),
                lock="AccessExclusiveLock",
                blocks="reads and writes",
                facts=told,
            ),
            *(_validated(k) for k in dependents),
        ),
    )


def _validated(key: ForeignKey) -> SqlStep:
    return SqlStep(
        code="validate_key", sql=ddl.validate_constraint(key.child, key.name), undo_sql=ddl.NOTHING, lock="ShareUpdateExclusiveLock",
        blocks="nothing", facts={"key": key.name, "table": str(key.child)},
    )  # fmt: skip


def _index(table: Table, key: Key, name: str, *, told: dict[str, Fact], undo: str) -> SqlStep:
    return SqlStep(
        code="lean_on_another_key", sql=ddl.unique_index(table.name, key.columns, name), undo_sql=undo, lock="ShareUpdateExclusiveLock",
        blocks="nothing", transactional=False, facts=told,
    )  # fmt: skip


def _definition(key: ForeignKey) -> str:
    return key.definition.removesuffix(" NOT VALID")


def _names(facts: dict[str, Fact]) -> list[str]:
    names = facts.get("keys")
    return names if isinstance(names, list) else []


def _free(case: Case, table: Table, key: Key, *, ending: str) -> str:
    taken = {i.name for t in case.catalog.tables.values() for i in t.indexes}
    wished = (ddl.fitting(f"{table.name.name}_{'_'.join(key.columns)}", ending=f"{ending}{n or ''}") for n in range(100))
    return next(name for name in wished if name not in taken)
