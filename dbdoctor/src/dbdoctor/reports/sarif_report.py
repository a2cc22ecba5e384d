"""A diagnosis as SARIF 2.1.0: causes are rules, findings are results. For code scanning pages and editors."""

import hashlib
from importlib.metadata import metadata
from typing import Any
from urllib.parse import quote

import msgspec

from dbdoctor.doctor import Diagnosis
from dbdoctor.findings import Finding, Severity, Side
from dbdoctor.reports.cause_meanings import meaning_of, page_of
from dbdoctor.reports.letter import visible
from dbdoctor.reports.words import finding_sentence, remedy_sentence

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: dict[Severity, str] = {"blocking": "error", "risk": "warning", "advice": "note"}


def sarif(diagnosis: Diagnosis, *, source: str = "") -> dict[str, Any]:
    """The SARIF log; `source` is the file that was examined, where there was one: code scanning shows results at a file."""
    causes = list(dict.fromkeys(finding.cause for finding in diagnosis.findings))
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "dbdoctor", "version": version(), "rules": [_rule(cause) for cause in causes]}},
                "automationDetails": {"id": f"dbdoctor/{visible(diagnosis.database)}"},
                "invocations": [{"executionSuccessful": True}],
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, causes, source) for finding in diagnosis.findings],
            }
        ],
    }


def version() -> str:
    """The version of dbdoctor that is installed."""
    return str(metadata("dbdoctor")["Version"])


def _docs_address() -> str:
    """Where the project says its documentation is; empty when it does not (SARIF admits absolute addresses only)."""
    addresses: list[str] = metadata("dbdoctor").get_all("Project-URL") or []
    return next((address.split(", ", 1)[1].rstrip("/") for address in addresses if address.startswith("Documentation, ")), "")


def _rule(cause: str) -> dict[str, Any]:
    meaning = meaning_of(cause)
    rule: dict[str, Any] = {
        "id": cause,
        "name": "".join(word.capitalize() for word in cause.split("_")),
        "shortDescription": {"text": meaning.title},
        "fullDescription": {"text": meaning.means},
        "help": {"text": f"{meaning.means} Proof: {meaning.proof}. More: {page_of(cause)}"},
        "properties": {"page": page_of(cause), "tags": ["database", "postgresql"]},
    }
    if address := _docs_address():
        rule["helpUri"] = f"{address}/checks/{cause}.md"
    return rule


def _result(finding: Finding, causes: list[str], source: str) -> dict[str, Any]:
    return {
        "ruleId": finding.cause,
        "ruleIndex": causes.index(finding.cause),
        "level": LEVELS[finding.severity],
        "message": {"text": visible(finding_sentence(finding))},
        "locations": [_location(finding, source)],
        "partialFingerprints": {"dbdoctorFinding/v1": fingerprint(finding)},
        "properties": {
            "severity": finding.severity,
            "evidence": msgspec.to_builtins(finding.evidence),
            "remedies": [visible(remedy_sentence(remedy)) for remedy in finding.remedies],
        },
    }


def _location(finding: Finding, source: str) -> dict[str, Any]:
    """The file that was examined, else the migration's, else a path made of schema and table; and the place in the schema."""
    subject = finding.subject
    side = subject.child or subject.parent
    place = (
        source or (subject.ledger.migration if subject.ledger else "") or (f"database/{side.schema}/{side.table}" if side else "database")
    )
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": {"uri": _as_uri(place)}, "region": {"startLine": 1}}}
    logical = [_logical(one) for one in dict.fromkeys((subject.child, subject.parent)) if one]  # a key may point at its own column
    if subject.object:
        logical.append({"name": subject.object.name, "kind": "object"})
    if logical:
        location["logicalLocations"] = logical
    return location


def _as_uri(path: str) -> str:
    """A relative reference that names the path, whatever letters it holds."""
    return quote(path.replace("\\", "/").lstrip("/") or "database", safe="/-._~")


def _logical(side: Side) -> dict[str, Any]:
    columns = ", ".join(side.columns)
    table = f"{side.schema}.{side.table}" if side.schema else side.table
    return {
        "name": columns or side.table,
        "fullyQualifiedName": f"{table}.{columns}" if columns else table,
        "kind": "member" if columns else "type",
    }


def fingerprint(finding: Finding) -> str:
    """The same for the same cause at the same place, however its facts change from day to day."""
    subject = msgspec.json.encode(finding.subject, order="deterministic")
    return hashlib.sha256(finding.cause.encode() + b"\0" + subject).hexdigest()[:32]
