"""Markdown to HTML: rendered, then sanitised against a short list of what may remain. Pure; the result is stored with the text.

Hashtags and names of people become links on the way, except in code and in links; what was found is returned beside the HTML.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import escape

TAGS = {"a", "blockquote", "br", "code", "del", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "s", "span", "strong", "ul"}
ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href"}, "ol": {"start"}}  # without "*" a title would remain
CLASSES = {"span": {"link-host"}}
SCHEMES = {"http", "https", "mailto"}
# A hashtag or a handle at the beginning of a word: not within an address, a number or another word.
# Many scripts write vowels as marks upon letters, which Python does not count among the letters of a word.
LETTER = r"[\w\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff\u0e00-\u0eff\u200c]"
MARKS = re.compile(rf"(?<![\w#@&/.])(?:#(?P<tag>{LETTER}{{1,50}})(?!{LETTER})|@(?P<handle>[A-Za-z0-9_]{{2,30}})(?![\w@]))")
MOST_TAGS = 10
MOST_HANDLES = 20
HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4"}


class Rendered(NamedTuple):
    """A text as it is stored: its HTML, the hashtags and handles found in it, and where its links lead, each once, in their order."""

    html: str
    tags: tuple[str, ...]
    handles: tuple[str, ...]
    links: tuple[str, ...]


def render_markdown(text: str) -> str:
    """Return HTML that is safe to show to anybody. Raw HTML is shown as it was typed; pictures are not fetched."""
    return render(text).html


def render(text: str, *, people: Collection[str] = ()) -> Rendered:
    """Render a text; of the handles in it those of these people become links."""
    found: dict[str, Any] = {"people": frozenset(people), "tags": {}, "handles": {}, "links": {}}
    html = _markdown().render(text, found)
    return Rendered(_cleaned(html), tuple(found["tags"])[:MOST_TAGS], tuple(found["handles"])[:MOST_HANDLES], tuple(found["links"]))


def tag_of(text: str) -> str | None:
    """Return a hashtag as it is stored and found by, None for what is none: letters, digits and _, with a letter among them."""
    tag = unicodedata.normalize("NFC", text).casefold()
    return tag if re.fullmatch(rf"{LETTER}{{1,50}}", tag) and any(letter.isalpha() for letter in tag) else None


def _cleaned(html: str) -> str:
    return nh3.clean(
        html,
        attribute_filter=_honest,
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        link_rel="nofollow ugc noopener",
    )


def _honest(tag: str, attribute: str, value: str) -> str | None:
    """Drop web addresses without a host of their own: browsers read `http:evil.example` as if slashes stood in it."""
    if tag == "a" and attribute == "href" and value.lower().lstrip().startswith("http") and not host_of(value):
        return None
    return value


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": True}, renderer_cls=HostShown)
    if markdown.linkify is not None:
        # An address is what begins like one: "see you.at ten" is none.
        markdown.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    markdown.enable(["strikethrough", "linkify"]).disable(["image", "html_block", "html_inline"])
    markdown.core.ruler.before("text_join", "marks", _link_marks)  # what is escaped is still apart from what is not
    return markdown


def _link_marks(state: StateCore) -> None:
    """Make links of hashtags and handles in what is plain text, and note where links lead."""
    for block in state.tokens:
        if block.type != "inline" or not block.children:
            continue
        children: list[Token] = []
        inside_link = 0
        for token in block.children:
            if token.type == "link_open":
                state.env["links"][str(token.attrGet("href") or "")] = None
            inside_link += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            children += [token] if token.type != "text" or inside_link else _marked(token, state.env)
        block.children = children


def _marked(token: Token, env: EnvType) -> Iterator[Token]:
    """Yield a text token in pieces, with links where marks stand."""
    text, done = token.content, 0
    for mark in MARKS.finditer(text):
        address = _address_of(mark, env)
        if address is None:
            continue
        if mark.start() > done:
            yield _text(text[done : mark.start()], level=token.level)
        opening = Token("link_open", "a", 1, level=token.level)
        opening.attrSet("href", address)
        yield opening
        yield _text(mark[0], level=token.level + 1)
        yield Token("link_close", "a", -1, level=token.level)
        done = mark.end()
    if done < len(text):
        yield _text(text[done:], level=token.level)


def _address_of(mark: re.Match[str], env: EnvType) -> str | None:
    """Return where a mark leads, None where it is only text; note it either way."""
    if mark["tag"]:
        tag = tag_of(mark["tag"])
        if tag is None or (tag not in env["tags"] and len(env["tags"]) >= MOST_TAGS):
            return None
        env["tags"][tag] = None
        return f"/tags/{quote(tag)}"
    handle = mark["handle"].lower()
    env["handles"][handle] = None
    return f"/@{handle}" if handle in env["people"] else None


def _text(content: str, *, level: int) -> Token:
    token = Token("text", "", 0, level=level)
    token.content = content
    return token


class HostShown(RendererHTML):
    """Says after a link where it leads, unless its own text does: words may not hide an address."""

    def heading_open(  # noqa: PLR0917 - the renderer calls it so
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """A post's headings stand below the page's own."""
        del options, env
        return f"<{HEADINGS[tokens[idx].tag]}>"

    def heading_close(  # noqa: PLR0917 - the renderer calls it so
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Close what heading_open began."""
        del options, env
        return f"</{HEADINGS[tokens[idx].tag]}>\n"

    def link_close(  # noqa: PLR0917 - the renderer calls it so
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Add the host behind a link whose text does not begin with it."""
        del options, env
        address, words = _link_around(tokens, idx)
        host = host_of(address)
        shown = words.strip().lower().removeprefix("https://").removeprefix("http://")
        if not host or re.match(rf"{re.escape(host)}(:\d+)?([/?#]|$)", shown):
            return "</a>"
        return f'</a> <span class="link-host">({escape(host)})</span>'


def _link_around(tokens: Sequence[Token], closing: int) -> tuple[str, str]:
    opening = max(index for index in range(closing) if tokens[index].type == "link_open" and tokens[index].level == tokens[closing].level)
    href: Any = tokens[opening].attrGet("href")
    return str(href or ""), "".join(token.content for token in tokens[opening + 1 : closing])


def host_of(address: str) -> str:
    """Return the host an address leads to; what stands before an @ is no host."""
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
