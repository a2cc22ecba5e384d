"""What is shown to a person: never wider than asked for, plain when piped, and harmless whatever names and messages hold."""

import io
import shlex
import sys

import hypothesis.strategies as st
import pytest
from hypothesis import given
from reports import cases
from reports.cases import NASTY
from rich.cells import cell_len

from dbdoctor.reports import terminal
from dbdoctor.reports.letter import Letter, one_line, visible
from dbdoctor.wanted.meanings import explain

every_width = pytest.mark.parametrize("columns", [40, 60, 80, 100, 120])
every_text = pytest.mark.parametrize("text", NASTY, ids=["markup", "long", "forged", "terminal", "emoji"])
PICTURES = {"\N{ZERO WIDTH JOINER}"}


def written(text: str, monkeypatch: pytest.MonkeyPatch, *, columns: int = 100) -> str:
    """Every part of the letter about something of this name."""
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = io.StringIO()
    letter = Letter(stream)
    letter.title(f"dbdoctor · {text}", text)
    terminal.tell_inspection(letter, cases.inspection(text))
    terminal.tell_diagnosis(letter, cases.diagnosis(text))
    terminal.tell_attempt(letter, cases.attempt(text))
    terminal.tell_plan(letter, cases.plan(text))
    for progress in cases.progress():
        terminal.tell_progress(letter, progress)
    terminal.tell_run(letter, cases.run(text), url=f"postgresql://{text}@localhost/shop")
    terminal.tell_run(letter, cases.run(text, state="failed"), url=text)
    terminal.tell_verification(letter, cases.verification(text))
    return stream.getvalue()


@every_width
@every_text
def test_no_line_is_wider_than_the_terminal(text: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = written(text, monkeypatch, columns=columns).splitlines()
    assert len(lines) > 40
    assert [line for line in lines if cell_len(line) > columns] == []


@pytest.mark.parametrize(("columns", "width"), [(20, 40), (60, 60), (80, 80), (200, 120)])
def test_a_letter_has_between_40_and_120_columns(columns: int, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = written("word " * 100, monkeypatch, columns=columns).splitlines()
    assert width - 10 < max(len(line.rstrip()) for line in lines) <= width


@every_text
def test_nothing_in_a_name_or_message_steers_the_terminal(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {c for c in written(text, monkeypatch) if not c.isprintable()} <= {"\n"}


def test_markup_and_emoji_codes_are_shown_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = " ".join(written(cases.MARKUP, monkeypatch, columns=120).split())
    assert "[red]not red[/red] [link=http://x]:boom:[/link]" in shown
    assert "💥" not in shown


def test_a_name_cannot_forge_a_line_of_the_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    healthy = "✔ Nothing stands in the way."
    shown = written(cases.FORGED, monkeypatch, columns=120)
    assert healthy in " ".join(shown.split())
    assert [line for line in shown.splitlines() if line.strip() == healthy] == []


def test_the_letter_is_plain_where_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in written("orders", monkeypatch)


@every_text
def test_no_line_of_a_plain_letter_ends_with_blanks(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [line for line in written(text, monkeypatch).splitlines() if line != line.rstrip()] == []


@given(
    words=st.lists(
        st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], max_codepoint=0x2000), max_size=200), min_size=1, max_size=5
    )
)
def test_a_command_reads_to_a_shell_as_it_was_meant_however_it_is_broken(words: list[str]) -> None:
    stream = io.StringIO()
    Letter(stream).command("dbdoctor", *words)
    broken = stream.getvalue()
    assert max(cell_len(line) for line in broken.splitlines()) <= 80
    assert shlex.split(broken.replace("\\\n", "")) == ["dbdoctor", *(visible(word) for word in words)]


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_an_explanation_says_what_it_means_what_to_do_and_what_not(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    found = explain(
        'ERROR:  foreign key constraint "k" cannot be implemented\nDETAIL:  Key columns "a" and "b" are of incompatible types: x and y.'
    )
    assert found is not None
    stream = io.StringIO()
    terminal.tell_explanation(Letter(stream), found)
    assert max(map(cell_len, stream.getvalue().splitlines())) <= columns
    shown = " ".join(stream.getvalue().split())
    for words in (
        "SQLSTATE 42804",
        "no common equality: a is x, b is y.",
        "The types do not fit [type_mismatch]",
        "What to do Change the child column",
        "What a careless fix breaks Dropping",
    ):
        assert words in shown


def test_the_letter_has_colours_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    terminal.tell_diagnosis(Letter(), cases.diagnosis("orders"))
    assert "\x1b[31m✖\x1b[0m" in screen.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Screen()
    monkeypatch.setattr(sys, "stdout", plain)
    terminal.tell_diagnosis(Letter(), cases.diagnosis("orders"))
    assert "[31m" not in plain.getvalue()


def test_a_letter_says_cause_evidence_remedy_steps_and_how_to_undo(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = " ".join(written("orders", monkeypatch, columns=120).split())
    for words in (
        "orders.(orders, id) is orders, but orders.(orders, id) is integer: no key can compare them [type_mismatch]",
        "? SELECT orders → orders",
        "remedy: make orders.orders integer instead of orders",
        "lock: AccessExclusive on orders, orders, blocks reads and writes meanwhile; 2 rows written",
        "record 1 migration as completed, for these reasons",
        "orders: it waits for itself for ever",
        "a wrong insert is refused, by the right key: 1 of 2",
        "rows that may have been written after the run was stopped are as they were before it: orders",
        "dbdoctor undo postgresql://orders@localhost/shop 20260101-0000-abcd",
    ):
        assert words in shown


def test_colours_are_taken_out_and_control_characters_made_visible() -> None:
    assert visible("\x1b[1;31mred\x1b[0m\x1b]0;title\x07 \x00\x7f\tend\n") == "red ��  end ".replace("  end", " end")
    assert visible("one\ntwo", keep="\n") == "one\ntwo"
    assert visible("[b]:swan:[/b] 🦢") == "[b]:swan:[/b] 🦢"


def test_a_long_text_is_cut_in_the_middle() -> None:
    short = one_line("begin " + "x" * 500 + "\n end", 60)
    assert (short[:5], short[-3:], len(short)) == ("begin", "end", 59)
    assert one_line("  a\n\tb  ", 60) == "a b"
