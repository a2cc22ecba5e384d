"""SARIF that code scanning takes: valid by the published schema, every finding a result of its rule."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from reports.cases import NASTY, diagnosis, finding

from dbdoctor.doctor import Diagnosis
from dbdoctor.findings import Finding, Object, Subject
from dbdoctor.reports.rendering import diagnosis as render
from dbdoctor.reports.sarif_report import fingerprint

SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json"


@pytest.fixture(scope="module")
def schema() -> jsonschema_rs.Draft4Validator:
    text = SCHEMA.read_text(encoding="utf-8")
    read = json.loads(text.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}$"))  # one bracket too many for a regular expression
    return jsonschema_rs.Draft4Validator(read, validate_formats=True)


def sarif(found: Diagnosis, source: str = "") -> dict[str, Any]:
    read: dict[str, Any] = json.loads(render(found, "sarif", source=source))
    return read


@pytest.mark.parametrize("text", [*NASTY, "orders", "a/b\\c?d#e%f", ""])
def test_it_is_valid_whatever_names_are_in_it(text: str, schema: jsonschema_rs.Draft4Validator) -> None:
    assert [str(error) for error in schema.iter_errors(sarif(diagnosis(text)))] == []


def test_the_schema_would_notice(schema: jsonschema_rs.Draft4Validator) -> None:
    wrong = sarif(diagnosis("orders"))
    wrong["runs"][0]["results"][0]["level"] = "fatal"
    assert not schema.is_valid(wrong)


def test_every_finding_is_a_result_of_a_rule(schema: jsonschema_rs.Draft4Validator) -> None:
    other = Finding(cause="permission", severity="risk", subject=Subject(object=Object(kind="role", name="app")))
    advice = Finding(cause="unindexed_foreign_key", severity="advice", subject=Subject())
    found = Diagnosis(dialect="postgresql", database="shop", findings=(finding("orders"), other, finding("carts"), advice))
    read = sarif(found)
    assert schema.is_valid(read)
    run = read["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["type_mismatch", "permission", "unindexed_foreign_key"]
    assert [(one["ruleId"], one["ruleIndex"], one["level"]) for one in run["results"]] == [
        ("type_mismatch", 0, "error"), ("permission", 1, "warning"), ("type_mismatch", 0, "error"), ("unindexed_foreign_key", 2, "note"),
    ]  # fmt: skip
    assert run["tool"]["driver"]["rules"][0]["properties"]["page"] == "docs/checks/type_mismatch.md"


def test_a_result_is_at_the_file_that_was_examined_or_at_its_table() -> None:
    found = Diagnosis(dialect="postgresql", database="shop", findings=(msgspec.structs.replace(finding("orders"), subject=Subject()),))
    assert uri(sarif(found, "db/add key.sql")) == "db/add%20key.sql"
    assert uri(sarif(found)) == "database"
    assert uri(sarif(diagnosis("orders"))) == "2026-orders.js"


def uri(read: dict[str, Any]) -> str:
    place: str = read["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    return place


def test_a_healthy_database_is_a_run_without_results(schema: jsonschema_rs.Draft4Validator) -> None:
    read = sarif(Diagnosis(dialect="postgresql", database="shop", findings=()))
    assert schema.is_valid(read)
    assert read["runs"][0]["results"] == []


def test_a_finding_is_known_again_when_only_its_numbers_have_changed() -> None:
    one = finding("orders")
    assert fingerprint(one) == fingerprint(msgspec.structs.replace(one, facts={"rows": 99}, evidence=()))
    assert fingerprint(one) != fingerprint(finding("carts"))
