"""What a command found, as one document in the form that was asked for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from dbdoctor.doctor import Diagnosis
from dbdoctor.findings import Plan
from dbdoctor.model import Table
from dbdoctor.reports import json_report
from dbdoctor.reports.junit_report import junit
from dbdoctor.reports.migrations import Migrations
from dbdoctor.reports.page import Report, html_page
from dbdoctor.reports.sarif_report import sarif
from dbdoctor.treatment import Run

Format = Literal["text", "json", "html", "sarif", "junit"]
ENDINGS: dict[str, Format] = {".html": "html", ".htm": "html", ".json": "json", ".sarif": "sarif", ".xml": "junit"}
DIAGNOSIS_FORMATS: tuple[Format, ...] = ("json", "html", "sarif", "junit")
PLAN_FORMATS: tuple[Format, ...] = ("json", "html")


def diagnosis(found: Diagnosis, form: Format, *, shown: str = "", tables: Sequence[Table] = (), source: str = "") -> str:
    """The findings; `shown` is the database's address without password, `tables` those to draw, `source` the file examined."""
    if form == "html":
        return html_page(
            Report(title="Diagnosis", database=shown or found.database, findings=found.findings, tables=tuple(tables), made_at=_now())
        )
    if form == "sarif":
        return _line(json_report.to_text(sarif(found, source=source)))
    if form == "junit":
        return junit(found)
    return _line(json_report.to_text(json_report.diagnosis_report(found)))


def plan(
    found: Plan, form: Format, *, shown: str = "", tables: Sequence[Table] = (), outcome: str = "", made: Migrations | None = None
) -> str:  # fmt: skip
    """The findings, the plan and what was tried; `outcome` is what becomes of the statement, `made` the cure as migrations."""
    if form == "html":
        return html_page(
            Report(
                title="Plan", database=shown or found.database, findings=found.findings, plan=found, outcome=outcome,
                tables=tuple(tables), made_at=_now(),
            )
        )  # fmt: skip
    report = json_report.statement_plan_report(outcome, found) if outcome else json_report.plan_report(found)
    return _line(json_report.to_text(report | (json_report.migrations_report(made) if made else {})))


def repair(found: Plan, form: Format, *, run: Run | None, shown: str = "", tables: Sequence[Table] = (), outcome: str = "") -> str:
    """The same with what was done and verified; `outcome` is what becomes of the statement, where there was one."""
    if form == "html":
        return html_page(
            Report(
                title="Repair", database=shown or found.database, findings=found.findings, plan=found, run=run, outcome=outcome,
                tables=tuple(tables), made_at=_now(),
            )
        )  # fmt: skip
    if outcome:
        return _line(json_report.to_text(json_report.statement_report(outcome, found, run)))
    return _line(json_report.to_text(json_report.run_report(run, found) if run else json_report.plan_report(found)))


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _line(text: str) -> str:
    return text.rstrip("\n") + "\n"
