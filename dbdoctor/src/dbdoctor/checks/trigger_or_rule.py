"""trigger_or_rule: a trigger or a rule undoes or redirects a write that a key relies on."""

from collections.abc import Iterator

from dbdoctor.checks import Case, as_reference, existing_key, sides, wanted_keys
from dbdoctor.findings import Evidence, Fact, Finding, Object, Side, Subject
from dbdoctor.model import Reaction, Reference, TableName
from dbdoctor.wanted.said import function_in


def check(case: Case) -> Iterator[Finding]:
    """Report a reaction that swallows a parent's row, one that keeps a key's own action from happening, one that refuses the write."""
    if (
        case.sqlstate_is("XX000", "27000")
        and case.error
        and ("referential integrity" in case.error.message or "triggered" in case.error.message)
    ):
        yield from _unexpected(case)
    elif case.sqlstate_is("23503"):
        yield from _swallowed(case)
        yield from _kept_orphans(case)
    elif case.sqlstate_is("P0001") and function_in(case.error):
        yield from _refused(case)


def _unexpected(case: Case) -> Iterator[Finding]:
    """The key's own statement met a rule or trigger that turned it into something else."""
    message = case.error.message if case.error else ""
    named = [k for k in case.catalog.foreign_keys() if f'"{k.name}"' in message]
    parents = {t.name for e in case.effects if (t := case.table(e.table))}
    keys = named or [k for k in case.catalog.foreign_keys() if k.parent in parents]
    for key in keys:
        found = [r for r in case.ask.reactions(key.child) if r.enabled and r.before and {"delete", "update"} & set(r.events)]
        if found:
            yield _finding(case, as_reference(key), key.child, reaction=found[0], answer=message)
            return


def _swallowed(case: Case) -> Iterator[Finding]:
    """The parent's row was inserted by the same script, and is not there."""
    key = existing_key(case)
    if key is None or not any((t := case.table(name)) and t.name == key.parent for name in case.swallowed):
        return
    reactions = [r for r in case.ask.reactions(key.parent) if r.enabled and r.before and "insert" in r.events]
    found = [r for r in reactions if r.kind == "rule" or "return null" in " ".join(r.source.lower().split())]
    if found:
        answer = "the statement succeeded, and no row came into the table"
        yield _finding(case, as_reference(key), key.parent, reaction=found[0], answer=answer)


def _kept_orphans(case: Case) -> Iterator[Finding]:
    """A valid key exists, rows without a parent stand under it, and a reaction of the child keeps the key's action from deleting them."""
    for reference, _, _ in wanted_keys(case):
        guarding = [
            k for k in case.catalog.foreign_keys()
            if k.child == reference.child and k.columns == reference.columns and k.parent == reference.parent and k.validated and k.enforced
        ]  # fmt: skip
        acts = {"delete"} if any(k.on_delete == "CASCADE" for k in guarding) else {"update"}
        found = [r for r in case.ask.reactions(reference.child) if r.enabled and r.before and acts & set(r.events)] if guarding else []
        if found and case.ask.orphans(reference)[0]:
            yield _finding(
                case,
                reference,
                reference.child,
                reaction=found[0],
                answer=f"rows without a parent stand under {guarding[0].name}, which is valid",
            )
            return


def _refused(case: Case) -> Iterator[Finding]:
    for effect in case.effects:
        table = case.table(effect.table)
        name = function_in(case.error).split("(")[0]
        found = [r for r in case.ask.reactions(table.name) if r.function.split("(")[0].endswith(name)] if table else []
        if table and found:
            reference = Reference(child=table.name, columns=(), parent=table.name)
            yield _finding(case, reference, table.name, reaction=found[0], answer=case.error.message if case.error else "")
            return


def _finding(case: Case, reference: Reference, table: TableName, *, reaction: Reaction, answer: str) -> Finding:
    facts: dict[str, Fact] = {
        "kind": reaction.kind, "name": reaction.name, "table": str(table), "definition": reaction.definition, "function": reaction.function,
        "place": [table.schema, table.name], "rows": case.ask.orphans(reference)[0] if reference.columns else 0,
    }  # fmt: skip
    named = Subject(child=Side.of(reference.child)) if not reference.columns else sides(reference)
    return Finding(
        cause="trigger_or_rule",
        severity="blocking",
        subject=Subject(
            child=named.child, parent=named.parent, constraint=named.constraint, object=Object(kind=reaction.kind, name=reaction.name)
        ),
        facts=facts,
        evidence=(
            Evidence(query=f"{reaction.kind} {reaction.name} of {table}", answer=reaction.definition),
            Evidence(query="what became of it", answer=answer),
        ),
    )
