"""What members do to each other. Whoever is blocked, blocking, inactive, erased or unknown is not there, and nobody learns which."""

from collections.abc import Awaitable, Collection, Sequence
from datetime import timedelta
from typing import Protocol

from swannery.accounts.actions.people import find_person
from swannery.accounts.models import Person
from swannery.connections import queries
from swannery.connections.models import Connections, Counts, FriendRequest, Listed, Meeting, Mute, Relation
from swannery.connections.queries import approvals, mutes
from swannery.connections.queries import circles as circle_lists
from swannery.connections.queries import training as training_ties
from swannery.connections.rules import check_days, could_be_member
from swannery.foundation import throttle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, Invalid, NotThere
from swannery.foundation.events import Befriended, Blocked, Followed, FollowRequested, FriendRequested, Unblocked, Unfollowed, Unfriended
from swannery.foundation.paging import Cursor, PageOf, encode
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say

PAGE = 30
HOUR_S = 3600
DAY_S = 24 * HOUR_S
FOLLOWS_AN_HOUR = 200
REQUESTS_A_DAY = 50


# The same as columns, for the statement that recognises a member `m`.
CONNECTIONS_ALONG = queries.ARRAYS
connections_of = queries.connections_of


async def load_connections(tx: Transaction, *, member_id: int) -> Connections:
    """Return everybody a member is connected to, for their viewer; one statement."""
    return await queries.read_connections(tx, member_id=member_id)


async def relation(tx: Transaction, *, viewer: Viewer, person_id: int) -> Relation:
    """Return how the viewer stands to one person; a stranger stands to nobody."""
    return (await relations(tx, viewer=viewer, ids=[person_id]))[person_id]


async def relations(tx: Transaction, *, viewer: Viewer, ids: Collection[int]) -> dict[int, Relation]:
    """Return how the viewer stands to each of these; one statement for a whole page of people."""
    if viewer.id is None or not ids:
        return dict.fromkeys(ids, Relation())
    return await queries.read_relations(tx, member_id=viewer.id, ids=ids)


