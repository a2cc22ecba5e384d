"""Make members of the app's users, ahead of their first sign-in."""

from collections.abc import Sequence
from datetime import datetime

from swannery.accounts.actions.telling import tell_each
from swannery.accounts.models import Pass
from swannery.accounts.queries import members as queries
from swannery.accounts.rules import Numbering, clean_name, handle_stem
from swannery.config import Users
from swannery.foundation.database import Transaction
from swannery.foundation.events import MemberJoined
from swannery.host.actions import users_relation
from swannery.host.models import HostUser, UserKey


async def provision_members(tx: Transaction, *, users: Users, updated_since: datetime | None = None) -> Pass:
    """Make a member of every active user who is none yet, 1,000 at a time."""
    await queries.lock_members(tx)
    relation, numbering = users_relation(users), Numbering()
    joined = failed = 0
    after: UserKey | None = None
    while True:
        page = await queries.find_new_users(tx, relation=relation, after=after, updated_since=updated_since)
        if not page:
            return Pass(joined=joined, failed=failed)
        handles = await _choose_handles(tx, page, numbering)
        new = [
            queries.NewMember(user_key=user.key, handle=handle, name=clean_name(user.name) or handle, role=user.role)
            for user, handle in zip(page, handles, strict=True)
        ]
        ids = await queries.insert_members(tx, key_type=users.key_type, members=new)
        joined += len(ids)
        failed += await tell_each(tx, [MemberJoined(member_id=member_id) for member_id in ids])
        after = page[-1].key


async def _choose_handles(tx: Transaction, page: Sequence[HostUser], numbering: Numbering) -> list[str]:
    """Return a free handle for each user of the page."""
    stems = [handle_stem(handle=user.handle, name=clean_name(user.name)) for user in page]
    chosen: dict[int, str] = {}
    given: set[str] = set()
    waiting = list(range(len(stems)))
    while waiting:
        offers = {place: numbering.next_handle(stems[place]) for place in waiting}
        taken = await queries.find_taken_handles(tx, handles=list(offers.values()))
        refused = []
        for place, handle in offers.items():
            if handle in taken or handle in given:
                numbering.was_taken(stems[place])
                refused.append(place)
            else:
                numbering.was_free(stems[place])
                chosen[place] = handle
                given.add(handle)
        waiting = refused
    return [chosen[place] for place in range(len(stems))]
