"""Changing, pinning and bringing back what one wrote; earlier versions; drafts."""

from datetime import datetime
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
from swannery.posts.api.posts import Pictures
from swannery.posts.details import Details
from swannery.posts.models import LONGEST_POST, LONGEST_WARNING, Audience, Draft
from swannery.posts.own_schemas import DeletedOut, DeletedsOut, DraftOut, DraftsOut, HistoryOut, VersionOut, draft_out
from swannery.posts.schemas import PostOut, picture_out, post_out

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
ShortWarning = Annotated[str, msgspec.Meta(max_length=LONGEST_WARNING)]


class Edit(msgspec.Struct, forbid_unknown_fields=True):
    """Other words for a post, and other details of its kind or other pictures (null: those it has).

    `edited_at` as it was read, so that nothing unseen is overwritten.
    """

    text: Annotated[str, msgspec.Meta(max_length=LONGEST_POST)]
    edited_at: Moment | None
    warning: ShortWarning = ""
    details: Details | None = None
    pictures: Pictures | None = None


class NewDraft(msgspec.Struct, forbid_unknown_fields=True):
    """What to keep; with `publish_at` it is published then. With `community_id` it is for that community."""

    text: Annotated[str, msgspec.Meta(max_length=LONGEST_POST)]
    audience: Audience = "members"
    community_id: Annotated[int, msgspec.Meta(ge=1, le=Id.LARGEST)] | None = None
    circle_id: Annotated[int, msgspec.Meta(ge=1, le=Id.LARGEST)] | None = None
    warning: ShortWarning = ""
    details: Details | None = None
    pictures: Pictures = []
    publish_at: Moment | None = None


@put("/api/v1/posts/{post_id:int}", responses=PROBLEMS, tags=["posts"], summary="Change a post")
async def edit(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId, data: JSONBody[Edit]) -> PostOut:
    """Change the words of one's own post; who reads it stays."""
    pictures = tuple(data.pictures) if data.pictures is not None else None
    draft = Draft(body=data.text, warning=data.warning, details=data.details, pictures=pictures or ())
    await actions.edit_post(tx, viewer=viewer, post_id=post_id, draft=draft, seen=data.edited_at, keep_pictures=pictures is None)
    return post_out(await actions.read_post(tx, viewer=viewer, post_id=post_id))


@get("/api/v1/posts/{post_id:int}/history", responses=PROBLEMS, tags=["posts"], summary="Read earlier versions")
async def history(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> HistoryOut:
    """Return every version of a post one may read, the latest first."""
    found = await actions.read_history(tx, viewer=viewer, post_id=post_id)
    items = [
        VersionOut(
            number=one.number,
            text=one.body,
            html=one.body_html,
            warning=one.warning,
            written_at=one.written_at,
            details=one.details,
            pictures=[picture_out(picture) for picture in one.pictures],
        )
        for one in found
    ]
    return HistoryOut(items=items)


@put("/api/v1/posts/{post_id:int}/pin", status_code=204, responses=PROBLEMS, tags=["posts"], summary="Pin a post")
async def pin(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> None:
    """Pin one's own post to the top of one's page."""
    await actions.pin_post(tx, viewer=viewer, post_id=post_id, on=True)


@delete("/api/v1/posts/{post_id:int}/pin", status_code=204, responses=PROBLEMS, tags=["posts"], summary="Unpin a post")
async def unpin(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> None:
    """Unpin one's own post."""
    await actions.pin_post(tx, viewer=viewer, post_id=post_id, on=False)


@delete(
    "/api/v1/posts/{post_id:int}/preview",
    status_code=200,
    responses=PROBLEMS,
    tags=["posts"],
    summary="Show nothing of the page that a post links to",
)
async def remove_preview(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> PostOut:
    """Take what is shown of the linked page out of one's own post and return the post; the link stays."""
    await actions.remove_preview(tx, viewer=viewer, post_id=post_id)
    return post_out(await actions.read_post(tx, viewer=viewer, post_id=post_id))


@get("/api/v1/deleted-posts", responses=PROBLEMS, tags=["posts"], summary="Read what one deleted lately")
async def list_deleted(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer]) -> DeletedsOut:
    """Return what one deleted and may still bring back, the last first."""
    found = await actions.list_deleted(tx, viewer=viewer)
    return DeletedsOut(items=[DeletedOut(id=one.id, text=one.body, deleted_at=one.deleted_at, gone_at=one.gone_at) for one in found])


@post("/api/v1/posts/{post_id:int}/restore", status_code=200, responses=PROBLEMS, tags=["posts"], summary="Bring a post back")
async def restore(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> PostOut:
    """Bring one's own deleted post back and return it."""
    await actions.restore_post(tx, viewer=viewer, post_id=post_id)
    return post_out(await actions.read_post(tx, viewer=viewer, post_id=post_id))


@get("/api/v1/drafts", responses=PROBLEMS, tags=["drafts"], summary="Read one's drafts")
async def list_drafts(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer]) -> DraftsOut:
    """Return one's drafts, what is planned first."""
    return DraftsOut(items=[draft_out(one) for one in await actions.list_drafts(tx, viewer=viewer)])


@post("/api/v1/drafts", status_code=201, responses=PROBLEMS, tags=["drafts"], summary="Keep a draft")
async def keep_draft(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], data: JSONBody[NewDraft]) -> DraftOut:
    """Keep a draft, or plan a post, and return it."""
    draft_id = await actions.save_draft(tx, viewer=viewer, draft=drafted(data), publish_at=data.publish_at)
    return draft_out(await actions.read_draft(tx, viewer=viewer, draft_id=draft_id))


@put("/api/v1/drafts/{draft_id:int}", responses=PROBLEMS, tags=["drafts"], summary="Change a draft")
async def change_draft(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], draft_id: PathId, data: JSONBody[NewDraft]
) -> DraftOut:
    """Keep other words in a draft's place and return it."""
    await actions.save_draft(tx, viewer=viewer, draft=drafted(data), draft_id=draft_id, publish_at=data.publish_at)
    return draft_out(await actions.read_draft(tx, viewer=viewer, draft_id=draft_id))


@delete("/api/v1/drafts/{draft_id:int}", status_code=204, responses=PROBLEMS, tags=["drafts"], summary="Throw a draft away")
async def delete_draft(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], draft_id: PathId) -> None:
    """Throw a draft away."""
    await actions.delete_draft(tx, viewer=viewer, draft_id=draft_id)


def drafted(data: NewDraft) -> Draft:
    """Return what is to be kept."""
    return Draft(
        body=data.text,
        audience=data.audience,
        community_id=data.community_id,
        circle_id=data.circle_id,
        warning=data.warning,
        details=data.details,
        pictures=tuple(data.pictures),
    )


routes = [edit, remove_preview, history, pin, unpin, list_deleted, restore, list_drafts, keep_draft, change_draft, delete_draft]
