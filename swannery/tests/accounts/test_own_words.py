"""What members may say of themselves: links that lead where they say, and nothing that hides where."""

import pytest

from swannery.accounts.rules import MOST_LINKS, links_of


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("https://Example.org/You?a=1#b", "https://example.org/You?a=1#b"),
        ("example.org", "https://example.org/"),
        ("https://example.org:443", "https://example.org/"),
        ("https://münchen.example/über", ""),
        ("https://münchen.example/%C3%BC", "https://xn--mnchen-3ya.example/%C3%BC"),
        ("  https://example.org/a  ", "https://example.org/a"),
    ],
)
def test_a_link_is_kept_in_full_and_in_letters_everybody_can_tell_apart(written: str, stored: str) -> None:
    links, problem = links_of([written])
    assert (links, bool(problem)) == ((stored,) if stored else (), not stored)


@pytest.mark.parametrize(
    "written",
    [
        "http://example.org", "javascript:alert(1)", "https://me:secret@example.org", "https://example.org@evil.example", "https://localhost",
        "https://127.0.0.1/", "https://[::1]/", "https://example.org:8443", "https://exa mple.org", 'https://example.org/"onclick=x',
        "https://example.org/<b>", "//example.org/", "ftp://example.org", "data:text/html,x", "https://", "https://a", "https://example.org\\@evil.example",
        "https://" + "a" * 64 + ".org", "https://example.org/" + "x" * 200, "https://-a.org", "\u202eexample.org", "https://example.org:99999",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused_with_how_to_write_it(written: str) -> None:
    links, problem = links_of([written])
    assert links == ()
    assert problem is not None
    assert "https://example.org/you" in problem


def test_each_link_counts_once_and_too_many_are_refused() -> None:
    assert links_of(["", "a.org", "https://a.org/", " "])[0] == ("https://a.org/",)
    links, problem = links_of([f"a{number}.org" for number in range(MOST_LINKS + 2)])
    assert links == ()
    assert problem == "These are 2 too many; 5 fit."
