"""Taking over what the app recorded, and handing it to its member."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from swannery import config
from swannery.accounts.actions.people import people_by_id
from swannery.accounts.models import Person
from swannery.activities import queries
from swannery.activities.models import Activity, Shared
from swannery.activities.rules import per_week, title_of
from swannery.foundation import throttle
from swannery.foundation.database import AnyRow, Transaction
from swannery.foundation.errors import NotThere
from swannery.foundation.events import ActivityCompleted
from swannery.foundation.viewer import Viewer

LISTED = 30
PAGE = 1000
# A session is often marked as completed days after it took place.
LOOK_BACK = timedelta(days=3)
BEGINNING = timedelta(days=3650)
WHOLE_EVERY = timedelta(days=1)


async def import_activities(tx: Transaction, *, tables: Sequence[config.Activity], since: datetime) -> int:
    """Write down what the app recorded as completed since then; returns how many were new. Again finds nothing new."""
    return sum([await _import(tx, table=table, since=since) for table in tables])


async def import_when_due(tx: Transaction, *, tables: Sequence[config.Activity]) -> int:
    """Look a few days back, once a day and at first at all there is; that this was done is remembered with what was written."""
    new = 0
    for table in tables:
        whole = throttle.key_of("activities", table.source)
        if await throttle.tries(tx, keys=[whole]):
            new += await _import(tx, table=table, since=tx.now - LOOK_BACK)
        else:
            new += await _import(tx, table=table, since=tx.now - BEGINNING)
            await throttle.count_up(tx, key=whole, window_s=int(WHOLE_EVERY.total_seconds()))
    return new


async def _import(tx: Transaction, *, table: config.Activity, since: datetime) -> int:
    new, after = 0, None
    while True:
        page = await queries.find_new(tx, table=table, since=since, after=after, limit=PAGE)
        for activity_id, member_id in await queries.insert_new(tx, source=table.source, found=page.new) if page.new else ():
            new += 1
            await tx.tell(ActivityCompleted(activity_id=activity_id, member_id=member_id))
        if page.looked_at < PAGE:
            return new
        after = page.last_key


async def list_activities(tx: Transaction, *, viewer: Viewer) -> list[Activity]:
    """Return the viewer's own latest activities."""
    rows = await queries.list_latest(tx, member_id=viewer.member_id, limit=LISTED)
    return await _activities(tx, rows, viewer=viewer)


async def read_activity(tx: Transaction, *, viewer: Viewer, activity_id: int, to_share: bool = False) -> Activity:
    """Return one of the viewer's own activities; raises NotThere. `to_share` makes others who want to share it wait."""
    if to_share:
        await queries.lock(tx, member_id=viewer.member_id, activity_id=activity_id)
    row = await queries.read_one(tx, member_id=viewer.member_id, activity_id=activity_id)
    if row is None:
        raise NotThere
    return (await _activities(tx, [row], viewer=viewer))[0]


async def _activities(tx: Transaction, rows: Sequence[AnyRow], *, viewer: Viewer) -> list[Activity]:
    people = await people_by_id(tx, ids={row[3] for row in rows if row[3] is not None}, viewer=viewer)
    happened = await queries.times(tx, member_id=viewer.member_id) if rows else []
    return [
        Activity(
            id=row[0],
            title=title_of(row[1]),
            happened_at=row[2],
            partner=people.get(row[3]),
            shared_post_id=row[4],
            number=row[5],
            this_week=row[6],
            bars=per_week(happened, before=row[2]),
        )
        for row in rows
    ]


async def trained(tx: Transaction, *, trainer_id: int, client_id: int) -> bool:
    """Whether the app recorded a session in which one trained the other."""
    return (await trained_together(tx, member_id=trainer_id, person_id=client_id))[0]


async def trained_together(tx: Transaction, *, member_id: int, person_id: int) -> tuple[bool, bool]:
    """Whether the app recorded that a member trained a person, and that the person trained the member."""
    return await queries.trained_together(tx, member_id=member_id, person_id=person_id)


async def sessions_with(tx: Transaction, *, member_id: int, as_trainer: bool, ids: Collection[int]) -> dict[int, Shared]:
    """Return what a member had with each of these, training them or being trained; those without a session are missing."""
    found = await queries.partners(tx, member_id=member_id, as_trainer=as_trainer, only=ids)
    return {row[0]: Shared(sessions=row[1], last_at=row[2]) for row in found}


async def partners(
    tx: Transaction, *, viewer: Viewer, as_trainer: bool, without: Collection[int], limit: int
) -> list[tuple[Person, Shared]]:
    """Return whom the viewer trained, or who trained the viewer, the latest first; nobody hidden, and none of those to leave out."""
    left_out = (*without, *viewer.blocked)
    found = await queries.partners(tx, member_id=viewer.member_id, as_trainer=as_trainer, without=left_out, limit=limit)
    people = await people_by_id(tx, ids={row[0] for row in found}, viewer=viewer)
    return [(people[row[0]], Shared(sessions=row[1], last_at=row[2])) for row in found if row[0] in people]


async def mark_shared(tx: Transaction, *, viewer: Viewer, activity_id: int, post_id: int) -> None:
    """Note in which post the activity was shared."""
    await queries.set_shared(tx, member_id=viewer.member_id, activity_id=activity_id, post_id=post_id)


async def shared_again(tx: Transaction, *, viewer: Viewer, activity_id: int, post_id: int) -> int | None:
    """A deleted post of the activity is back: it is shared there again. Returns the newer post it was shared in meanwhile, if any."""
    await queries.lock(tx, member_id=viewer.member_id, activity_id=activity_id)
    row = await queries.read_one(tx, member_id=viewer.member_id, activity_id=activity_id)
    if row is None:
        return None
    if row[4] is None:
        await queries.set_shared(tx, member_id=viewer.member_id, activity_id=activity_id, post_id=post_id)
    return row[4] if row[4] != post_id else None


async def forget_share(tx: Transaction, *, post_id: int, member_id: int) -> None:
    """Its post is gone: the activity may be shared again."""
    await queries.forget_share(tx, post_id=post_id, member_id=member_id)


async def erase_member(tx: Transaction, *, member_id: int) -> None:
    """Erase what we wrote down of a member; the app's own rows are the app's."""
    await queries.delete_of_member(tx, member_id=member_id)