async def follow(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Follow a person; returns them. One who approves followers is asked first, unless the two are friends."""
    meeting = await meet_person(tx, viewer=viewer, person_id=person_id)
    person = meeting.person
    if meeting.private and not meeting.friends and not meeting.following:
        if await approvals.insert(tx, asker_id=viewer.member_id, addressee_id=person.id):
            await throttle.limit(tx, what="follow", who=str(viewer.id), times=FOLLOWS_AN_HOUR, window_s=HOUR_S)
            await tx.tell(FollowRequested(asker_id=viewer.member_id, addressee_id=person.id))
        return person
    await approvals.delete(tx, asker_id=viewer.member_id, addressee_id=person.id)
    if await queries.insert_follow(tx, follower_id=viewer.member_id, followee_id=person.id):
        await throttle.limit(tx, what="follow", who=str(viewer.id), times=FOLLOWS_AN_HOUR, window_s=HOUR_S)
        await tx.tell(Followed(follower_id=viewer.member_id, followee_id=person.id))
    return person


async def unfollow(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Follow a person no longer, or wait no longer for their approval; returns them."""
    person = (await meet_person(tx, viewer=viewer, person_id=person_id)).person
    await approvals.delete(tx, asker_id=viewer.member_id, addressee_id=person.id)
    if await queries.delete_follow(tx, follower_id=viewer.member_id, followee_id=person.id):
        await tx.tell(Unfollowed(follower_id=viewer.member_id, followee_id=person.id))
    return person


async def approve_follower(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Let somebody follow who waits for it; raises Conflict when they no longer do."""
    person = (await meet_person(tx, viewer=viewer, person_id=person_id)).person
    if not await approvals.delete(tx, asker_id=person.id, addressee_id=viewer.member_id):
        raise Conflict(say("They do not wait for your approval any more."), next_step=say("There is nothing you have to do."))
    if await queries.insert_follow(tx, follower_id=person.id, followee_id=viewer.member_id):
        await tx.tell(Followed(follower_id=person.id, followee_id=viewer.member_id))
    return person


async def decline_follower(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Do not let somebody follow who waits for it; they are not told."""
    person = (await meet_person(tx, viewer=viewer, person_id=person_id)).person
    await approvals.delete(tx, asker_id=person.id, addressee_id=viewer.member_id)
    return person


async def remove_follower(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Have a person follow the viewer no longer; they are not told."""
    person = (await meet_person(tx, viewer=viewer, person_id=person_id)).person
    if await queries.delete_follow(tx, follower_id=person.id, followee_id=viewer.member_id):
        await tx.tell(Unfollowed(follower_id=person.id, followee_id=viewer.member_id))
    return person


async def mute(tx: Transaction, *, viewer: Viewer, person_id: int, days: int | None = None) -> Person:
    """Keep a person's posts out of one's feeds, for some days or until it is taken back; they are not told."""
    person = (await meet_person(tx, viewer=viewer, person_id=person_id)).person
    until = None if days is None else tx.now + timedelta(days=check_days(days))
    await mutes.write(tx, member_id=viewer.member_id, muted_id=person.id, until=until)
    return person


async def unmute(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Have a person's posts in one's feeds again."""
    person = (await meet_person(tx, viewer=viewer, person_id=person_id)).person
    await mutes.delete(tx, member_id=viewer.member_id, muted_id=person.id)
    return person


async def send_friend_request(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Ask a person to be friends; if they asked first, this is the answer and both are friends."""
    meeting = await meet_person(tx, viewer=viewer, person_id=person_id)
    me, person = viewer.member_id, meeting.person
    if meeting.friends:
        return person
    if await queries.delete_request(tx, sender_id=person.id, addressee_id=me):
        await _befriend(tx, member_id=me, friend_id=person.id)
    elif await queries.insert_request(tx, sender_id=me, addressee_id=person.id):
        await throttle.limit(tx, what="friend request", who=str(me), times=REQUESTS_A_DAY, window_s=DAY_S)
        await tx.tell(FriendRequested(sender_id=me, addressee_id=person.id))
    return person


async def accept_friend_request(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Say yes to a person who asked the viewer; raises Conflict when they did not, or no longer do."""
    meeting = await meet_person(tx, viewer=viewer, person_id=person_id)
    if await queries.delete_request(tx, sender_id=meeting.person.id, addressee_id=viewer.member_id):
        await _befriend(tx, member_id=viewer.member_id, friend_id=meeting.person.id)
    elif not meeting.friends:
        raise Conflict(say("There is no request of theirs any more."), next_step=say("You can ask them yourself on their profile."))
    return meeting.person


async def decline_friend_request(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Say no to a person who asked the viewer; they are not told."""
    person = (await meet_person(tx, viewer=viewer, person_id=person_id)).person
    await queries.delete_request(tx, sender_id=person.id, addressee_id=viewer.member_id)
    return person


async def withdraw_friend_request(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Take one's own request back. If it was accepted meanwhile, it stays accepted."""
    person = (await meet_person(tx, viewer=viewer, person_id=person_id)).person
    await queries.delete_request(tx, sender_id=viewer.member_id, addressee_id=person.id)
    return person


async def unfriend(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """End a friendship; both go on following each other until they choose not to."""
    person = (await meet_person(tx, viewer=viewer, person_id=person_id)).person
    if await queries.delete_friendship(tx, one=viewer.member_id, other=person.id):
        await tx.tell(Unfriended(member_id=viewer.member_id, friend_id=person.id))
    return person


async def block(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Hide two members from each other and cut whatever connects them, in both directions."""
    meeting = await meet_person(tx, viewer=viewer, person_id=person_id, blocked_too=True)
    me, person = viewer.member_id, meeting.person
    if await queries.insert_block(tx, blocker_id=me, blocked_id=person.id):
        for one, other in ((me, person.id), (person.id, me)):
            await queries.delete_follow(tx, follower_id=one, followee_id=other)
            await queries.delete_request(tx, sender_id=one, addressee_id=other)
            await approvals.delete(tx, asker_id=one, addressee_id=other)
            await circle_lists.take_out(tx, owner_id=one, member_id=other)
            await training_ties.delete(tx, trainer_id=one, client_id=other)
        await queries.delete_friendship(tx, one=me, other=person.id)
        await tx.tell(Blocked(blocker_id=me, blocked_id=person.id))
    return person


async def unblock(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Take one's own block back; what it cut stays cut."""
    await _hold_pair(tx, viewer=viewer, person_id=person_id)
    person = await queries.delete_block(tx, blocker_id=viewer.member_id, blocked_id=person_id)
    if person is None:
        return (await meet_person(tx, viewer=viewer, person_id=person_id)).person
    await tx.tell(Unblocked(blocker_id=viewer.member_id, blocked_id=person_id))
    return person


async def list_received_requests(tx: Transaction, *, viewer: Viewer, after: Cursor | None = None) -> PageOf[FriendRequest]:
    """Return who waits for the viewer's answer, the newest first."""
    return _page(await queries.list_received(tx, member_id=viewer.member_id, hidden=viewer.blocked, after=after, limit=PAGE + 1))


async def list_waiting_followers(tx: Transaction, *, viewer: Viewer, after: Cursor | None = None) -> PageOf[FriendRequest]:
    """Return who waits for the viewer's approval to follow, the newest first."""
    return _page(await approvals.list_waiting(tx, member_id=viewer.member_id, hidden=viewer.blocked, after=after, limit=PAGE + 1))


async def list_muted(tx: Transaction, *, viewer: Viewer, after_id: int = 0) -> tuple[list[Mute], int | None]:
    """Return whom the viewer muted, theirs alone to see, and the id after which the next page begins, if there is one."""
    found = await mutes.list_of(tx, member_id=viewer.member_id, after_id=after_id, limit=PAGE + 1)
    return found[:PAGE], found[PAGE - 1].person.id if len(found) > PAGE else None


async def tidy(tx: Transaction) -> None:
    """Forget mutes that have ended."""
    await mutes.forget_ended(tx)


async def list_sent_requests(tx: Transaction, *, viewer: Viewer, after: Cursor | None = None) -> PageOf[FriendRequest]:
    """Return whose answer the viewer waits for, the newest first."""
    return _page(await queries.list_sent(tx, member_id=viewer.member_id, hidden=viewer.blocked, after=after, limit=PAGE + 1))


async def list_friends(tx: Transaction, *, viewer: Viewer, person_id: int, after_id: int = 0) -> Listed:
    """Return a page of a person's friends; members only."""
    return await _listed(tx, queries.list_friends, viewer=viewer, person_id=person_id, after_id=after_id)


async def list_followers(tx: Transaction, *, viewer: Viewer, person_id: int, after_id: int = 0) -> Listed:
    """Return a page of those who follow a person; members only."""
    return await _listed(tx, queries.list_followers, viewer=viewer, person_id=person_id, after_id=after_id)


async def list_followees(tx: Transaction, *, viewer: Viewer, person_id: int, after_id: int = 0) -> Listed:
    """Return a page of those whom a person follows; members only."""
    return await _listed(tx, queries.list_followees, viewer=viewer, person_id=person_id, after_id=after_id)


async def list_blocked(tx: Transaction, *, viewer: Viewer, after_id: int = 0) -> Listed:
    """Return a page of those whom the viewer blocked: theirs alone to see."""
    return _cut(await queries.list_blocked(tx, of=viewer.member_id, after_id=after_id, limit=PAGE + 1))


async def count_connections(tx: Transaction, *, viewer: Viewer, person_id: int) -> Counts:
    """Count a person's connections; strangers may ask on open sites only."""
    if not viewer.signed_in and not viewer.site_open:
        raise NotThere
    await _in_sight(tx, viewer=viewer, person_id=person_id)
    return await queries.count_connections(tx, of=person_id, hidden=viewer.blocked)


async def hold_member(tx: Transaction, *, member_id: int) -> None:
    """Keep an active member from being erased until this transaction ends; raises NotThere when they are not active."""
    await queries.lock_member(tx, member_id=member_id, alone=False)
    if not await queries.is_active(tx, member_id=member_id):
        raise NotThere


async def hold_member_alone(tx: Transaction, *, member_id: int) -> None:
    """Wait for everybody who holds the member and keep others from it: whoever erases begins with this."""
    await queries.lock_member(tx, member_id=member_id, alone=True)


async def erase_member(tx: Transaction, *, member_id: int) -> None:
    """Forget everything between a member and others; running it again changes nothing."""
    await hold_member_alone(tx, member_id=member_id)
    await queries.erase_member(tx, member_id=member_id)
    await circle_lists.erase_member(tx, member_id=member_id)


async def _hold_pair(tx: Transaction, *, viewer: Viewer, person_id: int) -> None:
    if person_id == viewer.member_id:
        raise Invalid(say("That is you."), next_step=say("Choose somebody else."))
    if not could_be_member(person_id):
        raise NotThere
    await queries.lock_pair(tx, one=viewer.member_id, other=person_id)


async def meet_person(tx: Transaction, *, viewer: Viewer, person_id: int, blocked_too: bool = False) -> Meeting:
    """Return a person for a deed; raises NotThere. Both are held before the look, so that no block comes between it and the deed."""
    await _hold_pair(tx, viewer=viewer, person_id=person_id)
    meeting = await queries.meet(tx, member_id=viewer.member_id, person_id=person_id)
    if meeting is None or meeting.blocked_by or (meeting.blocking and not blocked_too):
        raise NotThere
    return meeting


async def _befriend(tx: Transaction, *, member_id: int, friend_id: int) -> None:
    """Make two members friends; both follow each other from now on, as friends expect to see what friends post."""
    await queries.delete_request(tx, sender_id=member_id, addressee_id=friend_id)
    await queries.insert_friendship(tx, one=member_id, other=friend_id)
    for follower, followee in ((member_id, friend_id), (friend_id, member_id)):
        await approvals.delete(tx, asker_id=follower, addressee_id=followee)
        if await queries.insert_follow(tx, follower_id=follower, followee_id=followee):
            await tx.tell(Followed(follower_id=follower, followee_id=followee))
    await tx.tell(Befriended(member_id=member_id, friend_id=friend_id))


class _List(Protocol):
    def __call__(self, tx: Transaction, *, of: int, hidden: Collection[int], after_id: int, limit: int) -> Awaitable[list[Person]]: ...


async def _listed(tx: Transaction, read: _List, *, viewer: Viewer, person_id: int, after_id: int) -> Listed:
    if person_id != viewer.member_id:
        await _in_sight(tx, viewer=viewer, person_id=person_id)
    return _cut(await read(tx, of=person_id, hidden=viewer.blocked, after_id=after_id, limit=PAGE + 1))


async def _in_sight(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    if not could_be_member(person_id):
        raise NotThere
    return await find_person(tx, member_id=person_id, viewer=viewer)


def _cut(people: Sequence[Person]) -> Listed:
    return Listed(people=tuple(people[:PAGE]), next_after=people[PAGE - 1].id if len(people) > PAGE else None)


def _page(requests: list[FriendRequest]) -> PageOf[FriendRequest]:
    shown = requests[:PAGE]
    more = len(requests) > PAGE
    return PageOf(items=shown, next_cursor=encode(Cursor(shown[-1].sent_at, shown[-1].person.id)) if more else None)
