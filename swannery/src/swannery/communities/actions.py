"""What members do with communities. One that is archived, or closed to the viewer, is not there, and nobody learns which."""

from collections.abc import Collection
from uuid import UUID

import msgspec

from swannery.communities import queries
from swannery.communities.models import Community, Foundation, Membership, Role
from swannery.communities.permissions import Deed, may, standing_of
from swannery.communities.rules import check_foundation, choose_slug, is_slug, slug_candidates
from swannery.connections.actions import hold_member, hold_member_alone
from swannery.foundation import idempotency, throttle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, NotAllowed, NotThere
from swannery.foundation.events import CommunityFounded, CommunityJoined, CommunityLeft
from swannery.foundation.paging import PAGE_SIZE, Cursor, PageOf, encode
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say

DAY_S = 24 * 3600
FOUNDED_A_DAY = 10
MEMBERS_PAGE = 50
SLUGS_AT_ONCE = 100
SLUG_ROUNDS = 20


def may_in(community: Community, deed: Deed) -> bool:
    """Whether the viewer for whom the community was read may do this in it."""
    return may(deed, standing_of(community.role, access=community.access))


async def found_community(tx: Transaction, *, viewer: Viewer, wanted: Foundation, client_key: UUID | None = None) -> Community:
    """Found an open community; the founder owns it. The same `client_key` again returns the same community."""
    member, checked = viewer.member_id, check_foundation(wanted)
    await hold_member(tx, member_id=member)
    earlier = await idempotency.claim(tx, member_id=member, key=client_key, subject="community")
    if earlier is not None:
        return await _founded_earlier(tx, viewer=viewer, community_id=earlier)
    await throttle.limit(tx, what="found community", who=str(member), times=FOUNDED_A_DAY, window_s=DAY_S)
    community = await _insert(tx, wanted=checked)
    await queries.insert_member(tx, community_id=community.id, member_id=member, role="owner")
    await idempotency.settle(tx, member_id=member, key=client_key, subject_id=community.id)
    await tx.tell(CommunityFounded(community_id=community.id, member_id=member))
    return msgspec.structs.replace(community, role="owner")


async def join_community(tx: Transaction, *, viewer: Viewer, slug: str) -> Community:
    """Join an open community; being in it already changes nothing."""
    member = viewer.member_id
    # The member before the community, as erasing does: in the other order the two could wait for each other.
    await hold_member(tx, member_id=member)
    community = await _lock(tx, slug=slug)
    if community is None:
        raise NotThere
    role = await queries.find_role(tx, community_id=community.id, member_id=member)
    standing = standing_of(role, access=community.access)
    if may("join", standing):
        await queries.insert_member(tx, community_id=community.id, member_id=member, role="member")
        await queries.add_to_count(tx, ids=[community.id], step=1)
        await tx.tell(CommunityJoined(community_id=community.id, member_id=member))
        return msgspec.structs.replace(community, role="member", member_count=community.member_count + 1)
    if not may("read", standing):
        raise NotThere
    return msgspec.structs.replace(community, role=role)


async def leave_community(tx: Transaction, *, viewer: Viewer, slug: str) -> Community | None:
    """Leave a community. Returns what was left, None when the viewer was not in it: of what is not there, nobody learns more.

    The last owner's place goes to the longest-standing moderator, else member; when nobody is left the community is archived.
    """
    member = viewer.member_id
    community = await _lock(tx, slug=slug)
    if community is None or not await queries.delete_member(tx, member_id=member, community_id=community.id):
        return None
    await _settle(tx, ids=[community.id])
    await tx.tell(CommunityLeft(community_id=community.id, member_id=member))
    return msgspec.structs.replace(community, member_count=community.member_count - 1)


# The same as a column, for the statement that recognises a member `m`.
MEMBERSHIPS_ALONG = queries.MEMBERSHIPS


async def load_memberships(tx: Transaction, *, member_id: int) -> tuple[int, ...]:
    """Return the ids of the communities a member is in, for their viewer; one statement."""
    return await queries.read_memberships(tx, member_id=member_id)


async def role_of(tx: Transaction, *, community_id: int, member_id: int) -> Role | None:
    """Return a member's role in a community, None when they are not in it or it is archived."""
    return await queries.find_role(tx, community_id=community_id, member_id=member_id)


