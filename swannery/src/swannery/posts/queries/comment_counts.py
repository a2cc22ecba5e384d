"""What people did to comments, counted. Counts are made anew from what is there, under the comment's lock, so they cannot drift."""

from collections.abc import Collection, Mapping

from swannery.accounts.models import Person
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.posts.models import AUTHOR_REPLY_COUNTS, REACTION_COUNTS, REPLY_COUNTS, ReactionKind, Reactor
from swannery.posts.queries.reactions import OTHER_KINDS
from swannery.posts.visibility import SHARED, any_of, array, comment_visible_sql, shared_visible_sql, viewer_values, visible_sql


async def recount_comments(tx: Transaction, *, places: Collection[tuple[int, int]]) -> None:
    """Count what members who are here did to these comments (post, comment), and what that is worth. They are locked already.

    Indexes: the primary keys and comments_thread.
    """
    # sees all: the stored count is of everybody; who is hidden from a viewer is left out when it is read
    await tx.sql(
        "UPDATE swannery.comments AS c SET reaction_count = r.count, reaction_counts = r.others,"
        " score = r.others_than_author * %(reaction)s + s.repliers * %(reply)s + s.answered * %(answer)s"
        " FROM unnest(%(posts)s::bigint[], %(ids)s::bigint[]) AS wanted (post_id, id)"
        " JOIN swannery.comments w ON w.post_id = wanted.post_id AND w.id = wanted.id JOIN swannery.posts p ON p.id = w.post_id"
        f" CROSS JOIN LATERAL (SELECT count(*), ARRAY[{OTHER_KINDS}]::integer[] AS others,"
        " count(*) FILTER (WHERE x.member_id <> w.author_id) AS others_than_author FROM swannery.comment_reactions x"
        " JOIN swannery.members m ON m.id = x.member_id WHERE x.post_id = w.post_id AND x.comment_id = w.id AND m.state = 'active') AS r"
        " CROSS JOIN LATERAL (SELECT count(DISTINCT x.author_id) FILTER (WHERE x.author_id <> p.author_id) AS repliers,"
        " (count(*) FILTER (WHERE x.author_id = p.author_id) > 0)::integer AS answered FROM swannery.comments x"
        " JOIN swannery.members m ON m.id = x.author_id WHERE x.post_id = w.post_id AND x.parent_id = w.id AND x.author_id <> w.author_id"
        " AND x.state = 'shown' AND x.deleted_at IS NULL AND m.state = 'active') AS s WHERE c.post_id = w.post_id AND c.id = w.id",
        {
            "posts": [post for post, _ in places], "ids": [comment for _, comment in places],
            "reaction": REACTION_COUNTS, "reply": REPLY_COUNTS, "answer": AUTHOR_REPLY_COUNTS,
        },
    )  # fmt: skip


async def set_reaction(tx: Transaction, *, post_id: int, comment_id: int, member_id: int, kind: ReactionKind) -> bool:
    """Store a reaction, one per member and comment; False when it was there already. The comment is locked already."""
    return bool(
        await tx.sql_count(
            "INSERT INTO swannery.comment_reactions AS r (post_id, comment_id, member_id, kind, created_at)"
            " VALUES (%(post)s, %(comment)s, %(member)s, %(kind)s, %(now)s) ON CONFLICT (post_id, comment_id, member_id)"
            " DO UPDATE SET kind = excluded.kind, created_at = excluded.created_at WHERE r.kind <> excluded.kind",
            {"post": post_id, "comment": comment_id, "member": member_id, "kind": kind, "now": tx.now},
        )
    )


async def delete_reaction(tx: Transaction, *, post_id: int, comment_id: int, member_id: int) -> bool:
    """Take a reaction back; False when there was none."""
    return bool(
        await tx.sql_count(
            "DELETE FROM swannery.comment_reactions WHERE post_id = %(post)s AND comment_id = %(comment)s AND member_id = %(member)s",
            {"post": post_id, "comment": comment_id, "member": member_id},
        )
    )


async def read_reactors(
    tx: Transaction, *, post_id: int, comment_id: int, viewer: Viewer, kind: ReactionKind | None, after: int, limit: int
) -> list[Reactor]:
    """Return who reacted to a comment, in order of their ids, if the viewer may read it and may know of them. Index: the primary key."""
    found = await tx.read(
        "SELECT m.id, m.name, m.handle, m.role, r.kind, m.picture FROM swannery.comment_reactions r"
        " JOIN swannery.members m ON m.id = r.member_id JOIN swannery.comments c ON c.post_id = r.post_id AND c.id = r.comment_id"
        " JOIN swannery.members ca ON ca.id = c.author_id"
        f" JOIN swannery.posts p ON p.id = r.post_id JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        " WHERE r.post_id = %(post)s AND r.comment_id = %(comment)s AND r.member_id > %(after)s"
        " AND (%(kind)s::text IS NULL OR r.kind = %(kind)s)"
        " AND m.state = 'active' AND NOT r.member_id = ANY(%(viewer_blocked)s::bigint[])"
        f" AND {comment_visible_sql()} AND {visible_sql()} AND {shared_visible_sql()} ORDER BY r.member_id LIMIT %(limit)s",
        {"post": post_id, "comment": comment_id, "after": after, "kind": kind, "limit": limit, **viewer_values(viewer)},
    )
    return [Reactor(person=Person(id=row[0], name=row[1], handle=row[2], role=row[3], picture=row[5]), kind=row[4]) for row in found]


async def hidden_reactions(tx: Transaction, *, post_id: int, ids: Collection[int], viewer: Viewer) -> Mapping[int, dict[str, int]]:
    """Return how people hidden from the viewer reacted to each of these comments. Index: the primary key."""
    found = await tx.read(
        "SELECT r.comment_id, r.kind, count(*) FROM swannery.comment_reactions r JOIN swannery.members m ON m.id = r.member_id"
        f" WHERE r.post_id = %(post)s AND r.comment_id = {any_of('ids')} AND r.member_id = {any_of('blocked')} AND m.state = 'active'"
        " GROUP BY 1, 2",
        {"post": post_id, "ids": array(ids), "blocked": array(viewer.blocked)},
    )
    by_comment: dict[int, dict[str, int]] = {}
    for comment_id, kind, count in found:
        by_comment.setdefault(comment_id, {})[kind] = count
    return by_comment


async def touched_comments(tx: Transaction, *, member_ids: Collection[int]) -> list[tuple[int, int]]:
    """Return the comments (post, comment) that these members reacted to or replied to.

    They and the members' own are locked from the last to the first: upwards in each thread, as everybody locks them. Indexes:
    comments_author, comment_reactions_member.
    """
    # sees all: nobody is shown these; they are counted anew
    found = await tx.sql(
        "SELECT c.post_id, c.id, touched.counted FROM swannery.comments c JOIN (SELECT post_id, id, bool_or(counted) AS counted FROM ("
        "SELECT post_id, parent_id AS id, true AS counted FROM swannery.comments WHERE author_id = ANY(%(members)s)"
        " AND parent_id IS NOT NULL UNION ALL SELECT post_id, comment_id, true FROM swannery.comment_reactions"
        " WHERE member_id = ANY(%(members)s) UNION ALL SELECT post_id, id, false FROM swannery.comments"
        " WHERE author_id = ANY(%(members)s)) AS each GROUP BY post_id, id) AS touched ON touched.post_id = c.post_id AND touched.id = c.id"
        " ORDER BY c.id DESC FOR NO KEY UPDATE OF c",
        {"members": list(member_ids)},
    )
    return [(row[0], row[1]) for row in found if row[2]]
