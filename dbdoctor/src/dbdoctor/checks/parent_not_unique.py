"""parent_not_unique: no full, valid, immediate unique key on exactly the referenced columns."""

from collections.abc import Iterator

from dbdoctor.checks import Case, references_of, resolve
from dbdoctor.findings import Evidence, Fact, Finding, Side, Subject


def check(case: Case) -> Iterator[Finding]:
    """Report each wanted key whose parent columns nothing makes unique."""
    if case.error is not None and case.error.sqlstate not in {"42830", "42704"}:
        return
    for reference in references_of(case.effects):
        full, _, parent = resolve(reference, case.catalog)
        if parent is None or parent.kind not in {"table", "partitioned", "partition"} or (parent.name == full.child and full.child_is_new):
            continue
        if full.parent_columns and not all(parent.column(c) for c in full.parent_columns):
            continue
        if any(k.may_be_referenced and sorted(k.columns) == sorted(full.parent_columns) for k in parent.keys) and full.parent_columns:
            continue
        if parent.kind == "partitioned" and case.error is None and set(parent.partition_columns) - set(full.parent_columns):
            continue  # no key over these columns is possible there
        columns = full.parent_columns or (("id",) if parent.column("id") else ())
        rows, values, asked = case.ask.duplicates(parent.name, columns) if columns else (0, [], None)
        keys = "; ".join(f"{k.name} ({', '.join(k.columns)}){'' if k.may_be_referenced else ', cannot be referenced'}" for k in parent.keys)
        facts: dict[str, Fact] = {"columns": list(columns), "duplicates": rows, "values": values, "keys": [k.name for k in parent.keys]}
        evidence = [Evidence(query=f"unique keys of {parent.name}", answer=keys or "none"), *([asked] if asked else [])]
        yield Finding(
            cause="parent_not_unique",
            severity="blocking",
            subject=Subject(
                child=Side.of(full.child, *full.columns), parent=Side.of(parent.name, *columns), constraint=full.constraint or None
            ),
            facts=facts,
            evidence=tuple(evidence),
        )
