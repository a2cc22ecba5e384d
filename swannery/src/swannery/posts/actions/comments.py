"""Answering a post."""

from uuid import UUID

from swannery.foundation import idempotency, throttle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import NotAllowed, NotThere
from swannery.foundation.events import CommentAdded
from swannery.foundation.viewer import Viewer
from swannery.posts.actions.reading import read_post
from swannery.posts.models import Comment, State
from swannery.posts.permissions import may
from swannery.posts.ports import ports
from swannery.posts.queries import comments as queries
from swannery.posts.rendering import render_markdown
from swannery.posts.rules import check_comment

COMMENTS = 50
HOUR_S = 3600
COMMENTS_AN_HOUR = 200


async def read_comments(tx: Transaction, *, viewer: Viewer, post_id: int, after: int = 0) -> tuple[list[Comment], int | None]:
    """Return a post's comments, oldest first, and the id after which the next page begins, if there is one."""
    found = await queries.read_comments(tx, post_id=post_id, viewer=viewer, after=after, limit=COMMENTS + 1)
    return found[:COMMENTS], found[COMMENTS - 1].id if len(found) > COMMENTS else None


async def add_comment(tx: Transaction, *, viewer: Viewer, post_id: int, text: str, client_key: UUID | None = None) -> Comment:
    """Write a comment under a post one may read."""
    member = viewer.member_id
    await read_post(tx, viewer=viewer, post_id=post_id)
    body = check_comment(text)
    subject = idempotency.subject_of("comment", str(post_id), body)
    earlier = await idempotency.claim(tx, member_id=member, key=client_key, subject=subject)
    comment_id = earlier if earlier is not None else await _insert_comment(tx, member=member, post_id=post_id, body=body)
    if earlier is None:
        await idempotency.settle(tx, member_id=member, key=client_key, subject_id=comment_id)
    comment = await queries.read_comment(tx, post_id=post_id, comment_id=comment_id, viewer=viewer)
    if comment is None:
        raise NotThere
    return comment


async def _insert_comment(tx: Transaction, *, member: int, post_id: int, body: str) -> int:
    await throttle.limit(tx, what="comment", who=str(member), times=COMMENTS_AN_HOUR, window_s=HOUR_S)
    state: State = "held" if await ports.must_be_held(tx, member, body) else "shown"
    html = render_markdown(body)
    comment_id = await queries.insert_comment(tx, post_id=post_id, author_id=member, body=body, html=html, state=state)
    if state == "shown":
        await tx.tell(CommentAdded(post_id=post_id, comment_id=comment_id, author_id=member))
    return comment_id


async def delete_comment(tx: Transaction, *, viewer: Viewer, post_id: int, comment_id: int) -> None:
    """Take one's own comment back, or one under one's own post."""
    member = viewer.member_id
    comment = await queries.read_comment(tx, post_id=post_id, comment_id=comment_id, viewer=viewer)
    if comment is None:
        raise NotThere
    post = await read_post(tx, viewer=viewer, post_id=post_id)
    if not may("delete_comment", "author" if comment.author.id == member else "post_author" if post.mine else "reader"):
        raise NotAllowed("Only its author, or the post's, can delete a comment.")
    await queries.mark_comment_deleted(tx, post_id=post_id, comment_id=comment_id)
