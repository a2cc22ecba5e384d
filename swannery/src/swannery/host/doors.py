"""The ways in that the app or an identity provider opens: what is expected of them, and by which keys they are known."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from swannery.config import Config, OpenIdConnect, SignedTokens
from swannery.foundation.errors import SwanneryError
from swannery.host.keys import KeySource, KeysUnusable, read_keys
from swannery.host.provider import Provider
from swannery.host.tokens import Claims, Expected, read_token

CALLBACK = "/sign-in/provider/callback"


class DoorUnusable(SwanneryError):
    """A key that the configuration names cannot be used."""


class TokenDoor(msgspec.Struct, frozen=True, kw_only=True):
    """One-use tokens of the app."""

    expected: Expected
    source: KeySource

    async def read(self, token: str, *, now: datetime) -> Claims:
        """Return what a token says; raises TokenRefused."""
        return await read_token(token, expected=self.expected, source=self.source, now=now)


class Doors(msgspec.Struct, frozen=True, kw_only=True):
    """What is open besides the app's passwords."""

    tokens: TokenDoor | None = None
    provider: Provider | None = None

    @property
    def provider_name(self) -> str:
        """What the provider is called on the sign-in page; empty where there is none."""
        return self.provider.settings.name if self.provider else ""


def open_doors(config: Config, *, environ: Mapping[str, str]) -> Doors:
    """Read the keys; raises DoorUnusable. Addresses are asked when somebody comes, not now."""
    tokens, provider = config.signed_tokens, config.openid_connect
    return Doors(
        tokens=_token_door(tokens, environ=environ) if tokens else None,
        provider=_provider(provider, environ=environ, site=config.site.public_url) if provider else None,
    )


def _provider(settings: OpenIdConnect, *, environ: Mapping[str, str], site: str) -> Provider:
    secret = environ.get(settings.secret_env, "") if settings.secret_env else ""
    if settings.secret_file:
        try:
            secret = Path(settings.secret_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise DoorUnusable("[openid_connect] secret_file cannot be read.", next_step="Correct it and start again.") from None
    return Provider(settings, secret=secret, redirect_uri=site.rstrip("/") + CALLBACK)


def _token_door(settings: SignedTokens, *, environ: Mapping[str, str]) -> TokenDoor:
    expected = Expected(
        algorithm=settings.algorithm,
        issuer=settings.issuer,
        audience=settings.audience,
        claim=settings.claim,
        longest_s=settings.longest_s,
        essential=("iss", "aud", "exp", "iat", "jti"),
    )
    if settings.jwks_url:
        return TokenDoor(expected=expected, source=KeySource(algorithm=settings.algorithm, url=settings.jwks_url))
    named = "key_env" if settings.key_env else "key_file"
    try:
        material = environ.get(settings.key_env, "").encode() if settings.key_env else Path(settings.key_file).read_bytes()
        keys = read_keys(material, algorithm=settings.algorithm)
    except (OSError, KeysUnusable) as error:
        why = str(error) if isinstance(error, KeysUnusable) else f"It cannot be read ({error.strerror})."
        raise DoorUnusable(f"[signed_tokens] {named}: {why}", next_step="Correct it and start again.") from None
    return TokenDoor(expected=expected, source=KeySource(algorithm=settings.algorithm, keys=keys))
