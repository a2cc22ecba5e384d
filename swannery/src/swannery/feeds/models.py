"""Items of a feed, with the reason each one is there and the terms of its place."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from swannery.posts.models import Post

Order = Literal["latest", "for_you"]
ReasonKind = Literal["own", "friend", "followed", "community", "everyone"]
Tie = Literal["trains", "friend", "followed", "community", "own", "none"]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why an item is in somebody's feed; `name` is whom or what it speaks of."""

    kind: ReasonKind
    name: str = ""


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the order "for you" and trending are made of; the page that explains the feed shows this very table."""

    # What one person other than the author counts by what they did.
    reaction: float = 1
    bookmark: float = 2
    share: float = 3
    comment: float = 4
    author_reply: float = 6
    not_for_me: float = -8
    upheld_report: float = -50
    # How near the author is; the nearest tie counts.
    trains: float = 3
    friend: float = 2
    own: float = 2
    followed: float = 1.5
    community: float = 1
    none: float = 0.5
    # What one reacted to or commented on of the same author in the last `habit_days` adds so much each, up to `habits` times.
    habit: float = 0.2
    habits: int = 10
    habit_days: int = 30
    # A post counts half after so long.
    half_life_h: float = 24
    # Each earlier post of the same author on the page halves the next one's score, down to a quarter.
    diversity: float = 0.5
    diversity_floor: float = 0.25
    # How many of the newest posts are put in order, and with how few there is nothing to put in order.
    candidates: int = 200
    fewest: int = 40
    # Trending: of the last days, by at least so many people; its posts count half after so long.
    trending_half_life_h: float = 2
    trending_people: int = 5
    trending_days: int = 7


WEIGHTS = Weights()


class Counts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many people other than the author did what to a post, each counted once for each."""

    reactions: int = 0
    bookmarks: int = 0
    shares: int = 0
    comments: int = 0
    author_replies: int = 0
    not_for_me: int = 0
    upheld_reports: int = 0


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the score of one post for one member is made of, as the database tells it."""

    post_id: int
    author_id: int
    published_at: datetime
    tie: Tie
    tie_name: str = ""
    habits: int = 0
    counts: Counts = Counts()
    friends: tuple[int, ...] = ()
    seen: bool = False


class Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a post stands and why: the factors of its score, and the people and counts behind them."""

    post_id: int
    score: float
    affinity: float
    engagement: float
    popularity: float
    age_h: float
    freshness: float
    diversity: float
    tie: Tie
    tie_name: str = ""
    habits: int = 0
    counts: Counts = Counts()
    friends: tuple[int, ...] = ()
    seen: bool = False


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """A public post of the last days, how many people have something to say to it, and what they did."""

    post_id: int
    published_at: datetime
    people: int
    counts: Counts = Counts()


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of an item's place, and the friends who reacted that the viewer may know of now."""

    terms: Terms
    friend_names: tuple[str, ...] = ()


class FeedItem(msgspec.Struct, frozen=True, kw_only=True):
    """A post in a feed."""

    post: Post
    reason: Reason
    why: Why | None = None


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a feed. `everyone`: the viewer has no connections yet, so this is what all may read.

    `first_cursor` begins this very order again, where coming back to the first page would make another one.
    """

    items: list[FeedItem]
    next_cursor: str | None
    everyone: bool = False
    order: Order = "latest"
    too_few: bool = False
    first_cursor: str | None = None


class RankedPlace(msgspec.Struct, frozen=True, array_like=True):
    """Where a ranked page begins: in which snapshot of the order, and after how many of its items."""

    snapshot_id: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    after: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """An order that was made once and is turned page by page: what is newer is not in it; what is older begins where it ends."""

    id: int
    items: list[Terms]
    ends_at: datetime
    ends_id: int
