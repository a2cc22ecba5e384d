"""Members follow their users: new, changed, deactivated, active again, deleted, put back."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from swannery.accounts.actions.gone_members import GRACE, erase_gone, shut_out_gone, take_back
from swannery.accounts.actions.provision import provision_members
from swannery.accounts.actions.telling import tell_each
from swannery.accounts.models import Pass, sum_of
from swannery.accounts.queries import members as queries
from swannery.accounts.rules import clean_name
from swannery.config import Users
from swannery.foundation.database import Transaction
from swannery.foundation.events import MemberChanged, MemberLeft, MemberReturned
from swannery.host.actions import users_relation


async def follow_users(tx: Transaction, *, users: Users, updated_since: datetime | None = None, grace: timedelta = GRACE) -> Pass:
    """Look at the app's users once and do what follows; with `updated_since` only at those the app touched since then.

    Whose user is gone is hidden at once and erased when the user stayed away for `grace`.
    """
    back = await take_back(tx, users=users)
    new = await provision_members(tx, users=users, updated_since=updated_since)
    changes = await _follow_changes(tx, users=users, updated_since=updated_since)
    gone = await shut_out_gone(tx, users=users)
    erased = await erase_gone(tx, users=users, grace=grace)
    return sum_of(back, new, changes, gone, erased)


async def watch_signed_in(tx: Transaction, *, users: Users) -> Pass:
    """Look only at members who are signed in: whoever the app shuts out loses every session within seconds, however many users it has."""
    back = await take_back(tx, users=users)
    changes = await _follow_changes(tx, users=users, signed_in_only=True)
    return sum_of(back, changes, await shut_out_gone(tx, users=users, signed_in_only=True))


async def _follow_changes(tx: Transaction, *, users: Users, updated_since: datetime | None = None, signed_in_only: bool = False) -> Pass:
    relation, after = users_relation(users), 0
    done = Pass()
    while True:
        page = await queries.find_differences(
            tx, relation=relation, after=after, updated_since=updated_since, signed_in_only=signed_in_only
        )
        if not page:
            return done
        after = page[-1].id
        happened = await _write(tx, page)
        kinds = Counter(type(event) for event in happened)
        failed = await tell_each(tx, happened)
        done = sum_of(done, Pass(changed=kinds[MemberChanged], left=kinds[MemberLeft], returned=kinds[MemberReturned], failed=failed))


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
