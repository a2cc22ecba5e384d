"""Members follow their users while a worker lives."""

from datetime import datetime, timedelta

from swannery.accounts.actions.app_pictures import due_app_pictures, note_app_pictures, take_app_picture
from swannery.accounts.actions.follow_users import follow_users, watch_signed_in
from swannery.config import Users
from swannery.foundation.database import Database, Transaction
from swannery.foundation.jobs import Errand, Tick
from swannery.host.actions import count_users_roughly

EVERY_S = 3.0  # what is promised is five, and a look takes its time
FULL_PASS_EVERY = timedelta(minutes=5)
MARGIN = timedelta(minutes=1)  # clocks of app and database differ, and a transaction of the app may commit late
MANY_USERS = 20_000


class Following:
    """Decides how much to look at. A worker that has just started knows nothing and looks at all."""

    def __init__(self, *, users: Users) -> None:
        self._users = users
        self._last_pass: datetime | None = None
        self._last_full: datetime | None = None

    async def look(self, tx: Transaction) -> None:
        """Look at all users of a small app each time; of a large one at those it touched or who are signed in, and at all now and then."""
        users, last_pass, last_full = self._users, self._last_pass, self._last_full
        full_is_due = last_pass is None or last_full is None or tx.now - last_full >= FULL_PASS_EVERY
        if full_is_due or await count_users_roughly(tx, users=users) <= MANY_USERS:
            await follow_users(tx, users=users)
            self._last_full = tx.now
        else:
            await watch_signed_in(tx, users=users)
            if users.updated and last_pass is not None:
                await follow_users(tx, users=users, updated_since=last_pass - MARGIN)
        self._last_pass = tx.now


def follow_users_tick(*, users: Users) -> Tick:
    """Return the work to hand to the queue."""
    return Tick(name="follow users", every_s=EVERY_S, work=Following(users=users).look)


async def _take_picture(database: Database, *, member_id: int) -> None:
    await take_app_picture(database, member_id=member_id)


# Thousands at once when an app is taken over, and nobody waits for one: whatever a member just wrote goes first.
APP_PICTURE = Errand(name="accounts.app_picture", work=_take_picture, priority=-1)
JOBS = (APP_PICTURE,)


class Pictures:
    """Looks through the users of a small app each minute, of a large one now and then; what was noted is fetched bit by bit."""

    def __init__(self, *, users: Users) -> None:
        self._users = users
        self._last: datetime | None = None

    async def look(self, tx: Transaction) -> None:
        """Note what is new, and leave what is due to errands."""
        is_due = self._last is None or tx.now - self._last >= FULL_PASS_EVERY
        if is_due or await count_users_roughly(tx, users=self._users) <= MANY_USERS:
            self._last = tx.now if await note_app_pictures(tx, users=self._users) else None
        for member_id in await due_app_pictures(tx):
            await tx.defer(APP_PICTURE, member_id=member_id)


def app_pictures_tick(*, users: Users) -> Tick:
    """Return the work to hand to the queue, for an app that has pictures."""
    return Tick(name="app pictures", every_s=60.0, work=Pictures(users=users).look)


def has_pictures(users: Users) -> bool:
    """Whether the mapping names where the app keeps them."""
    return bool(users.avatar or (users.profile and users.profile.avatar))
