"""Reading the home feed in either order, and keeping its lists."""

from collections.abc import Collection, Sequence
from datetime import timedelta

import msgspec

from swannery.accounts.actions.people import people_by_id
from swannery.feeds.models import WEIGHTS, Facts, Feed, FeedItem, Order, RankedPlace, Snapshot, Terms, Why
from swannery.feeds.ports import ports
from swannery.feeds.queries import lists as queries
from swannery.feeds.queries import pulled, ranking
from swannery.feeds.rules import may_know, ranked, reason_for, trending
from swannery.foundation.database import Transaction
from swannery.foundation.metrics import FANOUT_LAG
from swannery.foundation.paging import PAGE_SIZE, Cursor, decode, decode_as, encode
from swannery.foundation.viewer import Viewer
from swannery.posts.actions import latest_posts, posts_listed, read_post, read_posts
from swannery.posts.models import Post

# The order a member `m` chose, and whose posts are in nobody's list, as columns for the statement that recognises them.
FEEDS_ALONG = f"{ranking.ORDER_OF}, {pulled.PULLED_OF}"
RANKED = "~"  # begins the address of a ranked page; no plain cursor holds it
SEEN_AT_ONCE = 100


async def read_feed(tx: Transaction, *, viewer: Viewer, order: Order, after: str | None, limit: int = PAGE_SIZE) -> Feed:
    """Return a page of a member's home feed in the order they want; a page's address says itself which order it goes on in."""
    if after and after.startswith(RANKED):
        return await _turn(tx, viewer=viewer, place=decode_as(after.removeprefix(RANKED), RankedPlace), limit=limit)
    if order == "for_you" and not after and (viewer.followees or viewer.friends or viewer.communities):
        return await _rank(tx, viewer=viewer, limit=limit)
    return await read_home(tx, viewer=viewer, after=decode(after), limit=limit)


async def read_home(tx: Transaction, *, viewer: Viewer, after: Cursor | None, limit: int = PAGE_SIZE) -> Feed:
    """Return a page of the newest posts of the viewer's people and communities; who has none yet sees everybody's.

    Statements: the list with its posts, one to find what lies beyond it, one for that and for what the posts point at, and at most one each
    for hidden people's counts and people on cards.
    """
    if not (viewer.followees or viewer.friends or viewer.communities):
        return await read_everyone(tx, viewer=viewer, after=after, limit=limit)
    if viewer.pulled:
        return await _merged(tx, viewer=viewer, after=after, limit=limit)

    async def beyond(place: Cursor | None, missing: int) -> list[Cursor]:
        return await queries.read_sources(tx, viewer=viewer, after=place, limit=missing)

    page = await posts_listed(tx, viewer=viewer, table=queries.LIST, which=queries.OWN, after=after, limit=limit, beyond=beyond)
    return Feed(items=explained(page.items, viewer), next_cursor=page.next_cursor)


async def _merged(tx: Transaction, *, viewer: Viewer, after: Cursor | None, limit: int) -> Feed:
    """Return a page for a member who follows somebody whose posts are in nobody's list."""
    places = await _newest(tx, viewer=viewer, after=after, limit=limit + 1)
    shown = await read_posts(tx, viewer=viewer, ids=[place.id for place in places[:limit]])
    return Feed(items=explained(shown, viewer), next_cursor=encode(places[limit - 1]) if len(places) > limit else None)


async def _newest(tx: Transaction, *, viewer: Viewer, after: Cursor | None, limit: int) -> list[Cursor]:
    """Return the newest that belongs in the viewer's home: from the list, with what is in no list, and from its sources where it ends.

    Beyond the end of a list its sources tell everything, so that from authors who are in no list only what is newer is taken: else a page
    would go on with theirs alone, and skip everybody else's.
    """
    entries = await queries.read_list(tx, viewer=viewer, after=after, limit=limit)
    if viewer.pulled and entries:
        further = await queries.read_pulled(tx, viewer=viewer, after=after, limit=limit)
        newer = {place for place in further if place > entries[-1]}
        entries = sorted({*entries, *newer}, reverse=True)[:limit]
    if len(entries) < limit:
        beyond = entries[-1] if entries else after
        entries += await queries.read_sources(tx, viewer=viewer, after=beyond, limit=limit - len(entries))
    return entries


