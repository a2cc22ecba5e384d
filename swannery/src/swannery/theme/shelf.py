"""Parts of pages that were drawn a moment ago: of twenty cards most were drawn for somebody else already, and a composer for its member.

A card is drawn from the post as its reader sees it and from very little else, and all of that is the key: whoever is given a drawn card
was about to be shown the very same words. Its template is drawn apart from the page, where only what is in the key has a name; a card
that asked for anything else of its reader (their name, their handle) would fail in every test. So it is with the form that begins a post:
whose it is and what may be chosen in it is its key. What differs each time, the form token, is put into the whole page afterwards.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from secrets import token_hex
from typing import Protocol

import jinja2
import msgspec
from markupsafe import Markup, escape

from swannery.theme.component_modules import one_page
from swannery.theme.moments import DAY_S, HOUR_S, MINUTE_S
from swannery.theme.translations import spoken_language

CARD, COMPOSER = "theme/post_card.html", "theme/composer.html"
# They stand where the form token and the key of a new post go; nobody can guess them and write them into a text of theirs.
TOKEN, CLIENT_KEY = token_hex(12), token_hex(12)
ROOM = 64_000_000  # characters
# Whatever else on a card tells how long ago it was is at most this much behind.
LONGEST_S = 600


def _plain(value: object) -> str:
    """Let rendered text be part of a key; anything else that has no fixed spelling must not be."""
    if isinstance(value, Markup):
        return str(value)
    raise NotImplementedError


ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)


# The template, and all that it is drawn from.
Key = tuple[str, *tuple[object, ...]]


class Dated(Protocol):
    """What has a time that is told as an age."""

    @property
    def published_at(self) -> datetime: ...


class Writer(msgspec.Struct, frozen=True):
    """What a composer shows of whose it is."""

    id: int
    name: str
    picture: str


class Shelf:
    """The drawn parts of one process, those forgotten first that were not asked for longest."""

    def __init__(self, environment: jinja2.Environment, *, room: int = ROOM) -> None:
        self._environment = environment
        self._room = room
        self._used = 0
        self._parts: OrderedDict[Key, Markup] = OrderedDict()
        self.drawn = 0

    @jinja2.pass_context
    def card(self, context: jinja2.runtime.Context, post: Dated, reasons: bool = True) -> Markup:  # noqa: FBT001, FBT002 - as templates call it
        """Return the post's card for the reader of this page."""
        now: datetime = context["now"]
        signed_in = bool(context["me"])
        key = (
            CARD, spoken_language(), str(now.tzinfo), signed_in, reasons, age_step(post.published_at, now),
            int(now.timestamp()) // LONGEST_S, ENCODER.encode(post),
        )  # fmt: skip
        return self._kept(key, {"post": post, "reasons": reasons, "me": signed_in, "now": now})

    @jinja2.pass_context
    def composer(self, context: jinja2.runtime.Context, form: object, client_key: str, *, communities: Sequence[object]) -> Markup:
        """Return the form that begins a post, for the member who reads this page."""
        me = Writer(id=context["me"].id, name=context["me"].name, picture=context["me"].picture)
        circles, site_open, zone = context.get("circles", ()), bool(context["site"].open), context["look"].time_zone
        key = (COMPOSER, spoken_language(), site_open, zone, ENCODER.encode((me, form, communities, circles)))
        given = {
            "form": form, "communities": communities, "circles": circles, "me": me, "client_key": CLIENT_KEY,
            "site": {"open": site_open}, "look": {"time_zone": zone},
        }  # fmt: skip
        html = self._kept(key, given)
        return Markup(html.replace(CLIENT_KEY, escape(client_key)))  # noqa: S704 - drawn by our own templates, which escape

    def part(self, template: str, **given: str | int | bool) -> Markup:
        """Return what is drawn from these few values and nothing else."""
        return self._kept((template, spoken_language(), tuple(given.items())), given)

    def _kept(self, key: Key, given: Mapping[str, object]) -> Markup:
        html = self._parts.get(key)
        if html is None:
            self.drawn += 1
            with one_page():
                drawn = self._environment.get_template(key[0]).render({**given, "csrf_token": TOKEN, "language": spoken_language()})
            html = Markup(drawn)  # noqa: S704 - drawn by our own templates, which escape
            self._keep(key, html)
        else:
            self._parts.move_to_end(key)
        return html

    def _keep(self, key: Key, html: Markup) -> None:
        self._parts[key] = html
        self._used += weight(key, html)
        while self._used > self._room:
            self._used -= weight(*self._parts.popitem(last=False))


def with_token(html: str, token: str) -> str:
    """Return the whole page with the form token of its reader wherever a drawn part has a form."""
    return html.replace(TOKEN, escape(token))


def weight(key: Key, html: str) -> int:
    """Return about how many bytes a kept part takes."""
    facts = key[-1]
    return len(html) + (len(facts) if isinstance(facts, bytes) else 0)


def age_step(value: datetime, now: datetime) -> tuple[str, int]:
    """Return a name for all moments at which the age of this is told in the same words: a minute, an hour or a day long."""
    seconds = (now - value).total_seconds()
    if seconds < HOUR_S:
        return "minutes", int(seconds // MINUTE_S)
    return ("hours", int(seconds // HOUR_S)) if seconds < DAY_S else ("day", now.toordinal())
