"""Looking as a member does who is not the one asking: for what is done in their name later, and for whom a text may name."""

from swannery.accounts.actions.people import people_by_id
from swannery.communities.actions import load_memberships
from swannery.connections.actions import load_connections
from swannery.foundation.database import Transaction
from swannery.foundation.errors import NotThere
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say
from swannery.posts.ports import ports


async def as_member(tx: Transaction, *, member_id: int) -> Viewer:
    """Return a member as they would look at this moment; raises NotThere for one who is not here any more."""
    found = await people_by_id(tx, ids=[member_id], viewer=Viewer())
    if member_id not in found:
        raise NotThere(say("You were not a member at that time."))
    person, connections = found[member_id], await load_connections(tx, member_id=member_id)
    return Viewer(
        id=member_id,
        name=person.name,
        handle=person.handle,
        role=person.role,
        followees=connections.followees,
        friends=connections.friends,
        communities=await load_memberships(tx, member_id=member_id),
        circles=connections.circles,
        blocked=connections.blocked,
        site_open=ports.site_open,
    )
