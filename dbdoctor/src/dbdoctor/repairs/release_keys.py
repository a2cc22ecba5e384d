"""Keys that forbid a change are taken away for it; where the column stays they are made again around it."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import ForeignKey, TableName
from dbdoctor.repairs import setting_aside


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """For a type: keys off, both sides changed alike, keys on again. For a drop: the keys that would be left dangling go by name."""
    facts = finding.facts
    if finding.cause != "blocked_by_dependent_fk" or finding.subject.child is None:
        return
    names = facts.get("keys")
    keys = [k for k in case.catalog.foreign_keys() if isinstance(names, list) and k.name in names]
    if facts.get("kind") == "alter_type":
        yield from _changed_alike(case, keys, facts)
    elif facts.get("kind") in {"drop_table", "drop_column"}:
        told: dict[str, Fact] = {"keys": [k.name for k in keys], "tables": [str(k.child) for k in keys]}
        steps = tuple(
            SqlStep(
                code="drop_dependent_key",
                sql=ddl.drop_constraint(k.child, k.name),
                undo_sql=ddl.add_constraint(k.child, k.name, k.definition),
                lock="AccessExclusiveLock",
                blocks="reads and writes",
                facts=told,
            )
            for k in keys
        )
        yield Remedy(id="drop_dependent_key", facts=told, steps=steps)
    elif facts.get("kind") == "delete" and facts.get("nullable") and facts.get("value"):
        yield from _emptied(keys[0], str(facts["value"]))
    elif facts.get("kind") == "update" and keys:
        yield from _following(keys[0])


def _changed_alike(case: Case, keys: list[ForeignKey], facts: dict[str, Fact]) -> Iterator[Remedy]:
    column, to_type = str(facts["column"]), str(facts["type"])
    effect = next((e for e in case.effects if e.kind == "alter_type"), None)
    table = case.table(effect.table) if effect else None
    if table is None or not keys:
        return
    parts: list[str] = []
    others = [(k, k.columns[k.parent_columns.index(column)]) for k in keys if k.parent == table.name and column in k.parent_columns]
    mine = [
        (k, k.parent_columns[k.columns.index(column)])
        for k in keys
        if k.child == table.name and column in k.columns and k.parent != table.name
    ]
    parts += [ddl.drop_constraint(k.child, k.name) for k in keys]
    parts.append(case.statement.strip().rstrip(";"))
    using = _using(case.statement)
    for key, other in others:
        parts.append(ddl.alter_type(key.child, other, to_type, using=_for(using, column, other)))
    for key, other in mine:
        parts.append(ddl.alter_type(key.parent, other, to_type, using=_for(using, column, other)))
    parts += [ddl.add_constraint(k.child, k.name, f"{k.definition.removesuffix(' NOT VALID')} NOT VALID") for k in keys]
    parts += [ddl.validate_constraint(k.child, k.name) for k in keys]
    told: dict[str, Fact] = {
        "table": str(table.name),
        "column": column,
        "keys": [k.name for k in keys],
        "type": to_type,
        "others": [str(k.child) for k, _ in others],
    }
    yield Remedy(
        id="change_in_order",
        rows_touched=int(str(facts.get("rows") or 0)),
        facts=told,
        steps=tuple(SqlStep(code="change_in_order", sql=sql, facts=told) for sql in parts),
    )


def _using(statement: str) -> str:
    found = re.search(r"\busing\b(.+)$", statement, re.IGNORECASE | re.DOTALL)
    return found[1].strip().rstrip(";") if found else ""


def _for(using: str, column: str, other: str) -> str:
    """The statement's own expression, for the other column; '' where it has none."""
    return re.sub(rf'(?<![\w"]){re.escape(column)}(?![\w"])|"{re.escape(column)}"', ddl.columns([other]), using) if using else ""


def _emptied(key: ForeignKey, value: str) -> Iterator[Remedy]:
    """Children of a parent that is to go: their reference becomes NULL, the row as it was is kept."""
    name: TableName = key.child
    condition = ddl.holds_one_of(key.columns[0], [value])
    told: dict[str, Fact] = {"table": str(name), "columns": list(key.columns), "value": value}
    changes = [ddl.keep_copy(name, f"its parent {value} is to go", condition), ddl.empty_columns(name, key.columns, condition)]
    yield setting_aside(changes, code="null_children", places=[name], rows=1, facts=told)


def _following(key: ForeignKey) -> Iterator[Remedy]:
    """The parent's key is to change: the child's value follows it."""
    if key.on_update == "CASCADE":
        return
    told: dict[str, Fact] = {"key": key.name, "table": str(key.child)}
    definition = re.sub(r" ON UPDATE (?:SET NULL|SET DEFAULT|RESTRICT|NO ACTION)", "", key.definition)
    definition = re.sub(r"(REFERENCES .+?\([^)]*\))", r"\1 ON UPDATE CASCADE", definition, count=1)
    step = SqlStep(
        code="follow_updates", sql=ddl.replace_constraint(key.child, key.name, definition),
        undo_sql=ddl.replace_constraint(key.child, key.name, key.definition), lock="AccessExclusiveLock", blocks="reads and writes",
        facts=told,
    )  # fmt: skip
    yield Remedy(id="follow_updates", facts=told, steps=(step,))
