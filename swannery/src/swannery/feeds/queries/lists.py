"""SQL on feed lists: a bounded list of post ids per member, in the order of the posts' own time, read with the one condition."""

from datetime import timedelta

from swannery.feeds.queries.pulled import NOT_PULLED
from swannery.foundation.database import Transaction
from swannery.foundation.paging import Cursor
from swannery.foundation.viewer import Viewer
from swannery.posts.visibility import SHARED, shared_visible_sql, viewer_values, wanted_sql

# A member's list, and what makes it theirs.
LIST = "swannery.feed_entries"
OWN = "e.member_id = %(viewer_id)s"
LENGTH = 800
PER_SOURCE = 100
SEEN_WITHIN = timedelta(days=30)
AT_ONCE = 4000


async def read_list(tx: Transaction, *, viewer: Viewer, after: Cursor | None, limit: int) -> list[Cursor]:
    """Return the newest entries of the viewer's list that they may read now. Index: feed_entries_latest, then the posts' primary key."""
    older = "AND (e.published_at, e.post_id) < (%(at)s, %(after)s)" if after else ""
    found = await tx.read(
        "SELECT e.published_at, e.post_id FROM swannery.feed_entries e"
        f" JOIN swannery.posts p ON p.id = e.post_id JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        f" WHERE e.member_id = %(viewer_id)s {older} AND {wanted_sql()} AND {shared_visible_sql()}"
        # Written out: for a limit it does not know the planner makes a new plan each time, which takes longer than the query.
        f" ORDER BY e.published_at DESC, e.post_id DESC LIMIT {limit:d}",
        {**viewer_values(viewer), **_position(after)},
    )
    return [Cursor(row[0], row[1]) for row in found]


async def read_sources(tx: Transaction, *, viewer: Viewer, after: Cursor | None, limit: int) -> list[Cursor]:
    """Return the newest posts of everybody the viewer follows, is friends with or shares a community with, straight from the posts.

    For what is older than the list reaches. One index scan per source, each ending after a page. Indexes: posts_author, posts_community.
    """
    found = await tx.read(
        f"SELECT published_at, id FROM ({_of_authors(after)}"
        " UNION SELECT found.* FROM unnest(%(viewer_communities)s::bigint[]) AS source (community) CROSS JOIN LATERAL ("
        f"SELECT p.published_at, p.id FROM swannery.posts p JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        f" WHERE p.community_id = source.community {_older(after)} AND {wanted_sql()} AND {shared_visible_sql()}{NEWEST_FIRST}) AS found"
        ") AS everything ORDER BY published_at DESC, id DESC LIMIT %(limit)s",
        {"limit": limit, "authors": sources_of(viewer), **viewer_values(viewer), **_position(after)},
    )
    return [Cursor(row[0], row[1]) for row in found]


async def read_pulled(tx: Transaction, *, viewer: Viewer, after: Cursor | None, limit: int) -> list[Cursor]:
    """Return the newest posts of those authors whose posts are in nobody's list. One index scan each: posts_author."""
    found = await tx.read(
        f"SELECT published_at, id FROM ({_of_authors(after)}) AS everything ORDER BY published_at DESC, id DESC LIMIT %(limit)s",
        {"limit": limit, "authors": list(viewer.pulled), **viewer_values(viewer), **_position(after)},
    )
    return [Cursor(row[0], row[1]) for row in found]


NEWEST_FIRST = " ORDER BY p.published_at DESC, p.id DESC LIMIT %(limit)s"


def _older(after: Cursor | None) -> str:
    return "AND (p.published_at, p.id) < (%(at)s, %(after)s)" if after else ""


def _of_authors(after: Cursor | None) -> str:
    return (
        "SELECT found.* FROM unnest(%(authors)s::bigint[]) AS source (author) CROSS JOIN LATERAL ("
        f"SELECT p.published_at, p.id FROM swannery.posts p JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        f" WHERE p.author_id = source.author {_older(after)} AND {wanted_sql()} AND {shared_visible_sql()}{NEWEST_FIRST}) AS found"
    )


async def count_newer(tx: Transaction, *, viewer: Viewer, since: Cursor, limit: int) -> int:
    """Return how many posts of others for the viewer's home are newer than this, counted so far only.

    Indexes: feed_entries_latest; posts_author for authors whose posts are in nobody's list.
    """
    pulled = (
        " UNION SELECT p.id FROM swannery.posts p WHERE p.author_id = ANY(%(authors)s::bigint[])"
        " AND (p.published_at, p.id) > (%(at)s, %(after)s)"
    )
    found = await tx.read(
        "SELECT count(*) FROM (SELECT 1 FROM (SELECT post_id AS id FROM swannery.feed_entries WHERE member_id = %(viewer_id)s"
        f" AND (published_at, post_id) > (%(at)s, %(after)s) AND author_id <> %(viewer_id)s{pulled if viewer.pulled else ''}) AS e"
        f" JOIN swannery.posts p ON p.id = e.id JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        f" WHERE {wanted_sql()} AND {shared_visible_sql()} LIMIT {limit:d}) AS newer",
        {"authors": list(viewer.pulled), **viewer_values(viewer), **_position(since)},
    )
    return int(found[0][0])


