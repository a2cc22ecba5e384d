"""What leaves as JSON: every field is named here, so nothing else gets out. Other features answer with these too."""
# long file: every field that may leave stands in one place

from collections.abc import Iterable
from datetime import datetime

import msgspec

from swannery.accounts.models import Person
from swannery.foundation.viewer import Role
from swannery.media.models import api_address
from swannery.posts.details import Details
from swannery.posts.models import (
    Answers,
    Audience,
    Branch,
    Card,
    Comment,
    Kind,
    Place,
    Post,
    Reaction,
    ReactionCount,
    ReactionKind,
    SavedDraft,
    State,
)


class PersonOut(msgspec.Struct, frozen=True):
    """A member as others see them."""

    id: int
    name: str
    handle: str
    role: Role
    picture: str | None = None


class CommunityOut(msgspec.Struct, frozen=True):
    """The community a post stands in."""

    id: int
    name: str
    slug: str


class FactOut(msgspec.Struct, frozen=True):
    """One figure of a card."""

    label: str
    value: str


class CardOut(msgspec.Struct, frozen=True):
    """What a shared activity says."""

    title: str
    happened_at: datetime
    partner: PersonOut | None
    facts: list[FactOut]


class AnswersOut(msgspec.Struct, frozen=True):
    """What people answered. `counts` has a figure for each choice, null while the viewer is not shown the result; `mine` counts from 1."""

    people: int
    counts: list[int] | None
    mine: list[int]
    closes_at: datetime | None
    closed: bool


class ReactionCountOut(msgspec.Struct, frozen=True):
    """How many reacted in one way."""

    kind: ReactionKind
    count: int


class OriginalOut(msgspec.Struct, frozen=True):
    """A post that another one shares or quotes, as the viewer may see it."""

    id: int
    author: PersonOut
    community: CommunityOut | None
    kind: Kind
    audience: Audience
    text: str
    html: str
    card: CardOut | None
    details: Details | None
    answers: AnswersOut | None
    published_at: datetime
    warning: str


class PostOut(msgspec.Struct, frozen=True):
    """A post as the viewer may see it. `text` is what was typed (Markdown); `html` is rendered and sanitised.

    `original_id` is of the post it shares or quotes; `original` is null when that is gone or not for this viewer.
    """

    id: int
    author: PersonOut
    community: CommunityOut | None
    kind: Kind
    audience: Audience
    state: State
    text: str
    html: str
    card: CardOut | None
    details: Details | None
    answers: AnswersOut | None
    reaction_count: int
    reactions: list[ReactionCountOut]
    comment_count: int
    share_count: int
    published_at: datetime
    edited_at: datetime | None
    reacted: bool
    reaction: ReactionKind | None
    saved: bool
    mine: bool
    warning: str
    pinned: bool
    original_id: int | None
    original: OriginalOut | None


class PostsOut(msgspec.Struct, frozen=True):
    """A page of posts, newest first; `next` is the `after` of the next page, if there is one."""

    items: list[PostOut]
    next: str | None


class VersionOut(msgspec.Struct, frozen=True):
    """How a post read at some time."""

    number: int
    text: str
    html: str
    warning: str
    written_at: datetime
    details: Details | None


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
    publish_at: datetime | None
    problem: str
    updated_at: datetime


class DraftsOut(msgspec.Struct, frozen=True):
    """One's drafts, what is planned first."""

    items: list[DraftOut]


class ReactorOut(msgspec.Struct, frozen=True):
    """Somebody who reacted, and how."""

    person: PersonOut
    kind: ReactionKind


class ReactorsOut(msgspec.Struct, frozen=True):
    """Who reacted; `next_after` is the parameter of the next page, if there is one."""

    items: list[ReactorOut]
    next_after: int | None


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


class CommentsOut(msgspec.Struct, frozen=True):
    """Comments, each followed by its replies; `next_after` is the parameter of the next page, if there is one."""

    items: list[CommentOut]
    next_after: int | None


class ReactionOut(msgspec.Struct, frozen=True):
    """How many reacted and how, and whether and how the viewer did."""

    post_id: int
    count: int
    reactions: list[ReactionCountOut]
    reacted: bool
    kind: ReactionKind | None


def person_out(person: Person) -> PersonOut:
    """Return what may be told of a person."""
    picture = api_address(person.picture, "large") if person.picture else None
    return PersonOut(id=person.id, name=person.name, handle=person.handle, role=person.role, picture=picture)


def community_out(place: Place | None) -> CommunityOut | None:
    """Return what may be told of the community a post stands in."""
    return CommunityOut(id=place.id, name=place.name, slug=place.slug) if place else None


def card_out(card: Card | None) -> CardOut | None:
    """Return what a card says."""
    if card is None:
        return None
    return CardOut(
        title=card.title,
        happened_at=card.happened_at,
        partner=person_out(card.partner) if card.partner else None,
        facts=[FactOut(label=label, value=value) for label, value in card.facts],
    )


def answers_out(answers: Answers | None) -> AnswersOut | None:
    """Return what people answered."""
    if answers is None:
        return None
    counts = list(answers.counts) if answers.counts is not None else None
    return AnswersOut(people=answers.people, counts=counts, mine=list(answers.mine), closes_at=answers.closes_at, closed=answers.closed)


def counts_out(counts: Iterable[ReactionCount]) -> list[ReactionCountOut]:
    """Return how many reacted in which way."""
    return [ReactionCountOut(kind=one.kind, count=one.count) for one in counts]


def original_out(found: Post | None) -> OriginalOut | None:
    """Return what may be told of a post that another one points at."""
    if found is None:
        return None
    return OriginalOut(
        id=found.id,
        author=person_out(found.author),
        community=community_out(found.community),
        kind=found.kind,
        audience=found.audience,
        text=found.body,
        html=found.body_html,
        card=card_out(found.card),
        details=found.details,
        answers=answers_out(found.answers),
        published_at=found.published_at,
        warning=found.warning,
    )


def post_out(found: Post) -> PostOut:
    """Return what may be told of a post."""
    return PostOut(
        id=found.id,
        author=person_out(found.author),
        community=community_out(found.community),
        kind=found.kind,
        audience=found.audience,
        state=found.state,
        text=found.body,
        html=found.body_html,
        card=card_out(found.card),
        details=found.details,
        answers=answers_out(found.answers),
        reaction_count=found.reaction_count,
        reactions=counts_out(found.reactions),
        comment_count=found.comment_count,
        share_count=found.share_count,
        published_at=found.published_at,
        edited_at=found.edited_at,
        reacted=found.reacted,
        reaction=found.reaction,
        saved=found.saved,
        mine=found.mine,
        warning=found.warning,
        pinned=found.pinned,
        original_id=found.original_id,
        original=original_out(found.original),
    )


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
        publish_at=found.publish_at,
        problem=found.problem,
        updated_at=found.updated_at,
    )


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
    )


def comment_out(found: Comment) -> CommentOut:
    """Return what may be told of a comment."""
    return branch_out(Branch(id=found.id, post_id=found.post_id, parent_id=found.parent_id, depth=len(found.ancestors), comment=found))


def branches_out(found: Iterable[Branch]) -> list[CommentOut]:
    """Return places of a conversation one after the other, each followed by what stands beneath it."""
    return [out for one in found for out in (branch_out(one), *branches_out(one.replies))]


def reaction_out(found: Reaction) -> ReactionOut:
    """Return what may be told of a reaction."""
    return ReactionOut(post_id=found.post_id, count=found.count, reactions=counts_out(found.counts), reacted=found.reacted, kind=found.kind)
