"""Finding, founding, joining and leaving communities, as HTML. A community's own page is the portal's: it shows posts."""

from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from swannery.communities import actions
from swannery.communities.models import Foundation
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid, NotThere
from swannery.foundation.paging import decode
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Page

LIST = "/communities"


class FoundationForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a founder may say. Who owns it, its address, access and role come from nobody's form."""

    name: str = ""
    purpose: str = ""
    client_key: str = ""
    csrf_token: str = msgspec.field(default="", name="_csrf_token")


class MembershipForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing but the token: who joins comes from the session, in which role from the rules."""

    csrf_token: str = msgspec.field(default="", name="_csrf_token")


Wanted = Annotated[FoundationForm, Body(media_type=RequestEncodingType.URL_ENCODED)]
Nothing = Annotated[MembershipForm, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get(LIST)
async def show_communities(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], after: FromQuery[str] = ""
) -> Response[Any]:
    """One's own communities, and those one could join."""
    others = await actions.list_others(tx, viewer=viewer, after=decode(after))
    next_url = f"{LIST}?after={others.next_cursor}" if others.next_cursor else None
    yours = await actions.list_own(tx, viewer=viewer)
    return page.show("communities/list.html", yours=yours, others=others.items, next_url=next_url, active="communities")


@get(f"{LIST}/new")
async def show_new(viewer: NamedDependency[Viewer], page: NamedDependency[Page]) -> Response[Any]:
    """The form."""
    _ = viewer.member_id
    return _form(page, state=FormState(), client_key=uuid4())


@post(LIST, status_code=303)
async def take_new(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], data: Wanted
) -> Response[Any]:
    """Found a community, or say what of it cannot be taken; nothing typed is lost."""
    client_key = _key(data.client_key)
    try:
        wanted = Foundation(name=data.name, purpose=data.purpose)
        community = await actions.found_community(tx, viewer=viewer, wanted=wanted, client_key=client_key)
    except Invalid as error:
        state = FormState(values={"name": data.name, "purpose": data.purpose}, errors=error.fields)
        return _form(page, state=state, client_key=client_key)
    return page.go(community.url, notice=page.gettext("%(name)s is ready. Invite people by its address.") % {"name": community.name})


@post(f"{LIST}/{{slug:str}}/join", status_code=303)
async def take_join(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], slug: FromPath[str], data: Nothing
) -> Response[Any]:
    """Join."""
    del data
    community = await actions.join_community(tx, viewer=viewer, slug=slug)
    if page.partial and not page.came_from(community.url):
        return page.show("communities/membership.html", community=community)
    return page.go(community.url, notice=page.gettext("Welcome to %(name)s.") % {"name": community.name})


@post(f"{LIST}/{{slug:str}}/leave", status_code=303)
async def take_leave(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], slug: FromPath[str], data: Nothing
) -> Response[Any]:
    """Leave; doing it twice says nothing new."""
    del data
    left = await actions.leave_community(tx, viewer=viewer, slug=slug)
    if left is None:
        return page.go(LIST)
    if page.partial and not page.came_from(left.url):
        try:
            return page.show("communities/membership.html", community=await actions.read_community(tx, viewer=viewer, slug=slug))
        except NotThere:
            pass  # left for good: it is archived now, or closed to those outside
    return page.go(LIST, notice=page.gettext("You have left %(name)s.") % {"name": left.name})


def _form(page: Page, *, state: FormState, client_key: UUID) -> Response[Any]:
    status = 422 if state.errors else 200
    return page.show("communities/new.html", status=status, form=state, client_key=client_key, active="communities")


def _key(text: str) -> UUID:
    """Return the form's key; one that was not ours is replaced, so that it at least cannot be sent twice from now on."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


routes = [show_communities, show_new, take_new, take_join, take_leave]
