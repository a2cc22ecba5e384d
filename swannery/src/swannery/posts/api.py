"""Posts, comments and reactions as JSON. The pattern for later routes: a schema in, an action, a schema out; nothing is decided here."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, JSONBody, PathParameter, QueryParameter

from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS, Id
from swannery.posts import actions
from swannery.posts.models import LONGEST_COMMENT, LONGEST_POST, Audience, Draft
from swannery.posts.schemas import CommentOut, CommentsOut, PostOut, ReactionOut, comment_out, post_out, reaction_out

IdempotencyKey = Annotated[
    UUID | None,
    HeaderParameter(
        name="idempotency-key", required=False, description="The same key again, within a day, does nothing again and returns the same."
    ),
]
PathId = Annotated[int, PathParameter(ge=1, le=Id.LARGEST)]


class NewPost(msgspec.Struct, forbid_unknown_fields=True):
    """A text to publish. With `community_id` it is for that community; the audience is then `community`."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_POST)]
    audience: Audience = "members"
    community_id: Annotated[int, msgspec.Meta(ge=1, le=Id.LARGEST)] | None = None


class NewComment(msgspec.Struct, forbid_unknown_fields=True):
    """A comment to write."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_COMMENT)]


@post("/api/v1/posts", status_code=201, responses=PROBLEMS, tags=["posts"], summary="Publish a post")
async def publish(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], data: JSONBody[NewPost], key: IdempotencyKey = None
) -> PostOut:
    """Publish a text and return it."""
    if data.audience == "community" and data.community_id is None:
        raise Invalid("This cannot be posted yet.", fields={"community_id": "Say which community it is for."})
    draft = Draft(body=data.text, audience=data.audience, community_id=data.community_id, client_key=key)
    post_id = await actions.publish_post(tx, viewer=viewer, draft=draft)
    return post_out(await actions.read_post(tx, viewer=viewer, post_id=post_id))


@get("/api/v1/posts/{post_id:int}", responses=PROBLEMS, tags=["posts"], summary="Read a post")
async def read(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> PostOut:
    """Return a post, if there is one for this viewer."""
    return post_out(await actions.read_post(tx, viewer=viewer, post_id=post_id))


@delete("/api/v1/posts/{post_id:int}", status_code=204, responses=PROBLEMS, tags=["posts"], summary="Delete a post")
async def remove(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> None:
    """Delete one's own post."""
    await actions.delete_post(tx, viewer=viewer, post_id=post_id)


@get("/api/v1/posts/{post_id:int}/comments", responses=PROBLEMS, tags=["posts"], summary="Read comments")
async def read_comments(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    post_id: PathId,
    after: Annotated[int, QueryParameter(ge=0, le=Id.LARGEST)] = 0,
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


@put("/api/v1/posts/{post_id:int}/reaction", responses=PROBLEMS, tags=["posts"], summary="Like a post")
async def like(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> ReactionOut:
    """Like a post; again changes nothing."""
    reaction = await actions.react(tx, viewer=viewer, post_id=post_id, on=True)
    return reaction_out(reaction)


@delete("/api/v1/posts/{post_id:int}/reaction", status_code=200, responses=PROBLEMS, tags=["posts"], summary="Take a like back")
async def unlike(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> ReactionOut:
    """Take a like back; again changes nothing."""
    reaction = await actions.react(tx, viewer=viewer, post_id=post_id, on=False)
    return reaction_out(reaction)


routes = [publish, read, remove, read_comments, comment, remove_comment, like, unlike]