async def _rank(tx: Transaction, *, viewer: Viewer, limit: int) -> Feed:
    """Put the newest posts in order and return the first page; with too few of them, the newest first.

    The order is kept, so that the next page goes on in the very same one whatever happens meanwhile.
    """
    entries = await _newest(tx, viewer=viewer, after=None, limit=WEIGHTS.candidates)
    if len(entries) < WEIGHTS.fewest:
        latest = await read_home(tx, viewer=viewer, after=None, limit=limit)
        return Feed(items=latest.items, next_cursor=latest.next_cursor, everyone=latest.everyone, too_few=True)
    distrusted = await ports.distrusted(tx)
    facts = await ranking.read_facts(tx, viewer=viewer, ids=[entry.id for entry in entries], distrusted=distrusted)
    order = ranked(await _with_reports(tx, facts), now=tx.now, page=PAGE_SIZE)
    last = entries[-1]
    snapshot_id = await ranking.insert_snapshot(tx, member_id=viewer.member_id, items=order, ends_at=last.at, ends_id=last.id)
    snapshot = Snapshot(id=snapshot_id, items=order, ends_at=last.at, ends_id=last.id)
    return await _page(tx, viewer=viewer, snapshot=snapshot, after=0, limit=limit)


async def _turn(tx: Transaction, *, viewer: Viewer, place: RankedPlace, limit: int) -> Feed:
    """Return a further page of an order that was made before; one that is kept no longer is made anew, from its first page."""
    snapshot = await ranking.read_snapshot(tx, member_id=viewer.member_id, snapshot_id=place.snapshot_id)
    if snapshot is None:
        return await _rank(tx, viewer=viewer, limit=limit)
    return await _page(tx, viewer=viewer, snapshot=snapshot, after=max(0, place.after), limit=limit)


async def _page(tx: Transaction, *, viewer: Viewer, snapshot: Snapshot, after: int, limit: int) -> Feed:
    """Return a page of a kept order: full while there is more, though some of its posts may be gone or hidden by now."""
    shown: list[Post] = []
    terms = {one.post_id: one for one in snapshot.items}
    while len(shown) < limit and after < len(snapshot.items):
        some = snapshot.items[after : after + limit - len(shown)]
        shown += await read_posts(tx, viewer=viewer, ids=[one.post_id for one in some])
        after += len(some)
    items = await _with_whys(tx, viewer=viewer, posts=shown, terms=terms)
    first = RANKED + encode(RankedPlace(snapshot.id, 0))
    if after < len(snapshot.items):
        return Feed(items=items, next_cursor=RANKED + encode(RankedPlace(snapshot.id, after)), order="for_you", first_cursor=first)
    end = Cursor(snapshot.ends_at, snapshot.ends_id)
    older = await _newest(tx, viewer=viewer, after=end, limit=1)
    if not items and older:
        return await read_home(tx, viewer=viewer, after=end, limit=limit)
    return Feed(items=items, next_cursor=encode(end) if older else None, order="for_you", first_cursor=first)


async def _with_whys(tx: Transaction, *, viewer: Viewer, posts: Sequence[Post], terms: dict[int, Terms]) -> list[FeedItem]:
    """Put to each post why it stands where it does; of the friends behind it those are named whom the viewer may know of now."""
    behind = {friend for post in posts for friend in terms[post.id].friends}
    here = await people_by_id(tx, ids=behind, viewer=viewer) if behind else {}
    return [
        FeedItem(
            post=post,
            reason=reason_for(post, viewer),
            why=Why(
                terms=terms[post.id],
                friend_names=tuple(here[one].name for one in may_know(terms[post.id].friends, viewer=viewer, here=here)),
            ),
        )
        for post in posts
    ]


async def _with_reports(tx: Transaction, facts: list[Facts]) -> list[Facts]:
    upheld = await ports.upheld_reports(tx, [one.post_id for one in facts])
    if not upheld:
        return facts
    replace = msgspec.structs.replace
    return [replace(one, counts=replace(one.counts, upheld_reports=upheld.get(one.post_id, 0))) for one in facts]


