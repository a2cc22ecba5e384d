"""What becomes of posts when their people go, come back, or see each other no longer."""

from collections.abc import Collection

from swannery.foundation.database import Transaction
from swannery.posts.queries import leaving as queries
from swannery.posts.queries.comment_counts import recount_comments, touched_comments
from swannery.posts.queries.posts import forget_partner


async def part(tx: Transaction, *, one: int, other: int) -> None:
    """Take two members who no longer see each other out of each other's cards."""
    await forget_partner(tx, one=one, other=other)


async def erase_what_is_left(tx: Transaction) -> list[int]:
    """Return members who are erased and whose words are still there: a job of theirs was lost."""
    return await queries.erased_with_words(tx)


async def erase_member(tx: Transaction, *, member_id: int) -> None:
    """Erase what a member wrote, kept and how they reacted; running it again changes nothing."""
    comments = await touched_comments(tx, member_ids=[member_id])
    touched = await queries.touched_posts(tx, member_ids=[member_id])
    await queries.erase_texts(tx, member_id=member_id)
    await _recount(tx, comments=comments, posts=touched)


async def recount_around(tx: Transaction, *, member_ids: Collection[int]) -> None:
    """Count again what was done to every post and comment these members touched: what they did is shown only while they are here."""
    comments = await touched_comments(tx, member_ids=member_ids)
    await _recount(tx, comments=comments, posts=await queries.touched_posts(tx, member_ids=member_ids))


async def _recount(tx: Transaction, *, comments: Collection[tuple[int, int]], posts: Collection[int]) -> None:
    """Count anew what is locked: comments before posts, as everybody takes them."""
    await recount_comments(tx, places=comments)
    await queries.recount(tx, post_ids=posts)
