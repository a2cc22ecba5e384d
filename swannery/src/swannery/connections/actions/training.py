"""Who trains whom: from the sessions the app recorded, and only once both say so. Nobody else is told."""

from collections.abc import Sequence
from typing import cast

import msgspec

from swannery.accounts.models import Person
from swannery.activities import actions as activities
from swannery.activities.models import Shared
from swannery.connections import actions
from swannery.connections.models import Relation, Tie, Training, TrainingPage, TrainingRequest, TrainingRole
from swannery.connections.queries import training as queries
from swannery.foundation import throttle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict
from swannery.foundation.events import TrainingConfirmed, TrainingEnded, TrainingRequested
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say

PAGE = 30
ASKED_A_DAY = 100


async def confirm_trainer(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Say that somebody trains the viewer; they are asked, or it is settled if they said so first. Raises Conflict without any session."""
    return await _confirm(tx, viewer=viewer, person_id=person_id, role="trainer")


async def confirm_client(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Say that the viewer trains somebody; they are asked, or it is settled if they said so first. Raises Conflict without any session."""
    return await _confirm(tx, viewer=viewer, person_id=person_id, role="client")


async def remove_trainer(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Say no, take one's own word back, or end it: somebody does not train the viewer. They are not told."""
    return await _remove(tx, viewer=viewer, person_id=person_id, role="trainer")


async def remove_client(tx: Transaction, *, viewer: Viewer, person_id: int) -> Person:
    """Say no, take one's own word back, or end it: the viewer does not train somebody. They are not told."""
    return await _remove(tx, viewer=viewer, person_id=person_id, role="client")


async def relation_with_sessions(tx: Transaction, *, viewer: Viewer, person_id: int) -> Relation:
    """Return how the viewer stands to one person, and whether the app recorded sessions of the two."""
    found = await actions.relation(tx, viewer=viewer, person_id=person_id)
    if viewer.id is None or found.is_me or found.blocking or "none" not in (found.trainer, found.client):
        return found
    trains, trained = await activities.trained_together(tx, member_id=viewer.id, person_id=person_id)
    trainer: Tie = "recorded" if found.trainer == "none" and trained else found.trainer
    client: Tie = "recorded" if found.client == "none" and trains else found.client
    return msgspec.structs.replace(found, trainer=trainer, client=client)


async def list_training(tx: Transaction, *, viewer: Viewer, role: TrainingRole, after_id: int = 0) -> TrainingPage:
    """Return a page of those who are the viewer's trainers, or clients, or wait to be: theirs alone to see."""
    found = await queries.list_of(tx, member_id=viewer.member_id, role=role, hidden=viewer.blocked, after_id=after_id, limit=PAGE + 1)
    shown = await _with_sessions(tx, viewer, found[:PAGE])
    return TrainingPage(items=tuple(shown), next_after=shown[-1].person.id if len(found) > PAGE else None)


async def list_recorded(tx: Transaction, *, viewer: Viewer, role: TrainingRole) -> list[Training]:
    """Return with whom the app recorded sessions and nothing is said yet, the latest first, at most so many as a page holds."""
    said = await queries.ids_of(tx, member_id=viewer.member_id, role=role)
    found = await activities.partners(tx, viewer=viewer, as_trainer=role == "client", without=said, limit=PAGE)
    return [
        Training(person=person, role=role, tie="recorded", sessions=shared.sessions, last_at=shared.last_at) for person, shared in found
    ]


async def list_waiting(tx: Transaction, *, viewer: Viewer) -> list[TrainingRequest]:
    """Return who waits for the viewer's word, the newest first, at most so many as a page holds."""
    found = await queries.list_waiting(tx, member_id=viewer.member_id, hidden=viewer.blocked, limit=PAGE)
    sent = {(one.person.id, one.role): at for one, at in found}
    roles: tuple[TrainingRole, ...] = ("trainer", "client")
    known = {
        (one.person.id, role): one
        for role in roles
        for one in await _with_sessions(tx, viewer, [one for one, _ in found if one.role == role])
    }
    return [TrainingRequest(training=known[key], sent_at=at) for key, at in sent.items()]


async def _with_sessions(tx: Transaction, viewer: Viewer, found: Sequence[Training]) -> list[Training]:
    """Return the same, all of one role, with what the app recorded."""
    if not found:
        return []
    role = found[0].role
    ids = [one.person.id for one in found]
    counted = await activities.sessions_with(tx, member_id=viewer.member_id, as_trainer=role == "client", ids=ids)
    nothing = Shared(sessions=0, last_at=None)
    return [
        msgspec.structs.replace(one, sessions=shared.sessions, last_at=shared.last_at)
        for one in found
        for shared in (counted.get(one.person.id, nothing),)
    ]


def _pair(viewer: Viewer, person: Person, role: TrainingRole) -> dict[str, int]:
    ids = (person.id, viewer.member_id) if role == "trainer" else (viewer.member_id, person.id)
    return dict(zip(("trainer_id", "client_id"), ids, strict=True))


async def _confirm(tx: Transaction, *, viewer: Viewer, person_id: int, role: TrainingRole) -> Person:
    person = (await actions.meet_person(tx, viewer=viewer, person_id=person_id)).person
    pair = _pair(viewer, person, role)
    if not await queries.is_there(tx, **pair) and not await activities.trained(tx, **pair):
        raise Conflict(
            say("The app has recorded no session of you and %(name)s.", name=person.name),
            next_step=say("Once a session is completed there, you can say so."),
        )
    mine = cast("TrainingRole", {"trainer": "client", "client": "trainer"}[role])
    tie = await queries.confirm(tx, **pair, by=mine)
    if tie == "asked":
        await throttle.limit(tx, what="training", who=str(viewer.id), times=ASKED_A_DAY, window_s=actions.DAY_S)
        await tx.tell(TrainingRequested(asker_id=viewer.member_id, addressee_id=person.id))
    elif tie == "confirmed":
        await tx.tell(TrainingConfirmed(**pair))
    return person


async def _remove(tx: Transaction, *, viewer: Viewer, person_id: int, role: TrainingRole) -> Person:
    person = (await actions.meet_person(tx, viewer=viewer, person_id=person_id)).person
    pair = _pair(viewer, person, role)
    if await queries.delete(tx, **pair):
        await tx.tell(TrainingEnded(**pair))
    return person
