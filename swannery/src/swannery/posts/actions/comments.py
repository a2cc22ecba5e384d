"""Answering a post, and each other beneath it."""

from typing import NamedTuple
from uuid import UUID

import msgspec

from swannery.foundation import idempotency, throttle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, NotAllowed, NotThere
from swannery.foundation.events import CommentAdded, Mentioned
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say
from swannery.posts.actions.reading import read_post, without_kinds
from swannery.posts.actions.wording import word_comment
from swannery.posts.models import Branch, Comment, CommentOrder, Post
from swannery.posts.permissions import may
from swannery.posts.queries import comment_counts as counts
from swannery.posts.queries import comments as queries
from swannery.posts.rules import check_comment, parent_of

COMMENTS = 20
HOUR_S = 3600
COMMENTS_AN_HOUR = 200


class TakenBack(NamedTuple):
    """What is left of a comment that was deleted: its place, None where there is nothing to see of it; and whether it was one's own."""

    mine: bool
    left: Branch | None


async def read_comments(
    tx: Transaction, *, viewer: Viewer, post_id: int, order: CommentOrder = "oldest", parent_id: int | None = None, after: int = 0
) -> tuple[list[Branch], int | None]:
    """Return what stands beneath a post, or beneath a comment of it, each with some of its replies; and where the next page begins."""
    found = await queries.read_thread(tx, post_id=post_id, viewer=viewer, order=order, parent_id=parent_id, after=after, limit=COMMENTS + 1)
    found = await _without_hidden(tx, found, post_id=post_id, viewer=viewer)
    return queries.grown(found, order=order, parent_id=parent_id, limit=COMMENTS)


async def read_place(tx: Transaction, *, viewer: Viewer, post_id: int, comment_id: int) -> Branch:
    """Return one place of a conversation; raises NotThere where there is nothing for this viewer, nor anything beneath it."""
    found = await queries.read_place(tx, post_id=post_id, comment_id=comment_id, viewer=viewer)
    if found is None:
        raise NotThere
    return (await _without_hidden(tx, [queries.Placed(found, 0)], post_id=post_id, viewer=viewer))[0].branch


async def read_comment(tx: Transaction, *, viewer: Viewer, post_id: int, comment_id: int) -> Comment:
    """Return a comment; raises NotThere when there is none, or none for this viewer."""
    comment = (await read_place(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)).comment
    if comment is None:
        raise NotThere
    return comment


async def _without_hidden(tx: Transaction, found: list[queries.Placed], *, post_id: int, viewer: Viewer) -> list[queries.Placed]:
    """Leave out of the counts what people did whom the viewer must not know of; one statement, and none for whoever blocks nobody."""
    ids = [one.branch.id for one in found if one.branch.comment and one.branch.comment.reaction_count]
    if not ids or not viewer.blocked:
        return found
    hidden = await counts.hidden_reactions(tx, post_id=post_id, ids=ids, viewer=viewer)
    return [_less(one, hidden.get(one.branch.id)) for one in found]


def _less(one: queries.Placed, hidden: dict[str, int] | None) -> queries.Placed:
    comment = one.branch.comment
    if not hidden or comment is None:
        return one
    left = without_kinds(comment.reactions, hidden)
    told = msgspec.structs.replace(comment, reactions=left, reaction_count=sum(each.count for each in left))
    return queries.Placed(msgspec.structs.replace(one.branch, comment=told), one.score)


async def add_comment(
    tx: Transaction, *, viewer: Viewer, post_id: int, text: str, parent_id: int | None = None, client_key: UUID | None = None
) -> Comment:
    """Write a comment under a post one may read, or a reply to a comment one may read. The same `client_key` again is the same comment."""
    member = viewer.member_id
    post = await read_post(tx, viewer=viewer, post_id=post_id)
    answered = await read_comment(tx, viewer=viewer, post_id=post_id, comment_id=parent_id) if parent_id else None
    body = check_comment(text)
    subject = idempotency.subject_of("comment", str(post_id), body, *((str(parent_id),) if parent_id else ()))
    earlier = await idempotency.claim(tx, member_id=member, key=client_key, subject=subject)
    if earlier is None:
        comment_id = await _insert(tx, viewer=viewer, post=post, answered=answered, body=body)
        await idempotency.settle(tx, member_id=member, key=client_key, subject_id=comment_id)
    else:
        comment_id = earlier
    return await read_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)


async def _insert(tx: Transaction, *, viewer: Viewer, post: Post, answered: Comment | None, body: str) -> int:
    member = viewer.member_id
    await throttle.limit(tx, what="comment", who=str(member), times=COMMENTS_AN_HOUR, window_s=HOUR_S)
    words = await word_comment(tx, viewer=viewer, post=post, body=body)
    parent_id, ancestors = parent_of(answered) if answered else (None, ())
    if answered and answered.state != "shown":
        raise Conflict(say("Nobody else sees this comment yet."), next_step=say("Answer it when it is shown."))
    if parent_id and not await queries.lock_comment(tx, post_id=post.id, comment_id=parent_id):
        raise NotThere
    new = queries.NewComment(
        post_id=post.id, author_id=member, ancestors=ancestors, body=body, html=words.html, mentioned=words.mentioned, state=words.state
    )
    comment_id = await queries.insert_comment(tx, new=new)
    if words.state != "shown":
        return comment_id
    if parent_id:
        await counts.recount_comments(tx, places=[(post.id, parent_id)])
    await queries.count_on_post(tx, post_id=post.id, step=1)
    await tx.tell(CommentAdded(post_id=post.id, comment_id=comment_id, author_id=member, parent_id=parent_id))
    for named in words.mentioned:
        if named != member:
            await tx.tell(Mentioned(post_id=post.id, author_id=member, member_id=named, comment_id=comment_id))
    return comment_id


async def delete_comment(tx: Transaction, *, viewer: Viewer, post_id: int, comment_id: int) -> TakenBack:
    """Take one's own comment back, or one under one's own post."""
    member = viewer.member_id
    comment = await read_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)
    post = await read_post(tx, viewer=viewer, post_id=post_id)
    if not may("delete_comment", "author" if comment.mine else "post_author" if post.mine else "reader"):
        raise NotAllowed(say("Only its author, or the post's, can delete a comment."))
    state = await queries.mark_comment_deleted(tx, post_id=post_id, comment_id=comment_id, by=member)
    if state == "shown":
        await uncount(tx, post_id=post_id, parent_id=comment.parent_id)
    left = await queries.read_place(tx, post_id=post_id, comment_id=comment_id, viewer=viewer)
    return TakenBack(mine=comment.mine, left=left)


async def uncount(tx: Transaction, *, post_id: int, parent_id: int | None) -> None:
    """Count a comment that went no longer: first for the comment it answers, then for the post."""
    if parent_id is not None:
        await queries.lock_comment(tx, post_id=post_id, comment_id=parent_id)
        await counts.recount_comments(tx, places=[(post_id, parent_id)])
    await queries.count_on_post(tx, post_id=post_id, step=-1)
