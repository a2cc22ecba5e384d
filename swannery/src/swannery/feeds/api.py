"""Feeds as JSON."""

from typing import Annotated, Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from swannery.feeds import actions as feeds
from swannery.feeds.models import Counts, FeedItem, Order, ReasonKind, Tie, Why
from swannery.foundation.database import Transaction
from swannery.foundation.paging import PAGE_SIZE, decode
from swannery.foundation.parameters import AfterCursor
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS
from swannery.posts.schemas import PostOut, post_out

MOST = 50


class ReasonOut(msgspec.Struct, frozen=True):
    """Why an item is in the feed; `name` is whom or what it speaks of."""

    kind: ReasonKind
    name: str


class TermsOut(msgspec.Struct, frozen=True):
    """The terms of a ranked item's place: score = affinity × popularity × freshness × diversity, popularity = 1 + ln(1 + engagement).

    `people` says how many people other than the author did what; `friends` names those of the viewer's friends who reacted.
    """

    score: float
    affinity: float
    engagement: float
    popularity: float
    freshness: float
    diversity: float
    age_h: float
    tie: Tie
    tie_name: str
    people: Counts
    friends: list[str]
    seen: bool


class FeedItemOut(msgspec.Struct, frozen=True):
    """A post, why it is here, and in the ranked order the terms of its place."""

    post: PostOut
    reason: ReasonOut
    terms: TermsOut | None


class FeedOut(msgspec.Struct, frozen=True):
    """A page of the feed; `next` is the `after` of the next page, if there is one. `order` is the one it has: few come newest first."""

    items: list[FeedItemOut]
    next: str | None
    order: Order


@get("/api/v1/feed", responses=PROBLEMS, tags=["feed"], summary="Read a feed")
async def read_feed(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    of: FromQuery[Literal["home", "everyone", "trending"]] = "home",
    order: FromQuery[Order] = "latest",
    after: AfterCursor = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = PAGE_SIZE,
) -> FeedOut:
    """Return a page of the viewer's home feed, of what everybody wrote, or what trends. Only a home has an order; strangers have none."""
    if of == "home":
        _ = viewer.member_id
        feed = await feeds.read_feed(tx, viewer=viewer, order=order, after=after, limit=limit)
    elif of == "trending":
        feed = await feeds.trending_feed(tx, viewer=viewer, limit=limit)
    else:
        feed = await feeds.read_everyone(tx, viewer=viewer, after=decode(after), limit=limit)
    return FeedOut(items=[item_out(item) for item in feed.items], next=feed.next_cursor, order=feed.order)


def item_out(item: FeedItem) -> FeedItemOut:
    """Return what may be told of an item."""
    reason = ReasonOut(kind=item.reason.kind, name=item.reason.name)
    return FeedItemOut(post=post_out(item.post), reason=reason, terms=terms_out(item.why) if item.why else None)


def terms_out(why: Why) -> TermsOut:
    """Return the terms of a place, with the names of whom the viewer may know of."""
    terms = why.terms
    return TermsOut(
        score=terms.score, affinity=terms.affinity, engagement=terms.engagement, popularity=terms.popularity, freshness=terms.freshness,
        diversity=terms.diversity, age_h=terms.age_h, tie=terms.tie, tie_name=terms.tie_name, people=terms.counts,
        friends=list(why.friend_names), seen=terms.seen,
    )  # fmt: skip


routes = [read_feed]
