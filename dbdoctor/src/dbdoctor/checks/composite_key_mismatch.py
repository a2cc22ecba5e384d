"""composite_key_mismatch: the number or the order of a key's columns does not fit the parent's key."""

from collections.abc import Iterator
from itertools import permutations

import msgspec

from dbdoctor.checks import Case, comparable, references_of, resolve, sides
from dbdoctor.findings import Evidence, Fact, Finding
from dbdoctor.model import Key, Reference, Table

MOST_PERMUTED = 4


def check(case: Case) -> Iterator[Finding]:
    """Report a key to a part of a composite key, one with too many or too few columns, and one with its columns in another order."""
    if not case.allows("42830", "42804", "23503"):
        return
    for reference in references_of(case.effects):
        full, child, parent = resolve(reference, case.catalog)
        whole = parent is not None and len(full.columns) == len(full.parent_columns)
        if parent is None or (parent.kind == "partitioned" and whole):
            continue  # a partitioned parent's key holds more than one would expect: a matter of its own
        if case.sqlstate_is("42830") or case.error is None:
            yield from _half(case, full, child, parent=parent)
        if child and len(full.columns) > 1 and len(full.columns) == len(full.parent_columns) and not full.child_is_new:
            yield from _order(case, full, child, parent=parent)


def _half(case: Case, full: Reference, child: Table | None, *, parent: Table) -> Iterator[Finding]:
    usable = [k for k in parent.keys if k.may_be_referenced]
    if any(sorted(k.columns) == sorted(full.parent_columns) and len(full.columns) == len(k.columns) for k in usable):
        return
    wanted = set(full.parent_columns)
    wider = [k for k in usable if len(k.columns) > len(full.columns) and wanted <= set(k.columns)]
    counts_differ = len(full.columns) != len(full.parent_columns)
    if not wider and not counts_differ:
        return
    key = wider[0] if wider else next((k for k in usable if k.primary), None)
    rows, values, asked = (
        case.ask.duplicates(parent.name, full.parent_columns)
        if not counts_differ and all(parent.column(c) for c in wanted)
        else (0, [], None)
    )
    if wider and not rows and not counts_differ:
        return  # these columns alone are unique as they stand: a key over them is all that is missing
    facts: dict[str, Fact] = {
        "kind": "part", "key": list(key.columns) if key else [], "missing": _missing(key, full), "ambiguous": rows, "values": values,
        "exists": child is not None and not full.child_is_new,
    }  # fmt: skip
    told = Evidence(query=f"keys of {parent.name}", answer="; ".join(f"({', '.join(k.columns)})" for k in usable) or "none")
    yield Finding(
        cause="composite_key_mismatch", severity="blocking", subject=sides(full), facts=facts, evidence=(told, *([asked] if asked else []))
    )


def _missing(key: Key | None, full: Reference) -> list[str]:
    if key is None:
        return []
    if len(full.columns) < len(full.parent_columns):  # fewer of its own columns than the key has
        return [c for c in key.columns if c not in full.columns]
    return [c for c in key.columns if c not in full.parent_columns]


def _order(case: Case, full: Reference, child: Table, *, parent: Table) -> Iterator[Finding]:
    """The same columns paired otherwise fit: every row finds its parent, or the types do."""
    if len(full.columns) > MOST_PERMUTED:
        return
    fits = comparable(case, full, child, parent=parent)
    if fits and not case.ask.orphans(full)[0]:
        return
    for order in permutations(full.parent_columns):
        other = msgspec.structs.replace(full, parent_columns=order)
        if order == full.parent_columns or not comparable(case, other, child, parent=parent):
            continue
        count, _, asked = case.ask.orphans(other)
        if not count:
            facts: dict[str, Fact] = {"kind": "order", "order": list(order), "said": list(full.parent_columns), "missing": []}
            yield Finding(cause="composite_key_mismatch", severity="blocking", subject=sides(full), facts=facts, evidence=(asked,))
            return
