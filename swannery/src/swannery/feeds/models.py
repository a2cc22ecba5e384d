"""Items of a feed, with the reason each one is there."""

from typing import Literal

import msgspec

from swannery.posts.models import Post

ReasonKind = Literal["own", "friend", "followed", "community", "everyone"]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why an item is in somebody's feed; `name` is whom or what it speaks of."""

    kind: ReasonKind
    name: str = ""


class FeedItem(msgspec.Struct, frozen=True, kw_only=True):
    """A post in a feed."""

    post: Post
    reason: Reason


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a feed. `everyone`: the viewer has no connections yet, so this is what all may read."""

    items: list[FeedItem]
    next_cursor: str | None
    everyone: bool = False
