"""Conversations as JSON: every field is named here, so nothing else gets out."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from swannery.accounts.schemas import PersonOut, person_out
from swannery.posts.models import Branch, Comment, ReactionKind, State
from swannery.posts.schemas import ReactionCountOut, counts_out


class CommentOut(msgspec.Struct, frozen=True):
    """A place in a conversation, as the viewer may see it.

    `gone`: what stood here is deleted, or not for the viewer, and others replied to it; then nothing is told of it but its place.
    `depth` counts from the top of what is listed; `more_replies` says that there are further ones: ask for them with `parent_id`.
    """

    id: int
    post_id: int
    parent_id: int | None
    depth: int
    gone: bool
    more_replies: bool
    author: PersonOut | None
    state: State | None
    text: str
    html: str
    created_at: datetime | None
    edited_at: datetime | None
    reaction_count: int
    reactions: list[ReactionCountOut]
    reaction: ReactionKind | None
    mine: bool
    accepted: bool


class CommentVersionOut(msgspec.Struct, frozen=True):
    """How a comment read at some time."""

    number: int
    text: str
    html: str
    written_at: datetime


class CommentHistoryOut(msgspec.Struct, frozen=True):
    """Every version of a comment, the latest first."""

    items: list[CommentVersionOut]


class DeletedCommentOut(msgspec.Struct, frozen=True):
    """A comment one took back; until `gone_at` it can be brought back."""

    id: int
    post_id: int
    text: str
    deleted_at: datetime
    gone_at: datetime


class DeletedCommentsOut(msgspec.Struct, frozen=True):
    """The comments one took back lately, the last first."""

    items: list[DeletedCommentOut]


class CommentsOut(msgspec.Struct, frozen=True):
    """Comments, each followed by its replies; `next_after` is the parameter of the next page, if there is one."""

    items: list[CommentOut]
    next_after: int | None


def branch_out(found: Branch) -> CommentOut:
    """Return what may be told of a place in a conversation."""
    said = found.comment
    return CommentOut(
        id=found.id,
        post_id=found.post_id,
        parent_id=found.parent_id,
        depth=found.depth,
        gone=said is None,
        more_replies=found.more,
        author=person_out(said.author) if said else None,
        state=said.state if said else None,
        text=said.body if said else "",
        html=said.body_html if said else "",
        created_at=said.created_at if said else None,
        edited_at=said.edited_at if said else None,
        reaction_count=said.reaction_count if said else 0,
        reactions=counts_out(said.reactions) if said else [],
        reaction=said.reaction if said else None,
        mine=said.mine if said else False,
        accepted=said.accepted if said else False,
    )


def comment_out(found: Comment) -> CommentOut:
    """Return what may be told of a comment."""
    return branch_out(Branch(id=found.id, post_id=found.post_id, parent_id=found.parent_id, depth=len(found.ancestors), comment=found))


def branches_out(found: Iterable[Branch]) -> list[CommentOut]:
    """Return places of a conversation one after the other, each followed by what stands beneath it."""
    return [out for one in found for out in (branch_out(one), *branches_out(one.replies))]
