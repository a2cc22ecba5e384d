"""People as JSON: their profile with what connects one to them, and what they wrote."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from swannery.accounts.actions import people
from swannery.accounts.schemas import PersonOut, person_out
from swannery.connections import actions as connections
from swannery.connections.actions.permitting import as_shown
from swannery.connections.actions.training import relation_with_sessions
from swannery.connections.models import Counts, Relation
from swannery.foundation.database import Transaction
from swannery.foundation.paging import decode
from swannery.foundation.parameters import AfterCursor, AfterId, PathId
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS
from swannery.media.models import api_address
from swannery.posts import actions as posts
from swannery.posts.schemas import PostsOut, post_out


class ProfileOut(msgspec.Struct, frozen=True):
    """A member's page. `last_seen_at` only where they let this reader see it; `relation` is how the reader stands to them."""

    person: PersonOut
    bio: str
    pronouns: str
    links: list[str]
    private: bool
    cover: str | None
    joined_at: datetime
    last_seen_at: datetime | None
    counts: Counts
    relation: Relation


class MembersOut(msgspec.Struct, frozen=True):
    """A page of members; `next_after` is the `after` of the next one."""

    items: list[PersonOut]
    next_after: int | None


@get("/api/v1/members", responses=PROBLEMS, tags=["people"], summary="Find people")
async def find_members(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    q: Annotated[str, QueryParameter(max_length=people.LONGEST_SEARCH, description="How the name or handle begins.")] = "",
    after: AfterId = 0,
) -> MembersOut:
    """Return members whose name or handle begins like this, the longest here first; members only."""
    found = await people.list_people(tx, viewer=viewer, beginning=q, after_id=after)
    return MembersOut(items=[person_out(person) for person in found], next_after=found[-1].id if len(found) == people.PAGE else None)


@get("/api/v1/members/{member_id:int}", responses=PROBLEMS, tags=["people"], summary="Read a person's profile")
async def read_member(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], member_id: PathId) -> ProfileOut:
    """Return a profile as this reader may see it; strangers see those of open sites."""
    person = await people.find_person(tx, member_id=member_id, viewer=viewer)
    relation = await relation_with_sessions(tx, viewer=viewer, person_id=person.id)
    profile = as_shown(await people.read_profile(tx, handle=person.handle, viewer=viewer), viewer=viewer, relation=relation)
    return ProfileOut(
        person=person_out(profile.person),
        bio=profile.bio,
        pronouns=profile.pronouns,
        links=[link.url for link in profile.links],
        private=profile.private,
        cover=api_address(profile.cover, "large") if profile.cover else None,
        joined_at=profile.joined_at,
        last_seen_at=profile.last_seen_at,
        counts=await connections.count_connections(tx, viewer=viewer, person_id=person.id),
        relation=relation,
    )


@get("/api/v1/members/{member_id:int}/posts", responses=PROBLEMS, tags=["people"], summary="Read what a person wrote")
async def read_member_posts(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    member_id: PathId,
    after: AfterCursor = None,
) -> PostsOut:
    """Return a page of a person's posts that this reader may read, the newest first."""
    person = await people.find_person(tx, member_id=member_id, viewer=viewer)
    await people.read_profile(tx, handle=person.handle, viewer=viewer)
    page = await posts.posts_of_author(tx, viewer=viewer, author_id=person.id, after=decode(after))
    return PostsOut(items=[post_out(post) for post in page.items], next=page.next_cursor)


routes = [find_members, read_member, read_member_posts]
