"""What members are called: safe to show, never an address, never somebody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swannery.accounts.rules import HANDLE, LONGEST_HANDLE, LONGEST_NAME, Numbering, clean_name, handle_problem, handle_stem, numbered


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("  Ana \t Maria\n Ruiz ", "Ana Maria Ruiz"),
        ("Evil\u202egnp.exe", "Evilgnp.exe"),
        ("a\u200bb\u2066c\x00d\x1b[31m", "abcd[31m"),
        ("\u202e\u200f", ""),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\u200d", ""),
        ("Zoë Ångström", "Zoë Ångström"),
        ("tess@post.example", ""),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("x" * 300, "x" * LONGEST_NAME),
        ("", ""),
    ],
)
def test_a_name_is_made_fit_to_be_shown(given_name: str, shown: str) -> None:
    assert clean_name(given_name) == shown


@given(st.text())
def test_any_name_ends_up_clean_and_stays_as_it_is_from_then_on(text: str) -> None:
    name = clean_name(text)
    assert len(name) <= LONGEST_NAME
    assert name == name.strip()
    assert not any(c in name for c in "\n\r\t\0\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("handle", "name", "stem"),
    [
        ("coach_jonas", "Jonas", "coach_jonas"),
        ("Coach.Jonas", "Jonas", "coach_jonas"),
        ("under__score_", "X", "under__score_"),
        ("", "Lucía Ferrer", "lucia_ferrer"),
        ("", "Łukasz Øre Straße", "lukasz_ore_strasse"),
        ("tess@post.example", "Tess Lindqvist", "tess_lindqvist"),
        ("tess@post.example", "tess@post.example", "member"),
        ("admin", "Ada", "ada"),
        ("Admin", "Settings", "member"),
        ("former_12", "", "member"),
        ("x", "李小龙", "member"),
        ("", "🎈", "member"),
        ("a" * 40, "Ann", "ann"),
        ("", "Ann " * 20, "ann_ann_ann_ann_ann_ann_ann_an"),
    ],
)
def test_a_handle_is_made_of_the_apps_handle_else_the_name_else_member(handle: str, name: str, stem: str) -> None:
    assert handle_stem(handle=handle, name=name) == stem


@given(handle=st.text(), name=st.text(), number=st.integers(1, 10**9))
def test_any_handle_fits_our_column_with_any_number(handle: str, name: str, number: int) -> None:
    made = numbered(handle_stem(handle=handle, name=name), number)
    assert HANDLE.match(made)
    assert len(made) <= LONGEST_HANDLE
    assert "@" not in made


@given(local=st.from_regex(r"[a-z]{5,12}", fullmatch=True))
def test_no_handle_is_made_of_an_address(local: str) -> None:
    address = f"{local}@post.example"
    assert local not in handle_stem(handle=address, name=address)


@pytest.mark.parametrize("handle", ["admin", "settings", "sign_in", "api", "moderator", "former_1", "A", "a-b", "", "é", "a" * 31, "ok\n"])
def test_what_is_reserved_or_no_handle_is_refused(handle: str) -> None:
    assert handle_problem(handle)


def test_an_ordinary_handle_is_no_problem() -> None:
    assert handle_problem("tess_l") == ""


def test_numbers_do_not_run_into_figures_of_the_name() -> None:
    assert [numbered("ann", 2), numbered("ann2", 2), numbered("a" * 30, 12)] == ["ann2", "ann2_2", "a" * 28 + "12"]


def test_steps_double_while_handles_are_taken_and_are_single_again_after() -> None:
    numbering = Numbering()
    offered = []
    for _ in range(5):
        offered.append(numbering.next_handle("ann"))
        numbering.was_taken("ann")
    numbering.was_free("ann")
    assert offered == ["ann", "ann3", "ann7", "ann15", "ann31"]
    assert numbering.next_handle("ann") == "ann32"
