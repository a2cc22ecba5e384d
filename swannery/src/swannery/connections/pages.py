"""Following, befriending and blocking, the inbox and the list of whom one blocked, as HTML."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from swannery.accounts.models import Person
from swannery.connections import actions
from swannery.foundation.database import Transaction
from swannery.foundation.paging import decode
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import Id, Page, local_path

BLOCKED_PAGE = "/settings/blocked"


class RelationForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to go afterwards; who does it comes from the session, whom it is done to from the address, what from the route."""

    next: str = ""
    csrf_token: str = msgspec.field(default="", name="_csrf_token")


Data = Annotated[RelationForm, Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/members/{member_id:int}/follow", status_code=303)
async def take_follow(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """Follow somebody."""
    person = await actions.follow(tx, viewer=viewer, person_id=member_id)
    return await _answer(tx, viewer, page, person=person, data=data, notice=page.gettext("You follow %(name)s now."))


@post("/members/{member_id:int}/unfollow", status_code=303)
async def take_unfollow(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """Follow somebody no longer."""
    person = await actions.unfollow(tx, viewer=viewer, person_id=member_id)
    return await _answer(tx, viewer, page, person=person, data=data, notice=page.gettext("You no longer follow %(name)s."))


@post("/members/{member_id:int}/friend-request", status_code=303)
async def take_friend_request(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """Ask somebody to be friends."""
    person = await actions.send_friend_request(tx, viewer=viewer, person_id=member_id)
    now = await actions.relation(tx, viewer=viewer, person_id=member_id)
    notice = page.gettext("You and %(name)s are friends now.") if now.friends else page.gettext("%(name)s will see your request.")
    return await _answer(tx, viewer, page, person=person, data=data, notice=notice)


@post("/members/{member_id:int}/friend-request/accept", status_code=303)
async def take_accept(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """Say yes."""
    person = await actions.accept_friend_request(tx, viewer=viewer, person_id=member_id)
    return await _answer(tx, viewer, page, person=person, data=data, notice=page.gettext("You and %(name)s are friends now."))


@post("/members/{member_id:int}/friend-request/decline", status_code=303)
async def take_decline(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """Say no."""
    person = await actions.decline_friend_request(tx, viewer=viewer, person_id=member_id)
    return await _answer(tx, viewer, page, person=person, data=data, notice=page.gettext("Declined. %(name)s is not told."))


@post("/members/{member_id:int}/friend-request/withdraw", status_code=303)
async def take_withdraw(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """Take one's own request back."""
    person = await actions.withdraw_friend_request(tx, viewer=viewer, person_id=member_id)
    now = await actions.relation(tx, viewer=viewer, person_id=member_id)
    late, done = page.gettext("%(name)s had already accepted."), page.gettext("Your request to %(name)s is withdrawn.")
    return await _answer(tx, viewer, page, person=person, data=data, notice=late if now.friends else done)


@post("/members/{member_id:int}/unfriend", status_code=303)
async def take_unfriend(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """End a friendship."""
    person = await actions.unfriend(tx, viewer=viewer, person_id=member_id)
    return await _answer(tx, viewer, page, person=person, data=data, notice=page.gettext("You and %(name)s are no longer friends."))


@post("/members/{member_id:int}/block", status_code=303)
async def take_block(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """Hide two people from each other. Their profile is no page of the viewer's any more, so nobody is sent there."""
    person = await actions.block(tx, viewer=viewer, person_id=member_id)
    notice = page.gettext("You and %(name)s do not see each other any more.")
    return await _answer(tx, viewer, page, person=person, data=data, notice=notice, instead_of_profile=BLOCKED_PAGE)


@post("/members/{member_id:int}/unblock", status_code=303)
async def take_unblock(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """Take a block back."""
    person = await actions.unblock(tx, viewer=viewer, person_id=member_id)
    notice = page.gettext("You no longer block %(name)s.")
    return await _answer(tx, viewer, page, person=person, data=data, notice=notice, instead_of_profile=BLOCKED_PAGE)


async def _answer(
    tx: Transaction, viewer: Viewer, page: Page, *, person: Person, data: RelationForm, notice: str, instead_of_profile: str = ""
) -> Response[Any]:
    """Draw the buttons again for htmx; without it go where the form says, else back, else to the person's profile."""
    if page.partial:
        relation = await actions.relation(tx, viewer=viewer, person_id=person.id)
        compact = not page.came_from(person.url)
        return page.show("connections/relation.html", person=person, relation=relation, compact=compact)
    back = local_path(data.next, otherwise=page.back(person.url))
    at_profile = back.partition("?")[0].partition("#")[0] == person.url
    return page.go(instead_of_profile if instead_of_profile and at_profile else back, notice=notice % {"name": person.name})


@get("/inbox")
async def show_inbox(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    received: FromQuery[str] = "",
    sent: FromQuery[str] = "",
) -> Response[Any]:
    """Friend requests that wait, received and sent; each list has its own cursor."""
    waiting = await actions.list_received_requests(tx, viewer=viewer, after=decode(received))
    asked = await actions.list_sent_requests(tx, viewer=viewer, after=decode(sent))
    ids = [request.person.id for request in waiting.items]
    return page.show(
        "connections/inbox.html",
        received=waiting.items,
        next_received=f"/inbox?received={waiting.next_cursor}" if waiting.next_cursor else None,
        sent=asked.items,
        next_sent=f"/inbox?sent={asked.next_cursor}" if asked.next_cursor else None,
        relations=await actions.relations(tx, viewer=viewer, ids=ids),
        active="inbox",
    )


@get(BLOCKED_PAGE)
async def show_blocked(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], after: FromQuery[int] = 0
) -> Response[Any]:
    """Whom the viewer blocked: nobody else can see it."""
    listed = await actions.list_blocked(tx, viewer=viewer, after_id=Id.clamp(after))
    next_url = f"{BLOCKED_PAGE}?after={listed.next_after}" if listed.next_after else None
    return page.show("connections/blocked.html", people=listed.people, next_url=next_url, active="settings")


routes = [
    take_follow,
    take_unfollow,
    take_friend_request,
    take_accept,
    take_decline,
    take_withdraw,
    take_unfriend,
    take_block,
    take_unblock,
    show_inbox,
    show_blocked,
]
