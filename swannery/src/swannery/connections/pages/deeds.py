"""What can be done to somebody: a button each, and what is said when it is done."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath

from swannery.accounts.models import Person
from swannery.connections import actions
from swannery.connections.actions import training
from swannery.connections.models import Relation
from swannery.connections.pages.lists import BLOCKED_PAGE
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import Page, local_path


class RelationForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to go afterwards; who does it comes from the session, whom it is done to from the address, what from the route."""

    next: str = ""
    csrf_token: str = msgspec.field(default="", name="_csrf_token")


class MuteForm(RelationForm, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how many days; none, or 0: until it is taken back."""

    days: int = 0


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """A deed at its address. Where it can end in two ways, `otherwise` is said unless the relation is then as `when` says."""

    path: str
    act: Callable[..., Awaitable[Person]]
    words: str
    otherwise: str = ""
    when: Callable[[Relation], bool] | None = None
    instead_of_profile: str = ""


def _(words: str) -> str:
    """Mark words for translators; they are put into the reader's language when they are said."""
    return words


DEEDS = (
    Deed(
        path="follow", act=actions.follow, words=_("You follow %(name)s now."),
        otherwise=_("%(name)s will see that you would like to follow."), when=lambda now: now.following,
    ),
    Deed(path="unfollow", act=actions.unfollow, words=_("You no longer follow %(name)s.")),
    Deed(
        path="friend-request", act=actions.send_friend_request, words=_("You and %(name)s are friends now."),
        otherwise=_("%(name)s will see your request."), when=lambda now: now.friends,
    ),
    Deed(path="friend-request/accept", act=actions.accept_friend_request, words=_("You and %(name)s are friends now.")),
    Deed(path="friend-request/decline", act=actions.decline_friend_request, words=_("Declined. %(name)s is not told.")),
    Deed(
        path="friend-request/withdraw", act=actions.withdraw_friend_request, words=_("%(name)s had already accepted."),
        otherwise=_("Your request to %(name)s is withdrawn."), when=lambda now: now.friends,
    ),
    Deed(path="unfriend", act=actions.unfriend, words=_("You and %(name)s are no longer friends.")),
    Deed(path="follower/approve", act=actions.approve_follower, words=_("%(name)s follows you now.")),
    Deed(path="follower/decline", act=actions.decline_follower, words=_("Declined. %(name)s is not told.")),
    Deed(path="follower/remove", act=actions.remove_follower, words=_("%(name)s follows you no more. They are not told.")),
    Deed(
        path="trainer", act=training.confirm_trainer, words=_("%(name)s is your trainer here now."),
        otherwise=_("%(name)s will see that you named them as your trainer."), when=lambda now: now.trainer == "confirmed",
    ),
    Deed(path="trainer/remove", act=training.remove_trainer, words=_("%(name)s is not your trainer here. They are not told.")),
    Deed(
        path="client", act=training.confirm_client, words=_("You train %(name)s, and both of you say so."),
        otherwise=_("%(name)s will see that you named them as your client."), when=lambda now: now.client == "confirmed",
    ),
    Deed(path="client/remove", act=training.remove_client, words=_("%(name)s is not your client here. They are not told.")),
    Deed(path="unmute", act=actions.unmute, words=_("You see %(name)s in your feeds again.")),
    # Their profile is no page of the viewer's any more, so nobody is sent there.
    Deed(
        path="block", act=actions.block, words=_("You and %(name)s do not see each other any more."), instead_of_profile=BLOCKED_PAGE,
    ),
    Deed(path="unblock", act=actions.unblock, words=_("You no longer block %(name)s."), instead_of_profile=BLOCKED_PAGE),
)  # fmt: skip


Data = Annotated[RelationForm, Body(media_type=RequestEncodingType.URL_ENCODED)]


def route_of(deed: Deed) -> HTTPRouteHandler:
    """Return the route at which a deed is done."""

    @post(f"/members/{{member_id:int}}/{deed.path}", status_code=303)
    async def take(
        tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], page: NamedDependency[Page], member_id: FromPath[int], data: Data
    ) -> Response[Any]:
        person = await deed.act(tx, viewer=viewer, person_id=member_id)
        done = deed.when is None or deed.when(await actions.relation(tx, viewer=viewer, person_id=member_id))
        notice = page.gettext(deed.words if done else deed.otherwise)
        return await answer(tx, viewer, page, person=person, data=data, notice=notice, instead_of_profile=deed.instead_of_profile)

    return take


@post("/members/{member_id:int}/mute", status_code=303)
async def mute(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    page: NamedDependency[Page],
    member_id: FromPath[int],
    data: Annotated[MuteForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Keep somebody's posts out of one's feeds."""
    person = await actions.mute(tx, viewer=viewer, person_id=member_id, days=data.days or None)
    relation = RelationForm(next=data.next)
    return await answer(tx, viewer, page, person=person, data=relation, notice=page.gettext("%(name)s is muted, and is not told."))


async def answer(
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


routes = [*map(route_of, DEEDS), mute]
