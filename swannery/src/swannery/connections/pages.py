"""Following, befriending and blocking, the inbox and the list of whom one blocked, as HTML."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from swannery.accounts.models import Person
from swannery.connections import actions
from swannery.connections.actions import circles
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid
from swannery.foundation.paging import decode
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import FormState, Id, Page, local_path

BLOCKED_PAGE = "/settings/blocked"
MUTED_PAGE = "/settings/muted"


class RelationForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to go afterwards; who does it comes from the session, whom it is done to from the address, what from the route."""

    next: str = ""
    csrf_token: str = msgspec.field(default="", name="_csrf_token")


class MuteForm(RelationForm, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many days; none, or 0: until it is taken back."""

    days: int = 0


Data = Annotated[RelationForm, Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/members/{member_id:int}/follow", status_code=303)
async def take_follow(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """Follow somebody, or ask to."""
    person = await actions.follow(tx, viewer=viewer, person_id=member_id)
    now = await actions.relation(tx, viewer=viewer, person_id=member_id)
    follows, asks = page.gettext("You follow %(name)s now."), page.gettext("%(name)s will see that you would like to follow.")
    return await _answer(tx, viewer, page, person=person, data=data, notice=follows if now.following else asks)


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


@post("/members/{member_id:int}/follower/approve", status_code=303)
async def take_approve(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """Let somebody follow."""
    person = await actions.approve_follower(tx, viewer=viewer, person_id=member_id)
    return await _answer(tx, viewer, page, person=person, data=data, notice=page.gettext("%(name)s follows you now."))


@post("/members/{member_id:int}/follower/decline", status_code=303)
async def take_decline_follower(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """Do not let somebody follow."""
    person = await actions.decline_follower(tx, viewer=viewer, person_id=member_id)
    return await _answer(tx, viewer, page, person=person, data=data, notice=page.gettext("Declined. %(name)s is not told."))


@post("/members/{member_id:int}/follower/remove", status_code=303)
async def take_remove_follower(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """Have somebody follow no longer."""
    person = await actions.remove_follower(tx, viewer=viewer, person_id=member_id)
    return await _answer(
        tx, viewer, page, person=person, data=data, notice=page.gettext("%(name)s follows you no more. They are not told.")
    )


@post("/members/{member_id:int}/mute", status_code=303)
async def take_mute(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    member_id: FromPath[int],
    data: Annotated[MuteForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Keep somebody's posts out of one's feeds."""
    person = await actions.mute(tx, viewer=viewer, person_id=member_id, days=data.days or None)
    relation = RelationForm(next=data.next)
    return await _answer(tx, viewer, page, person=person, data=relation, notice=page.gettext("%(name)s is muted, and is not told."))


@post("/members/{member_id:int}/unmute", status_code=303)
async def take_unmute(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
) -> Response[Any]:
    """Have somebody's posts in one's feeds again."""
    person = await actions.unmute(tx, viewer=viewer, person_id=member_id)
    return await _answer(tx, viewer, page, person=person, data=data, notice=page.gettext("You see %(name)s in your feeds again."))


@get("/inbox")
async def show_inbox(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    received: FromQuery[str] = "",
    sent: FromQuery[str] = "",
    followers: FromQuery[str] = "",
) -> Response[Any]:
    """Requests that wait, to follow and to be friends, received and sent; each list has its own cursor."""
    waiting_followers = await actions.list_waiting_followers(tx, viewer=viewer, after=decode(followers))
    waiting = await actions.list_received_requests(tx, viewer=viewer, after=decode(received))
    asked = await actions.list_sent_requests(tx, viewer=viewer, after=decode(sent))
    ids = [request.person.id for request in (*waiting.items, *waiting_followers.items)]
    return page.show(
        "connections/inbox.html",
        followers=waiting_followers.items,
        next_followers=f"/inbox?followers={waiting_followers.next_cursor}" if waiting_followers.next_cursor else None,
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


@get(MUTED_PAGE)
async def show_muted(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], after: FromQuery[int] = 0
) -> Response[Any]:
    """Whom the viewer muted, and until when: nobody else can see it."""
    muted, next_after = await actions.list_muted(tx, viewer=viewer, after_id=Id.clamp(after))
    next_url = f"{MUTED_PAGE}?after={next_after}" if next_after else None
    return page.show("connections/muted.html", muted=muted, next_url=next_url, active="settings")


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


routes = [
    show_circles,
    make_circle,
    show_circle,
    rename_circle,
    delete_circle,
    put_in_circle,
    take_out_of_circle,
    take_approve,
    take_decline_follower,
    take_remove_follower,
    take_mute,
    take_unmute,
    show_muted,
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
