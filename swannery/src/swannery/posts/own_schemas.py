"""What is its author's alone, and earlier versions, as JSON: every field is named here, so nothing else gets out."""

from datetime import datetime

import msgspec

from swannery.posts.details import Details
from swannery.posts.models import SavedDraft
from swannery.posts.schemas import PostOut, PostPictureOut, picture_out


class VersionOut(msgspec.Struct, frozen=True):
    """How a post read at some time."""

    number: int
    text: str
    html: str
    warning: str
    written_at: datetime
    details: Details | None
    pictures: list[PostPictureOut]


class HistoryOut(msgspec.Struct, frozen=True):
    """Every version of a post, the latest first."""

    items: list[VersionOut]


class DeletedOut(msgspec.Struct, frozen=True):
    """A post one deleted; until `gone_at` it can be brought back."""

    id: int
    text: str
    deleted_at: datetime
    gone_at: datetime


class DeletedsOut(msgspec.Struct, frozen=True):
    """What one deleted lately, the last first."""

    items: list[DeletedOut]


class DraftOut(msgspec.Struct, frozen=True):
    """What one wrote and did not publish yet; `problem` says why a planned one could not be."""

    id: int
    text: str
    audience: str
    community_id: int | None
    circle_id: int | None
    warning: str
    details: Details | None
    pictures: list[PostPictureOut]
    publish_at: datetime | None
    problem: str
    updated_at: datetime


class DraftsOut(msgspec.Struct, frozen=True):
    """One's drafts, what is planned first."""

    items: list[DraftOut]


class FolderOut(msgspec.Struct, frozen=True):
    """A folder of bookmarks, and how many posts in it can be read."""

    id: int
    name: str
    count: int


class FoldersOut(msgspec.Struct, frozen=True):
    """One's folders by name."""

    items: list[FolderOut]


class BookmarkOut(msgspec.Struct, frozen=True):
    """A post that one keeps."""

    post: PostOut
    folder_id: int | None
    saved_at: datetime


class BookmarksOut(msgspec.Struct, frozen=True):
    """A page of what one keeps, the last kept first; `next` is the `after` of the next page, if there is one."""

    items: list[BookmarkOut]
    next: str | None


def draft_out(found: SavedDraft) -> DraftOut:
    """Return a draft of one's own."""
    draft = found.draft
    return DraftOut(
        id=found.id,
        text=draft.body,
        audience=draft.audience,
        community_id=draft.community_id,
        circle_id=draft.circle_id,
        warning=draft.warning,
        details=draft.details,
        pictures=[picture_out(one) for one in found.shown],
        publish_at=found.publish_at,
        problem=found.problem,
        updated_at=found.updated_at,
    )