def sources_of(viewer: Viewer) -> list[int]:
    """Return whose posts belong in the viewer's feed."""
    return sorted({viewer.member_id, *viewer.followees, *viewer.friends})


def _position(after: Cursor | None) -> dict[str, object]:
    return {"at": after.at, "after": after.id} if after else {}


async def add_own(tx: Transaction, *, post_id: int) -> None:
    """Put a new post into its author's own list at once."""
    # sees all: one's own post, into one's own list
    await tx.sql(
        "INSERT INTO swannery.feed_entries (member_id, post_id, author_id, published_at)"
        " SELECT author_id, id, author_id, published_at FROM swannery.posts WHERE id = %(id)s ON CONFLICT DO NOTHING",
        {"id": post_id},
    )


async def fan_out(tx: Transaction, *, post_id: int, after: int) -> int | None:
    """Put a post into the lists of some of those who follow its author, are friends or in its community, and were here lately.

    Some thousand readers at a time, in the order of their ids: each part is short, holds up nobody, and knows where the next one begins.
    Returns that place, None after the last. Whether each of them may read it is asked when they read. Twice changes nothing.
    What is for a circle comes to those in it who follow the author or are friends with them. Followers of an author whose posts are read
    where they stand are passed over. Indexes: follows_followee, friendships, community_members, circle_members, each from a place on.
    """
    # sees all: nobody reads here; every list is read through the condition
    found = await tx.sql(
        "WITH post AS MATERIALIZED (SELECT id, author_id, community_id, circle_id, mentioned, audience, published_at"
        " FROM swannery.posts WHERE id = %(id)s AND state = 'shown' AND deleted_at IS NULL), readers AS MATERIALIZED (SELECT id FROM ("
        "(SELECT follower_id AS id FROM swannery.follows WHERE followee_id = (SELECT author_id FROM post) AND follower_id > %(after)s"
        " AND ((SELECT audience FROM post) IN ('public', 'members', 'followers') OR (SELECT audience FROM post) = 'mentioned'"
        f" AND follower_id = ANY(ARRAY(SELECT unnest(mentioned) FROM post))) AND {NOT_PULLED} ORDER BY 1 LIMIT %(part)s)"
        " UNION (SELECT friend_id FROM swannery.friendships WHERE member_id = (SELECT author_id FROM post) AND friend_id > %(after)s"
        " AND ((SELECT audience FROM post) IN ('public', 'members', 'friends') OR (SELECT audience FROM post) = 'mentioned'"
        " AND friend_id = ANY(ARRAY(SELECT unnest(mentioned) FROM post))) ORDER BY 1 LIMIT %(part)s)"
        " UNION (SELECT member_id FROM swannery.community_members WHERE community_id = (SELECT community_id FROM post)"
        " AND member_id > %(after)s AND (SELECT audience FROM post) = 'community' ORDER BY 1 LIMIT %(part)s)"
        " UNION (SELECT i.member_id FROM swannery.circle_members i CROSS JOIN post WHERE i.circle_id = post.circle_id"
        " AND i.member_id > %(after)s AND post.audience = 'circle'"
        " AND (EXISTS (SELECT FROM swannery.follows f WHERE f.follower_id = i.member_id AND f.followee_id = post.author_id)"
        " OR EXISTS (SELECT FROM swannery.friendships f WHERE f.member_id = i.member_id AND f.friend_id = post.author_id))"
        " ORDER BY 1 LIMIT %(part)s)"
        ") AS everybody ORDER BY id LIMIT %(part)s),"
        " put AS (INSERT INTO swannery.feed_entries (member_id, post_id, author_id, published_at)"
        " SELECT m.id, post.id, post.author_id, post.published_at FROM readers JOIN swannery.members m ON m.id = readers.id CROSS JOIN post"
        " WHERE m.state = 'active' AND m.last_seen_at > %(seen)s ON CONFLICT DO NOTHING)"
        " SELECT count(*), max(id) FROM readers",
        {"id": post_id, "after": after, "part": AT_ONCE, "seen": tx.now - SEEN_WITHIN},
    )
    count, last = found[0]
    return int(last) if count == AT_ONCE else None


