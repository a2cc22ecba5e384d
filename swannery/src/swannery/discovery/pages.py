"""Whom one may know, as a page and as a part of other pages."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from swannery.connections import actions as connections
from swannery.discovery import actions
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import Id, Page

BESIDE = 3


class SwitchForm(msgspec.Struct, frozen=True):
    """Do not suggest this person, or do again."""

    on: Literal["0", "1"] = "1"


@get("/suggestions")
async def show_suggestions(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page]) -> Response[Any]:
    """Whom one may know, and why. Asked for as a part of another page, only the first few."""
    _ = viewer.member_id
    found = await actions.suggest(tx, viewer=viewer, limit=BESIDE if page.partial else actions.MOST)
    relations = await connections.relations(tx, viewer=viewer, ids=[one.person.id for one in found])
    template = "discovery/beside_part.html" if page.partial else "discovery/suggestions.html"
    return page.show(template, suggestions=found, relations=relations, active="people")


@post("/suggestions/{person_id:int}/dismiss", status_code=303)
async def dismiss(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    person_id: FromPath[int],
    data: Annotated[SwitchForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Have somebody suggested no longer, or again."""
    on = data.on == "1"
    await actions.dismiss(tx, viewer=viewer, person_id=Id.check(person_id), on=on)
    if page.partial and on:
        return page.show("discovery/dismissed_part.html", person_id=person_id)
    return page.go("/suggestions", notice=page.gettext("You will not see this suggestion again.") if on else "")


routes = [show_suggestions, dismiss]
