"""type_mismatch: two columns of a key hold different types, or different kinds of value in the same type."""

import re
from collections.abc import Iterator

from sqlglot import exp

from dbdoctor.checks import Case, as_reference, references_of, resolve, sides, wanted_keys
from dbdoctor.findings import Evidence, Fact, Finding, Side, Subject
from dbdoctor.model import Column, ForeignKey, Reference, Table
from dbdoctor.wanted.effects import parsed, tables_in

_NO_OPERATOR = re.compile(r"^operator does not exist: (?P<left>.+?) (?:=|<>|!=) (?P<right>.+)$")
_NOT_A = re.compile(r'^invalid input syntax for type (?P<type>.+?): "(?P<value>.*)"$', re.DOTALL)
_WHOLE = {"smallint": 0, "integer": 1, "bigint": 2}


def check(case: Case) -> Iterator[Finding]:
    """Report keys whose types do not fit, a cast nobody makes, a column too narrow for its parent, values of another kind."""
    if case.allows("42804", "42846"):
        for reference in references_of(case.effects):
            full, child, parent = resolve(reference, case.catalog)
            if parent and len(full.columns) == len(full.parent_columns):
                for position in range(len(full.columns)):
                    yield from _pair(case, full, child=child, parent=parent, position=position)
        yield from _casts(case)
    elif case.sqlstate_is("22003"):
        yield from _too_narrow(case)
    elif case.sqlstate_is("22P02"):
        yield from _other_kind_written(case)
    elif case.sqlstate_is("23503"):
        yield from _other_kind_held(case)
    elif case.sqlstate_is("42883"):
        yield from _compared(case)


def _pair(case: Case, reference: Reference, *, child: Table | None, parent: Table, position: int) -> Iterator[Finding]:
    column, parent_column = reference.columns[position], parent.column(reference.parent_columns[position])
    existing = child.column(column) if child and not reference.child_is_new else None
    child_type = existing.type if existing else case.ask.resolve_type(wanted_type(case, reference, column))
    if not parent_column or not child_type or case.ask.keys_compare(child_type, parent_column.type):
        return
    facts: dict[str, Fact] = {
        "child_type": child_type, "parent_type": parent_column.type, "child_column": column, "parent_column": parent_column.name,
        "exists": existing is not None, "on_delete": reference.on_delete,
    }  # fmt: skip
    asked_for = f"types of {reference.child}.{column} and {parent.name}.{parent_column.name}"
    evidence = [Evidence(query=asked_for, answer=f"{child_type} and {parent_column.type}")]
    if existing and child and child.kind in {"table", "partition", "partitioned"}:
        values, asked = case.ask.count_values(child.name, column)
        facts["values"] = values
        evidence.append(asked)
        if values:
            good, bad, tried = case.ask.convertible(child.name, column, parent_column.type)
            facts |= {"convertible": good, "inconvertible": bad}
            evidence.append(tried)
            evidence += _through(case, child, existing, parent=parent, key=parent_column, facts=facts)
    yield Finding(
        cause="type_mismatch", severity="blocking", subject=sides(_onto(reference, parent)), facts=facts, evidence=tuple(evidence)
    )


def _onto(reference: Reference, parent: Table) -> Reference:
    return Reference(
        child=reference.child, columns=reference.columns, parent=parent.name, parent_columns=reference.parent_columns,
        constraint=reference.constraint,
    )  # fmt: skip


def _through(case: Case, child: Table, column: Column, *, parent: Table, key: Column, facts: dict[str, Fact]) -> list[Evidence]:
    """Whether the child's values are those of another unique column of the parent, so that each can be translated."""
    for unique in parent.keys:
        other = parent.column(unique.columns[0]) if unique.may_be_referenced and len(unique.columns) == 1 else None
        if other is None or other.name == key.name or not case.ask.keys_compare(column.type, other.type):
            continue
        values, held, asked = case.ask.held_values(child.name, column.name, parent.name, other_column=other.name)
        if values and held == values:
            facts |= {"through": other.name, "through_type": other.type}
            return [asked]
    return []


def wanted_type(case: Case, reference: Reference, column: str) -> str:
    """The type the statement gives a column of a key that it makes; '' when it makes none."""
    made = [e for e in case.effects if e.kind == "create_table" and e.table == reference.child]
    return reference.column_type or next((wanted.type for effect in made for wanted in effect.wanted if wanted.name == column), "")


def _casts(case: Case) -> Iterator[Finding]:
    """ALTER COLUMN … TYPE that has no cast the server would take by itself."""
    if case.error is None or "cannot be implemented" in case.error.message:
        return
    for effect in case.effects:
        table = case.table(effect.table)
        column = table.column(effect.columns[0]) if table and effect.kind == "alter_type" else None
        wanted = case.ask.resolve_type(effect.type)
        if not table or not column or not wanted or column.type == wanted:
            continue
        values, asked = case.ask.count_values(table.name, column.name)
        facts: dict[str, Fact] = {
            "child_type": column.type, "parent_type": wanted, "child_column": column.name, "exists": True, "values": values,
        }  # fmt: skip
        evidence = [asked]
        if values:
            good, bad, tried = case.ask.convertible(table.name, column.name, wanted)
            facts |= {"convertible": good, "inconvertible": bad}
            evidence.append(tried)
        yield Finding(
            cause="type_mismatch",
            severity="blocking",
            subject=Subject(child=Side.of(table.name, column.name)),
            facts=facts,
            evidence=tuple(evidence),
        )


