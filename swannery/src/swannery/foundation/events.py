"""What happened, as types that carry ids only, and who listens. Handlers run in the transaction of the one who tells."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from swannery.foundation.database import Transaction


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened."""


class MemberJoined(Event, frozen=True, kw_only=True):
    """A person of the app has a membership now."""

    member_id: int


class MemberChanged(Event, frozen=True, kw_only=True):
    """The app changed a person's name or role."""

    member_id: int


class MemberLeft(Event, frozen=True, kw_only=True):
    """The app deactivated a person; everything is kept, nothing is shown."""

    member_id: int


class MemberReturned(Event, frozen=True, kw_only=True):
    """The app activated a person again."""

    member_id: int


class MemberErased(Event, frozen=True, kw_only=True):
    """The app deleted a person: every feature erases what it holds of them."""

    member_id: int


class MemberCameBack(Event, frozen=True, kw_only=True):
    """A member whose lists were not kept for a while is here again."""

    member_id: int


class Followed(Event, frozen=True, kw_only=True):
    """One member follows another now."""

    follower_id: int
    followee_id: int


class Unfollowed(Event, frozen=True, kw_only=True):
    """One member no longer follows another."""

    follower_id: int
    followee_id: int


class FollowRequested(Event, frozen=True, kw_only=True):
    """One member waits for another's approval to follow them."""

    asker_id: int
    addressee_id: int


class FriendRequested(Event, frozen=True, kw_only=True):
    """One member asked another to be friends."""

    sender_id: int
    addressee_id: int


class Befriended(Event, frozen=True, kw_only=True):
    """Two members are friends now."""

    member_id: int
    friend_id: int


class TrainingRequested(Event, frozen=True, kw_only=True):
    """One member said that they train another, or are trained by them; the other is asked."""

    asker_id: int
    addressee_id: int


class TrainingConfirmed(Event, frozen=True, kw_only=True):
    """Both say that one of them trains the other."""

    trainer_id: int
    client_id: int


class TrainingEnded(Event, frozen=True, kw_only=True):
    """One of the two says that it is so no longer."""

    trainer_id: int
    client_id: int


class Unfriended(Event, frozen=True, kw_only=True):
    """Two members are no longer friends."""

    member_id: int
    friend_id: int


class Blocked(Event, frozen=True, kw_only=True):
    """One member blocked another; their connections have been cut."""

    blocker_id: int
    blocked_id: int


class Unblocked(Event, frozen=True, kw_only=True):
    """A block was taken back."""

    blocker_id: int
    blocked_id: int


class CircleChanged(Event, frozen=True, kw_only=True):
    """A member is in a circle of somebody's now, or no longer; they are not told."""

    member_id: int


class CommunityFounded(Event, frozen=True, kw_only=True):
    """A community was created."""

    community_id: int
    member_id: int


class CommunityJoined(Event, frozen=True, kw_only=True):
    """A member is in a community now."""

    community_id: int
    member_id: int


class CommunityLeft(Event, frozen=True, kw_only=True):
    """A member is no longer in a community."""

    community_id: int
    member_id: int


class ActivityCompleted(Event, frozen=True, kw_only=True):
    """The app recorded that a member did something."""

    activity_id: int
    member_id: int


class PostPublished(Event, frozen=True, kw_only=True):
    """A post can be read by its audience."""

    post_id: int
    author_id: int


class PostHeld(Event, frozen=True, kw_only=True):
    """A post waits for a moderator; only its author can read it."""

    post_id: int
    author_id: int


class PostDeleted(Event, frozen=True, kw_only=True):
    """A post's author took it back."""

    post_id: int
    author_id: int


class PostEdited(Event, frozen=True, kw_only=True):
    """A post's author changed its words."""

    post_id: int
    author_id: int


class PostRestored(Event, frozen=True, kw_only=True):
    """A post's author brought it back after deleting it."""

    post_id: int
    author_id: int


class PostPurged(Event, frozen=True, kw_only=True):
    """A deleted post is gone for good, with everything that belonged to it."""

    post_id: int


class Mentioned(Event, frozen=True, kw_only=True):
    """A member was mentioned in a post they may read, or in a comment beneath one."""

    post_id: int
    author_id: int
    member_id: int
    comment_id: int | None = None


class PostShared(Event, frozen=True, kw_only=True):
    """A post was shared or quoted by another post, which can be read."""

    post_id: int
    share_id: int
    member_id: int


class BookmarkAdded(Event, frozen=True, kw_only=True):
    """A member keeps a post for later. Nobody is told; lists may count it."""

    post_id: int
    member_id: int


class BookmarkRemoved(Event, frozen=True, kw_only=True):
    """A member keeps a post no longer."""

    post_id: int
    member_id: int


class CommentAdded(Event, frozen=True, kw_only=True):
    """A comment was written; with `parent_id` it replies to that one."""

    post_id: int
    comment_id: int
    author_id: int
    parent_id: int | None = None


class AnswerAccepted(Event, frozen=True, kw_only=True):
    """Who asked a question said that this comment answered it."""

    post_id: int
    comment_id: int


class AnswerUnaccepted(Event, frozen=True, kw_only=True):
    """A comment is not the answer to its question any more."""

    post_id: int
    comment_id: int


class ReactionAdded(Event, frozen=True, kw_only=True):
    """A member reacted to a post."""

    post_id: int
    member_id: int


class ReactionRemoved(Event, frozen=True, kw_only=True):
    """A member took a reaction back."""

    post_id: int
    member_id: int


E = TypeVar("E", bound=Event)
Handler = Callable[["Transaction", Any], Awaitable[None]]


class Dispatcher:
    """Who listens to what; filled once by app.py, in the order in which handlers shall run."""

    def __init__(self) -> None:
        self._handlers: dict[type[Event], list[Handler]] = {}

    def listen(self, event: type[E], handler: Callable[["Transaction", E], Awaitable[None]]) -> None:
        """Have the handler run whenever such an event is told."""
        self._handlers.setdefault(event, []).append(handler)

    async def tell(self, tx: "Transaction", event: Event) -> None:
        """Run the event's handlers, one after the other; an error in one undoes the whole transaction."""
        for handler in self._handlers.get(type(event), []):
            await handler(tx, event)
