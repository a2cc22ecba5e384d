"""orphan_rows: child rows point at parents that do not exist."""

from collections.abc import Iterator

import msgspec

from dbdoctor.checks import Case, references_of, resolve
from dbdoctor.findings import Fact, Finding, Side, Subject
from dbdoctor.model import ForeignKey, Reference, Table

# Values that applications use to mean "none"; changing them is a decision about meaning.
SENTINELS = {"0", "-1", "", "00000000-0000-0000-0000-000000000000"}


def check(case: Case) -> Iterator[Finding]:
    """Report each wanted key (or key to be validated) whose child holds values without a parent."""
    if case.error is not None and case.error.sqlstate != "23503":
        return
    for reference in [*references_of(case.effects), *_named_in_error(case)]:
        full, child, parent = resolve(reference, case.catalog)
        if child and parent and not full.child_is_new and _comparable(case, full, child=child, parent=parent):
            count, values, asked = case.ask.orphans(full)
            if count:
                facts: dict[str, Fact] = {
                    "rows": count,
                    "values": values,
                    "sentinels": [v for v in values if v in SENTINELS],
                    "nullable": not any((c := child.column(name)) and c.not_null for name in full.columns),
                    "on_delete": full.on_delete,
                    "on_update": full.on_update,
                }
                yield Finding(
                    cause="orphan_rows",
                    severity="blocking",
                    subject=Subject(
                        child=Side.of(full.child, *full.columns),
                        parent=Side.of(full.parent, *full.parent_columns),
                        constraint=full.constraint or None,
                    ),
                    facts=facts,
                    evidence=(asked,),
                )


def _comparable(case: Case, reference: Reference, *, child: Table, parent: Table) -> bool:
    pairs = [(child.column(c), parent.column(p)) for c, p in zip(reference.columns, reference.parent_columns, strict=False)]
    same_length = len(reference.columns) == len(reference.parent_columns) > 0
    return same_length and all(c and p and case.ask.keys_compare(c.type, p.type) for c, p in pairs)


def _named_in_error(case: Case) -> Iterator[Reference]:
    """VALIDATE CONSTRAINT and the like name only the key: look it up."""
    if case.error is None or any(True for _ in references_of(case.effects)):
        return
    for key in case.catalog.foreign_keys():
        if f'"{key.name}"' in case.error.message and f'"{key.child.name}"' in case.error.message:
            yield _as_reference(key)


def _as_reference(key: ForeignKey) -> Reference:
    return msgspec.convert(
        {"child": key.child, "columns": key.columns, "parent": key.parent, "parent_columns": key.parent_columns, "constraint": key.name,
         "on_delete": key.on_delete, "on_update": key.on_update}, Reference,
    )  # fmt: skip
