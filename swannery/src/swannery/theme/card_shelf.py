"""Post cards that were drawn a moment ago: in a list of twenty most were drawn for somebody else already, and drawing is most of the work.

A card is drawn from the post as its reader sees it and from very little else, and all of that is the key: whoever is given a drawn card
was about to be shown the very same words. Its template is drawn apart from the page, where only what is in the key has a name; a card
that asked for anything else of its reader (their name, their handle) would fail in every test. The one thing that differs, the form
token, is put in afterwards.
"""

from collections import OrderedDict
from datetime import datetime
from typing import Any, Protocol

import jinja2
import msgspec
from markupsafe import Markup, escape

from swannery.theme.component_modules import one_page
from swannery.theme.moments import DAY_S, HOUR_S, MINUTE_S
from swannery.theme.translations import spoken_language

TEMPLATE = "theme/post_card.html"
TOKEN = "\ue000token\ue000"  # noqa: S105 - stands where the form token goes; a private character that no text of ours holds
ROOM = 64_000_000  # characters
# Whatever else on a card tells how long ago it was is at most this much behind.
LONGEST_S = 600


def _plain(value: object) -> str:
    """Let rendered text be part of a key; anything else that has no fixed spelling must not be."""
    if isinstance(value, Markup):
        return str(value)
    raise NotImplementedError


ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)


class Dated(Protocol):
    """What has a time that is told as an age."""

    @property
    def published_at(self) -> datetime: ...


class CardShelf:
    """The cards of one process, those forgotten first that were not asked for longest."""

    def __init__(self, environment: jinja2.Environment, *, room: int = ROOM) -> None:
        self._environment = environment
        self._room = room
        self._used = 0
        self._cards: OrderedDict[tuple[object, ...], str] = OrderedDict()
        self.drawn = 0

    @jinja2.pass_context
    def card(self, context: jinja2.runtime.Context, post: Dated, reasons: bool = True) -> Markup:  # noqa: FBT001, FBT002 - as templates call it
        """Return the post's card for the reader of this page."""
        now: datetime = context["now"]
        signed_in, token = bool(context["me"]), str(escape(context["csrf_token"]))
        key = (
            spoken_language(), str(now.tzinfo), signed_in, reasons, age_step(post.published_at, now),
            int(now.timestamp()) // LONGEST_S, ENCODER.encode(post),
        )  # fmt: skip
        html = self._cards.get(key)
        if html is None:
            html = self._draw({"post": post, "reasons": reasons, "me": signed_in, "now": now, "csrf_token": TOKEN, "language": key[0]})
            self._keep(key, html)
        else:
            self._cards.move_to_end(key)
        return Markup(html.replace(TOKEN, token))  # noqa: S704 - drawn by our own templates, which escape

    def _draw(self, given: dict[str, Any]) -> str:
        self.drawn += 1
        with one_page():
            return self._environment.get_template(TEMPLATE).render(given)

    def _keep(self, key: tuple[object, ...], html: str) -> None:
        self._cards[key] = html
        self._used += weight(key, html)
        while self._used > self._room:
            self._used -= weight(*self._cards.popitem(last=False))


def weight(key: tuple[object, ...], html: str) -> int:
    """Return about how many bytes a kept card takes."""
    facts = key[-1]
    return len(html) + (len(facts) if isinstance(facts, bytes) else 0)


def age_step(value: datetime, now: datetime) -> tuple[str, int]:
    """Return a name for all moments at which the age of this is told in the same words: a minute, an hour or a day long."""
    seconds = (now - value).total_seconds()
    if seconds < HOUR_S:
        return "minutes", int(seconds // MINUTE_S)
    return ("hours", int(seconds // HOUR_S)) if seconds < DAY_S else ("day", now.toordinal())
