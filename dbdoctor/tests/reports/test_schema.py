"""The published JSON Schema: every report holds to it, and holds nothing that it does not name."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from reports.cases import NASTY, diagnosis, inspection, plan, run, verification

from dbdoctor.reports import json_report
from dbdoctor.reports.rendering import diagnosis as render
from dbdoctor.reports.rendering import plan as render_plan
from dbdoctor.reports.rendering import repair
from dbdoctor.treatment import Cleaned
from dbdoctor.wanted.meanings import explain

PUBLISHED = Path(__file__).resolve().parents[3] / "docs" / "schema" / "report-v1.json"


def schema() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return read


def closed(part: Any) -> Any:
    """The same schema with nothing allowed that it does not name: what is published stays open for additions."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    found = {key: closed(value) for key, value in part.items()}
    names_fields = "properties" in found and "additionalProperties" not in found and "anyOf" not in found
    return {**found, "additionalProperties": False} if names_fields and isinstance(found["properties"], dict) else found


def reports(text: str) -> dict[str, Any]:
    explained = explain(f'ERROR:  relation "{text}" does not exist') or explain("SQLSTATE 42P01")
    assert explained is not None
    return {
        "diagnosis": json.loads(render(diagnosis(text), "json")),
        "plan": json.loads(render_plan(plan(text), "json")),
        "repair": json.loads(repair(plan(text), "json", run=run(text))),
        "statement_repair": json.loads(repair(plan(text), "json", run=run(text), outcome="succeeds")),
        "run": json_report.run_report(run(text), None),
        "verification": json_report.verification_report(verification(text)),
        "explanation": json_report.explanation_report(explained),
        "cleaned": json_report.cleaned_report(Cleaned(runs=(text,), quarantine={text: 2})),
        "inspection": json_report.inspection_report(inspection(text)),
    }


@pytest.mark.parametrize("text", [*NASTY, "orders"])
def test_every_report_is_valid_and_holds_nothing_that_is_not_published(text: str) -> None:
    for kind, report in reports(text).items():
        one = {**closed(schema()), "anyOf": [{"$ref": f"#/$defs/{kind}"}]}
        if kind == "inspection":  # its keys and indexes tell more than the schema promises
            one = {**schema(), "anyOf": [{"$ref": f"#/$defs/{kind}"}]}
        read = json.loads(json_report.to_text(report))
        assert [f"{kind}: {error}" for error in jsonschema_rs.Draft202012Validator(one).iter_errors(read)] == []


def test_a_statement_that_needs_nothing_has_no_run() -> None:
    read = json.loads(repair(plan("orders"), "json", run=None, outcome="cannot"))
    assert jsonschema_rs.is_valid({**closed(schema()), "anyOf": [{"$ref": "#/$defs/statement_repair"}]}, read)
    assert (read["statement"], read["healthy"], read["rows_quarantined"], "run" in read) == ("cannot", False, 0, False)


@pytest.mark.parametrize(
    ("path", "value"), [(("version",), 2), (("findings", 0, "severity"), "fatal"), (("findings", 0, "evidence"), None)]
)
def test_the_schema_would_notice(path: tuple[Any, ...], value: object) -> None:
    read = json.loads(render(diagnosis("orders"), "json"))
    place = read
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert not jsonschema_rs.is_valid(schema(), read)


def test_the_schema_comes_with_the_package() -> None:
    packaged = resources.files("dbdoctor.reports").joinpath("report-v1.json").read_text(encoding="utf-8")
    assert packaged == PUBLISHED.read_text(encoding="utf-8")
    jsonschema_rs.meta.validate(schema())
