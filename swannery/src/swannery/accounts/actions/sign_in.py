"""Signing in with the app's own password, and staying signed in."""

import hashlib
import secrets
from datetime import datetime, timedelta

import msgspec

from swannery.accounts.actions.provision import provision_members
from swannery.accounts.models import SignIn
from swannery.accounts.queries import sign_ins
from swannery.config import Users
from swannery.foundation import throttle
from swannery.foundation.database import Database, Transaction
from swannery.foundation.errors import Invalid, TooMany
from swannery.foundation.events import MemberCameBack
from swannery.foundation.text import clean_line
from swannery.foundation.viewer import Role, Viewer
from swannery.host.actions import find_credentials, verify_password
from swannery.host.models import UserKey

STAYS = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
# Whoever was away longer than this has no list kept for them; they get a new one when they return.
AWAY_AFTER = timedelta(days=30)

WINDOW_S = 15 * 60
# Narrow for one name from one address; wider for each alone, so that nobody is locked out by a stranger's tries.
TRIES_OF_BOTH = 10
TRIES_OF_NAME = 100
TRIES_OF_ADDRESS = 60
LONGEST_NAME = 320
LONGEST_PASSWORD = 1024
LONGEST_DEVICE = 200


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A member whose sign-in still holds."""

    member_id: int
    name: str
    handle: str
    role: Role
    sign_in_id: int


async def sign_in(database: Database, *, users: Users, identifier: str, password: str, address: str, device: str) -> str:
    """Return a new token for whoever has this password; raises Invalid, in the same words and time for every reason, or TooMany.

    Two transactions with the password's check between them: it takes long on purpose, and no connection may wait for it. The try is
    counted in the first one, so that it counts whatever follows.
    """
    name = clean_line(identifier)[:LONGEST_NAME]
    async with database.transaction() as tx:
        wait = await _count_try(tx, name=name, address=address)
        credentials = await find_credentials(tx, users=users, identifier=name)
    if wait:
        raise TooMany("That was tried very often.", retry_after_s=wait, next_step=f"Wait {max(1, wait // 60)} minutes, then try again.")
    right = len(password) <= LONGEST_PASSWORD and await verify_password(credentials.password_hash, password)
    if not right or credentials.user_key is None or not credentials.active:
        raise refused()
    async with database.transaction() as tx:
        member_id = await _member(tx, users=users, key=credentials.user_key)
        await throttle.forget(tx, key=throttle.key_of("sign-in", name.lower(), address))
        return await _open(tx, member_id=member_id, password_hash=credentials.password_hash, device=device)


def refused() -> Invalid:
    """One sentence for every reason: it must not tell who has an account."""
    words = "That name and password do not belong together."
    return Invalid(words, next_step="Use the ones you have in the app.", fields={"identifier": words})


async def _count_try(tx: Transaction, *, name: str, address: str) -> int:
    """Count this try; returns the seconds to wait when there were too many."""
    limits = {("sign-in", name.lower(), address): TRIES_OF_BOTH, ("name", name.lower()): TRIES_OF_NAME, ("from", address): TRIES_OF_ADDRESS}
    wait = 0
    for parts, allowed in limits.items():
        count, until = await throttle.count_up(tx, key=throttle.key_of(*parts), window_s=WINDOW_S)
        if count > allowed:
            wait = max(wait, int((until - tx.now).total_seconds()), 1)
    return wait


async def _member(tx: Transaction, *, users: Users, key: UserKey) -> int:
    """Return the user's membership; whoever registered a moment ago gets it now."""
    found = await sign_ins.find_member_of_user(tx, key=key)
    if found is None:
        await provision_members(tx, users=users)
        found = await sign_ins.find_member_of_user(tx, key=key)
    if found is None:
        raise refused()
    return found


async def _open(tx: Transaction, *, member_id: int, password_hash: str, device: str) -> str:
    token = secrets.token_urlsafe(32)
    await sign_ins.insert_sign_in(
        tx,
        member_id=member_id,
        token_hash=hash_of(token),
        password_mark=hashlib.sha256(password_hash.encode()).digest(),
        device=clean_line(device)[:LONGEST_DEVICE],
        expires_at=tx.now + STAYS,
    )
    return token


def hash_of(token: str) -> bytes:
    """Return what is stored of a token: who reads the table cannot sign in with it."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


async def recognise(tx: Transaction, *, users: Users, token: str) -> Known | None:
    """Return who this token belongs to, if it still holds in the app as well."""
    row = await sign_ins.find_sign_in(tx, users=users, token_hash=hash_of(token))
    if row is None:
        return None
    known = Known(member_id=row[0], name=row[1], handle=row[2], role=row[3], sign_in_id=row[4])
    seen: datetime | None = row[6]
    if row[5] < tx.now - SEEN_EVERY or seen is None or seen < tx.now - SEEN_EVERY:
        await sign_ins.touch(tx, sign_in_id=known.sign_in_id, member_id=known.member_id, expires_at=tx.now + STAYS)
        if seen is None or seen < tx.now - AWAY_AFTER:
            await tx.tell(MemberCameBack(member_id=known.member_id))
    return known


async def sign_out(tx: Transaction, *, viewer: Viewer) -> None:
    """End the sign-in this request came with."""
    if viewer.id is not None and viewer.sign_in_id is not None:
        await sign_ins.delete_sign_ins(tx, member_id=viewer.id, only=viewer.sign_in_id)


async def sign_out_elsewhere(tx: Transaction, *, viewer: Viewer) -> int:
    """End every other sign-in of the member; returns how many there were."""
    return await sign_ins.delete_sign_ins(tx, member_id=viewer.member_id, but=viewer.sign_in_id)


async def end_sign_in(tx: Transaction, *, viewer: Viewer, sign_in_id: int) -> None:
    """End one of the member's own sign-ins; one of somebody else is simply not found."""
    await sign_ins.delete_sign_ins(tx, member_id=viewer.member_id, only=sign_in_id)


async def list_sign_ins(tx: Transaction, *, viewer: Viewer) -> list[SignIn]:
    """Return where the member is signed in."""
    return await sign_ins.list_sign_ins(tx, member_id=viewer.member_id)


async def tidy(tx: Transaction) -> None:
    """Forget what has ended."""
    await sign_ins.tidy(tx)
    await throttle.tidy(tx)
