"""Circles: named lists of people that a post can be for. Only their owner knows of them; whoever is in one is not told."""

from swannery.accounts.actions.people import find_by_handle
from swannery.accounts.models import Person
from swannery.connections.actions import hold_member_alone, meet_person
from swannery.connections.models import Circle
from swannery.connections.queries import circles as queries
from swannery.connections.rules import MOST_CIRCLES, MOST_IN_A_CIRCLE, check_circle_name, could_be_member
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid, NotThere
from swannery.foundation.events import CircleChanged
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import Sentence, say


async def list_circles(tx: Transaction, *, viewer: Viewer) -> list[Circle]:
    """Return the viewer's own circles by name."""
    return await queries.list_of(tx, owner_id=viewer.member_id)


async def make_circle(tx: Transaction, *, viewer: Viewer, name: str) -> int:
    """Make a circle with nobody in it; returns its id."""
    await hold_member_alone(tx, member_id=viewer.member_id)  # two at once could take the same name
    there = await list_circles(tx, viewer=viewer)
    if len(there) >= MOST_CIRCLES:
        enough = say("You have %(most)s circles; that is all there can be.", most=MOST_CIRCLES)
        raise Invalid(say("This circle cannot be saved yet."), fields={"name": enough})
    return await queries.insert(tx, owner_id=viewer.member_id, name=check_circle_name(name, taken=[circle.name for circle in there]))


async def rename_circle(tx: Transaction, *, viewer: Viewer, circle_id: int, name: str) -> None:
    """Give a circle of one's own another name."""
    await hold_member_alone(tx, member_id=viewer.member_id)
    circle = await read_circle(tx, viewer=viewer, circle_id=circle_id)
    taken = [other.name for other in await list_circles(tx, viewer=viewer) if other.id != circle.id]
    await queries.rename(tx, circle_id=circle.id, name=check_circle_name(name, taken=taken))


async def delete_circle(tx: Transaction, *, viewer: Viewer, circle_id: int) -> None:
    """Delete a circle of one's own: what was posted for it is from then on read by its author alone."""
    circle = await read_circle(tx, viewer=viewer, circle_id=circle_id)
    await queries.delete(tx, circle_id=circle.id)


async def read_circle(tx: Transaction, *, viewer: Viewer, circle_id: int) -> Circle:
    """Return a circle of one's own; raises NotThere for those of others, as for none."""
    owner = viewer.member_id
    circle = await queries.find(tx, circle_id=circle_id, owner_id=owner) if could_be_member(circle_id) else None
    if circle is None:
        raise NotThere
    return circle


async def members_of_circle(tx: Transaction, *, viewer: Viewer, circle_id: int) -> list[Person]:
    """Return who is in a circle of one's own, by name."""
    circle = await read_circle(tx, viewer=viewer, circle_id=circle_id)
    return await queries.list_members(tx, circle_id=circle.id, hidden=viewer.blocked)


async def put_in_circle(tx: Transaction, *, viewer: Viewer, circle_id: int, handle: str) -> Person:
    """Put somebody into a circle of one's own by their handle; they are not told."""
    found = await find_by_handle(tx, handle=handle, viewer=viewer)
    if found is None or found.id == viewer.id:
        raise _not_put_in(say("Nobody else here has this handle."))
    return await put_person_in_circle(tx, viewer=viewer, circle_id=circle_id, person_id=found.id)


async def put_person_in_circle(tx: Transaction, *, viewer: Viewer, circle_id: int, person_id: int) -> Person:
    """Put somebody into a circle of one's own; they are not told. Raises NotThere for whom the viewer may not know of."""
    person = (await meet_person(tx, viewer=viewer, person_id=person_id)).person
    circle = await read_circle(tx, viewer=viewer, circle_id=circle_id)
    if circle.size >= MOST_IN_A_CIRCLE:
        raise _not_put_in(say("%(most)s people fit into a circle; a community holds more.", most=MOST_IN_A_CIRCLE))
    await queries.add(tx, circle_id=circle.id, member_id=person.id)
    await tx.tell(CircleChanged(member_id=person.id))
    return person


def _not_put_in(sentence: Sentence) -> Invalid:
    return Invalid(say("Nobody was put in."), fields={"person": sentence})


async def take_out_of_circle(tx: Transaction, *, viewer: Viewer, circle_id: int, person_id: int) -> None:
    """Take somebody out of a circle of one's own; they are not told."""
    circle = await read_circle(tx, viewer=viewer, circle_id=circle_id)
    if could_be_member(person_id):
        await queries.remove(tx, circle_id=circle.id, member_id=person_id)
        await tx.tell(CircleChanged(member_id=person_id))
