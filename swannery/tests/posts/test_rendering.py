"""Markdown becomes HTML that is safe for everybody: what was typed is shown, never run."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swannery.foundation.text import clean_line, clean_text
from swannery.posts.rendering import render, render_markdown

ALLOWED = re.compile(
    r"</?(?:a|blockquote|br|code|del|em|h3|h4|hr|li|ol|p|pre|s|span|strong|ul)"
    r"(?: href=\"[^\"<>]*\"| rel=\"nofollow ugc noopener\"| start=\"\d+\""
    r"| class=\"link-host\")*>"
)


def test_markdown_becomes_paragraphs_lists_and_emphasis() -> None:
    html = render_markdown("**Squats** done\n\n- five\n- sets\n\n~~rest~~")
    assert html == "<p><strong>Squats</strong> done</p>\n<ul>\n<li>five</li>\n<li>sets</li>\n</ul>\n<p><s>rest</s></p>\n"


def test_a_line_break_stays_a_line_break() -> None:
    assert render_markdown("one\ntwo") == "<p>one<br>\ntwo</p>\n"


def test_headings_of_a_post_stand_below_those_of_the_page() -> None:
    assert render_markdown("# Big\n\n### Small") == "<h3>Big</h3>\n<h4>Small</h4>\n"


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
        "![x](https://tracker.example/pixel.gif)",
        "[x](https://a.example/ 'title\" onmouseover=alert(1)')",
        "<a href='https://a.example' style='position:fixed'>x</a>",
        "`<script>`\n\n    <script>indented</script>",
        "[x](vbscript:alert(1)) <iframe src=//a.example></iframe> <form action=//a.example><input></form>",
    ],
)
def test_nothing_runs_and_nothing_is_fetched(attack: str) -> None:
    html = render_markdown(attack)
    assert ALLOWED.sub("", html).count("<") == 0, html


@given(st.text(alphabet=st.sampled_from(list("<>\"'&/=()[]!#*_`~-+. \n:abhrefscriptonjavs")), max_size=80))
@settings(max_examples=300, deadline=None)
def test_whatever_is_typed_only_allowed_tags_come_out(text: str) -> None:
    html = render_markdown(clean_text(text))
    assert ALLOWED.sub("", html).count("<") == 0, html


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("[Click here](https://evil.example/login)", "evil.example"),
        ("[https://bank.example](https://evil.example/)", "evil.example"),
        ("[bank.example](https://bank.example.evil.example/)", "bank.example.evil.example"),
        ("[x](https://bank.example@evil.example/)", "evil.example"),
        ("[evil.example.org](https://evil.example/)", "evil.example"),
        ("[evil.example:bank.example](https://evil.example/)", "evil.example"),
    ],
)
def test_a_link_whose_words_hide_its_host_says_it(text: str, host: str) -> None:
    assert f'<span class="link-host">({host})</span>' in render_markdown(text)


@pytest.mark.parametrize(
    "address", ["http:evil.example", "https:/evil.example", "https:///evil.example", "HTTP:evil.example", "http:\\\\evil.example"]
)
def test_an_address_browsers_would_mend_is_no_link(address: str) -> None:
    assert "href" not in render_markdown(f"[bank.example]({address})")


@pytest.mark.parametrize(
    "text",
    [
        "[gym.example](https://gym.example/a)",
        "<https://gym.example/a>",
        "[gym.example/a](https://gym.example/a)",
        "https://gym.example:8443/a",
        "https://gym.example?a",
    ],
)
def test_a_link_that_says_its_host_is_left_alone(text: str) -> None:
    assert "link-host" not in render_markdown(text)


def test_links_pass_no_reputation_on() -> None:
    assert 'rel="nofollow ugc noopener"' in render_markdown("<https://gym.example>")


def test_text_is_normalised_and_invisible_characters_go() -> None:
    assert clean_text("e\u0301\x00\x07\r\n\u202egnp.exe\u202c") == "é\ngnp.exe\u202c"
    assert clean_line("  a\t\n b\u00a0c ") == "a b c"
    assert clean_text("a\n\n\n\n\n\nb") == "a\n\n\nb"


def test_joined_emoji_and_persian_keep_their_joiners() -> None:
    assert clean_text("👩‍👧 می‌خواهم") == "👩‍👧 می‌خواهم"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://gym.example/a?b=1 today.", ("https://gym.example/a?b=1",)),
        ("(https://gym.example/a)", ("https://gym.example/a",)),
        ("see you.at ten, gym.example or a@gym.example", ()),
        ("`https://gym.example`", ()),
        ("https://gym.example/@owner#tag", ("https://gym.example/@owner#tag",)),
        ("javascript:alert(1) data:text/html,x vbscript:x", ()),
        ("[a](https://one.example) https://two.example https://one.example", ("https://one.example", "https://two.example")),
    ],
)
def test_an_address_becomes_a_link_where_it_stands(text: str, links: tuple[str, ...]) -> None:
    rendered = render(text, people=["owner"])
    assert rendered.links == links
    assert rendered.tags == ()
    assert rendered.html.count("<a ") == text.count("https://") if links else "<a " not in rendered.html


def test_a_host_in_another_script_is_shown_as_it_is_looked_up() -> None:
    html = render_markdown("https://xn--pple-43d.example/ and https://\u0430pple.example/")
    assert html.count('<span class="link-host">(xn--pple-43d.example)</span>') == 2
