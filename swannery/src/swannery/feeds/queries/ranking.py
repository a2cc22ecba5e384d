"""SQL on what the ranked order and trending are made of, on snapshots of an order, and on what members told us about single posts."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import msgspec

from swannery.feeds.models import WEIGHTS, Counts, Facts, Order, Snapshot, Terms, Trend
from swannery.foundation.database import AnyRow, Transaction
from swannery.foundation.viewer import Viewer
from swannery.posts.visibility import SHARED, comment_visible_sql, shared_visible_sql, viewer_values, wanted_sql

# Beyond so many people a count says "many"; none of them changes a logarithm.
MOST_PEOPLE = 1000
KEPT_FOR = timedelta(hours=12)
SNAPSHOTS = 3
SEEN_FOR = timedelta(days=30)
# Who counts: not the author, nobody hidden from the viewer, nobody whose trust is zero, only who is here.
COUNTS = "{who} <> w.author_id AND NOT {who} = ANY(%(viewer_blocked)s::bigint[]) AND NOT {who} = ANY(%(distrusted)s) AND m.state = 'active'"


def _people(table: str, *, post: str, who: str, beside: str = "") -> str:
    """Return a lateral subquery that counts the people who did something to the post `w`."""
    return (
        f" CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT DISTINCT x.{who} FROM swannery.{table} x"
        f" JOIN swannery.members m ON m.id = x.{who} {beside}"
        f" WHERE x.{post} = w.id AND {COUNTS.format(who='x.' + who)} LIMIT {MOST_PEOPLE}) AS people) AS {table}"
    )


# A share that is there for others too.
HANDED_ON = "JOIN swannery.posts s ON s.id = x.post_id AND s.state = 'shown' AND s.deleted_at IS NULL AND s.audience <> 'me'"
PEOPLE = (
    _people("reactions", post="post_id", who="member_id")
    + _people("bookmarks", post="post_id", who="member_id")
    + _people("shares", post="original_id", who="author_id", beside=HANDED_ON)
    + _people("feed_dismissals", post="post_id", who="member_id")
)


async def read_facts(tx: Transaction, *, viewer: Viewer, ids: Collection[int], distrusted: Collection[int]) -> list[Facts]:
    """Return what the score of each of these posts is made of, of those the viewer may read.

    One statement; per post one short scan of each of: reactions, bookmarks_post, shares, feed_dismissals_post, comments; per viewer one of
    reactions_member and activities_latest.
    """
    comments = (
        " CROSS JOIN LATERAL (SELECT count(DISTINCT c.author_id) FILTER (WHERE c.author_id <> w.author_id"
        " AND NOT c.author_id = ANY(%(distrusted)s)) AS n, (count(*) FILTER (WHERE c.author_id = w.author_id) > 0)::int AS answered"
        " FROM swannery.comments c JOIN swannery.members ca ON ca.id = c.author_id"
        f" WHERE c.post_id = w.id AND {comment_visible_sql()}) AS comments"
    )
    found = await tx.read(
        "WITH wanted AS (SELECT p.id, p.author_id, p.community_id, p.published_at, a.name AS author, g.name AS community"
        " FROM swannery.posts p JOIN swannery.members a ON a.id = p.author_id LEFT JOIN swannery.communities g ON g.id = p.community_id"
        f"{SHARED} WHERE p.id = ANY(%(ids)s) AND {wanted_sql()} AND {shared_visible_sql()}),"
        # What the viewer lately had to say to whom, and with whom they train.
        " said AS (SELECT p.author_id, count(*) AS n FROM swannery.reactions r JOIN swannery.posts p ON p.id = r.post_id"
        " WHERE r.member_id = %(viewer_id)s AND r.created_at > %(since)s GROUP BY 1),"
        " trained AS (SELECT DISTINCT partner_id FROM swannery.activities WHERE member_id = %(viewer_id)s AND partner_id IS NOT NULL)"
        " SELECT w.id, w.author_id, w.published_at, w.community_id, w.author, w.community, trained.partner_id IS NOT NULL,"
        " coalesce(said.n, 0), reactions.n, bookmarks.n, shares.n, comments.n, comments.answered, feed_dismissals.n,"
        " ARRAY(SELECT r.member_id FROM swannery.reactions r JOIN swannery.members m ON m.id = r.member_id"
        " WHERE r.post_id = w.id AND r.member_id = ANY(%(viewer_friends)s::bigint[]) AND m.state = 'active' ORDER BY 1),"
        " EXISTS (SELECT 1 FROM swannery.feed_seen s WHERE s.member_id = %(viewer_id)s AND s.post_id = w.id)"
        " FROM wanted w LEFT JOIN said ON said.author_id = w.author_id LEFT JOIN trained ON trained.partner_id = w.author_id"
        f"{PEOPLE}{comments}"
        " WHERE NOT EXISTS (SELECT 1 FROM swannery.feed_dismissals d WHERE d.member_id = %(viewer_id)s AND d.post_id = w.id)",
        {"ids": list(ids), "distrusted": list(distrusted), "since": tx.now - timedelta(days=WEIGHTS.habit_days), **viewer_values(viewer)},
    )
    return [facts_of(row, viewer) for row in found]


def facts_of(row: AnyRow, viewer: Viewer) -> Facts:
    post_id, author, published_at, community, author_name, community_name, trains, said = row[:8]
    ties: tuple[tuple[bool, Any, str], ...] = (
        (author == viewer.id, "own", ""),
        (trains, "trains", author_name),
        (author in viewer.friends, "friend", author_name),
        (author in viewer.followees, "followed", author_name),
        (community in viewer.communities, "community", community_name or ""),
        (True, "none", ""),
    )
    _, tie, name = next(one for one in ties if one[0])
    counts = Counts(reactions=row[8], bookmarks=row[9], shares=row[10], comments=row[11], author_replies=row[12], not_for_me=row[13])
    return Facts(
        post_id=post_id, author_id=author, published_at=published_at, tie=tie, tie_name=name, habits=said, counts=counts,
        friends=tuple(row[14]), seen=row[15],
    )  # fmt: skip


async def read_trends(tx: Transaction, *, viewer: Viewer, since: datetime, distrusted: Collection[int], limit: int) -> list[Trend]:
    """Return public posts of the last days with the people behind them, those with the most reactions and comments first.

    Index: posts_latest, one scan of what was published since; then per post as in `read_facts`.
    """
    comments = (
        " CROSS JOIN LATERAL (SELECT count(DISTINCT c.author_id) AS n"
        " FROM swannery.comments c JOIN swannery.members ca ON ca.id = c.author_id"
        f" WHERE c.post_id = w.id AND c.author_id <> w.author_id AND NOT c.author_id = ANY(%(distrusted)s) AND {comment_visible_sql()}"
        ") AS comments"
    )
    people = (
        " CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT x.member_id FROM swannery.reactions x WHERE x.post_id = w.id"
        " UNION SELECT x.author_id FROM swannery.comments x WHERE x.post_id = w.id AND x.state = 'shown' AND x.deleted_at IS NULL"
        f" UNION SELECT x.author_id FROM swannery.shares x {HANDED_ON} WHERE x.original_id = w.id) AS x (id)"
        " JOIN swannery.members m ON m.id = x.id"
        f" WHERE {COUNTS.format(who='x.id')}) AS everybody"
    )
    found = await tx.read(
        "WITH wanted AS (SELECT p.id, p.author_id, p.published_at FROM swannery.posts p"
        f" JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        " WHERE p.published_at > %(since)s AND p.published_at <= %(now)s AND p.audience = 'public' AND p.state = 'shown'"
        f" AND {wanted_sql()} AND {shared_visible_sql()}"
        " AND p.reaction_count + p.comment_count > 0 ORDER BY p.reaction_count + p.comment_count DESC, p.id DESC LIMIT %(limit)s)"
        " SELECT w.id, w.published_at, everybody.n, reactions.n, bookmarks.n, shares.n, comments.n, feed_dismissals.n"
        f" FROM wanted w{people}{PEOPLE}{comments}",
        {"since": since, "now": tx.now, "limit": limit, "distrusted": list(distrusted), **viewer_values(viewer)},
    )
    return [
        Trend(
            post_id=row[0], published_at=row[1], people=row[2],
            counts=Counts(reactions=row[3], bookmarks=row[4], shares=row[5], comments=row[6], not_for_me=row[7]),
        )
        for row in found
    ]  # fmt: skip


async def insert_snapshot(tx: Transaction, *, member_id: int, items: list[Terms], ends_at: datetime, ends_id: int) -> int:
    """Keep an order, so that its pages can be turned; only a member's last few are kept."""
    found = await tx.sql(
        "WITH old AS (DELETE FROM swannery.feed_snapshots WHERE member_id = %(member)s AND id < (SELECT min(id) FROM (SELECT id"
        f" FROM swannery.feed_snapshots WHERE member_id = %(member)s ORDER BY id DESC LIMIT {SNAPSHOTS - 1}) AS kept))"
        " INSERT INTO swannery.feed_snapshots (member_id, made_at, items, ends_at, ends_id)"
        " VALUES (%(member)s, %(now)s, %(items)s::jsonb, %(ends_at)s, %(ends_id)s) RETURNING id",
        {"member": member_id, "now": tx.now, "items": msgspec.json.encode(items).decode(), "ends_at": ends_at, "ends_id": ends_id},
    )
    return int(found[0][0])


