"""Saying whether one comes to an event, and who else does."""

from typing import get_args

from swannery.foundation import throttle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, NotThere
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say
from swannery.posts.actions.answering import ANSWERS_AN_HOUR, HOUR_S
from swannery.posts.actions.answering import answer as store
from swannery.posts.actions.reading import read_post
from swannery.posts.details import Event
from swannery.posts.models import Attendance, Attendee, Post
from swannery.posts.queries import answers as queries

ATTENDEES = 50
CHOICES: tuple[Attendance, ...] = get_args(Attendance)


async def attend(tx: Transaction, *, viewer: Viewer, post_id: int, answer: Attendance | None) -> Post:
    """Say whether one comes to an event one may read, or otherwise than before; None takes it back. The same again changes nothing.

    Where places are counted, whoever comes first has one: two at once cannot both take the last. Returns the post.
    """
    member = viewer.member_id
    post = await read_post(tx, viewer=viewer, post_id=post_id)
    if not isinstance(post.details, Event) or post.answers is None:
        raise Conflict(say("This is no event."))
    if post.answers.closed:
        raise Conflict(say("This event is over."))
    if post.state != "shown":
        raise Conflict(say("Nobody can answer while this post is not shown."))
    await throttle.limit(tx, what="answer", who=str(member), times=ANSWERS_AN_HOUR, window_s=HOUR_S)
    chosen = [1 + CHOICES.index(answer)] if answer else []
    if not await store(tx, post=post, member_id=member, chosen=chosen):
        raise Conflict(say("Every place is taken."), next_step=say("Say “maybe” and look again later: somebody may give theirs back."))
    return await read_post(tx, viewer=viewer, post_id=post_id)


async def list_attendees(
    tx: Transaction, *, viewer: Viewer, post_id: int, answer: Attendance, after: int = 0
) -> tuple[list[Attendee], int | None]:
    """Return who answered so to an event one may read, as far as the viewer may know of them, and where the next page begins.

    For members only.
    """
    _ = viewer.member_id
    post = await read_post(tx, viewer=viewer, post_id=post_id)
    if not isinstance(post.details, Event):
        raise NotThere
    choice = 1 + CHOICES.index(answer)
    found = await queries.read_attendees(tx, post_id=post_id, viewer=viewer, choice=choice, after=after, limit=ATTENDEES + 1)
    people = [Attendee(person=person, answer=answer) for person in found[:ATTENDEES]]
    return people, people[-1].person.id if len(found) > ATTENDEES else None
