"""Comments."""

from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS
from swannery.posts import actions
from swannery.posts.api.parameters import AfterId, IdempotencyKey, PathId
from swannery.posts.models import LONGEST_COMMENT
from swannery.posts.schemas import CommentOut, CommentsOut, comment_out


class NewComment(msgspec.Struct, forbid_unknown_fields=True):
    """A comment to write."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_COMMENT)]


@get("/api/v1/posts/{post_id:int}/comments", responses=PROBLEMS, tags=["posts"], summary="Read comments")
async def read_comments(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    post_id: PathId,
    after: AfterId = 0,
) -> CommentsOut:
    """Return a post's comments, oldest first."""
    await actions.read_post(tx, viewer=viewer, post_id=post_id)
    found, next_after = await actions.read_comments(tx, viewer=viewer, post_id=post_id, after=after)
    return CommentsOut(items=[comment_out(one) for one in found], next_after=next_after)


@post("/api/v1/posts/{post_id:int}/comments", status_code=201, responses=PROBLEMS, tags=["posts"], summary="Write a comment")
async def comment(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    post_id: PathId,
    data: JSONBody[NewComment],
    key: IdempotencyKey = None,
) -> CommentOut:
    """Comment on a post."""
    return comment_out(await actions.add_comment(tx, viewer=viewer, post_id=post_id, text=data.text, client_key=key))


@delete(
    "/api/v1/posts/{post_id:int}/comments/{comment_id:int}", status_code=204, responses=PROBLEMS, tags=["posts"], summary="Delete a comment"
)
async def remove_comment(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId, comment_id: PathId) -> None:
    """Delete one's own comment, or one under one's own post."""
    await actions.delete_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)


routes = [read_comments, comment, remove_comment]