async def read_snapshot(tx: Transaction, *, member_id: int, snapshot_id: int) -> Snapshot | None:
    """Return one of a member's own orders, if it is still kept. Index: the primary key."""
    found = await tx.read(
        "SELECT id, items::text, ends_at, ends_id FROM swannery.feed_snapshots"
        " WHERE member_id = %(member)s AND id = %(id)s AND made_at > %(until)s",
        {"member": member_id, "id": snapshot_id, "until": tx.now - KEPT_FOR},
    )
    if not found:
        return None
    return Snapshot(id=found[0][0], items=msgspec.json.decode(found[0][1], type=list[Terms]), ends_at=found[0][2], ends_id=found[0][3])


async def write_order(tx: Transaction, *, member_id: int, order: Order) -> None:
    """Remember which order a member chose."""
    await tx.sql(
        "INSERT INTO swannery.feed_settings (member_id, feed_order) VALUES (%(member)s, %(order)s)"
        " ON CONFLICT (member_id) DO UPDATE SET feed_order = %(order)s",
        {"member": member_id, "order": order},
    )


# What a member `m` chose, as one column for the statement that recognises them. Index: the primary key.
ORDER_OF = "(SELECT s.feed_order FROM swannery.feed_settings s WHERE s.member_id = m.id)"


