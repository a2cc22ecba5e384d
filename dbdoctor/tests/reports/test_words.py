"""Every code has words of its own: no reader meets a bare code."""

import pytest
from reports.codes import SOURCE, codes, words_of

from dbdoctor.findings import Attempt, MarkStep
from dbdoctor.reports import terminal, words
from dbdoctor.treatment.records import Note

ACTIONS = codes("Remedy", "id") | codes("SqlStep", "code") - {""}
RESULTS = words_of(Attempt.__annotations__["result"])


def test_the_source_is_read_as_it_should_be() -> None:
    assert {"orphan_rows", "type_mismatch", "unknown"} <= codes("Finding", "cause")
    assert {"keep_orphans", "null_orphans", "quarantine_orphans", "quarantine_identical_rows", "carry_out"} <= ACTIONS
    assert {"rows_kept", "insert_refused", "schema_as_before"} <= codes("Check", "name") | codes("Probe", "name")


def test_every_check_is_a_cause_that_some_finding_names() -> None:
    files = {file.stem for file in (SOURCE / "checks").glob("*.py")} - {"__init__"}
    assert files == codes("Finding", "cause") - {"unknown"}


def test_every_cause_has_words() -> None:
    assert codes("Finding", "cause") - set(words._FINDINGS) == set()


@pytest.mark.parametrize("code", sorted(ACTIONS))
def test_every_remedy_and_step_has_words(code: str) -> None:
    assert words.action_sentence(code, {}) != code.replace("_", " ")


@pytest.mark.parametrize("result", sorted(RESULTS))
def test_every_attempt_tells_what_became_of_it(result: str) -> None:
    assert words._RESULTS[result]


def test_every_answer_that_is_tried_has_words() -> None:
    tried = codes("Decision", "code") | codes("Remedy", "id")
    assert tried - set(words._TRIED) - {"mark"} == set()


def test_every_reason_for_a_mark_has_words() -> None:
    assert words_of(MarkStep.__annotations__["reason"]) == set(words.MARK_REASONS)


def test_every_kind_of_verification_has_words() -> None:
    assert (codes("Check", "name") | codes("Probe", "name")) - set(terminal.CHECKS) == set()


def test_every_note_has_words() -> None:
    assert words_of(Note.__annotations__["code"]) == set(words.NOTES)