async def choose_order(tx: Transaction, *, viewer: Viewer, order: Order) -> None:
    """Remember in which order a member wants their home."""
    await ranking.write_order(tx, member_id=viewer.member_id, order=order)


async def note_seen(tx: Transaction, *, viewer: Viewer, post_ids: Collection[int]) -> None:
    """Note which posts a member saw: they sink in the order "for you", and nowhere else. What they may not read they did not see."""
    readable = await read_posts(tx, viewer=viewer, ids=list(post_ids)[:SEEN_AT_ONCE])
    await ranking.insert_seen(tx, member_id=viewer.member_id, post_ids=[post.id for post in readable if not post.mine])


async def dismiss(tx: Transaction, *, viewer: Viewer, post_id: int, on: bool) -> None:
    """Say that a post is not for oneself, or take that back: it leaves one's own ranked order and counts against it in others'."""
    member = viewer.member_id
    post = await read_post(tx, viewer=viewer, post_id=post_id)
    if post.mine:
        return  # what one wrote is for oneself
    if on:
        await ranking.insert_dismissal(tx, member_id=member, post_id=post_id)
    else:
        await ranking.delete_dismissal(tx, member_id=member, post_id=post_id)


async def read_trending(tx: Transaction, *, viewer: Viewer, limit: int = PAGE_SIZE) -> list[Post]:
    """Return the public posts that most people have something to say to just now; what is flagged waits for a human."""
    distrusted = await ports.distrusted(tx)
    since = tx.now - timedelta(days=WEIGHTS.trending_days)
    found = await ranking.read_trends(tx, viewer=viewer, since=since, distrusted=distrusted, limit=WEIGHTS.candidates)
    held = await ports.flagged(tx, [one.post_id for one in found])
    order = trending([one for one in found if one.post_id not in held], now=tx.now)
    return await read_posts(tx, viewer=viewer, ids=order[:limit])


async def trending_feed(tx: Transaction, *, viewer: Viewer, limit: int = PAGE_SIZE) -> Feed:
    """Return what trends as a feed of one page."""
    return Feed(items=explained(await read_trending(tx, viewer=viewer, limit=limit), viewer), next_cursor=None)


async def count_newer(tx: Transaction, *, viewer: Viewer, since: Cursor) -> int:
    """Return how many posts of others came into a member's home after this one, as far as one looks for the pill: few."""
    return await queries.count_newer(tx, viewer=viewer, since=since, limit=PAGE_SIZE + 1)


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


async def fan_out(tx: Transaction, *, post_id: int, published_at: float, after: int = 0) -> int | None:
    """Put a post into the lists of those who should see it; again changes nothing. Returns after whom to go on, if there are more."""
    further = await queries.fan_out(tx, post_id=post_id, after=after)
    if further is not None and not after:
        await pulled.pull_if_many(tx, post_id=post_id)
    FANOUT_LAG.set(max(0.0, tx.now.timestamp() - published_at))
    return further


async def add_own(tx: Transaction, *, post_id: int) -> None:
    """Put a new post into its author's list."""
    await queries.add_own(tx, post_id=post_id)


async def forget_post(tx: Transaction, *, post_id: int) -> None:
    """Take a deleted post out of all lists."""
    await queries.forget_post(tx, post_id=post_id)


async def erase_member(tx: Transaction, *, member_id: int) -> None:
    """Erase a member's list."""
    await queries.forget_member(tx, member_id=member_id)
    await ranking.forget_member(tx, member_id=member_id)
    await pulled.forget_member(tx, member_id=member_id)


async def trim(tx: Transaction) -> None:
    """Cut every list to its length, and forget old orders."""
    await queries.trim(tx)
    await ranking.tidy(tx)


async def settle_pulled(tx: Transaction) -> list[int]:
    """Let go whom no longer so many follow; returns the posts that have to be put into lists for that."""
    await pulled.let_go(tx)
    return await pulled.begin_leaving(tx, most=queries.LENGTH)
