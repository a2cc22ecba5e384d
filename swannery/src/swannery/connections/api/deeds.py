"""What can be done to somebody: PUT to do it, DELETE to undo it. Each answers with how one stands to them then; again changes nothing."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

import msgspec
from litestar import get, put, route
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from swannery.accounts.actions.people import find_person
from swannery.accounts.models import Person
from swannery.connections import actions
from swannery.connections.actions import training
from swannery.connections.models import Relation
from swannery.foundation.database import Transaction
from swannery.foundation.parameters import PathId
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS

MuteDays = Annotated[Literal[1, 7, 30] | None, QueryParameter(description="Without it, until it is taken back.")]
HttpMethod = Literal["PUT", "DELETE"]
Act = Callable[..., Awaitable[Person]]


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What PUT and DELETE at an address do, and what the description says of both."""

    path: str
    put: Act | None
    delete: Act
    putting: str = ""
    deleting: str


async def end_request(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Whichever of the two asked: there is one request between them at most."""
    await actions.withdraw_friend_request(tx, viewer=viewer, person_id=person_id)
    return await actions.decline_friend_request(tx, viewer=viewer, person_id=person_id)


async def end_following(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Whether they follow already or wait for approval."""
    await actions.decline_follower(tx, viewer=viewer, person_id=person_id)
    return await actions.remove_follower(tx, viewer=viewer, person_id=person_id)


DEEDS = (
    Deed(
        path="follow", put=actions.follow, delete=actions.unfollow,
        putting="Follow a person, or ask to", deleting="Follow a person no longer, or take the request back",
    ),
    Deed(
        path="follower", put=actions.approve_follower, delete=end_following,
        putting="Let somebody follow who waits for it", deleting="Have somebody follow no longer, or decline it",
    ),
    Deed(
        path="friend-request", put=actions.send_friend_request, delete=end_request,
        putting="Ask to be friends, or accept if they asked", deleting="Take one's own request back, or decline theirs",
    ),
    Deed(
        path="friendship", put=actions.accept_friend_request, delete=actions.unfriend,
        putting="Accept a friend request", deleting="End a friendship",
    ),
    Deed(
        path="trainer", put=training.confirm_trainer, delete=training.remove_trainer,
        putting="Say that a person trains oneself", deleting="Say no, take it back, or end it",
    ),
    Deed(
        path="client", put=training.confirm_client, delete=training.remove_client,
        putting="Say that one trains a person", deleting="Say no, take it back, or end it",
    ),
    Deed(
        path="block", put=actions.block, delete=actions.unblock,
        putting="Hide oneself and a person from each other", deleting="Take one's own block back",
    ),
    Deed(path="mute", put=None, delete=actions.unmute, deleting="Have a person's posts in one's feeds again"),
)  # fmt: skip


def routes_of(deed: Deed) -> list[HTTPRouteHandler]:
    """Return the routes of a deed."""
    found = [_route("PUT", deed, deed.put, summary=deed.putting)] if deed.put else []
    return [*found, _route("DELETE", deed, deed.delete, summary=deed.deleting)]


def _route(method: HttpMethod, deed: Deed, act: Act, *, summary: str) -> HTTPRouteHandler:
    @route(
        f"/api/v1/members/{{member_id:int}}/{deed.path}",
        http_method=method,
        status_code=200,
        responses=PROBLEMS,
        tags=["people"],
        summary=summary,
        name=f"{method} {deed.path}",
        operation_id=f"ApiV1MembersMemberId{deed.path.title().replace('-', '')}{method.title()}",
    )
    async def take(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], member_id: PathId) -> Relation:
        await act(tx, viewer=viewer, person_id=member_id)
        return await actions.relation(tx, viewer=viewer, person_id=member_id)

    return take


@put("/api/v1/members/{member_id:int}/mute", responses=PROBLEMS, tags=["people"], summary="Keep a person's posts out of one's feeds")
async def put_mute(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], member_id: PathId, days: MuteDays = None) -> Relation:
    """Mute a person for some days, or until it is taken back; they are not told."""
    await actions.mute(tx, viewer=viewer, person_id=member_id, days=days)
    return await actions.relation(tx, viewer=viewer, person_id=member_id)


@get("/api/v1/members/{member_id:int}/relation", responses=PROBLEMS, tags=["people"], summary="How one stands to a person")
async def read_relation(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], member_id: PathId) -> Relation:
    """Return how the viewer stands to a person; `recorded` says that the app has sessions of the two."""
    _ = viewer.member_id
    await find_person(tx, member_id=member_id, viewer=viewer)
    return await training.relation_with_sessions(tx, viewer=viewer, person_id=member_id)


routes = [*(one for deed in DEEDS for one in routes_of(deed)), put_mute, read_relation]
