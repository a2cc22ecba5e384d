"""Posts and reactions as JSON: every field is named here, so nothing else gets out. Other features answer with these too."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from swannery.accounts.schemas import PersonOut, person_out
from swannery.media.models import FRAMES, PostPicture, Purpose, api_address
from swannery.posts.details import Details
from swannery.posts.models import Answers, Audience, Card, Kind, Place, Post, Reaction, ReactionCount, ReactionKind, State
from swannery.posts.previews import Preview


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


class PostPictureOut(msgspec.Struct, frozen=True):
    """A picture of a post. `alt` says what it shows; `width` and `height` are those of its large size, in pixels."""

    key: str
    alt: str
    width: int
    height: int
    urls: dict[str, str]


class PreviewOut(msgspec.Struct, frozen=True):
    """What the page that a post links to said of itself: a stranger's text, in which nothing is to be rendered."""

    url: str
    host: str
    title: str
    description: str
    picture: PostPictureOut | None


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
    pictures: list[PostPictureOut]
    preview: PreviewOut | None
    published_at: datetime
    warning: str


class PostOut(msgspec.Struct, frozen=True):
    """A post as the viewer may see it. `text` is what was typed (Markdown); `html` is rendered and sanitised.

    `accepted_comment_id` is of the comment that answered a question.
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
    pictures: list[PostPictureOut]
    preview: PreviewOut | None
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
    accepted_comment_id: int | None
    original_id: int | None
    original: OriginalOut | None


class PostsOut(msgspec.Struct, frozen=True):
    """A page of posts, newest first; `next` is the `after` of the next page, if there is one."""

    items: list[PostOut]
    next: str | None


class ReactorOut(msgspec.Struct, frozen=True):
    """Somebody who reacted, and how."""

    person: PersonOut
    kind: ReactionKind


class ReactorsOut(msgspec.Struct, frozen=True):
    """Who reacted; `next_after` is the parameter of the next page, if there is one."""

    items: list[ReactorOut]
    next_after: int | None


class ReactionOut(msgspec.Struct, frozen=True):
    """How many reacted and how, and whether and how the viewer did."""

    post_id: int
    count: int
    reactions: list[ReactionCountOut]
    reacted: bool
    kind: ReactionKind | None


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


def preview_out(found: Preview | None) -> PreviewOut | None:
    """Return what is shown of a page, once it was read."""
    if found is None or found.state != "there":
        return None
    picture = picture_out(found.picture, purpose="preview") if found.picture else None
    return PreviewOut(url=found.url, host=found.host, title=found.title, description=found.description, picture=picture)


def picture_out(found: PostPicture, *, purpose: Purpose = "post") -> PostPictureOut:
    """Return a picture of a post, with where a program finds each size."""
    urls: dict[str, str] = {size: api_address(found.key, size) for size in FRAMES[purpose]}
    return PostPictureOut(key=found.key, alt=found.alt, width=found.width, height=found.height, urls=urls)


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
        pictures=[picture_out(one) for one in found.pictures],
        preview=preview_out(found.preview),
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
        pictures=[picture_out(one) for one in found.pictures],
        preview=preview_out(found.preview),
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
        accepted_comment_id=found.accepted_id,
        original_id=found.original_id,
        original=original_out(found.original),
    )


def reaction_out(found: Reaction) -> ReactionOut:
    """Return what may be told of a reaction."""
    return ReactionOut(post_id=found.post_id, count=found.count, reactions=counts_out(found.counts), reacted=found.reacted, kind=found.kind)
