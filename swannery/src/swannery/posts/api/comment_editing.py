"""Changing comments and bringing them back, their earlier versions, and which one answered a question."""

from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from swannery.foundation.database import Transaction
from swannery.foundation.parameters import PathId
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS, Id
from swannery.posts import actions
from swannery.posts.api.editing import Moment
from swannery.posts.comment_schemas import (
    CommentHistoryOut,
    CommentOut,
    CommentVersionOut,
    DeletedCommentOut,
    DeletedCommentsOut,
    comment_out,
)
from swannery.posts.models import LONGEST_COMMENT
from swannery.posts.schemas import PostOut, post_out


class CommentEdit(msgspec.Struct, forbid_unknown_fields=True):
    """Other words for a comment; `edited_at` as it was read, so that nothing unseen is overwritten."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_COMMENT)]
    edited_at: Moment | None


class Accepted(msgspec.Struct, forbid_unknown_fields=True):
    """Which comment answered the question."""

    comment_id: Annotated[int, msgspec.Meta(ge=1, le=Id.LARGEST)]


@put("/api/v1/posts/{post_id:int}/comments/{comment_id:int}", responses=PROBLEMS, tags=["posts"], summary="Change a comment")
async def edit_comment(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId, comment_id: PathId, data: JSONBody[CommentEdit]
) -> CommentOut:
    """Change the words of one's own comment and return it."""
    found = await actions.edit_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id, text=data.text, seen=data.edited_at)
    return comment_out(found)


@get(
    "/api/v1/posts/{post_id:int}/comments/{comment_id:int}/history", responses=PROBLEMS, tags=["posts"], summary="Read a comment's versions"
)
async def comment_history(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId, comment_id: PathId
) -> CommentHistoryOut:
    """Return every version of a comment one may read, the latest first."""
    found = await actions.read_comment_history(tx, viewer=viewer, post_id=post_id, comment_id=comment_id)
    return CommentHistoryOut(
        items=[CommentVersionOut(number=one.number, text=one.body, html=one.body_html, written_at=one.written_at) for one in found]
    )


@get("/api/v1/deleted-comments", responses=PROBLEMS, tags=["posts"], summary="Read which comments one took back lately")
async def list_deleted_comments(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer]) -> DeletedCommentsOut:
    """Return the comments one took back and may still bring back, the last first."""
    found = await actions.list_deleted_comments(tx, viewer=viewer)
    return DeletedCommentsOut(
        items=[
            DeletedCommentOut(id=one.id, post_id=one.post_id, text=one.body, deleted_at=one.deleted_at, gone_at=one.gone_at)
            for one in found
        ]
    )


@post(
    "/api/v1/posts/{post_id:int}/comments/{comment_id:int}/restore",
    status_code=200,
    responses=PROBLEMS,
    tags=["posts"],
    summary="Bring a comment back",
)
async def restore_comment(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId, comment_id: PathId
) -> CommentOut:
    """Bring back a comment that one took back oneself and return it."""
    return comment_out(await actions.restore_comment(tx, viewer=viewer, post_id=post_id, comment_id=comment_id))


@put("/api/v1/posts/{post_id:int}/accepted-answer", responses=PROBLEMS, tags=["posts"], summary="Accept an answer")
async def accept_answer(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId, data: JSONBody[Accepted]
) -> PostOut:
    """Say which comment answered one's own question; another one takes its place. Returns the post."""
    return post_out(await actions.accept_answer(tx, viewer=viewer, post_id=post_id, comment_id=data.comment_id))


@delete(
    "/api/v1/posts/{post_id:int}/accepted-answer", status_code=200, responses=PROBLEMS, tags=["posts"], summary="Accept no answer any more"
)
async def accept_none(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> PostOut:
    """Say that no comment answered one's own question; again changes nothing. Returns the post."""
    return post_out(await actions.accept_answer(tx, viewer=viewer, post_id=post_id, comment_id=None))


routes = [edit_comment, comment_history, list_deleted_comments, restore_comment, accept_answer, accept_none]
