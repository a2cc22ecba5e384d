"""`dbdoctor explain`: what an error means, with no database at hand."""

import pytest
from story.calls import call, call_here

DETAIL = 'DETAIL:  Key columns "a" and "b" are of incompatible types: uuid and integer.'
ERROR = f'ERROR:  foreign key constraint "k" cannot be implemented\n{DETAIL}'


def test_an_error_is_explained_without_a_database() -> None:
    told = call("explain", f"== 2024-orders: migrating ===\n{ERROR}", environment={"COLUMNS": "100"})
    assert told.exit_code == 0
    for words in ("What it means", "a is uuid, b is integer", "[type_mismatch]", "What to do", "What a careless fix breaks"):
        assert words in told.out


def test_an_explanation_can_be_read_by_programs() -> None:
    told = call_here("explain", ERROR, "--format", "json")
    report = told.report
    assert (report["version"], report["error"]["sqlstate"], report["causes"][0]["cause"]) == (1, "42804", "type_mismatch")
    assert report["error"]["names"]["constraint"] == "k"


def test_a_notice_is_explained_as_the_only_trace() -> None:
    told = call_here("explain", 'NOTICE:  relation "orders" already exists, skipping')
    assert "Nothing failed: this notice is the only trace." in told.out


@pytest.mark.parametrize("text", ["", "all is well", "\x00\x1b[31m", "connect ECONNREFUSED"])
def test_a_text_without_an_error_is_refused_with_what_to_give(text: str) -> None:
    told = call_here("explain", text)
    assert (told.exit_code, told.out) == (64, "")
    assert "holds no error of PostgreSQL" in told.err


def test_a_name_in_an_error_does_not_steer_the_terminal() -> None:
    told = call_here("explain", 'relation "a\x1b]0;x\x07b" does not exist')
    assert "\x1b" not in told.said
