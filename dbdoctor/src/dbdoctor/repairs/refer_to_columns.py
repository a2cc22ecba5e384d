"""The key with the parent's columns named as they fit: in the order of the child's, or those of a key with as many columns."""

from collections.abc import Iterator

import msgspec

from dbdoctor.checks import Case, comparable, references_of, resolve
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import Reference
from dbdoctor.wanted.corrections import with_parent_columns
from dbdoctor.wanted.effects import effects_of
from dbdoctor.wanted.reversal import undo_of


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy: the other order that every row fits, or the one unique key that has as many columns as were given."""
    facts = finding.facts
    if finding.cause != "composite_key_mismatch":
        return
    for reference in references_of(case.effects):
        full, child, parent = resolve(reference, case.catalog)
        if parent is None:
            continue
        wished: list[tuple[str, ...]] = []
        if facts.get("kind") == "order":
            wished = [msgspec.convert(facts["order"], tuple[str, ...])]
        elif len(full.columns) != len(full.parent_columns):
            wished = [k.columns for k in parent.keys if k.may_be_referenced and len(k.columns) == len(full.columns)]
        fitting = [w for w in wished if _fits(case, msgspec.structs.replace(full, parent_columns=w))]
        corrected = with_parent_columns(case.statement, reference, fitting[0]) if len(fitting) == 1 else None
        if corrected and child:
            told: dict[str, Fact] = {"table": str(full.child), "parent": str(parent.name), "columns": list(fitting[0])}
            step = SqlStep(code="refer_to_columns", sql=corrected, undo_sql=undo_of(effects_of(corrected)), facts=told)
            yield Remedy(id="refer_to_columns", facts=told, steps=(step,))
            return


def _fits(case: Case, reference: Reference) -> bool:
    full, child, parent = resolve(reference, case.catalog)
    if child is None or parent is None:
        return False
    return full.child_is_new or (comparable(case, full, child, parent=parent) and not case.ask.orphans(full)[0])