async def insert_seen(tx: Transaction, *, member_id: int, post_ids: Collection[int]) -> None:
    """Note that a member has seen these."""
    await tx.sql(
        "INSERT INTO swannery.feed_seen (member_id, post_id, seen_at)"
        " SELECT %(member)s, id, %(now)s FROM unnest(%(ids)s::bigint[]) AS x (id) ON CONFLICT DO NOTHING",
        {"member": member_id, "ids": sorted(set(post_ids)), "now": tx.now},
    )


async def insert_dismissal(tx: Transaction, *, member_id: int, post_id: int) -> None:
    """Note that a post is not for a member; twice is once."""
    await tx.sql(
        "INSERT INTO swannery.feed_dismissals (member_id, post_id, created_at) VALUES (%(member)s, %(post)s, %(now)s)"
        " ON CONFLICT DO NOTHING",
        {"member": member_id, "post": post_id, "now": tx.now},
    )


async def delete_dismissal(tx: Transaction, *, member_id: int, post_id: int) -> None:
    """Take it back."""
    await tx.sql(
        "DELETE FROM swannery.feed_dismissals WHERE member_id = %(member)s AND post_id = %(post)s", {"member": member_id, "post": post_id}
    )


async def forget_member(tx: Transaction, *, member_id: int) -> None:
    """Forget all that a member chose and saw."""
    for table in ("feed_settings", "feed_snapshots", "feed_seen", "feed_dismissals"):
        await tx.sql(f"DELETE FROM swannery.{table} WHERE member_id = %(member)s", {"member": member_id})


async def tidy(tx: Transaction) -> None:
    """Forget old orders and what was seen long ago. Indexes: feed_snapshots_age, feed_seen_age."""
    await tx.sql("DELETE FROM swannery.feed_snapshots WHERE made_at < %(until)s", {"until": tx.now - KEPT_FOR})
    await tx.sql("DELETE FROM swannery.feed_seen WHERE seen_at < %(until)s", {"until": tx.now - SEEN_FOR})
