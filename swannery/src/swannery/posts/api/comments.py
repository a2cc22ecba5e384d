"""Comments."""

from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter

from swannery.accounts.schemas import person_out
from swannery.foundation.database import Transaction
from swannery.foundation.parameters import AfterId, IdempotencyKey, PathId
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS, Id
from swannery.posts import actions
from swannery.posts.comment_schemas import CommentOut, CommentsOut, branches_out, comment_out
from swannery.posts.models import LONGEST_COMMENT, CommentOrder, ReactionKind
from swannery.posts.schemas import ReactorOut, ReactorsOut


class NewComment(msgspec.Struct, forbid_unknown_fields=True):
    """A comment to write; with `parent_id` it replies to that one."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_COMMENT)]
    parent_id: Annotated[int, msgspec.Meta(ge=1, le=Id.LARGEST)] | None = None


ParentId = Annotated[int | None, QueryParameter(ge=1, le=Id.LARGEST, description="List what stands beneath this comment.")]


@get("/api/v1/posts/{post_id:int}/comments", responses=PROBLEMS, tags=["posts"], summary="Read comments")
async def read_comments(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    post_id: PathId,
    order: FromQuery[CommentOrder] = "oldest",
    parent_id: ParentId = None,
    after: AfterId = 0,
) -> CommentsOut:
    """Return what stands beneath a post, or beneath one of its comments, with some of the replies to each."""
    await actions.read_post(tx, viewer=viewer, post_id=post_id)
    found, next_after = await actions.read_comments(tx, viewer=viewer, post_id=post_id, order=order, parent_id=parent_id, after=after)
    return CommentsOut(items=branches_out(found), next_after=next_after)


@get("/api/v1/posts/{post_id:int}/comments/{comment_id:int}", responses=PROBLEMS, tags=["posts"], summary="Read a comment")
async def read_comment(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId, comment_id: PathId
) -> CommentOut:
    """Return a comment, if there is one for this viewer."""
    return comment_out(await actions.read_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id))


@post("/api/v1/posts/{post_id:int}/comments", status_code=201, responses=PROBLEMS, tags=["posts"], summary="Write a comment")
async def comment(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    post_id: PathId,
    data: JSONBody[NewComment],
    key: IdempotencyKey = None,
) -> CommentOut:
    """Comment on a post, or reply to a comment of it."""
    added = await actions.add_comment(tx, viewer=viewer, post_id=post_id, text=data.text, parent_id=data.parent_id, client_key=key)
    return comment_out(added)


@delete(
    "/api/v1/posts/{post_id:int}/comments/{comment_id:int}", status_code=204, responses=PROBLEMS, tags=["posts"], summary="Delete a comment"
)
async def remove_comment(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId, comment_id: PathId) -> None:
    """Delete one's own comment, or one under one's own post."""
    await actions.delete_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)


@put("/api/v1/posts/{post_id:int}/comments/{comment_id:int}/reaction", responses=PROBLEMS, tags=["posts"], summary="React to a comment")
async def react_to_comment(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    post_id: PathId,
    comment_id: PathId,
    kind: FromQuery[ReactionKind] = "like",
) -> CommentOut:
    """React to a comment in one way; another one takes its place, the same again changes nothing."""
    found = await actions.react_to_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id, on=True, kind=kind)
    return comment_out(found)


@delete(
    "/api/v1/posts/{post_id:int}/comments/{comment_id:int}/reaction",
    status_code=200,
    responses=PROBLEMS,
    tags=["posts"],
    summary="Take a reaction to a comment back",
)
async def take_back_from_comment(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId, comment_id: PathId
) -> CommentOut:
    """Take a reaction back; again changes nothing."""
    return comment_out(await actions.react_to_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id, on=False))


@get(
    "/api/v1/posts/{post_id:int}/comments/{comment_id:int}/reactions",
    responses=PROBLEMS,
    tags=["posts"],
    summary="See who reacted to a comment",
)
async def list_comment_reactors(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    post_id: PathId,
    comment_id: PathId,
    kind: FromQuery[ReactionKind | None] = None,
    after: AfterId = 0,
) -> ReactorsOut:
    """Return who reacted to a comment, as far as the viewer may know of them."""
    found, next_after = await actions.list_comment_reactors(
        tx, viewer=viewer, post_id=post_id, comment_id=comment_id, kind=kind, after=after
    )
    return ReactorsOut(items=[ReactorOut(person=person_out(one.person), kind=one.kind) for one in found], next_after=next_after)


routes = [react_to_comment, take_back_from_comment, list_comment_reactors, read_comments, read_comment, comment, remove_comment]
