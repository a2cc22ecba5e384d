"""duplicate_foreign_key: two keys over the same columns to the same parent: each row is checked twice, and a change must find both."""

from collections.abc import Iterator

from dbdoctor.checks import Case, as_reference, sides
from dbdoctor.findings import Evidence, Fact, Finding


def survey(case: Case) -> Iterator[Finding]:
    """Report each key that says again what another one of the same table says, the one with the later name."""
    for table in case.catalog.tables.values():
        seen: dict[tuple[object, ...], str] = {}
        for key in sorted(table.foreign_keys, key=lambda k: k.name):
            what = (key.parent, key.columns, key.parent_columns)
            first = seen.setdefault(what, key.name)
            if first != key.name:
                facts: dict[str, Fact] = {"key": key.name, "first": first, "definition": key.definition}
                yield Finding(
                    cause="duplicate_foreign_key", severity="advice", subject=sides(as_reference(key)), facts=facts,
                    evidence=(Evidence(query=f"keys of {table.name} ({', '.join(key.columns)})", answer=f"{first}, {key.name}"),),
                )  # fmt: skip
