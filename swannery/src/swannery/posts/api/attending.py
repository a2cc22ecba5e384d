"""Coming to events."""

import msgspec
from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from swannery.accounts.schemas import PersonOut, person_out
from swannery.foundation.database import Transaction
from swannery.foundation.parameters import AfterId, PathId
from swannery.foundation.viewer import Viewer
from swannery.foundation.web import PROBLEMS
from swannery.posts import actions
from swannery.posts.models import Attendance
from swannery.posts.schemas import PostOut, post_out


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """Whether one comes to an event."""

    answer: Attendance


class AttendeesOut(msgspec.Struct, frozen=True):
    """Who answered so, in order of their ids; `next_after` is the parameter of the next page, if there is one."""

    answer: Attendance
    items: list[PersonOut]
    next_after: int | None


@put("/api/v1/posts/{post_id:int}/attendance", responses=PROBLEMS, tags=["posts"], summary="Say whether one comes")
async def attend(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId, data: JSONBody[Answer]) -> PostOut:
    """Answer an event, or otherwise than before; the same again changes nothing. 409 when every place is taken. Returns the post."""
    return post_out(await actions.attend(tx, viewer=viewer, post_id=post_id, answer=data.answer))


@delete("/api/v1/posts/{post_id:int}/attendance", status_code=200, responses=PROBLEMS, tags=["posts"], summary="Take one's answer back")
async def unattend(tx: NamedDependency[Transaction], viewer: NamedDependency[Viewer], post_id: PathId) -> PostOut:
    """Take one's answer to an event back; again changes nothing. Returns the post."""
    return post_out(await actions.attend(tx, viewer=viewer, post_id=post_id, answer=None))


@get("/api/v1/posts/{post_id:int}/attendance", responses=PROBLEMS, tags=["posts"], summary="See who comes")
async def list_attendees(
    tx: NamedDependency[Transaction],
    viewer: NamedDependency[Viewer],
    post_id: PathId,
    answer: FromQuery[Attendance] = "going",
    after: AfterId = 0,
) -> AttendeesOut:
    """Return who answered an event so, as far as the viewer may know of them."""
    people, next_after = await actions.list_attendees(tx, viewer=viewer, post_id=post_id, answer=answer, after=after)
    return AttendeesOut(answer=answer, items=[person_out(one.person) for one in people], next_after=next_after)


routes = [attend, unattend, list_attendees]