async def read_community(tx: Transaction, *, viewer: Viewer, slug: str) -> Community:
    """Return a community as the viewer sees it; raises NotThere when there is none, or none for them. Members only."""
    member = viewer.member_id
    community = await queries.find_community(tx, slug=slug, member_id=member) if is_slug(slug) else None
    if community is None or not may_in(community, "read"):
        raise NotThere
    return community


async def communities_by_id(tx: Transaction, *, viewer: Viewer, ids: Collection[int]) -> dict[int, Community]:
    """Return those of the communities that the viewer may know of, by id; none for strangers."""
    if not ids or not viewer.signed_in:
        return {}
    found = await queries.read_communities(tx, ids=ids, member_id=viewer.id)
    return {community.id: community for community in found if may_in(community, "read")}


async def list_own(tx: Transaction, *, viewer: Viewer) -> list[Community]:
    """Return the communities the viewer is in, by name."""
    return await queries.list_own(tx, member_id=viewer.member_id)


async def list_others(tx: Transaction, *, viewer: Viewer, after: Cursor | None = None) -> PageOf[Community]:
    """Return the communities the viewer could join, the newest first."""
    found = await queries.list_others(tx, member_id=viewer.member_id, after=after, limit=PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    more = len(found) > PAGE_SIZE
    return PageOf(items=shown, next_cursor=encode(Cursor(shown[-1].created_at, shown[-1].id)) if more else None)


async def list_staff(tx: Transaction, *, viewer: Viewer, community: Community) -> list[Membership]:
    """Return a community's owners, then its moderators; nobody whom the viewer blocked or who blocked them."""
    _members_only(community)
    return await queries.list_staff(tx, community_id=community.id, hidden=viewer.blocked)


async def list_members(tx: Transaction, *, viewer: Viewer, community: Community, after: Cursor | None = None) -> PageOf[Membership]:
    """Return those in a community who are neither owner nor moderator, the longest in it first; nobody blocked in either direction."""
    _members_only(community)
    found = await queries.list_plain(tx, community_id=community.id, hidden=viewer.blocked, after=after, limit=MEMBERS_PAGE + 1)
    shown = found[:MEMBERS_PAGE]
    more = len(found) > MEMBERS_PAGE
    return PageOf(items=shown, next_cursor=encode(Cursor(shown[-1].joined_at, shown[-1].person.id)) if more else None)


async def erase_member(tx: Transaction, *, member_id: int) -> None:
    """Take a member out of every community; nobody stays without an owner. Running it again changes nothing."""
    await hold_member_alone(tx, member_id=member_id)
    await queries.lock_communities_of(tx, member_id=member_id)
    await _settle(tx, ids=await queries.delete_member(tx, member_id=member_id))


def _members_only(community: Community) -> None:
    if not may_in(community, "list_members"):
        raise NotAllowed(say("Only members see who is in it."), next_step=say("Join the community first."))


async def _lock(tx: Transaction, *, slug: str) -> Community | None:
    return await queries.lock_community(tx, slug=slug) if is_slug(slug) else None


async def _settle(tx: Transaction, *, ids: list[int]) -> None:
    """Put these communities right after one member left each of them."""
    if ids:
        await queries.add_to_count(tx, ids=ids, step=-1)
        await queries.pass_on_ownership(tx, ids=ids)
        await queries.archive_empty(tx, ids=ids)


async def _insert(tx: Transaction, *, wanted: Foundation) -> Community:
    """Store it under the first free address; whoever takes that at the same moment makes us look again."""
    first = 1
    for _ in range(SLUG_ROUNDS):
        candidates = slug_candidates(wanted.name, first=first, last=first + SLUGS_AT_ONCE - 1)
        slug = choose_slug(candidates, taken=await queries.taken_slugs(tx, among=candidates))
        community = await queries.insert_community(tx, slug=slug, wanted=wanted) if slug else None
        if community is not None:
            return community
        first += 0 if slug else SLUGS_AT_ONCE
    raise Conflict(say("Too many communities have this name."), next_step=say("Choose another name."))


async def _founded_earlier(tx: Transaction, *, viewer: Viewer, community_id: int) -> Community:
    found = await communities_by_id(tx, viewer=viewer, ids=[community_id])
    if community_id not in found:
        raise NotThere
    return found[community_id]
