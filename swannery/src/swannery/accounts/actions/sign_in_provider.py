"""Signing in at the app's identity provider: there and back, with what was asked kept on our side."""

import hashlib
import hmac
import secrets
from datetime import timedelta

import structlog

from swannery.accounts.actions.sign_in_token import Opened, open_for, refuse_too_many, refused
from swannery.accounts.devices import network_of
from swannery.accounts.queries import provider_attempts
from swannery.accounts.queries.provider_attempts import Attempt
from swannery.config import Users
from swannery.foundation import clock, throttle
from swannery.foundation.database import Database
from swannery.foundation.errors import NotThere
from swannery.host.actions import find_user, find_user_of_provider
from swannery.host.doors import Doors
from swannery.host.provider import Asked, Provider
from swannery.host.tokens import TokenRefused

log = structlog.get_logger("swannery.accounts")

BACK_WITHIN = timedelta(minutes=10)
LONGEST_ANSWER = 2048


async def go_to_provider(database: Database, *, doors: Doors, next_path: str, address: str) -> tuple[str, str]:
    """Return where to send the browser, and the state it must bring back; raises NotThere without a provider, Unavailable, TooMany."""
    provider = _provider(doors)
    asked = Asked(state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48))
    url = await provider.address(asked, now=clock.now())
    attempt = Attempt(nonce=asked.nonce, verifier=asked.verifier, next_path=next_path)
    async with database.transaction() as tx:
        await refuse_too_many(tx, _tries_of(address))
        await provider_attempts.insert(tx, mark=_mark(asked.state), attempt=attempt, expires_at=tx.now + BACK_WITHIN)
    return url, asked.state


async def come_back(
    database: Database, *, users: Users, doors: Doors, state: str, kept_state: str, code: str, address: str, device: str
) -> tuple[Opened, str]:
    """Return the new sign-in and where its person wanted to go; raises Invalid in the same words for every reason, or Unavailable.

    `kept_state` is the browser's own: nobody comes in by an answer that somebody else asked for.
    """
    provider = _provider(doors)
    try:
        attempt = await _attempt(database, state=state, kept_state=kept_state)
        if not code or len(code) > LONGEST_ANSWER:
            raise TokenRefused("no code")  # noqa: TRY301 - one place says it, for every reason
        claims = await provider.answer(code=code, nonce=attempt.nonce, verifier=attempt.verifier, now=clock.now())
    except TokenRefused as error:
        log.warning("an answer of the identity provider was refused", reason=error.reason)
        raise refused() from None
    column = provider.settings.column
    async with database.transaction() as tx:
        if column:
            found = await find_user_of_provider(tx, users=users, column=column, subject=claims.subject)
        else:
            found = await find_user(tx, users=users, key=claims.subject)
        opened = await open_for(tx, users=users, found=found, device=device)
        await throttle.take_back(tx, key=_tries_of(address))
        return opened, attempt.next_path


async def _attempt(database: Database, *, state: str, kept_state: str) -> Attempt:
    """Return what this browser asked for, once; raises TokenRefused."""
    if not state or not hmac.compare_digest(state.encode(errors="surrogatepass"), kept_state.encode(errors="surrogatepass")):
        raise TokenRefused("state of another browser")
    async with database.transaction() as tx:
        attempt = await provider_attempts.take(tx, mark=_mark(state))
    if attempt is None:
        raise TokenRefused("state unknown")
    return attempt


def _tries_of(address: str) -> bytes:
    return throttle.key_of("provider", network_of(address))


def _provider(doors: Doors) -> Provider:
    if doors.provider is None:
        raise NotThere
    return doors.provider


def _mark(state: str) -> bytes:
    return hashlib.sha256(state.encode(errors="surrogatepass")).digest()
