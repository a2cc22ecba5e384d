"""Markdown to HTML: rendered, then sanitised against a short list of what may remain. Pure; the result is stored with the text."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import escape

TAGS = {"a", "blockquote", "br", "code", "del", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "s", "span", "strong", "ul"}
ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href"}, "ol": {"start"}}  # without "*" a title would remain
CLASSES = {"span": {"link-host"}}
SCHEMES = {"http", "https", "mailto"}
HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4"}


def render_markdown(text: str) -> str:
    """Return HTML that is safe to show to anybody. Raw HTML is shown as it was typed; pictures are not fetched."""
    html = _markdown().render(text)
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
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False}, renderer_cls=HostShown)
    return markdown.enable(["strikethrough"]).disable(["image", "html_block", "html_inline"])


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
        if not host or shown == host or shown.startswith(f"{host}/"):
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
