"""What the lists do when something happens. A changed connection changes one list, at once; a new post changes many, in a job."""

from swannery.feeds.actions import add_own, erase_member, rebuild
from swannery.feeds.jobs import FAN_OUT, FORGET, REBUILD
from swannery.foundation.database import Transaction
from swannery.foundation.events import (
    Befriended,
    Blocked,
    CircleChanged,
    CommunityFounded,
    CommunityJoined,
    CommunityLeft,
    Dispatcher,
    Followed,
    MemberCameBack,
    MemberErased,
    MemberReturned,
    PostDeleted,
    PostHeld,
    PostPublished,
    PostRestored,
    Unfollowed,
    Unfriended,
)


async def _published(tx: Transaction, event: PostPublished | PostRestored) -> None:
    await add_own(tx, post_id=event.post_id)
    await tx.defer(FAN_OUT, post_id=event.post_id, published_at=tx.now.timestamp())


async def _held(tx: Transaction, event: PostHeld) -> None:
    await add_own(tx, post_id=event.post_id)


async def _deleted(tx: Transaction, event: PostDeleted) -> None:
    await tx.defer(FORGET, post_id=event.post_id)


async def _follows_changed(tx: Transaction, event: Followed | Unfollowed) -> None:
    await _renew(tx, event.follower_id)


async def _friends_changed(tx: Transaction, event: Befriended | Unfriended) -> None:
    await _renew(tx, event.member_id, event.friend_id)


async def _blocked(tx: Transaction, event: Blocked) -> None:
    await _renew(tx, event.blocker_id, event.blocked_id)


async def _membership_changed(
    tx: Transaction, event: CircleChanged | CommunityFounded | CommunityJoined | CommunityLeft | MemberCameBack | MemberReturned
) -> None:
    await _renew(tx, event.member_id)


async def _renew(tx: Transaction, *member_ids: int) -> None:
    """Make lists anew, in one order always: now, for whoever looks at once, and after the commit, for what is published meanwhile."""
    for member_id in sorted(member_ids):
        await rebuild(tx, member_id=member_id)
        await tx.defer(REBUILD, member_id=member_id)


async def _erased(tx: Transaction, event: MemberErased) -> None:
    await erase_member(tx, member_id=event.member_id)


def listen(dispatcher: Dispatcher) -> None:
    """Say what to listen to."""
    dispatcher.listen(PostPublished, _published)
    dispatcher.listen(PostHeld, _held)
    dispatcher.listen(PostRestored, _published)
    dispatcher.listen(PostDeleted, _deleted)
    dispatcher.listen(Followed, _follows_changed)
    dispatcher.listen(Unfollowed, _follows_changed)
    dispatcher.listen(Befriended, _friends_changed)
    dispatcher.listen(Unfriended, _friends_changed)
    dispatcher.listen(Blocked, _blocked)
    dispatcher.listen(CircleChanged, _membership_changed)
    dispatcher.listen(CommunityFounded, _membership_changed)
    dispatcher.listen(CommunityJoined, _membership_changed)
    dispatcher.listen(CommunityLeft, _membership_changed)
    dispatcher.listen(MemberCameBack, _membership_changed)
    dispatcher.listen(MemberReturned, _membership_changed)
    dispatcher.listen(MemberErased, _erased)
