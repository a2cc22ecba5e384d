"""What leaves as JSON: every field is named here, so nothing else gets out. Other features answer with these too."""

from datetime import datetime

import msgspec

from swannery.accounts.models import Person
from swannery.foundation.viewer import Role
from swannery.posts.models import Audience, Comment, Kind, Post, Reaction, State


class PersonOut(msgspec.Struct, frozen=True):
    """A member as others see them."""

    id: int
    name: str
    handle: str
    role: Role


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


class PostOut(msgspec.Struct, frozen=True):
    """A post as the viewer may see it. `text` is what was typed (Markdown); `html` is rendered and sanitised."""

    id: int
    author: PersonOut
    community: CommunityOut | None
    kind: Kind
    audience: Audience
    state: State
    text: str
    html: str
    card: CardOut | None
    reaction_count: int
    comment_count: int
    published_at: datetime
    edited_at: datetime | None
    reacted: bool
    mine: bool


class CommentOut(msgspec.Struct, frozen=True):
    """A comment as the viewer may see it."""

    id: int
    post_id: int
    author: PersonOut
    state: State
    text: str
    html: str
    created_at: datetime
    mine: bool


class CommentsOut(msgspec.Struct, frozen=True):
    """Comments, oldest first; `next_after` is the parameter of the next page, if there is one."""

    items: list[CommentOut]
    next_after: int | None


class ReactionOut(msgspec.Struct, frozen=True):
    """How many like it, and whether the viewer does."""

    post_id: int
    count: int
    reacted: bool


def person_out(person: Person) -> PersonOut:
    """Return what may be told of a person."""
    return PersonOut(id=person.id, name=person.name, handle=person.handle, role=person.role)


def post_out(found: Post) -> PostOut:
    """Return what may be told of a post."""
    card = found.card
    return PostOut(
        id=found.id,
        author=person_out(found.author),
        community=CommunityOut(id=found.community.id, name=found.community.name, slug=found.community.slug) if found.community else None,
        kind=found.kind,
        audience=found.audience,
        state=found.state,
        text=found.body,
        html=found.body_html,
        card=CardOut(
            title=card.title,
            happened_at=card.happened_at,
            partner=person_out(card.partner) if card.partner else None,
            facts=[FactOut(label=label, value=value) for label, value in card.facts],
        )
        if card
        else None,
        reaction_count=found.reaction_count,
        comment_count=found.comment_count,
        published_at=found.published_at,
        edited_at=found.edited_at,
        reacted=found.reacted,
        mine=found.mine,
    )


def comment_out(found: Comment) -> CommentOut:
    """Return what may be told of a comment."""
    return CommentOut(
        id=found.id,
        post_id=found.post_id,
        author=person_out(found.author),
        state=found.state,
        text=found.body,
        html=found.body_html,
        created_at=found.created_at,
        mine=found.mine,
    )


def reaction_out(found: Reaction) -> ReactionOut:
    """Return what may be told of a reaction."""
    return ReactionOut(post_id=found.post_id, count=found.count, reacted=found.reacted)
