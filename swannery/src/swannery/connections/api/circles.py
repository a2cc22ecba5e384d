"""One's own circles: named lists of people that a post can be for."""

from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from swannery.accounts.schemas import PersonOut, person_out
from swannery.connections.actions import circles
from swannery.connections.rules import LONGEST_CIRCLE_NAME
from swannery.foundation.database import Transaction
from swannery.foundation.parameters import PathId
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS


class NewCircle(msgspec.Struct, forbid_unknown_fields=True):
    """A circle to make, or the name one shall have from now on."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_CIRCLE_NAME)]


class CircleOut(msgspec.Struct, frozen=True):
    """A circle of one's own and how many people are in it; nobody else knows of it."""

    id: int
    name: str
    size: int


class CirclesOut(msgspec.Struct, frozen=True):
    """By name."""

    items: list[CircleOut]


class CirclePeopleOut(msgspec.Struct, frozen=True):
    """Who is in it, by name."""

    items: list[PersonOut]


@get("/api/v1/circles", responses=PROBLEMS, tags=["circles"], summary="Read one's circles")
async def list_circles(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer]) -> CirclesOut:
    """Return the viewer's circles."""
    found = await circles.list_circles(tx, viewer=viewer)
    return CirclesOut(items=[CircleOut(id=one.id, name=one.name, size=one.size) for one in found])


@post("/api/v1/circles", status_code=201, responses=PROBLEMS, tags=["circles"], summary="Make a circle")
async def make_circle(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], data: JSONBody[NewCircle]) -> CircleOut:
    """Make a circle with nobody in it."""
    circle_id = await circles.make_circle(tx, viewer=viewer, name=data.name)
    made = await circles.read_circle(tx, viewer=viewer, circle_id=circle_id)
    return CircleOut(id=made.id, name=made.name, size=made.size)


@put("/api/v1/circles/{circle_id:int}", status_code=204, responses=PROBLEMS, tags=["circles"], summary="Rename a circle")
async def rename_circle(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], circle_id: PathId, data: JSONBody[NewCircle]
) -> None:
    """Name a circle anew."""
    await circles.rename_circle(tx, viewer=viewer, circle_id=circle_id, name=data.name)


@delete("/api/v1/circles/{circle_id:int}", status_code=204, responses=PROBLEMS, tags=["circles"], summary="Delete a circle")
async def delete_circle(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], circle_id: PathId) -> None:
    """Delete a circle; what was posted for it is from then on its author's alone to read."""
    await circles.delete_circle(tx, viewer=viewer, circle_id=circle_id)


@get("/api/v1/circles/{circle_id:int}/people", responses=PROBLEMS, tags=["circles"], summary="Read who is in a circle")
async def list_people(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], circle_id: PathId) -> CirclePeopleOut:
    """Return who is in a circle of the viewer's."""
    found = await circles.members_of_circle(tx, viewer=viewer, circle_id=circle_id)
    return CirclePeopleOut(items=[person_out(person) for person in found])


@put(
    "/api/v1/circles/{circle_id:int}/people/{member_id:int}",
    status_code=204,
    responses=PROBLEMS,
    tags=["circles"],
    summary="Put somebody into a circle",
)
async def put_in(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], circle_id: PathId, member_id: PathId) -> None:
    """Put somebody in; they are not told."""
    await circles.put_person_in_circle(tx, viewer=viewer, circle_id=circle_id, person_id=member_id)


@delete(
    "/api/v1/circles/{circle_id:int}/people/{member_id:int}",
    status_code=204,
    responses=PROBLEMS,
    tags=["circles"],
    summary="Take somebody out of a circle",
)
async def take_out(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], circle_id: PathId, member_id: PathId) -> None:
    """Take somebody out; they are not told."""
    await circles.take_out_of_circle(tx, viewer=viewer, circle_id=circle_id, person_id=member_id)


routes = [list_circles, make_circle, rename_circle, delete_circle, list_people, put_in, take_out]
