"""Posts, comments and reactions as others see them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from markupsafe import Markup

from swannery.accounts.models import Person

Audience = Literal["public", "members", "followers", "friends", "community", "me"]
State = Literal["shown", "held", "removed"]
Kind = Literal["text", "activity"]

LONGEST_POST = 5000
LONGEST_COMMENT = 2000


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to publish. `client_key` makes sending it twice the same as once."""

    body: str
    audience: str = "members"
    community_id: int | None = None
    client_key: UUID | None = None


class CardFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a shared activity's card says, as stored with the post: it stays true when the app's row changes. Ids only of people."""

    title: str
    happened_at: datetime
    partner_id: int | None = None
    facts: list[tuple[str, str]] = []
    bars: list[int] = []


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """The block of a post that is particular to its kind."""

    kind: str
    title: str
    happened_at: datetime
    partner: Person | None
    facts: list[tuple[str, str]]
    bars: list[int]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The community a post stands in."""

    id: int
    name: str
    slug: str

    @property
    def url(self) -> str:
        """Where the community is."""
        return f"/communities/{self.slug}"


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A post as one viewer may see it."""

    id: int
    author: Person
    community: Place | None
    kind: Kind
    audience: Audience
    state: State
    body: str
    body_html: str
    card: Card | None
    reaction_count: int
    comment_count: int
    published_at: datetime
    edited_at: datetime | None
    reacted: bool
    mine: bool
    may_comment: bool
    reason: str | None = None

    @property
    def url(self) -> str:
        """Where the post and its comments are."""
        return f"/posts/{self.id}"

    @property
    def html(self) -> Markup:
        """The text, rendered and sanitised when it was written."""
        return Markup(self.body_html)  # noqa: S704 - made by rendering.py alone, which sanitises


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment as one viewer may see it."""

    id: int
    post_id: int
    author: Person
    state: State
    body: str
    body_html: str
    created_at: datetime
    mine: bool
    may_delete: bool

    @property
    def html(self) -> Markup:
        """The text, rendered and sanitised when it was written."""
        return Markup(self.body_html)  # noqa: S704 - made by rendering.py alone, which sanitises


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """How many people like a post, and whether the viewer is one of them."""

    post_id: int
    count: int
    reacted: bool
