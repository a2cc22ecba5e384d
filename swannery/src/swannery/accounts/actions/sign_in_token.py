"""Signing in with a token that the app signed: good for minutes, for one person, and once."""

import hashlib
from datetime import timedelta

import msgspec
import structlog

from swannery.accounts.actions.sign_in import TRIES_OF_NETWORK, WINDOW_S, member_of, open_sign_in
from swannery.accounts.devices import network_of
from swannery.accounts.queries import people, used_tokens
from swannery.config import Users
from swannery.foundation import clock, throttle
from swannery.foundation.database import Database, Transaction
from swannery.foundation.errors import Invalid, NotThere, TooMany
from swannery.foundation.words import say
from swannery.host.actions import find_user
from swannery.host.doors import Doors
from swannery.host.models import Credentials
from swannery.host.tokens import LEEWAY_S, Claims, TokenRefused

log = structlog.get_logger("swannery.accounts")

LONGEST_JTI = 255
MARGIN = timedelta(seconds=2 * LEEWAY_S)


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A new sign-in: its token, shown once, and whose it is."""

    token: str
    name: str


async def sign_in_with_token(database: Database, *, users: Users, doors: Doors, token: str, address: str, device: str) -> Opened:
    """Return a new sign-in for whom the token names; raises NotThere where the app makes none, Invalid in the same words for every reason.

    Keys may have to be fetched, and no connection waits for that. What makes the token worthless for a second time and what it opens
    happen in one transaction.
    """
    if doors.tokens is None:
        raise NotThere
    key = throttle.key_of("token", network_of(address))
    async with database.transaction() as tx:
        await refuse_too_many(tx, key)
    try:
        claims = await doors.tokens.read(token, now=clock.now())
        mark = _mark(claims)
    except TokenRefused as error:
        log.warning("a token was refused", reason=error.reason)
        raise refused() from None
    async with database.transaction() as tx:
        if not await used_tokens.use(tx, mark=mark, expires_at=claims.expires_at + MARGIN):
            log.warning("a token was refused", reason="used before")
            raise refused()
        found = await find_user(tx, users=users, key=claims.subject)
        opened = await open_for(tx, users=users, found=found, device=device)
        await throttle.take_back(tx, key=key)
        return opened


async def open_for(tx: Transaction, *, users: Users, found: Credentials | None, device: str) -> Opened:
    """Open a sign-in for an active user; raises Invalid where there is none."""
    member_id = await member_of(tx, users=users, key=found.user_key) if found is not None and found.user_key is not None else None
    person = (await people.read_people(tx, ids=[member_id])).get(member_id) if member_id is not None else None
    if found is None or person is None:
        log.warning("a token was refused", reason="nobody active has this key")
        raise refused()
    return Opened(token=await open_sign_in(tx, member_id=person.id, password_hash=found.password_hash, device=device), name=person.name)


def refused() -> Invalid:
    """One sentence for every reason; the log says which."""
    words = say("This way in does not hold any more.")
    return Invalid(words, next_step=say("Go back to the app and open the community from there once more."), fields={"token": words})


def _mark(claims: Claims) -> bytes:
    """Return what is remembered of a token: its issuer is always the same, so its own id is enough."""
    jti = claims.everything.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= LONGEST_JTI:
        raise TokenRefused("claim jti")
    return hashlib.sha256(jti.encode(errors="surrogatepass")).digest()


async def refuse_too_many(tx: Transaction, key: bytes) -> None:
    """Count the try; raises TooMany. Unlike a password a token cannot be guessed: this only keeps the noise down."""
    count, until = await throttle.count_up(tx, key=key, window_s=WINDOW_S)
    if count > TRIES_OF_NETWORK:
        wait = max(1, int((until - tx.now).total_seconds()))
        raise TooMany(
            say("That was tried very often."),
            retry_after_s=wait,
            next_step=say("Wait %(minutes)s minutes, then try again.", minutes=max(1, wait // 60)),
        )
