"""permission: the role that runs the statement lacks a right, or does not own what it wants to change."""

import re
from collections.abc import Iterator

from dbdoctor.checks import Case, references_of, resolve
from dbdoctor.findings import Evidence, Fact, Finding, Object, Side, Subject
from dbdoctor.model import Table

_DENIED = re.compile(r"^permission denied (?:for|to create .+ in) (?P<kind>[a-z ]+?) (?P<name>\S.*)$")
_OWNER = re.compile(r"^must be owner of (?P<kind>[a-z ]+?) (?P<name>\S.*)$")
_ROW_SECURITY = re.compile(r'row-level security policy(?: "(?P<policy>.+?)")? for table "(?P<name>.+)"')
_BY_EFFECT = {"insert": "INSERT", "update": "UPDATE", "delete": "DELETE", "truncate": "TRUNCATE", "read": "SELECT"}


def check(case: Case) -> Iterator[Finding]:
    """Report the right that the server says is missing, with the role that lacks it."""
    if case.error is None or case.error.sqlstate != "42501":
        return
    message = case.error.message
    denied, owner, policy = _DENIED.search(message), _OWNER.search(message), _ROW_SECURITY.search(message)
    found = denied or owner or policy
    kind = found["kind"] if found and not policy else "table"
    name = _plain(found["name"]) if found else ""
    table = _table(case, name)
    right = "OWNER" if owner else "ROW SECURITY" if policy else _right(case, kind, name, table=table)
    facts: dict[str, Fact] = {
        "role": case.role, "right": right, "kind": kind, "name": name, "owner": table.owner if table else "",
        "can_grant": _can_grant(case, table),
        "policy": policy["policy"] or "" if policy else "",
    }  # fmt: skip
    reference = next((resolve(r, case.catalog)[0] for r in references_of(case.effects)), None)
    parent = Side.of(table.name, *(reference.parent_columns if reference else ())) if table and right == "REFERENCES" else None
    child = Side.of(reference.child, *reference.columns) if reference else Side.of(table.name) if table and not parent else None
    yield Finding(
        cause="permission",
        severity="blocking",
        subject=Subject(child=child, parent=parent, object=Object(kind=kind if not table else "role", name=case.role or name)),
        facts=facts,
        evidence=(Evidence(query=f"run as {case.role or 'the user of the address'}", answer=f"{case.error.sqlstate} {message}"),),
    )


def _right(case: Case, kind: str, name: str, *, table: Table | None) -> str:
    """The smallest right the statement needs there."""
    if kind == "schema":
        made = [e.table.schema for e in case.effects if e.kind in {"create_table", "create_type", "create_view"}]
        return "CREATE" if any(schema in {"", name} for schema in made) else "USAGE"
    if kind == "sequence":
        return "USAGE"
    parents = {resolve(r, case.catalog)[0].parent for r in references_of(case.effects)}
    if table and table.name in parents:
        return "REFERENCES"
    own = [e for e in case.effects if table and case.table(e.table) is table and e.kind in _BY_EFFECT]
    return _BY_EFFECT[own[0].kind] if own else "SELECT"


def _can_grant(case: Case, table: Table | None) -> bool:
    return case.catalog.superuser or bool(table and table.owner == case.catalog.user)


def _table(case: Case, name: str) -> Table | None:
    return case.catalog.find(name) or next((t for t in case.catalog.tables.values() if t.name.name == name), None)


def _plain(name: str) -> str:
    return name[1:-1] if name.startswith('"') and name.endswith('"') else name
