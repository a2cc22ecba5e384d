"""fk_not_enforced: the key is declared, but does not guard: rows came under it unseen, its triggers are off, or it says NOT ENFORCED."""

from collections.abc import Iterator

import msgspec

from dbdoctor.checks import Case, as_reference, comparable, existing_key, sides, wanted_keys
from dbdoctor.findings import Evidence, Fact, Finding
from dbdoctor.model import ForeignKey, Reference

BIGGEST_READ_BYTES = 256 * 2**20


def check(case: Case) -> Iterator[Finding]:
    """Report a key that the catalog calls valid while rows stand under it that have no parent."""
    if case.sqlstate_is("55000", "42809", "42P16", "0A000") and (key := existing_key(case)) and not key.enforced:
        yield _finding(case, as_reference(key), key)
        return
    if not case.sqlstate_is("23503"):
        return
    for reference, child, parent in wanted_keys(case):
        if not comparable(case, reference, child, parent=parent):
            continue
        standing = [
            k for k in child.foreign_keys if k.columns == reference.columns and k.parent == parent.name and (k.validated or not k.enforced)
        ]
        if standing and case.ask.orphans(reference)[0]:
            yield _finding(case, reference, standing[0])
            return


def survey(case: Case) -> Iterator[Finding]:
    """Report keys that do not guard, and valid ones under which rows stand that have no parent; very big tables are not read."""
    sizes = case.ask.sizes()
    for key in case.catalog.foreign_keys():
        parent = case.catalog.tables.get(key.parent)
        reference = as_reference(key)
        if parent is None:
            continue
        size = sizes.get(key.child, 0)
        if not key.enforced or (key.validated and 0 < size <= BIGGEST_READ_BYTES and case.ask.has_orphans(reference)[0]):
            yield msgspec.structs.replace(_finding(case, reference, key), severity="risk")


def _finding(case: Case, reference: Reference, key: ForeignKey) -> Finding:
    count, values, asked = case.ask.orphans(reference)
    child = case.catalog.tables[key.child]
    facts: dict[str, Fact] = {
        "key": key.name, "enforced": key.enforced, "validated": key.validated, "rows": count, "values": values, "sentinels": [],
        "nullable": not any((c := child.column(name)) and c.not_null for name in key.columns), "on_delete": key.on_delete,
        "on_update": key.on_update,
    }  # fmt: skip
    state = "valid" if key.validated else "not validated"
    told = Evidence(query=f"catalog on {key.name}", answer=f"{state}, {'triggers on' if key.enforced else 'not enforced'}")
    return Finding(cause="fk_not_enforced", severity="blocking", subject=sides(reference), facts=facts, evidence=(told, asked))
