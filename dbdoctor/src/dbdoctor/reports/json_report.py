"""The JSON contract, version 1."""

from typing import Any

import msgspec

from dbdoctor.doctor import Diagnosis, Inspection
from dbdoctor.findings import Finding, MarkStep, MigrateStep, Plan, Remedy, SqlStep, Step
from dbdoctor.reports.cause_meanings import meaning_of, page_of
from dbdoctor.reports.letter import visible
from dbdoctor.reports.meaning_sentences import words_for
from dbdoctor.reports.migrations import Migrations
from dbdoctor.reports.words import finding_sentence, mark_sentence, remedy_sentence, step_sentence
from dbdoctor.treatment import Cleaned, Run, Verification
from dbdoctor.wanted.meanings import Explanation

VERSION = 1


def to_text(report: dict[str, Any]) -> str:
    """The report as one JSON document."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1).decode()


def diagnosis_report(diagnosis: Diagnosis) -> dict[str, Any]:
    """`healthy` and the findings, the root cause first."""
    return {
        "version": VERSION,
        "dialect": diagnosis.dialect,
        "database": diagnosis.database,
        "healthy": diagnosis.healthy,
        "findings": [finding_report(f) for f in diagnosis.findings],
    }


def finding_report(finding: Finding) -> dict[str, Any]:
    """One finding with its summary."""
    return {
        "cause": finding.cause,
        "severity": finding.severity,
        "summary": visible(finding_sentence(finding)),
        "subject": msgspec.to_builtins(finding.subject),
        "facts": finding.facts,
        "evidence": msgspec.to_builtins(finding.evidence),
        "remedies": [remedy_report(r) for r in finding.remedies],
    }


def remedy_report(remedy: Remedy) -> dict[str, Any]:
    """One remedy with its steps."""
    return {
        "id": remedy.id,
        "summary": visible(remedy_sentence(remedy)),
        "rows_lost": remedy.rows_lost,
        "rows_touched": remedy.rows_touched,
        "steps": [step_report(s) for s in remedy.steps],
    }


def step_report(step: Step) -> dict[str, Any]:
    """One step; `summary` says what it is for."""
    told: dict[str, Any] = msgspec.to_builtins(step)
    if isinstance(step, SqlStep):
        told["summary"] = visible(step_sentence(step))
    elif isinstance(step, MarkStep):
        told["summary"] = mark_sentence(step)
    elif isinstance(step, MigrateStep):
        told["summary"] = "run the app's own migrate command"
    return told


def plan_report(plan: Plan) -> dict[str, Any]:
    """The plan with its findings and everything that was tried."""
    return {
        "version": VERSION,
        "dialect": plan.dialect,
        "database": plan.database,
        "healthy": not plan.steps,
        "findings": [finding_report(f) for f in plan.findings],
        "plan": {
            "catalog_digest": plan.catalog_digest,
            "rehearsed": plan.rehearsed,
            "steps": [step_report(s) for s in plan.steps],
            "alternatives": [[step_report(s) for s in steps] for steps in plan.alternatives],
            "left_to_the_owner": msgspec.to_builtins(plan.undone),
            "sampled": msgspec.to_builtins(plan.sampled),
        },
        "attempts": msgspec.to_builtins(plan.attempts),
    }


def statement_plan_report(outcome: str, plan: Plan) -> dict[str, Any]:
    """A plan for one statement: `statement` says what becomes of it."""
    return plan_report(plan) | {"statement": outcome, "healthy": outcome != "cannot" and not plan.steps}


def migrations_report(made: Migrations) -> dict[str, Any]:
    """The cure as migrations: path and text of each, and SQL to be run by hand before them, or when their way back is not needed."""
    return {"migrations": msgspec.to_builtins(made)}


def explanation_report(found: Explanation) -> dict[str, Any]:
    """What an error means: for people in sentences, for programs in codes."""
    words = words_for(found)
    return {
        "version": VERSION,
        "dialect": "postgresql",
        "error": {
            "code": found.code,
            "sqlstate": found.error.sqlstate,
            "message": visible(found.error.message),
            "detail": visible(found.error.detail),
            "hint": visible(found.error.hint),
            "names": {key: visible(value) for key, value in found.names.items()},
            "silent": found.silent,
        },
        "means": visible(words.means),
        "causes": [
            {"cause": cause, "title": meaning_of(cause).title, "means": meaning_of(cause).means, "proof": meaning_of(cause).proof,
             "page": page_of(cause)}
            for cause in found.causes
        ],
        "do": visible(words.do),
        "careless": visible(words.careless),
    }  # fmt: skip


def inspection_report(inspection: Inspection) -> dict[str, Any]:
    """What the database holds."""
    catalog = inspection.catalog
    tables = [
        {
            "schema": table.name.schema,
            "table": table.name.name,
            "kind": table.kind,
            "rows": inspection.rows.get(str(table.name)),
            "columns": msgspec.to_builtins(table.columns),
            "keys": msgspec.to_builtins(table.keys),
            "foreign_keys": msgspec.to_builtins(table.foreign_keys),
            "indexes": msgspec.to_builtins(table.indexes),
        }
        for _, table in sorted(catalog.tables.items())
    ]
    return {
        "version": VERSION, "dialect": catalog.dialect, "database": catalog.database, "server_version": catalog.server_version,
        "user": catalog.user, "superuser": catalog.superuser, "read_only": catalog.read_only, "search_path": list(catalog.search_path),
        "tables": tables, "ledger": msgspec.to_builtins(inspection.ledger),
    }  # fmt: skip


def verification_report(verification: Verification) -> dict[str, Any]:
    """Every check by name, subject and state."""
    return {"version": VERSION, "healthy": verification.ok, "checks": msgspec.to_builtins(verification.checks)}


def cleaned_report(cleaned: Cleaned) -> dict[str, Any]:
    """What `clean` removed."""
    return {"version": VERSION, "cleaned": msgspec.to_builtins(cleaned)}


def run_report(run: Run, plan: Plan | None) -> dict[str, Any]:
    """What was done: the plan's report, with the run and what was verified."""
    report: dict[str, Any] = plan_report(plan) if plan else {"version": VERSION, "findings": []}
    good = run.state in {"applied", "undone", "stopped_before_migrate"}
    report["healthy"] = good and (run.verification is None or run.verification.ok)
    report["run"] = run.id
    report["state"] = run.state
    report["rows_quarantined"] = run.rows_quarantined
    report["backup"] = {"path": run.backup_path, "bytes": run.backup_bytes}
    report["verification"] = msgspec.to_builtins(run.verification.checks) if run.verification else []
    report["steps"] = msgspec.to_builtins(run.steps)
    report["notes"] = msgspec.to_builtins(run.notes)
    return report


def statement_report(outcome: str, plan: Plan, run: Run | None) -> dict[str, Any]:
    """A repair for one statement: `statement` says what the app can do now."""
    report = run_report(run, plan) if run else plan_report(plan) | {"rows_quarantined": 0}
    report["statement"] = outcome
    report["healthy"] = outcome != "cannot" and bool(run is None or run.verification is None or run.verification.ok)
    return report