def _too_narrow(case: Case) -> Iterator[Finding]:
    """A row is refused as out of range: a column of a key is narrower than its parent's."""
    for effect in case.effects:
        table = case.table(effect.table) if effect.kind in {"insert", "update"} else None
        for key in table.foreign_keys if table else ():
            parent = case.catalog.tables.get(key.parent)
            mine, theirs = table.column(key.columns[0]) if table else None, parent.column(key.parent_columns[0]) if parent else None
            if mine and theirs and _narrower(mine.type, theirs.type) and (not effect.columns or mine.name in effect.columns):
                yield _of_key(case, key, mine, theirs=theirs)
                return


def _narrower(child: str, parent: str) -> bool:
    return child in _WHOLE and ((parent in _WHOLE and _WHOLE[child] < _WHOLE[parent]) or parent.startswith("numeric"))


def _of_key(case: Case, key: ForeignKey, mine: Column, *, theirs: Column) -> Finding:
    values, asked = case.ask.count_values(key.child, mine.name)
    facts: dict[str, Fact] = {
        "child_type": mine.type, "parent_type": theirs.type, "child_column": mine.name, "parent_column": theirs.name, "exists": True,
        "values": values, "convertible": values, "inconvertible": 0, "on_delete": key.on_delete, "in_key": True,
    }  # fmt: skip
    told = Evidence(query=f"types of {key.child}.{mine.name} and {key.parent}.{theirs.name}", answer=f"{mine.type} and {theirs.type}")
    return Finding(cause="type_mismatch", severity="blocking", subject=sides(as_reference(key)), facts=facts, evidence=(told, asked))


def _other_kind_written(case: Case) -> Iterator[Finding]:
    """A value is refused by a column whose parent, to judge by its name, has another type."""
    said = _NOT_A.match(case.error.message) if case.error else None
    if said is None:
        return
    for effect in case.effects:
        table = case.table(effect.table) if effect.kind in {"insert", "update"} else None
        for column in table.columns if table else ():
            if case.ask.resolve_type(said["type"]) != column.type or (effect.columns and column.name not in effect.columns):
                continue
            parent = next((t for t in case.catalog.tables.values() if table and t.name != table.name and _keyed_by(t, column.name)), None)
            key = parent.column(parent.primary_key.columns[0]) if parent and parent.primary_key else None
            if table and parent and key and not case.ask.keys_compare(column.type, key.type):
                full = Reference(child=table.name, columns=(column.name,), parent=parent.name, parent_columns=(key.name,))
                yield from _pair(case, full, child=table, parent=parent, position=0)
                return


def _keyed_by(table: Table, column: str) -> bool:
    """Whether the column, by its name, points at the table: user_id or userId at user, users."""
    stem = column.lower().replace("_", "").removesuffix("id")
    name = table.name.name.lower().replace("_", "")
    return (
        bool(stem) and stem != column.lower().replace("_", "") and name in {stem, f"{stem}s", f"{stem}es"} and table.primary_key is not None
    )


def _other_kind_held(case: Case) -> Iterator[Finding]:
    """The types are equal, but what the child holds is another column of the parent."""
    for reference, child, parent in wanted_keys(case):
        mine = child.column(reference.columns[0]) if len(reference.columns) == 1 else None
        theirs = parent.column(reference.parent_columns[0])
        if mine is None or theirs is None or not case.ask.keys_compare(mine.type, theirs.type):
            continue
        count, _, asked = case.ask.orphans(reference)
        facts: dict[str, Fact] = {
            "child_type": mine.type, "parent_type": theirs.type, "child_column": mine.name, "parent_column": theirs.name, "exists": True,
            "same_type": True, "rows": count, "on_delete": reference.on_delete,
        }  # fmt: skip
        found = _through(case, child, mine, parent=parent, key=theirs, facts=facts) if count else []
        if found:
            values, held, right = case.ask.held_values(child.name, mine.name, parent.name, other_column=theirs.name)
            facts |= {"values": values, "held_by_key": held}
            yield Finding(
                cause="type_mismatch", severity="blocking", subject=sides(reference), facts=facts, evidence=(asked, *found, right)
            )
            return


def _compared(case: Case) -> Iterator[Finding]:
    """A statement compares two columns that no operator compares."""
    said = _NO_OPERATOR.match(case.error.message) if case.error else None
    tree = parsed(case.statement) if said else None
    for pair in tree.find_all(exp.EQ) if tree is not None else ():
        found = [_column_of(case, node) for node in (pair.this, pair.expression)]
        if len([f for f in found if f]) < len(found):
            continue
        (left, mine), (right, theirs) = [f for f in found if f]
        if said and {mine.type, theirs.type} == {said["left"], said["right"]}:
            reference = Reference(child=left.name, columns=(mine.name,), parent=right.name, parent_columns=(theirs.name,))
            if right.primary_key is None or right.primary_key.columns != (theirs.name,):
                reference = Reference(child=right.name, columns=(theirs.name,), parent=left.name, parent_columns=(mine.name,))
            full, child, parent = resolve(reference, case.catalog)
            if parent:
                yield from _pair(case, full, child=child, parent=parent, position=0)
            return


def _column_of(case: Case, node: exp.Expression) -> tuple[Table, Column] | None:
    if not isinstance(node, exp.Column):
        return None
    tables = [case.table(name) for alias, name in tables_in(case.statement) if node.table in {"", alias}]
    return next(((t, c) for t in tables if t and (c := t.column(node.name))), None)
