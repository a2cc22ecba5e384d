"""An identity provider the app uses: OpenID Connect, authorization code with PKCE, nonce and state."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx2
import msgspec
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from swannery.config import OpenIdConnect
from swannery.config.sign_in import SAFE_URL
from swannery.foundation.errors import Unavailable
from swannery.foundation.words import say
from swannery.host.keys import AGAIN_AFTER, TIMEOUT_S, KeySource, fetch
from swannery.host.tokens import Claims, Expected, TokenRefused, read_token

log = structlog.get_logger("swannery.host")

KNOWN_FOR = timedelta(hours=1)
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent along to the provider and must fit what comes back."""

    state: str
    nonce: str
    verifier: str


class Provider:
    """One provider: what it says of itself, read when it is needed first and every hour, and its keys."""

    def __init__(self, settings: OpenIdConnect, *, secret: str, redirect_uri: str) -> None:
        self.settings = settings
        self._secret = secret
        self._redirect_uri = redirect_uri
        self._known: Mapping[str, str] = {}
        self._read_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._keys: KeySource | None = None

    async def address(self, asked: Asked, *, now: datetime) -> str:
        """Return where to send the browser; raises Unavailable where the provider does not answer as it must."""
        known = await self._about(now=now)
        async with self._client() as client:
            url, _ = client.create_authorization_url(
                known["authorization_endpoint"], state=asked.state, nonce=asked.nonce, code_verifier=asked.verifier
            )
        return str(url)

    async def answer(self, *, code: str, nonce: str, verifier: str, now: datetime) -> Claims:
        """Trade a code for what the provider says of the person; raises TokenRefused, or Unavailable."""
        known = await self._about(now=now)
        try:
            async with self._client() as client:
                found = await client.fetch_token(known["token_endpoint"], code=code, code_verifier=verifier)
        except AuthlibBaseError as error:
            raise TokenRefused(f"the provider says {str(error.error)[:40]}") from None
        except (httpx2.HTTPError, ValueError) as error:
            log.warning("the identity provider does not answer", reason=type(error).__name__)
            raise _away() from None
        text = found.get("id_token") if isinstance(found, dict) else None
        if not isinstance(text, str) or self._keys is None:
            raise TokenRefused("no id token")
        claims = await read_token(text, expected=self._expected(), source=self._keys, now=now)
        return _of_this_attempt(claims, nonce=nonce, client_id=self.settings.client_id)

    def _expected(self) -> Expected:
        settings = self.settings
        essential = ("iss", "aud", "exp", "iat", "nonce")
        return Expected(
            algorithm=settings.algorithm, issuer=settings.issuer, audience=settings.client_id, claim=settings.claim, essential=essential
        )

    def _client(self) -> AsyncOAuth2Client:
        settings = self.settings
        return AsyncOAuth2Client(
            settings.client_id,
            self._secret or None,
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            scope=" ".join(settings.scopes),
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
            follow_redirects=False,
        )

    async def _about(self, *, now: datetime) -> Mapping[str, str]:
        """Return what the provider says of itself; what was known goes on to hold while it is away."""
        if self._known and self._read_at is not None and now - self._read_at < KNOWN_FOR:
            return self._known
        if self._known and self._asked_at is not None and now - self._asked_at < AGAIN_AFTER:
            return self._known
        self._asked_at = now
        try:
            told = msgspec.json.decode(await fetch(self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"))
            known = _checked(told, issuer=self.settings.issuer)
        except (httpx2.HTTPError, msgspec.DecodeError, ValueError) as error:
            log.warning("the identity provider does not answer", reason=str(error) if type(error) is ValueError else type(error).__name__)
            if self._known:
                return self._known
            raise _away() from None
        if self._keys is None or self._known.get("jwks_uri") != known["jwks_uri"]:
            self._keys = KeySource(algorithm=self.settings.algorithm, url=known["jwks_uri"])
        self._known, self._read_at = known, now
        return known


def _checked(told: Any, *, issuer: str) -> Mapping[str, str]:  # noqa: ANN401 - whatever a stranger's JSON holds
    """Return the addresses; raises ValueError. The issuer must call itself what we call it, letter by letter."""
    if not isinstance(told, dict) or told.get("issuer") != issuer:
        raise ValueError("it calls itself another issuer")
    found = {name: told.get(name) for name in ENDPOINTS}
    if not all(isinstance(url, str) and SAFE_URL.fullmatch(url) for url in found.values()):
        raise ValueError("its addresses are none that are safe")
    return {name: str(url) for name, url in found.items()}


def _of_this_attempt(claims: Claims, *, nonce: str, client_id: str) -> Claims:
    """Raise TokenRefused for an answer to another question, or one given to another client."""
    said = claims.everything.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(errors="surrogatepass"), nonce.encode()):
        raise TokenRefused("claim nonce")
    audience, party = claims.everything.get("aud"), claims.everything.get("azp")
    several = isinstance(audience, list) and len(audience) > 1
    if (party is None and several) or (party is not None and party != client_id):
        raise TokenRefused("claim azp")
    return claims


def _away() -> Unavailable:
    return Unavailable(say("The place where you sign in does not answer."), next_step=say("Try again in a minute."))
