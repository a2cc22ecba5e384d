"""A schema that statements want to make things in, and that is not there, is made."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.databases.postgresql import ddl_objects
from dbdoctor.findings import Finding, Remedy, SqlStep


def propose(finding: Finding, _: Case) -> Iterator[Remedy]:
    """One remedy, only where no schema of a like name exists."""
    schema = str(finding.facts.get("missing_schema") or "")
    if finding.cause != "wrong_schema_or_search_path" or not schema or finding.facts.get("meant"):
        return
    told = {"schema": schema}
    step = SqlStep(
        code="create_schema",
        sql=ddl_objects.create_schema(schema),
        undo_sql=ddl_objects.drop_schema(schema),
        blocks="nothing",
        facts={**told},
    )
    yield Remedy(id="create_schema", facts={**told}, steps=(step,))
