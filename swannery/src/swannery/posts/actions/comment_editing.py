"""Changing one's own comments, and bringing back what one took back."""

from datetime import datetime

from swannery.foundation import throttle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, NotAllowed, NotThere
from swannery.foundation.events import CommentAdded, Mentioned
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say
from swannery.posts.actions.comments import read_comment, uncount
from swannery.posts.actions.editing import EDITS_AN_HOUR
from swannery.posts.actions.reading import read_post
from swannery.posts.actions.wording import word_comment
from swannery.posts.models import RESTORABLE, Comment, DeletedComment, Version
from swannery.posts.permissions import may
from swannery.posts.queries import comment_counts as counts
from swannery.posts.queries import comment_editing as queries
from swannery.posts.queries import comments
from swannery.posts.rules import check_comment

HOUR_S = 3600


async def edit_comment(tx: Transaction, *, viewer: Viewer, post_id: int, comment_id: int, text: str, seen: datetime | None) -> Comment:
    """Change the words of one's own comment; what it said before is kept for whoever may read it. Returns it as it is now.

    `seen` is when it had last been edited as its author saw it: whoever edits in two windows overwrites nothing unseen.
    """
    comment = await own_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)
    body = check_comment(text)
    if body == comment.body:
        return comment
    await throttle.limit(tx, what="edit", who=str(viewer.id), times=EDITS_AN_HOUR, window_s=HOUR_S)
    post = await read_post(tx, viewer=viewer, post_id=post_id)
    words = await word_comment(tx, viewer=viewer, post=post, body=body)
    before = await queries.mentioned_before(tx, post_id=post_id, comment_id=comment_id)
    state = await queries.rewrite(tx, post_id=post_id, comment_id=comment_id, body=body, words=words, seen=seen)
    if state is None:
        raise Conflict(say("This comment was changed meanwhile."), next_step=say("Look at it as it is now, then change it again."))
    if comment.state == "shown" and state != "shown":
        await uncount(tx, post_id=post_id, parent_id=comment.parent_id)
    if state == "shown":
        for named in words.mentioned:
            if named not in before and named != viewer.id:
                await tx.tell(Mentioned(post_id=post_id, author_id=viewer.member_id, member_id=named, comment_id=comment_id))
    return await read_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)


async def own_comment(tx: Transaction, *, viewer: Viewer, post_id: int, comment_id: int) -> Comment:
    """Return a comment of one's own. Whoever may read it but did not write it learns that it is not theirs; others, nothing."""
    _ = viewer.member_id
    comment = await read_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)
    if not may("edit_comment", "author" if comment.mine else "reader"):
        raise NotAllowed(say("Only its author can change a comment."))
    return comment


async def read_comment_history(tx: Transaction, *, viewer: Viewer, post_id: int, comment_id: int) -> list[Version]:
    """Return every version of a comment one may read, the latest first."""
    found = await queries.history(tx, post_id=post_id, comment_id=comment_id, viewer=viewer)
    if not found:
        raise NotThere
    return found


async def list_deleted_comments(tx: Transaction, *, viewer: Viewer) -> list[DeletedComment]:
    """Return the comments one took back and may still bring back."""
    return await queries.deleted_comments(tx, author_id=viewer.member_id, since=tx.now - RESTORABLE)


async def restore_comment(tx: Transaction, *, viewer: Viewer, post_id: int, comment_id: int) -> Comment:
    """Bring back a comment that one took back oneself, under a post one may still read, with all that was said to it."""
    member = viewer.member_id
    await read_post(tx, viewer=viewer, post_id=post_id)
    back = await queries.restore(tx, post_id=post_id, comment_id=comment_id, author_id=member, since=tx.now - RESTORABLE)
    if back is None:
        raise NotThere
    if back.state == "shown":
        if back.parent_id is not None:
            await comments.lock_comment(tx, post_id=post_id, comment_id=back.parent_id)
            await counts.recount_comments(tx, places=[(post_id, back.parent_id)])
        await comments.count_on_post(tx, post_id=post_id, step=1)
        await tx.tell(CommentAdded(post_id=post_id, comment_id=comment_id, author_id=member, parent_id=back.parent_id))
    return await read_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)
