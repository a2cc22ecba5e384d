"""A script goes on from where its first part is in effect already: the statement that would do it again is left out."""

from collections.abc import Iterator

from dbdoctor.checks import Case
from dbdoctor.findings import Fact, Finding, Remedy, SqlStep
from dbdoctor.wanted.effects import TRANSACTION_WORDS, effects_of


def propose(finding: Finding, case: Case) -> Iterator[Remedy]:
    """One remedy where what is there is just what the statement makes (or what it takes away is gone), and other statements remain."""
    facts = finding.facts
    if finding.cause != "partial_migration" or not facts.get("in_effect"):
        return
    script = [*case.earlier, *case.later]
    if not any(e.kind not in TRANSACTION_WORDS for s in script for e in effects_of(s)):
        return
    told: dict[str, Fact] = {"kind": facts.get("kind"), "name": facts.get("name"), "whole_script": True}
    yield Remedy(
        id="skip_what_is_there",
        rows_touched=1,
        facts=told,
        steps=tuple(SqlStep(code="skip_what_is_there", sql=s, facts=told) for s in script),
    )
