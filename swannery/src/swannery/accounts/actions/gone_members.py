"""Members whose user the app no longer has: hidden at once, erased after a while, the same again when the user is put back."""

from datetime import datetime, timedelta

import structlog

from swannery.accounts.actions.erase_member import erase_member
from swannery.accounts.actions.telling import tell_each
from swannery.accounts.models import Pass
from swannery.accounts.queries import gone
from swannery.accounts.queries import members as queries
from swannery.accounts.rules import are_too_many_to_erase
from swannery.config import Users
from swannery.foundation.database import Transaction
from swannery.foundation.events import Event, MemberLeft, MemberReturned
from swannery.host.actions import users_relation

log = structlog.get_logger("swannery.accounts")

# A restore or a nightly load deletes users and puts them back; nobody is erased for that.
GRACE = timedelta(hours=24)


async def take_back(tx: Transaction, *, users: Users) -> Pass:
    """Link members again whose user is there again; they are as active as the user."""
    await queries.lock_members(tx)
    events: list[Event] = []
    left: list[int] = []
    for member_id, before, after in await gone.link_again(tx, relation=users_relation(users), key_type=users.key_type):
        if before == "inactive" and after == "active":
            events.append(MemberReturned(member_id=member_id))
        elif before == "active" and after == "inactive":
            events.append(MemberLeft(member_id=member_id))
            left.append(member_id)
    if left:
        await queries.delete_sign_ins(tx, member_ids=left)
    failed = await tell_each(tx, events)
    return Pass(left=len(left), returned=len(events) - len(left), failed=failed)


async def shut_out_gone(tx: Transaction, *, users: Users, signed_in_only: bool = False) -> Pass:
    """Hide members whose user is gone and sign them out, for as long as it stays away."""
    relation = users_relation(users) if users.link == "soft" else ""
    found = await gone.mark_gone(tx, soft_relation=relation, signed_in_only=signed_in_only)
    if not found:
        return Pass()
    await queries.delete_sign_ins(tx, member_ids=[member_id for member_id, _ in found])
    left: list[Event] = [MemberLeft(member_id=member_id) for member_id, before in found if before == "active"]
    return Pass(left=len(left), failed=await tell_each(tx, left))


async def erase_gone(tx: Transaction, *, users: Users, grace: timedelta) -> Pass:
    """Erase members whose user stayed away for so long; nobody where they are suspiciously many, or where the app holds no user at all."""
    until = tx.now - grace
    await gone.forget_keys(tx, until=until)
    if held_back := await count_held_back(tx, users=users, grace=grace):
        log.error("nobody erased: too many users are gone at once", gone=held_back)
        return Pass(held_back=held_back)
    return await _erase_due(tx, until=until)


async def count_held_back(tx: Transaction, *, users: Users, grace: timedelta = GRACE) -> int:
    """Return how many members would be erased but are too many at once for that; 0 when all is well."""
    due = await gone.count_due(tx, until=tx.now - grace)
    if not due:
        return 0
    emptied = not await gone.has_users(tx, relation=users_relation(users))
    too_many = are_too_many_to_erase(due=due, active=await gone.count_active(tx), allowed=users.erase_up_to)
    return due if emptied or too_many else 0


async def _erase_due(tx: Transaction, *, until: datetime) -> Pass:
    """Erase one page; the next pass goes on. Whoever cannot be erased is tried again then, and does not stand in the others' way."""
    erased = failed = after = 0
    while not erased and (page := await gone.find_due(tx, until=until, after=after)):
        after = page[-1]
        for member_id in page:
            try:
                async with tx.savepoint():
                    erased += await erase_member(tx, member_id=member_id)
            except Exception as error:
                if tx.lost:
                    raise
                failed += 1
                log.error("event failed", kind="MemberErased", error=type(error).__name__, failed=1)  # noqa: TRY400 - a trace would show people's data
    return Pass(erased=erased, failed=failed)
