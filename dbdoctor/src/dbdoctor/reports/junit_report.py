"""A diagnosis as JUnit XML: one suite a database, one case a finding; what blocks is a failure, the rest passes with its words."""

import re
import xml.etree.ElementTree as ET

from dbdoctor.doctor import Diagnosis
from dbdoctor.findings import Finding
from dbdoctor.reports.cause_meanings import page_of
from dbdoctor.reports.letter import visible
from dbdoctor.reports.words import finding_sentence, remedy_sentence, subject_words

# What XML 1.0 cannot hold, not even escaped.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(diagnosis: Diagnosis) -> str:
    """The XML document. A healthy database is one case that passes, so that the gate is seen to have run."""
    findings = diagnosis.findings
    failures = sum(1 for finding in findings if finding.severity == "blocking")
    counts = {"tests": str(len(findings) or 1), "failures": str(failures), "errors": "0", "skipped": "0", "time": "0"}
    root = ET.Element("testsuites", {"name": "dbdoctor", **counts})
    suite = ET.SubElement(root, "testsuite", {"name": _held(f"dbdoctor {diagnosis.database}"), **counts})
    for number, finding in enumerate(findings, start=1):
        _case(suite, finding, number)
    if not findings:
        ET.SubElement(suite, "testcase", {"classname": "dbdoctor", "name": "nothing stands in the way", "time": "0"})
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, finding: Finding, number: int) -> None:
    name = _held(f"{number}. {finding.cause}: {subject_words(finding.subject)}".removesuffix(": "))
    case = ET.SubElement(suite, "testcase", {"classname": f"dbdoctor.{_held(finding.cause)}", "name": name, "time": "0"})
    sentence = _held(finding_sentence(finding))
    if finding.severity == "blocking":
        failure = ET.SubElement(case, "failure", {"type": _held(finding.cause), "message": sentence})
        failure.text = _long(finding, sentence)
    else:
        ET.SubElement(case, "system-out").text = f"{finding.severity}: {_long(finding, sentence)}"


def _long(finding: Finding, sentence: str) -> str:
    lines = [sentence]
    lines += [_held(f"? {evidence.query}\n→ {evidence.answer}", keep="\n") for evidence in finding.evidence]
    lines += [f"remedy: {_held(remedy_sentence(remedy))}" for remedy in finding.remedies]
    return "\n".join([*lines, f"more: {page_of(finding.cause)}"])


def _held(text: str, *, keep: str = "") -> str:
    return _UNSPEAKABLE.sub("�", visible(text, keep=keep))
