"""Circles: their list, and one of them with who is in it."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from swannery.connections.actions import circles
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Id, Page


class CircleForm(msgspec.Struct, frozen=True, kw_only=True):
    """A circle's name."""

    name: str = ""


class PersonForm(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to put in, by handle, or to take out, by id."""

    person: str = ""
    member_id: int = 0


CircleData = Annotated[CircleForm, Body(media_type=RequestEncodingType.URL_ENCODED)]
PersonData = Annotated[PersonForm, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/circles")
async def show_circles(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page]) -> Response[Any]:
    """One's own circles."""
    return await _list(tx, viewer, page, form=FormState())


async def _list(tx: Transaction, viewer: Viewer, page: Page, *, form: FormState) -> Response[Any]:
    mine = await circles.list_circles(tx, viewer=viewer)
    return page.show("connections/circles.html", status=422 if form.errors else 200, circles=mine, form=form, active="settings")


@post("/circles", status_code=303)
async def make_circle(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], data: CircleData
) -> Response[Any]:
    """Make a circle."""
    try:
        circle_id = await circles.make_circle(tx, viewer=viewer, name=data.name)
    except Invalid as error:
        return await _list(tx, viewer, page, form=FormState(values={"name": data.name}, errors=error.fields))
    return page.go(f"/circles/{circle_id}", notice=page.gettext("Your circle is there. Now put people in."))


@get("/circles/{circle_id:int}")
async def show_circle(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], circle_id: FromPath[int]
) -> Response[Any]:
    """Who is in it."""
    return await _circle(tx, viewer, page, circle_id=Id.check(circle_id), form=FormState())


async def _circle(tx: Transaction, viewer: Viewer, page: Page, *, circle_id: int, form: FormState) -> Response[Any]:
    circle = await circles.read_circle(tx, viewer=viewer, circle_id=circle_id)
    inside = await circles.members_of_circle(tx, viewer=viewer, circle_id=circle_id)
    values = {"name": circle.name, **form.values}
    return page.show(
        "connections/circle.html",
        status=422 if form.errors else 200,
        circle=circle,
        people=inside,
        form=FormState(values=values, errors=form.errors),
        active="settings",
    )


@post("/circles/{circle_id:int}/name", status_code=303)
async def rename_circle(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    circle_id: FromPath[int],
    data: CircleData,
) -> Response[Any]:
    """Give it another name."""
    try:
        await circles.rename_circle(tx, viewer=viewer, circle_id=Id.check(circle_id), name=data.name)
    except Invalid as error:
        return await _circle(tx, viewer, page, circle_id=circle_id, form=FormState(values={"name": data.name}, errors=error.fields))
    return page.go(f"/circles/{circle_id}", notice=page.gettext("Saved."))


@post("/circles/{circle_id:int}/delete", status_code=303)
async def delete_circle(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], circle_id: FromPath[int]
) -> Response[Any]:
    """Delete it."""
    await circles.delete_circle(tx, viewer=viewer, circle_id=Id.check(circle_id))
    return page.go("/circles", notice=page.gettext("The circle is gone. What you posted for it is yours alone to read now."))


@post("/circles/{circle_id:int}/people", status_code=303)
async def put_in_circle(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    circle_id: FromPath[int],
    data: PersonData,
) -> Response[Any]:
    """Put somebody in, by handle."""
    try:
        person = await circles.put_in_circle(tx, viewer=viewer, circle_id=Id.check(circle_id), handle=data.person)
    except Invalid as error:
        return await _circle(tx, viewer, page, circle_id=circle_id, form=FormState(values={"person": data.person}, errors=error.fields))
    return page.go(f"/circles/{circle_id}", notice=page.gettext("%(name)s is in it now.") % {"name": person.name})


@post("/circles/{circle_id:int}/people/remove", status_code=303)
async def take_out_of_circle(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    circle_id: FromPath[int],
    data: PersonData,
) -> Response[Any]:
    """Take somebody out."""
    await circles.take_out_of_circle(tx, viewer=viewer, circle_id=Id.check(circle_id), person_id=data.member_id)
    return page.go(f"/circles/{circle_id}", notice=page.gettext("Taken out. They are not told."))


routes = [show_circles, make_circle, show_circle, rename_circle, delete_circle, put_in_circle, take_out_of_circle]
