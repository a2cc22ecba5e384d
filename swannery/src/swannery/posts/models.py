"""Posts, comments and reactions as others see them."""

from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

import msgspec
from markupsafe import Markup

from swannery.accounts.models import Person
from swannery.media.models import Attachment, PostPicture
from swannery.posts.details import Details
from swannery.posts.previews import Preview

Audience = Literal["public", "members", "followers", "friends", "circle", "community", "mentioned", "me"]
State = Literal["shown", "held", "removed"]
Kind = Literal["text", "activity", "share", "album", "event", "question", "poll", "tip", "workout", "achievement", "recipe"]
Attendance = Literal["going", "maybe", "no"]
ReactionKind = Literal["like", "strong", "fire", "cheer", "laugh", "hug"]

# In the order in which they are offered and counted. The post's stored counts leave `like` out: it is what is left of all.
REACTIONS: tuple[ReactionKind, ...] = get_args(ReactionKind)
CommentOrder = Literal["best", "newest", "oldest"]
COMMENT_ORDERS: tuple[CommentOrder, ...] = get_args(CommentOrder)
# The order "best" is the engagement of a comment: distinct people other than its author, weighted as the feed weighs them (a test holds the
# two together): who reacted 1, who replied 4, and 6 when the post's own author replied. Replies count far more than taps, and the author's
# most, as in the weights that Twitter published on 5 April 2023 (twitter/the-algorithm-ml, projects/home/recap/README.md @b8521086).
# As many people as ever there are cannot be bought by one who says much: each counts once.
REACTION_COUNTS, REPLY_COUNTS, AUTHOR_REPLY_COUNTS = 1, 4, 6
LONGEST_POST = 5000
LONGEST_COMMENT = 2000
LONGEST_WARNING = 120
RESTORABLE = timedelta(days=30)
MOST_PINNED = 3


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to publish. `client_key` makes sending it twice the same as once."""

    body: str
    audience: str = "members"
    community_id: int | None = None
    circle_id: int | None = None
    original_id: int | None = None
    warning: str = ""
    details: Details | None = None
    pictures: tuple[Attachment, ...] = ()
    client_key: UUID | None = None


def kind_of(details: Details | None) -> Kind:
    """Return the kind of a post with these details."""
    if details is None:
        return "text"
    kind: Kind = details.__struct_config__.tag  # type: ignore[assignment] # the tags are kinds; a test holds them against each other
    return kind


class SavedDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wrote and did not publish yet; with `publish_at` it is published then. `problem` says why that was not possible."""

    id: int
    draft: Draft
    shown: tuple[PostPicture, ...] = ()
    community: str | None
    publish_at: datetime | None
    problem: str
    updated_at: datetime


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """How a post read before it was edited; the last of them is how it reads now."""

    number: int
    body: str
    body_html: str
    warning: str
    written_at: datetime
    details: Details | None = None
    pictures: tuple[PostPicture, ...] = ()

    @property
    def html(self) -> Markup:
        """The text, rendered and sanitised when it was written."""
        return Markup(self.body_html)  # noqa: S704 - made by rendering.py alone, which sanitises


class _Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """Words that their author took back and may still bring back."""

    id: int
    body: str
    body_html: str
    deleted_at: datetime

    @property
    def gone_at(self) -> datetime:
        """When it cannot be brought back any more."""
        return self.deleted_at + RESTORABLE

    @property
    def html(self) -> Markup:
        """The text, rendered and sanitised when it was written."""
        return Markup(self.body_html)  # noqa: S704 - made by rendering.py alone, which sanitises


class Deleted(_Deleted, frozen=True, kw_only=True):
    """A post its author deleted; its pictures are shown to nobody meanwhile, so there is only how many they are."""

    title: str
    published_at: datetime
    picture_count: int = 0


class DeletedComment(_Deleted, frozen=True, kw_only=True):
    """A comment its author took back."""

    post_id: int


class ReactionCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many reacted in one way."""

    kind: ReactionKind
    count: int


class CardFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a shared activity's card says, as stored with the post: it stays true when the app's row changes. Ids only of people."""

    title: str
    happened_at: datetime
    activity_id: int | None = None
    partner_id: int | None = None
    facts: list[tuple[str, str]] = []
    bars: list[int] = []


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """The block of a post that is particular to its kind."""

    kind: str
    title: str
    happened_at: datetime
    partner: Person | None
    facts: list[tuple[str, str]]
    bars: list[int]


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What people answered to a post that asks for it, as far as one viewer is told.

    `counts` has a figure for each choice; it is None while the viewer is not shown the result. `mine` counts the choices from 1.
    """

    people: int
    counts: tuple[int, ...] | None
    mine: tuple[int, ...]
    closes_at: datetime | None = None
    closed: bool = False


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The community a post stands in."""

    id: int
    name: str
    slug: str

    @property
    def url(self) -> str:
        """Where the community is."""
        return f"/communities/{self.slug}"


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A post as one viewer may see it."""

    id: int
    author: Person
    community: Place | None
    kind: Kind
    audience: Audience
    state: State
    body: str
    body_html: str
    card: Card | None
    reaction_count: int
    reactions: tuple[ReactionCount, ...]
    comment_count: int
    share_count: int
    published_at: datetime
    edited_at: datetime | None
    reaction: ReactionKind | None
    saved: bool
    mine: bool
    may_comment: bool
    details: Details | None = None
    answers: Answers | None = None
    pictures: tuple[PostPicture, ...] = ()
    preview: Preview | None = None
    warning: str = ""
    pinned: bool = False
    accepted_id: int | None = None  # the comment that answered it, if the viewer may read that
    original_id: int | None = None
    original: "Post | None" = None
    reason: str | None = None

    @property
    def reacted(self) -> bool:
        """Whether the viewer reacted in any way."""
        return self.reaction is not None

    @property
    def points_on(self) -> bool:
        """Whether it shares or quotes another post, which may be gone or not for this viewer."""
        return self.original_id is not None

    @property
    def url(self) -> str:
        """Where the post and its comments are."""
        return f"/posts/{self.id}"

    @property
    def html(self) -> Markup:
        """The text, rendered and sanitised when it was written."""
        return Markup(self.body_html)  # noqa: S704 - made by rendering.py alone, which sanitises


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment as one viewer may see it."""

    id: int
    post_id: int
    parent_id: int | None
    ancestors: tuple[int, ...]
    author: Person
    state: State
    body: str
    body_html: str
    created_at: datetime
    edited_at: datetime | None
    reaction_count: int
    reactions: tuple[ReactionCount, ...]
    reaction: ReactionKind | None
    mine: bool
    may_delete: bool
    by_post_author: bool
    accepted: bool = False

    @property
    def url(self) -> str:
        """Where the comment and what is said to it are."""
        return f"/posts/{self.post_id}/comments/{self.id}"

    @property
    def reacted(self) -> bool:
        """Whether the viewer reacted in any way."""
        return self.reaction is not None

    @property
    def html(self) -> Markup:
        """The text, rendered and sanitised when it was written."""
        return Markup(self.body_html)  # noqa: S704 - made by rendering.py alone, which sanitises


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a conversation. `comment` is None where what stood there is gone or not for this viewer, and others answered it.

    `depth` counts from the top of what is shown; `more` says that there are further replies than those given.
    """

    id: int
    post_id: int
    parent_id: int | None
    depth: int
    comment: Comment | None
    replies: "tuple[Branch, ...]" = ()
    more: bool = False

    @property
    def url(self) -> str:
        """Where the place and everything beneath it are."""
        return f"/posts/{self.post_id}/comments/{self.id}"


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """How many people reacted to a post and how, and what the viewer's own reaction is."""

    post_id: int
    count: int
    counts: tuple[ReactionCount, ...]
    kind: ReactionKind | None

    @property
    def reacted(self) -> bool:
        """Whether the viewer reacted in any way."""
        return self.kind is not None


class Reactor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who reacted to a post, and how."""

    person: Person
    kind: ReactionKind


class Attendee(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who answered an event, and how."""

    person: Person
    answer: Attendance


class Folder(msgspec.Struct, frozen=True, kw_only=True):
    """Where a member keeps some of their bookmarks."""

    id: int
    name: str
    count: int = 0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"/bookmarks?folder={self.id}"


class Bookmark(msgspec.Struct, frozen=True, kw_only=True):
    """A post that the viewer keeps, and where."""

    post: Post
    folder_id: int | None
    saved_at: datetime
