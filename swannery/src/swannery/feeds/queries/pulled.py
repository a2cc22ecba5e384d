"""SQL on authors whom so many follow that their posts are read where they stand ("pulled") instead of being put into every list.

Putting one post into a hundred thousand lists takes about nine seconds of background work (benchmarks/feed_fan_out.py); from there on each
reader's home asks for the author's newest posts instead. Whose posts are both, in a list and pulled, is no mistake: a place counts once.
"""

from datetime import timedelta

from swannery.foundation.database import Transaction

# More followers than this, and posts are pulled; at most half as many, and they are put into lists again.
PULLED_FROM = 100_000
LEAVES_AFTER = timedelta(hours=1)

# Of the followees of a member `m`, those whose posts are pulled, for the statement that recognises them. Index: the primary key of follows.
PULLED_OF = (
    "ARRAY(SELECT w.author_id FROM swannery.pulled_authors w"
    " JOIN swannery.follows f ON f.follower_id = m.id AND f.followee_id = w.author_id)"
)
# Whether the author of a row `post` is to be put into followers' lists.
NOT_PULLED = "NOT EXISTS (SELECT FROM swannery.pulled_authors w WHERE w.author_id = (SELECT author_id FROM post) AND w.leaving_at IS NULL)"


async def pull_if_many(tx: Transaction, *, post_id: int) -> None:
    """From now on read the posts of this one's author where they stand, if very many follow them. Index: follows_followee."""
    # sees all: nobody reads here
    await tx.sql(
        "INSERT INTO swannery.pulled_authors (author_id, since) SELECT p.author_id, %(now)s FROM swannery.posts p WHERE p.id = %(id)s"
        " AND (SELECT count(*) FROM (SELECT FROM swannery.follows f WHERE f.followee_id = p.author_id LIMIT %(most)s + 1) AS followers)"
        " > %(most)s"
        " ON CONFLICT (author_id) DO UPDATE SET leaving_at = NULL WHERE pulled_authors.leaving_at IS NOT NULL",
        {"id": post_id, "most": PULLED_FROM, "now": tx.now},
    )


async def begin_leaving(tx: Transaction, *, most: int) -> list[int]:
    """Let authors go whom few enough follow now; returns which of their posts are in nobody's list, the newest of each."""
    # sees all: nobody reads here; every list is read through the condition
    found = await tx.sql(
        "WITH gone AS (UPDATE swannery.pulled_authors w SET leaving_at = %(now)s WHERE w.leaving_at IS NULL AND (SELECT count(*) FROM"
        " (SELECT FROM swannery.follows f WHERE f.followee_id = w.author_id LIMIT %(few)s + 1) AS followers) <= %(few)s"
        " RETURNING w.author_id, w.since)"
        " SELECT newest.id FROM gone CROSS JOIN LATERAL (SELECT p.id FROM swannery.posts p WHERE p.author_id = gone.author_id"
        " AND p.published_at >= gone.since AND p.deleted_at IS NULL ORDER BY p.published_at DESC, p.id DESC LIMIT %(most)s) AS newest",
        {"now": tx.now, "few": PULLED_FROM // 2, "most": most},
    )
    return [int(row[0]) for row in found]


async def let_go(tx: Transaction) -> None:
    """Forget those who left some time ago: by now their posts are in the lists."""
    await tx.sql("DELETE FROM swannery.pulled_authors WHERE leaving_at < %(before)s", {"before": tx.now - LEAVES_AFTER})


async def forget_member(tx: Transaction, *, member_id: int) -> None:
    """Forget an author."""
    await tx.sql("DELETE FROM swannery.pulled_authors WHERE author_id = %(member)s", {"member": member_id})
