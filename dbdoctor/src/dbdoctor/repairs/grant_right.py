"""The smallest right that is missing is given, and no more."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl, ddl_objects
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep

_GRANTED_ON = {
    "table": "TABLE",
    "relation": "TABLE",
    "view": "TABLE",
    "sequence": "SEQUENCE",
    "schema": "SCHEMA",
    "materialized view": "TABLE",
}
_CHANGES_OWNER = {
    "table": "TABLE",
    "relation": "TABLE",
    "view": "VIEW",
    "sequence": "SEQUENCE",
    "materialized view": "MATERIALIZED VIEW",
    "index": "",
}


def propose(finding: Finding, _: Case) -> Iterator[Remedy]:
    """GRANT of one right, or the table handed to the role that has to change it; only where the address's user may do so."""
    facts = finding.facts
    role, right, kind = str(facts.get("role") or ""), str(facts.get("right") or ""), str(facts.get("kind") or "")
    if finding.cause != "permission" or not role or not facts.get("can_grant"):
        return
    place = finding.subject.parent or finding.subject.child
    name = (
        str(facts["name"])
        if kind == "schema"
        else ddl.spelled(place.schema, str(facts["name"]))
        if place
        else ddl.spelled("", str(facts["name"]))
    )
    told: dict[str, Fact] = {"role": role, "right": right, "on": str(facts["name"]), "owner": facts.get("owner")}
    if right == "OWNER" and _CHANGES_OWNER.get(kind) and facts.get("owner"):
        word = _CHANGES_OWNER[kind]
        step = SqlStep(
            code="change_owner", sql=ddl_objects.change_owner(word, name, role), undo_sql=ddl_objects.change_owner(word, name,
            str(facts["owner"])),
            lock="AccessExclusiveLock", blocks="reads and writes", facts=told,
        )  # fmt: skip
        yield Remedy(id="change_owner", facts=told, steps=(step,))
    elif right not in {"OWNER", "ROW SECURITY"} and kind in _GRANTED_ON:
        on = _GRANTED_ON[kind]
        shown = ddl.spelled("", name) if kind == "schema" else name
        step = SqlStep(
            code="grant_right", sql=ddl_objects.grant(right, on, shown, role=role), undo_sql=ddl_objects.revoke(right, on, shown,
            role=role), lock="AccessShareLock",
            blocks="nothing", facts=told,
        )  # fmt: skip
        yield Remedy(id="grant_right", facts=told, steps=(step,))
