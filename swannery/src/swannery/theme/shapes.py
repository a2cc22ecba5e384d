"""What the components draw: a feature fills one of these, or hands over anything with the same attributes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec
from markupsafe import Markup


class Person(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    handle: str
    url: str
    role: str = "member"
    """member, trainer, moderator or admin."""
    picture: str = ""
    """The key of the one they chose."""


Tie = Literal["none", "recorded", "asked", "asked_by", "confirmed"]


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """How the reader stands to a person."""

    is_me: bool = False
    following: bool = False
    follows_me: bool = False
    friends: bool = False
    request_sent: bool = False
    request_received: bool = False
    follow_requested: bool = False
    wants_to_follow: bool = False
    muting: bool = False
    blocking: bool = False
    trainer: Tie = "none"
    client: Tie = "none"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The community a post stands in."""

    name: str
    url: str


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did in the app, shown inside a post or as a row of its own."""

    title: str
    happened_at: datetime
    kind: str = "activity"
    partner: Person | None = None
    facts: tuple[tuple[str, str], ...] = ()
    bars: tuple[float, ...] = ()
    """Optional figures, oldest first, drawn as small bars."""


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """A session of the reader's own that can be shared."""

    id: int | str
    card: Card
    post_url: str | None = None
    """Where it was shared; None as long as it was not."""


class PollDetails(msgspec.Struct, frozen=True, kw_only=True):
    options: tuple[str, ...]
    several: bool = False


class TitleDetails(msgspec.Struct, frozen=True, kw_only=True):
    """Of a question or a tip."""

    title: str


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What people answered; `counts` is None while the reader is not shown it."""

    people: int
    counts: tuple[int, ...] | None
    mine: tuple[int, ...] = ()
    closes_at: datetime | None = None
    closed: bool = False


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of a post; `alt` says what it shows, `width` and `height` are its pixels."""

    key: str
    alt: str
    width: int
    height: int


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a linked page says of itself."""

    url: str
    host: str
    title: str = ""
    description: str = ""
    picture: Picture | None = None
    state: str = "there"
    """waiting (while it is read) or there."""


class ReactionCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many reacted in one way: like, strong, fire, cheer, laugh or hug."""

    kind: str
    count: int


class Post(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    url: str
    author: Person
    published_at: datetime
    html: Markup
    audience: str = "members"
    """public, members, followers, friends, community or me."""
    community: Place | None = None
    edited_at: datetime | None = None
    state: str = "shown"
    """shown, held or removed."""
    card: Card | None = None
    kind: str = "text"
    details: object = None
    """What is particular to its kind."""
    answers: object = None
    """What people answered, where it asks."""
    accepted_id: int | None = None
    """The comment that answered it."""
    pictures: tuple[Picture, ...] = ()
    preview: Preview | None = None
    reaction_count: int = 0
    reactions: tuple[ReactionCount, ...] = ()
    comment_count: int = 0
    share_count: int = 0
    reaction: str | None = None
    """How the reader reacted."""
    saved: bool = False
    pinned: bool = False
    warning: str = ""
    """What stands before the words, which are folded away behind it."""
    points_on: bool = False
    """Whether it shares or quotes another post; `original` is None where that is gone or not for the reader."""
    original: "Post | None" = None
    reason: str | None = None
    mine: bool = False
    may_comment: bool = True

    @property
    def reacted(self) -> bool:
        return self.reaction is not None


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    post_id: int
    author: Person
    created_at: datetime
    html: Markup
    state: str = "shown"
    mine: bool = False
    by_post_author: bool = False
    accepted: bool = False
    edited_at: datetime | None = None
    reaction_count: int = 0
    reactions: tuple[ReactionCount, ...] = ()
    reaction: str | None = None

    @property
    def url(self) -> str:
        return f"/posts/{self.post_id}/comments/{self.id}"

    @property
    def reacted(self) -> bool:
        return self.reaction is not None

    @property
    def may_delete(self) -> bool:
        return self.mine


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a conversation; without a comment it holds the place of one that is gone."""

    id: int
    url: str
    comment: Comment | None = None
    parent_id: int | None = None
    depth: int = 0
    replies: "tuple[Branch, ...]" = ()
    more: bool = False


class Community(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    slug: str
    purpose: str
    member_count: int
    url: str
    role: str | None = None
    """owner, moderator, member, or None for somebody who has not joined."""
    hue: int = 215


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed and what is wrong with it, one sentence a field; the field `form` is for the whole."""

    values: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}


class Tab(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    url: str
    current: bool = False


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One option of a select."""

    value: str
    label: str