async def rebuild(tx: Transaction, *, member_id: int) -> None:
    """Make a member's list anew from its sources. The member's row is locked, so that two rebuilds follow each other.

    At most some posts of each source are taken. The list ends where the first source that has more was cut, so that everything newer than
    its end is in it and `read_sources` goes on from there. Indexes: posts_author, posts_community, one short scan per source.
    """
    values = {"member": member_id, "per_source": PER_SOURCE, "length": LENGTH}
    await tx.sql("SELECT 1 FROM swannery.members WHERE id = %(member)s FOR NO KEY UPDATE", values)
    await tx.sql("DELETE FROM swannery.feed_entries WHERE member_id = %(member)s", values)
    # sees all: nobody reads here; every list is read through the condition
    await tx.sql(
        "WITH found AS ("
        "SELECT 'author' AS kind, source.id AS source, newest.* FROM (SELECT %(member)s::bigint AS id"
        " UNION SELECT followee_id FROM swannery.follows WHERE follower_id = %(member)s"
        " UNION SELECT friend_id FROM swannery.friendships WHERE member_id = %(member)s) AS source CROSS JOIN LATERAL ("
        "SELECT p.id, p.author_id, p.published_at FROM swannery.posts p WHERE p.author_id = source.id AND p.community_id IS NULL"
        " AND p.deleted_at IS NULL AND (p.author_id = %(member)s OR (p.state = 'shown' AND p.audience <> 'me'))"
        " ORDER BY p.published_at DESC, p.id DESC LIMIT %(per_source)s) AS newest"
        " UNION ALL SELECT 'community', source.id, newest.* FROM (SELECT community_id AS id FROM swannery.community_members"
        " WHERE member_id = %(member)s) AS source CROSS JOIN LATERAL ("
        "SELECT p.id, p.author_id, p.published_at FROM swannery.posts p WHERE p.community_id = source.id AND p.deleted_at IS NULL"
        " AND (p.state = 'shown' OR p.author_id = %(member)s) ORDER BY p.published_at DESC, p.id DESC LIMIT %(per_source)s) AS newest"
        "), cut AS (SELECT published_at, id FROM ("
        "SELECT published_at, id, row_number() OVER (PARTITION BY kind, source ORDER BY published_at DESC, id DESC) AS place FROM found"
        ") AS numbered WHERE place = %(per_source)s ORDER BY published_at DESC, id DESC LIMIT 1)"
        " INSERT INTO swannery.feed_entries (member_id, post_id, author_id, published_at)"
        " SELECT DISTINCT %(member)s::bigint, f.id, f.author_id, f.published_at FROM found f"
        " WHERE NOT EXISTS (SELECT 1 FROM cut WHERE (f.published_at, f.id) < (cut.published_at, cut.id))"
        " ORDER BY f.published_at DESC, f.id DESC LIMIT %(length)s ON CONFLICT DO NOTHING",
        values,
    )


async def forget_post(tx: Transaction, *, post_id: int) -> None:
    """Take a post out of its readers' lists. Nobody could read it there any more; this saves the room.

    By the lists' own key, reader for reader: nothing leads from a post to its entries, and a scan of all lists would take too long.
    """
    # sees all: nobody reads here
    await tx.sql(
        "DELETE FROM swannery.feed_entries e USING (SELECT p.id AS post, reader.id FROM swannery.posts p CROSS JOIN LATERAL ("
        "SELECT p.author_id AS id UNION SELECT follower_id FROM swannery.follows WHERE followee_id = p.author_id"
        " UNION SELECT friend_id FROM swannery.friendships WHERE member_id = p.author_id"
        " UNION SELECT member_id FROM swannery.community_members WHERE community_id = p.community_id) AS reader WHERE p.id = %(id)s"
        ") AS listed WHERE e.member_id = listed.id AND e.post_id = listed.post",
        {"id": post_id},
    )


async def forget_member(tx: Transaction, *, member_id: int) -> None:
    """Empty a member's list."""
    await tx.sql("DELETE FROM swannery.feed_entries WHERE member_id = %(member)s", {"member": member_id})


async def trim(tx: Transaction) -> int:
    """Cut every list to its length. Index: feed_entries_latest, one short scan per member."""
    return await tx.sql_count(
        "DELETE FROM swannery.feed_entries e USING (SELECT m.id, oldest.published_at, oldest.post_id FROM swannery.members m"
        " CROSS JOIN LATERAL (SELECT published_at, post_id FROM swannery.feed_entries WHERE member_id = m.id"
        " ORDER BY published_at DESC, post_id DESC OFFSET %(length)s LIMIT 1) AS oldest) AS cut"
        " WHERE e.member_id = cut.id AND (e.published_at, e.post_id) <= (cut.published_at, cut.post_id)",
        {"length": LENGTH},
    )
