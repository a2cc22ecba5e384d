"""Feeds as JSON."""

from typing import Annotated, Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from swannery.feeds import actions as feeds
from swannery.feeds.models import ReasonKind
from swannery.foundation.database import Transaction
from swannery.foundation.paging import LONGEST_CURSOR, PAGE_SIZE, decode
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS
from swannery.posts.schemas import PostOut, post_out

MOST = 50


class ReasonOut(msgspec.Struct, frozen=True):
    """Why an item is in the feed; `name` is whom or what it speaks of."""

    kind: ReasonKind
    name: str


class FeedItemOut(msgspec.Struct, frozen=True):
    """A post, and why it is here."""

    post: PostOut
    reason: ReasonOut


class FeedOut(msgspec.Struct, frozen=True):
    """A page of the feed, newest first; `next` is the `after` of the next page, if there is one."""

    items: list[FeedItemOut]
    next: str | None


@get("/api/v1/feed", responses=PROBLEMS, tags=["feed"], summary="Read a feed")
async def read_feed(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    of: FromQuery[Literal["home", "everyone"]] = "home",
    after: Annotated[str | None, QueryParameter(max_length=LONGEST_CURSOR)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST)] = PAGE_SIZE,
) -> FeedOut:
    """Return a page of the viewer's home feed, or of what everybody wrote. Strangers have no home."""
    cursor = decode(after)
    if of == "home":
        _ = viewer.member_id
        feed = await feeds.read_home(tx, viewer=viewer, after=cursor, limit=limit)
    else:
        feed = await feeds.read_everyone(tx, viewer=viewer, after=cursor, limit=limit)
    items = [FeedItemOut(post=post_out(item.post), reason=ReasonOut(kind=item.reason.kind, name=item.reason.name)) for item in feed.items]
    return FeedOut(items=items, next=feed.next_cursor)


routes = [read_feed]
