"""Signing in with the app's own password, and staying signed in."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import msgspec

from swannery.accounts.actions.gone_members import take_back
from swannery.accounts.actions.provision import provision_members
from swannery.accounts.devices import network_of
from swannery.accounts.models import SignIn
from swannery.accounts.queries import provider_attempts, sign_ins, used_tokens
from swannery.config import Users
from swannery.foundation import throttle
from swannery.foundation.database import Database, Transaction
from swannery.foundation.errors import Invalid, TooMany
from swannery.foundation.events import MemberCameBack
from swannery.foundation.text import clean_line
from swannery.foundation.viewer import Role, Viewer
from swannery.foundation.words import say
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
TRIES_OF_NETWORK = 60
# So long after a success an address is taken for the person's own.
REMEMBERED = timedelta(days=30)
LONGEST_NAME = 320
LONGEST_PASSWORD = 1024
LONGEST_DEVICE = 200


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A member whose sign-in still holds; `renewed` when it lasts longer from now on, so that the browser must be told."""

    member_id: int
    name: str
    handle: str
    role: Role
    sign_in_id: int
    renewed: bool = False
    along: tuple[Any, ...] = ()


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """Who is tried from where, and the keys under which that is counted."""

    name: str
    network: str

    @property
    def both(self) -> bytes:
        """This name from there."""
        return throttle.key_of("sign-in", self.name, self.network)

    @property
    def of_name(self) -> bytes:
        """This name from anywhere."""
        return throttle.key_of("name", self.name)

    @property
    def of_network(self) -> bytes:
        """Any name from there."""
        return throttle.key_of("from", self.network)

    @property
    def success(self) -> bytes:
        """That this name signed in from there."""
        return throttle.key_of("signed in", self.name, self.network)


async def sign_in(database: Database, *, users: Users, identifier: str, password: str, address: str, device: str) -> str:
    """Return a new token for whoever has this password; raises Invalid, in the same words and time for every reason, or TooMany.

    The try is counted in a transaction of its own, so that it counts whatever follows, and too many of them read nothing of the app.
    The password is checked between two others: that takes long on purpose, and no connection may wait for it.
    """
    name = clean_line(identifier)[:LONGEST_NAME]
    tried = Try(name=name.lower(), network=network_of(address))
    async with database.transaction() as tx:
        wait = await _count(tx, tried)
    if wait:
        raise TooMany(
            say("That was tried very often."),
            retry_after_s=wait,
            next_step=say("Wait %(minutes)s minutes, then try again.", minutes=max(1, wait // 60)),
        )
    async with database.transaction() as tx:
        credentials = await find_credentials(tx, users=users, identifier=name)
    right = len(password) <= LONGEST_PASSWORD and await verify_password(credentials.password_hash, password)
    if not right or credentials.user_key is None or not credentials.active:
        raise refused()
    async with database.transaction() as tx:
        member_id = await member_of(tx, users=users, key=credentials.user_key)
        if member_id is None:
            raise refused()
        await _count_as_success(tx, tried)
        return await open_sign_in(tx, member_id=member_id, password_hash=credentials.password_hash, device=device)


def refused() -> Invalid:
    """One sentence for every reason: it must not tell who has an account."""
    words = say("That name and password do not belong together.")
    return Invalid(words, next_step=say("Use the ones you have in the app."), fields={"identifier": words})


async def _count(tx: Transaction, tried: Try) -> int:
    """Count this try; returns the seconds to wait when there were too many.

    The name's own limit does not bind where somebody of that name signed in lately: a stranger's tries lock nobody out at home.
    """
    known = bool(await throttle.tries(tx, keys=[tried.success]))
    wait = 0
    for key, allowed, binds in (
        (tried.both, TRIES_OF_BOTH, True), (tried.of_name, TRIES_OF_NAME, not known), (tried.of_network, TRIES_OF_NETWORK, True),
    ):  # fmt: skip
        count, until = await throttle.count_up(tx, key=key, window_s=WINDOW_S)
        if binds and count > allowed:
            wait = max(wait, int((until - tx.now).total_seconds()), 1)
    return wait


async def _count_as_success(tx: Transaction, tried: Try) -> None:
    """Take the try back from every count, begin anew for this name at this address, and remember that it belongs there.

    In the order in which tries are counted, so that two at once never wait for each other.
    """
    await throttle.forget(tx, key=tried.both)
    for key in (tried.of_name, tried.of_network):
        await throttle.take_back(tx, key=key)
    await throttle.forget(tx, key=tried.success)
    await throttle.count_up(tx, key=tried.success, window_s=int(REMEMBERED.total_seconds()))


async def member_of(tx: Transaction, *, users: Users, key: UserKey) -> int | None:
    """Return the user's membership; whoever registered a moment ago gets it now. None where they are to have none."""
    found = await sign_ins.find_member_of_user(tx, key=key)
    if found is None:
        await take_back(tx, users=users)
        await provision_members(tx, users=users)
        found = await sign_ins.find_member_of_user(tx, key=key)
    return found


async def open_sign_in(tx: Transaction, *, member_id: int, password_hash: str, device: str) -> str:
    """Begin a sign-in and return its token; it ends when the app's user has another password than this one."""
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


async def recognise(tx: Transaction, *, users: Users, token: str, along: str = "") -> Known | None:
    """Return who this token belongs to, if it still holds in the app as well.

    `along` is SQL of ours: columns that other rooms want to know of the member `m`, read in the same statement.
    """
    row = await sign_ins.find_sign_in(tx, users=users, token_hash=hash_of(token), along=along)
    if row is None:
        return None
    known = Known(member_id=row[0], name=row[1], handle=row[2], role=row[3], sign_in_id=row[4], along=tuple(row[7:]))
    seen: datetime | None = row[6]
    if row[5] < tx.now - SEEN_EVERY or seen is None or seen < tx.now - SEEN_EVERY:
        await sign_ins.touch(tx, sign_in_id=known.sign_in_id, member_id=known.member_id, expires_at=tx.now + STAYS)
        if seen is None or seen < tx.now - AWAY_AFTER:
            await tx.tell(MemberCameBack(member_id=known.member_id))
        return msgspec.structs.replace(known, renewed=True)
    return known


async def still_signed_in(tx: Transaction, *, users: Users, sign_in_ids: Collection[int]) -> frozenset[int]:
    """Return those of these sign-ins that still hold, in one statement for all.

    For connections that stay open: whoever holds some asks this every few seconds and closes the others. It sees what any process did and
    what the app did; no event has to arrive.
    """
    return await sign_ins.find_held(tx, users=users, sign_in_ids=sign_in_ids) if sign_in_ids else frozenset()


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
    await used_tokens.tidy(tx)
    await provider_attempts.tidy(tx)
    await throttle.tidy(tx)
