"""Publishing, reading, sharing and deleting posts; the posts of a hashtag."""

from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid, NotThere
from swannery.foundation.paging import decode
from swannery.foundation.parameters import AfterCursor, IdempotencyKey, PathId
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS, Id
from swannery.foundation.words import say
from swannery.media.models import MOST_IN_ALBUM, Attachment
from swannery.posts import actions
from swannery.posts.details import Details
from swannery.posts.models import LONGEST_POST, LONGEST_WARNING, Audience, Draft
from swannery.posts.rendering import tag_of
from swannery.posts.schemas import PostOut, PostsOut, post_out

Pictures = Annotated[list[Attachment], msgspec.Meta(max_length=MOST_IN_ALBUM)]


class NewPost(msgspec.Struct, forbid_unknown_fields=True):
    """A text to publish; with `details` a post of their kind, some of which need no text.

    With `community_id` or `circle_id` it is for that community or circle, which is then its audience. `pictures` in their order, each
    sent before (`POST /api/v1/pictures`, purpose `post`).
    """

    text: Annotated[str, msgspec.Meta(max_length=LONGEST_POST)]
    audience: Audience = "members"
    community_id: Annotated[int, msgspec.Meta(ge=1, le=Id.LARGEST)] | None = None
    circle_id: Annotated[int, msgspec.Meta(ge=1, le=Id.LARGEST)] | None = None
    warning: Annotated[str, msgspec.Meta(max_length=LONGEST_WARNING)] = ""
    details: Details | None = None
    pictures: Pictures = []


class NewShare(msgspec.Struct, forbid_unknown_fields=True):
    """Whom to hand a post on to; with a text it is a quote. With `community_id` it is for that community."""

    text: Annotated[str, msgspec.Meta(max_length=LONGEST_POST)] = ""
    audience: Audience = "members"
    community_id: Annotated[int, msgspec.Meta(ge=1, le=Id.LARGEST)] | None = None
    warning: Annotated[str, msgspec.Meta(max_length=LONGEST_WARNING)] = ""


@post("/api/v1/posts", status_code=201, responses=PROBLEMS, tags=["posts"], summary="Publish a post")
async def publish(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], data: JSONBody[NewPost], key: IdempotencyKey = None
) -> PostOut:
    """Publish a text, or a post of another kind, and return it."""
    refuse_no_community(data.audience, data.community_id)
    draft = Draft(
        body=data.text,
        audience=data.audience,
        community_id=data.community_id,
        circle_id=data.circle_id,
        warning=data.warning,
        details=data.details,
        pictures=tuple(data.pictures),
        client_key=key,
    )
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


@post("/api/v1/posts/{post_id:int}/shares", status_code=201, responses=PROBLEMS, tags=["posts"], summary="Share or quote a post")
async def share(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    post_id: PathId,
    data: JSONBody[NewShare],
    key: IdempotencyKey = None,
) -> PostOut:
    """Hand a post on to people who may read it, and return the new post."""
    refuse_no_community(data.audience, data.community_id)
    draft = Draft(body=data.text, audience=data.audience, community_id=data.community_id, warning=data.warning, client_key=key)
    share_id = await actions.share_post(tx, viewer=viewer, post_id=post_id, draft=draft)
    return post_out(await actions.read_post(tx, viewer=viewer, post_id=share_id))


def refuse_no_community(audience: str, community_id: int | None) -> None:
    """Refuse what is for a community, but for none in particular."""
    if audience == "community" and community_id is None:
        raise Invalid(say("This cannot be posted yet."), fields={"community_id": say("Say which community it is for.")})


@get("/api/v1/tags/{tag:str}", responses=PROBLEMS, tags=["posts"], summary="Read what has a hashtag")
async def tagged(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    tag: Annotated[str, PathParameter(max_length=50, description="Without the #.")],
    after: AfterCursor = None,
) -> PostsOut:
    """Return the newest posts with a hashtag that the viewer may read."""
    name = tag_of(tag)
    if name is None:
        raise NotThere
    page = await actions.posts_tagged(tx, viewer=viewer, tag=name, after=decode(after))
    return PostsOut(items=[post_out(one) for one in page.items], next=page.next_cursor)


routes = [publish, read, remove, share, tagged]
