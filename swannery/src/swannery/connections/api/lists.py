"""Lists of people: who follows whom, who waits, whom one blocked and muted, and with whom one trains."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery

from swannery.accounts.schemas import PersonOut, person_out
from swannery.connections import actions
from swannery.connections.actions import training
from swannery.connections.models import FriendRequest, Listed, Tie, Training, TrainingRole
from swannery.foundation.database import Transaction
from swannery.foundation.paging import PageOf, decode
from swannery.foundation.parameters import AfterCursor, AfterId, PathId
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS


class PeopleOut(msgspec.Struct, frozen=True):
    """A page of people; `next_after` is the `after` of the next one."""

    items: list[PersonOut]
    next_after: int | None


class RequestOut(msgspec.Struct, frozen=True):
    """Somebody who waits, or is waited for."""

    person: PersonOut
    sent_at: datetime


class RequestsOut(msgspec.Struct, frozen=True):
    """The newest first."""

    items: list[RequestOut]
    next: str | None


class MutedOut(msgspec.Struct, frozen=True):
    """Somebody whose posts stay out of the feeds: until then, or until it is taken back."""

    person: PersonOut
    until: datetime | None


class MutesOut(msgspec.Struct, frozen=True):
    """A page of them; `next_after` is the `after` of the next one."""

    items: list[MutedOut]
    next_after: int | None


class TrainingOut(msgspec.Struct, frozen=True):
    """What a person is to this member, how far that is settled, and the sessions the app recorded."""

    person: PersonOut
    role: TrainingRole
    tie: Tie
    sessions: int
    last_at: datetime | None


class TrainingsOut(msgspec.Struct, frozen=True):
    """A page of those of whom one of the two said so, and (on the first) those whom only the app recorded."""

    items: list[TrainingOut]
    recorded: list[TrainingOut]
    next_after: int | None


def route_of(kind: str, read: Callable[..., Awaitable[Listed]], summary: str) -> HTTPRouteHandler:
    """Return the route of a list of people who are connected to somebody; members only."""

    @get(f"/api/v1/members/{{member_id:int}}/{kind}", responses=PROBLEMS, tags=["people"], summary=summary, name=f"list {kind}")
    async def list_connected(
        tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], member_id: PathId, after: AfterId = 0
    ) -> PeopleOut:
        _ = viewer.member_id
        return _people(await read(tx, viewer=viewer, person_id=member_id, after_id=after))

    return list_connected


CONNECTED = [
    route_of("friends", actions.list_friends, "A person's friends"),
    route_of("followers", actions.list_followers, "Who follows a person"),
    route_of("followees", actions.list_followees, "Whom a person follows"),
]


@get("/api/v1/me/requests", responses=PROBLEMS, tags=["people"], summary="Read requests that wait")
async def list_requests(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    of: FromQuery[Literal["received", "sent", "followers"]] = "received",
    after: AfterCursor = None,
) -> RequestsOut:
    """Return who asked to be friends (`received`), whom one asked (`sent`), or who waits for approval to follow (`followers`)."""
    read = {"received": actions.list_received_requests, "sent": actions.list_sent_requests, "followers": actions.list_waiting_followers}
    return _requests(await read[of](tx, viewer=viewer, after=decode(after)))


@get("/api/v1/me/blocked", responses=PROBLEMS, tags=["people"], summary="Read whom one blocked")
async def list_blocked(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], after: AfterId = 0) -> PeopleOut:
    """Return a page of those whom the viewer blocked."""
    return _people(await actions.list_blocked(tx, viewer=viewer, after_id=after))


@get("/api/v1/me/muted", responses=PROBLEMS, tags=["people"], summary="Read whom one muted")
async def list_muted(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], after: AfterId = 0) -> MutesOut:
    """Return a page of those whom the viewer muted, and until when."""
    found, next_after = await actions.list_muted(tx, viewer=viewer, after_id=after)
    return MutesOut(items=[MutedOut(person=person_out(one.person), until=one.until) for one in found], next_after=next_after)


@get("/api/v1/me/training", responses=PROBLEMS, tags=["people"], summary="Read with whom one trains")
async def list_training(
    tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], role: FromQuery[TrainingRole] = "trainer", after: AfterId = 0
) -> TrainingsOut:
    """Return a page of the viewer's trainers, or clients: confirmed, or waiting for one of the two."""
    page = await training.list_training(tx, viewer=viewer, role=role, after_id=after)
    recorded = [] if after else await training.list_recorded(tx, viewer=viewer, role=role)
    return TrainingsOut(items=_trainings(page.items), recorded=_trainings(recorded), next_after=page.next_after)


def _people(listed: Listed) -> PeopleOut:
    return PeopleOut(items=[person_out(person) for person in listed.people], next_after=listed.next_after)


def _requests(page: PageOf[FriendRequest]) -> RequestsOut:
    items = [RequestOut(person=person_out(one.person), sent_at=one.sent_at) for one in page.items]
    return RequestsOut(items=items, next=page.next_cursor)


def _trainings(found: Iterable[Training]) -> list[TrainingOut]:
    return [
        TrainingOut(person=person_out(one.person), role=one.role, tie=one.tie, sessions=one.sessions, last_at=one.last_at) for one in found
    ]


routes = [*CONNECTED, list_requests, list_blocked, list_muted, list_training]
