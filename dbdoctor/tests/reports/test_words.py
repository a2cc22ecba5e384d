"""Every code has words of its own: no reader meets a bare code."""

import re

import pytest
from reports.codes import SOURCE, codes, words_of

from dbdoctor.findings import Attempt, Finding, MarkStep, Object, Side, Subject
from dbdoctor.reports import cause_words, remedy_words, terminal, words
from dbdoctor.reports.cause_meanings import MEANINGS
from dbdoctor.treatment.records import Note

ACTIONS = codes("Remedy", "id") | codes("setting_aside", "code") | codes("SqlStep", "code") - {""}
CAUSES = codes("Finding", "cause") - {""}
QUOTED = re.compile(r'"(\w+)"')
RESULTS = words_of(Attempt.__annotations__["result"])


def test_the_source_is_read_as_it_should_be() -> None:
    assert {"orphan_rows", "type_mismatch", "unknown"} <= CAUSES
    assert {"keep_orphans", "null_orphans", "quarantine_orphans", "quarantine_identical_rows", "carry_out"} <= ACTIONS
    assert {"rows_kept", "insert_refused", "schema_as_before"} <= codes("Check", "name") | codes("Probe", "name")


def test_every_check_is_a_cause_that_some_finding_names() -> None:
    files = {file.stem for file in (SOURCE / "checks").glob("*.py")} - {"__init__"}
    assert files == CAUSES - {"unknown"}


def test_every_cause_has_words() -> None:
    assert CAUSES - set(cause_words.CAUSES) == set()


def test_every_remedy_and_step_has_words() -> None:
    assert ACTIONS - set(remedy_words.REMEDIES) == set()


def test_every_cause_has_a_meaning() -> None:
    assert CAUSES - set(MEANINGS) == set()


def test_a_cause_without_words_is_still_told_in_a_sentence() -> None:
    side = Side(schema="public", table="orders", columns=("userId",))
    found = Finding(cause="brand_new", severity="risk", subject=Subject(child=side), facts={"rows": 3, "names": ["a", "b"]})
    assert words.finding_sentence(found) == "brand new at orders.userId (rows: 3; names: a, b)"
    index = Finding(cause="brand_new", severity="risk", subject=Subject(object=Object(kind="index", name="by_name")))
    assert words.finding_sentence(index) == 'brand new at index "by_name"'


@pytest.mark.parametrize("cause", sorted(cause_words.CAUSES))
def test_a_cause_whose_facts_are_missing_is_told_all_the_same(cause: str) -> None:
    assert words.finding_sentence(Finding(cause=cause, severity="risk", subject=Subject()))


@pytest.mark.parametrize("code", [*sorted(remedy_words.REMEDIES), "brand_new"])
def test_a_remedy_whose_facts_are_missing_is_told_all_the_same(code: str) -> None:
    assert words.action_sentence(code, {})


@pytest.mark.parametrize("result", sorted(RESULTS))
def test_every_attempt_tells_what_became_of_it(result: str) -> None:
    assert words._RESULTS[result]


def test_every_answer_that_is_tried_has_words() -> None:
    tried = codes("Decision", "code") | codes("Remedy", "id")
    assert tried - set(remedy_words.TRIED) - {"mark"} == set()


def test_every_reason_for_a_mark_has_words() -> None:
    assert words_of(MarkStep.__annotations__["reason"]) == set(words.MARK_REASONS)


def test_every_kind_of_verification_has_words() -> None:
    assert (codes("Check", "name") | codes("Probe", "name")) - set(terminal.CHECKS) == set()


def test_every_note_has_words() -> None:
    assert words_of(Note.__annotations__["code"]) == set(words.NOTES)


def test_every_reason_not_to_mark_a_migration_has_its_words() -> None:
    raised = {line for path in (SOURCE / "histories").glob("*.py") for line in path.read_text().splitlines() if "CannotMark(" in line}
    reasons = {code for line in raised for code in QUOTED.findall(line)}
    assert {"not_next", "read_only"} < reasons
    assert reasons | {"no_ledger"} == set(words.UNDECIDABLE)


def test_a_migration_that_cannot_be_decided_is_told_with_the_reason() -> None:
    attempt = Attempt(number=2, tried=("mark 0002.notes",), result="undecidable", migration="0002.notes", message="not_next", seconds=1.0)
    assert words.attempt_sentence(attempt)[1:] == ("whether it is applied cannot be decided: 0002", words.UNDECIDABLE["not_next"])
