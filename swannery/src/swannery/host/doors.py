"""The ways in that the app or an identity provider opens: what is expected of them, and by which keys they are known."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from swannery.config import Config, SignedTokens
from swannery.foundation.errors import SwanneryError
from swannery.host.keys import KeySource, KeysUnusable, read_keys
from swannery.host.tokens import Claims, Expected, read_token


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


def open_doors(config: Config, *, environ: Mapping[str, str]) -> Doors:
    """Read the keys; raises DoorUnusable. Addresses are asked when somebody comes, not now."""
    tokens = config.signed_tokens
    return Doors(tokens=_token_door(tokens, environ=environ) if tokens else None)


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
