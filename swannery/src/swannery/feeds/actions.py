"""Reading the home feed, and keeping its lists."""

from swannery.feeds import queries
from swannery.feeds.models import Feed, FeedItem
from swannery.feeds.rules import reason_for
from swannery.foundation.database import Transaction
from swannery.foundation.metrics import FANOUT_LAG
from swannery.foundation.paging import PAGE_SIZE, Cursor, encode
from swannery.foundation.viewer import Viewer
from swannery.posts.actions import latest_posts, read_posts
from swannery.posts.models import Post


async def read_home(tx: Transaction, *, viewer: Viewer, after: Cursor | None, limit: int = PAGE_SIZE) -> Feed:
    """Return a page of the newest posts of the viewer's people and communities; who has none yet sees everybody's.

    Statements: the list, the posts, and at most one each for what lies beyond the list, hidden counts, people on cards.
    """
    if not (viewer.followees or viewer.friends or viewer.communities):
        return await read_everyone(tx, viewer=viewer, after=after, limit=limit)
    entries = await queries.read_list(tx, viewer=viewer, after=after, limit=limit + 1)
    if len(entries) <= limit:
        beyond = entries[-1] if entries else after
        entries += await queries.read_sources(tx, viewer=viewer, after=beyond, limit=limit + 1 - len(entries))
    posts = await read_posts(tx, viewer=viewer, ids=[entry.id for entry in entries[:limit]])
    more = len(entries) > limit
    return Feed(items=explained(posts, viewer), next_cursor=encode(entries[limit - 1]) if more else None)


async def read_everyone(tx: Transaction, *, viewer: Viewer, after: Cursor | None, limit: int = PAGE_SIZE) -> Feed:
    """Return a page of the newest posts of everybody that the viewer may read."""
    page = await latest_posts(tx, viewer=viewer, after=after, limit=limit)
    return Feed(items=explained(page.items, viewer), next_cursor=page.next_cursor, everyone=True)


def explained(posts: list[Post], viewer: Viewer) -> list[FeedItem]:
    """Put the reason to each post."""
    return [FeedItem(post=post, reason=reason_for(post, viewer)) for post in posts]


async def rebuild(tx: Transaction, *, member_id: int) -> None:
    """Make a member's list anew."""
    await queries.rebuild(tx, member_id=member_id)


async def fan_out(tx: Transaction, *, post_id: int, published_at: float) -> None:
    """Put a post into the lists of those who should see it; again changes nothing."""
    await queries.fan_out(tx, post_id=post_id)
    FANOUT_LAG.set(max(0.0, tx.now.timestamp() - published_at))


async def add_own(tx: Transaction, *, post_id: int) -> None:
    """Put a new post into its author's list."""
    await queries.add_own(tx, post_id=post_id)


async def forget_post(tx: Transaction, *, post_id: int) -> None:
    """Take a deleted post out of all lists."""
    await queries.forget_post(tx, post_id=post_id)


async def erase_member(tx: Transaction, *, member_id: int) -> None:
    """Erase a member's list."""
    await queries.forget_member(tx, member_id=member_id)


async def trim(tx: Transaction) -> None:
    """Cut every list to its length."""
    await queries.trim(tx)
