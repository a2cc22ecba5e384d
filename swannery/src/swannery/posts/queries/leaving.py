"""What is left when a member goes: their words emptied, and what others see counted anew."""

from collections.abc import Collection

from swannery.foundation.database import Transaction
from swannery.posts.queries.reactions import OTHER_KINDS


async def erased_with_words(tx: Transaction) -> list[int]:
    """Return erased members of whom something is left. Indexes: posts_author, comments_author, those of drafts and answers by member."""
    # sees all: nobody is shown these; they are erased
    found = await tx.sql(
        "SELECT m.id FROM swannery.members m WHERE m.state = 'erased' AND ("
        "EXISTS (SELECT 1 FROM swannery.posts p WHERE p.author_id = m.id AND (p.body <> '' OR p.card IS NOT NULL"
        " OR p.pictures IS NOT NULL OR p.deleted_at IS NULL))"
        " OR EXISTS (SELECT 1 FROM swannery.comments c WHERE c.author_id = m.id AND c.body <> '')"
        " OR EXISTS (SELECT 1 FROM swannery.drafts d WHERE d.member_id = m.id)"
        " OR EXISTS (SELECT 1 FROM swannery.answers x WHERE x.member_id = m.id)"
        " OR EXISTS (SELECT 1 FROM swannery.comment_reactions r WHERE r.member_id = m.id)) LIMIT 1000"
    )
    return [row[0] for row in found]


async def touched_posts(tx: Transaction, *, member_ids: Collection[int]) -> list[int]:
    """Return the posts that these members commented on, reacted to, answered or shared, locked in order.

    Indexes: comments_author, reactions_member, answers_member, shares_author.
    """
    # sees all: nobody is shown these; they are counted anew
    found = await tx.sql(
        "SELECT id FROM swannery.posts WHERE id = ANY(ARRAY(SELECT post_id FROM swannery.comments WHERE author_id = ANY(%(members)s)"
        " UNION SELECT post_id FROM swannery.reactions WHERE member_id = ANY(%(members)s)"
        " UNION SELECT post_id FROM swannery.answers WHERE member_id = ANY(%(members)s)"
        " UNION SELECT original_id FROM swannery.shares WHERE author_id = ANY(%(members)s))) ORDER BY id FOR NO KEY UPDATE",
        {"members": list(member_ids)},
    )
    return [row[0] for row in found]


# The people who answered a post `p`, then each of its choices: as many figures as there were.
ANSWERS = (
    "ARRAY(SELECT coalesce(n.count, 0)::integer FROM generate_series(0, cardinality(p.answer_counts) - 1) AS place"
    " LEFT JOIN (SELECT choice, count(*) FROM swannery.answers x JOIN swannery.members m ON m.id = x.member_id,"
    " unnest(0::smallint || x.choices) AS choice WHERE x.post_id = p.id AND m.state = 'active' GROUP BY choice) AS n ON n.choice = place"
    " ORDER BY place)"
)


async def recount(tx: Transaction, *, post_ids: Collection[int]) -> None:
    """Count what members who are here did to posts. The posts are locked already, so this statement sees all there is."""
    # sees all: the stored count is of everybody; who is hidden from a viewer is left out when it is read
    await tx.sql(
        "UPDATE swannery.posts AS p SET reaction_count = coalesce(r.count, 0), reaction_counts = coalesce(r.others, '{0,0,0,0,0}'),"
        " comment_count = coalesce(c.count, 0), share_count = coalesce(s.count, 0),"
        f" answer_counts = {ANSWERS} FROM unnest(%(ids)s::bigint[]) AS wanted (id)"
        f" LEFT JOIN (SELECT x.post_id, count(*), ARRAY[{OTHER_KINDS}]::integer[] AS others"
        " FROM swannery.reactions x JOIN swannery.members m ON m.id = x.member_id"
        " WHERE x.post_id = ANY(%(ids)s) AND m.state = 'active' GROUP BY x.post_id) AS r ON r.post_id = wanted.id"
        " LEFT JOIN (SELECT x.post_id, count(*) FROM swannery.comments x JOIN swannery.members m ON m.id = x.author_id"
        " WHERE x.post_id = ANY(%(ids)s) AND m.state = 'active' AND x.state = 'shown' AND x.deleted_at IS NULL GROUP BY x.post_id"
        ") AS c ON c.post_id = wanted.id"
        " LEFT JOIN (SELECT x.original_id, count(*) FROM swannery.shares x JOIN swannery.members m ON m.id = x.author_id"
        " JOIN swannery.posts y ON y.id = x.post_id WHERE x.original_id = ANY(%(ids)s) AND m.state = 'active' AND y.state = 'shown'"
        " AND y.deleted_at IS NULL AND y.audience <> 'me' GROUP BY x.original_id) AS s ON s.original_id = wanted.id WHERE p.id = wanted.id",
        {"ids": list(post_ids)},
    )


async def erase_texts(tx: Transaction, *, member_id: int) -> None:
    """Empty and mark as deleted what a member wrote, and take back what they liked. The rows stay, so that replies keep their place."""
    values = {"member": member_id, "now": tx.now}
    await tx.sql(
        "UPDATE swannery.posts SET body = '', body_html = '', warning = '', mentioned = '{}', card = NULL, pictures = NULL, preview = NULL,"
        " deleted_at = coalesce(deleted_at, %(now)s)"
        " WHERE author_id = %(member)s AND (body <> '' OR card IS NOT NULL OR pictures IS NOT NULL OR deleted_at IS NULL)",
        values,
    )
    await tx.sql(
        "UPDATE swannery.comments SET body = '', body_html = '', mentioned = '{}', deleted_at = coalesce(deleted_at, %(now)s)"
        " WHERE author_id = %(member)s",
        values,
    )
    # sees all: nobody reads here; what they kept is nobody else's, and what they tagged has no words any more.
    await tx.sql("DELETE FROM swannery.post_versions v USING swannery.posts p WHERE p.author_id = %(member)s AND v.post_id = p.id", values)
    await tx.sql(
        "DELETE FROM swannery.comment_versions v USING swannery.comments c WHERE c.author_id = %(member)s AND v.post_id = c.post_id"
        " AND v.comment_id = c.id",
        values,
    )
    for table in ("reactions", "comment_reactions", "answers", "bookmarks", "bookmark_folders", "drafts"):
        await tx.sql(f"DELETE FROM swannery.{table} WHERE member_id = %(member)s", values)
    await tx.sql("DELETE FROM swannery.post_tags WHERE post_id IN (SELECT id FROM swannery.posts WHERE author_id = %(member)s)", values)
