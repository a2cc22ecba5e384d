"""What is shown of the page that a post links to: its facts, and pure decisions about them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urljoin, urlsplit

import msgspec

from swannery.foundation.text import clean_line
from swannery.media.models import LONGEST_ALT, PostPicture

# `waiting`: the page was not read yet; `none`: it says nothing of itself, or cannot be had; `off`: the author wants none.
PreviewState = Literal["waiting", "there", "none", "off"]
LONGEST_ADDRESS = 2000
LONGEST_TITLE = 160
LONGEST_DESCRIPTION = 240
# A page is read within half a minute or so; whoever just wrote the post looks as long.
LOOKED_FOR = timedelta(seconds=30)
# What is for oneself, or for the few one names, is told to no server either.
UNTOLD = ("me", "mentioned")


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a page said of itself when a post with its address was written. It is a stranger's text: never more than text."""

    url: str
    state: PreviewState = "waiting"
    title: str = ""
    description: str = ""
    picture: PostPicture | None = None

    @property
    def host(self) -> str:
        """Where the link leads, as browsers name it: what the page calls itself is not believed."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")


class PageFacts(msgspec.Struct, frozen=True):
    """What a page says of itself, as it was read."""

    title: str = ""
    description: str = ""
    picture: str = ""
    alt: str = ""


def link_of(links: Sequence[str], *, audience: str, attached: bool, own_host: str) -> str | None:
    """Return the link of a post whose page is to be shown: its first to the web, if the post shows nothing else and some are to read it."""
    if attached or audience in UNTOLD:
        return None
    first = next((link for link in links if _leads_out(link, own_host=own_host)), None)
    return first if first is None or len(first) <= LONGEST_ADDRESS else None


def _leads_out(link: str, *, own_host: str) -> bool:
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and host != own_host


def picture_address(facts: PageFacts, *, page_url: str) -> str | None:
    """Return where the page's picture is; None where it names none, or no place on the web."""
    try:
        address = urljoin(page_url, facts.picture) if facts.picture else ""
    except ValueError:
        return None
    return address if address.startswith(("https://", "http://")) and len(address) <= LONGEST_ADDRESS else None


def told(url: str, facts: PageFacts, *, picture: PostPicture | None) -> Preview:
    """Return what is shown of a page; without a title there is nothing to show."""
    title = _short(facts.title, LONGEST_TITLE)
    if not title:
        return Preview(url=url, state="none")
    description = _short(facts.description, LONGEST_DESCRIPTION)
    return Preview(url=url, state="there", title=title, description="" if description == title else description, picture=picture)


def alt_of(facts: PageFacts) -> str:
    """Return what is said of the page's picture for those who cannot see it."""
    return _short(facts.alt, LONGEST_ALT)


def _short(text: str, most: int) -> str:
    """Return one line, cut at a word where it is too long."""
    line = clean_line(text)
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut).rstrip(" ,;:.-") + "…"


def seen_by(preview: Preview | None, *, mine: bool, published_at: datetime, now: datetime) -> Preview | None:
    """Return what a viewer is shown: a page that was read; to its author for a moment that it is being read."""
    if preview is None or preview.state == "there":
        return preview
    return preview if preview.state == "waiting" and mine and now - published_at < LOOKED_FOR else None
