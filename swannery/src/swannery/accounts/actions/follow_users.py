"""Members follow their users: new, changed, deactivated, active again, deleted."""

from collections.abc import Sequence
from datetime import datetime

from swannery.accounts.actions.erase_member import erase_member
from swannery.accounts.actions.provision import provision_members
from swannery.accounts.models import Pass
from swannery.accounts.queries import members as queries
from swannery.accounts.rules import clean_name
from swannery.config import Users
from swannery.foundation.database import Transaction
from swannery.foundation.events import MemberChanged, MemberLeft, MemberReturned
from swannery.host.actions import users_relation


async def follow_users(tx: Transaction, *, users: Users, updated_since: datetime | None = None) -> Pass:
    """Look at the app's users once and do what follows; with `updated_since` only at those the app touched since then."""
    joined = await provision_members(tx, users=users, updated_since=updated_since)
    changed, left, returned = await _follow_changes(tx, users=users, updated_since=updated_since)
    erased = await _erase_gone(tx, users=users)
    return Pass(joined=joined, changed=changed, left=left, returned=returned, erased=erased)


async def watch_signed_in(tx: Transaction, *, users: Users) -> Pass:
    """Look only at members who are signed in: whoever the app shuts out loses every session within seconds, however many users it has."""
    await queries.lock_members(tx)
    changed, left, returned = await _follow_changes(tx, users=users, signed_in_only=True)
    return Pass(changed=changed, left=left, returned=returned)


async def _follow_changes(
    tx: Transaction, *, users: Users, updated_since: datetime | None = None, signed_in_only: bool = False
) -> tuple[int, int, int]:
    relation, after = users_relation(users), 0
    counts = {MemberChanged: 0, MemberLeft: 0, MemberReturned: 0}
    while True:
        page = await queries.find_differences(
            tx, relation=relation, after=after, updated_since=updated_since, signed_in_only=signed_in_only
        )
        if not page:
            return counts[MemberChanged], counts[MemberLeft], counts[MemberReturned]
        after = page[-1].id
        for event in await _write(tx, page):
            counts[type(event)] += 1
            await tx.tell(event)


async def _write(tx: Transaction, page: Sequence[queries.Difference]) -> list[MemberChanged | MemberLeft | MemberReturned]:
    """Write what really changed and return what happened."""
    changes: list[queries.Change] = []
    happened: list[MemberChanged | MemberLeft | MemberReturned] = []
    for member in page:
        user = member.user
        name = clean_name(user.name) or member.handle
        changed = (name, user.role) != (member.name, member.role)
        turned = user.active != (member.state == "active")
        if not changed and not turned:
            continue
        changes.append(queries.Change(id=member.id, name=name, role=user.role, state="active" if user.active else "inactive"))
        happened += [MemberChanged(member_id=member.id)] if changed else []
        if turned:
            happened.append(MemberReturned(member_id=member.id) if user.active else MemberLeft(member_id=member.id))
    if changes:
        await queries.update_members(tx, changes=changes)
        await queries.delete_sign_ins(tx, member_ids=[event.member_id for event in happened if isinstance(event, MemberLeft)])
    return happened


async def _erase_gone(tx: Transaction, *, users: Users) -> int:
    """Erase members whose user is gone; each is erased once, so that the pages come to an end."""
    soft_relation = users_relation(users) if users.link == "soft" else ""
    erased = 0
    while gone := await queries.find_gone_members(tx, soft_relation=soft_relation):
        for member_id in gone:
            erased += await erase_member(tx, member_id=member_id)
    return erased
