"""A key that leads to the wrong table is made anew to the right one, in one statement, then validated."""

from collections.abc import Iterator

import msgspec

from dbdoctor.checks import Case, as_reference, existing_key
from dbdoctor.databases.postgresql import ddl
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.model import TableName


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy where every value of the child is in the table that is meant."""
    new_parent, key = finding.facts.get("new_parent"), existing_key(case)
    if finding.cause not in {"wrong_schema_or_search_path", "stale_parent_reference"} or not isinstance(new_parent, list) or key is None:
        return
    target = TableName(*new_parent)
    wanted = msgspec.structs.replace(as_reference(key), parent=target)
    late = " DEFERRABLE" + (" INITIALLY DEFERRED" if "INITIALLY DEFERRED" in key.definition else "") if key.deferrable else ""
    told: dict[str, Fact] = {"key": key.name, "table": str(key.child), "from": str(key.parent), "to": str(target)}
    steps = (
        SqlStep(
            code="repoint_key",
            sql=ddl.replace_constraint(key.child, key.name, f"{ddl.key_definition(wanted)}{late} NOT VALID"),
            undo_sql=ddl.replace_constraint(key.child, key.name, key.definition),
            lock="AccessExclusiveLock",
            blocks="reads and writes",
            facts=told,
        ),
        SqlStep(
            code="validate_key",
            sql=ddl.validate_constraint(key.child, key.name),
            undo_sql=ddl.NOTHING,
            lock="ShareUpdateExclusiveLock",
            blocks="nothing",
            facts=told,
        ),
    )
    yield Remedy(id="repoint_key", facts=told, steps=steps)
