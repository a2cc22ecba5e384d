"""JSON version 1: stable, complete, and one document whatever names hold."""

import json

import msgspec
import pytest
from reports import cases, contract
from reports.cases import NASTY

from dbdoctor.reports import json_report

every_text = pytest.mark.parametrize("text", NASTY, ids=["markup", "long", "forged", "terminal", "emoji"])


@every_text
def test_a_diagnosis_keeps_the_contract(text: str) -> None:
    told = msgspec.json.decode(json_report.to_text(json_report.diagnosis_report(cases.diagnosis(text))), type=contract.Diagnosis)
    found = told.findings[0]
    assert (told.version, told.healthy, found.cause, found.severity) == (1, False, "type_mismatch", "blocking")
    assert found.subject.child is not None
    assert found.subject.child.table == text
    assert found.remedies[0].steps[0].summary


@every_text
def test_a_plan_and_a_run_keep_the_contract(text: str) -> None:
    plan = cases.plan(text)
    told = msgspec.json.decode(json_report.to_text(json_report.plan_report(plan)), type=contract.PlanReport)
    assert [type(step) for step in told.plan.steps] == [contract.SqlStep, contract.MarkStep, contract.MigrateStep]
    run = msgspec.json.decode(json_report.to_text(json_report.run_report(cases.run(text), plan)), type=contract.RunReport)
    assert (run.run, run.rows_quarantined, run.healthy) == ("20260101-0000-abcd", 3, False)


def test_a_plan_with_nothing_to_do_is_healthy() -> None:
    plan = msgspec.structs.replace(cases.plan("orders"), steps=(), findings=())
    assert json_report.plan_report(plan)["healthy"] is True


def test_a_verification_keeps_the_contract() -> None:
    told = json_report.to_text(json_report.verification_report(cases.verification("orders")))
    assert msgspec.json.decode(told, type=contract.VerificationReport).healthy is False


@every_text
def test_an_inspection_names_tables_rows_and_ledger(text: str) -> None:
    told = json.loads(json_report.to_text(json_report.inspection_report(cases.inspection(text))))
    assert told["version"] == 1
    assert told["tables"][0]["table"] == text
    assert told["tables"][0]["rows"] == 3
    assert told["ledger"]["pending"] == [text]


@every_text
def test_json_carries_no_bare_control_character(text: str) -> None:
    told = json_report.to_text(json_report.diagnosis_report(cases.diagnosis(text)))
    assert {c for c in told if ord(c) < 32} <= {"\n"}


@every_text
def test_a_summary_is_one_line(text: str) -> None:
    report = json_report.plan_report(cases.plan(text))
    summaries = [found["summary"] for found in report["findings"]] + [step["summary"] for step in report["plan"]["steps"]]
    assert [summary for summary in summaries if "\n" in summary] == []
