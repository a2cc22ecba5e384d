"""Tokens signed by the app or an identity provider: whether they are what they say, for us, and of now."""

import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry

from swannery.host.keys import KeySource

LONGEST = 8192
LONGEST_SUBJECT = 255
LEEWAY_S = 30  # clocks differ
TYPES = {"", "jwt", "application/jwt"}
ALGORITHMS: Mapping[str, tuple[str, ...]] = {"HS256": ("HS256",), "RS256": ("RS256",), "EdDSA": ("EdDSA", "Ed25519")}


class TokenRefused(Exception):
    """It does not hold. `reason` is for the log and holds nothing of the token but the name of a claim."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a token must say. `longest_s` is the time it may be good for; 0: any."""

    algorithm: str
    issuer: str
    audience: str
    claim: str = "sub"
    longest_s: int = 0
    essential: tuple[str, ...] = ("iss", "aud", "exp", "iat")


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a token that holds says: whom it is for, and until when it is good."""

    subject: str
    expires_at: datetime
    everything: Mapping[str, Any]


async def read_token(token: str, *, expected: Expected, source: KeySource, now: datetime) -> Claims:
    """Return what a signed token says; raises TokenRefused. Only the one algorithm that is configured counts, whatever the token says."""
    key_id = _key_id(token, expected=expected)
    keys = await source.candidates(key_id, now=now)
    if not keys:
        raise TokenRefused("no key for it")
    claims = _opened(token, keys=keys, algorithms=ALGORITHMS[expected.algorithm])
    return _checked(claims, expected=expected, now=now)


def _key_id(token: str, *, expected: Expected) -> str:
    """Read the header, which nobody vouches for yet; raises TokenRefused where it already tells that the token is none of ours."""
    if len(token) > LONGEST or not token.isascii():
        raise TokenRefused("no token")
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError):
        raise TokenRefused("no token") from None
    kind, key_id = header.get("typ", ""), header.get("kid", "")
    if header.get("alg") not in ALGORITHMS[expected.algorithm]:
        raise TokenRefused("another algorithm")
    if not isinstance(kind, str) or kind.lower() not in TYPES or not isinstance(key_id, str):
        raise TokenRefused("another type")
    return key_id


def _opened(token: str, *, keys: Sequence[Key], algorithms: Sequence[str]) -> dict[str, Any]:
    for key in keys:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # EdDSA is called Ed25519 since RFC 9864; apps' libraries still say EdDSA
                return jwt.decode(token, key, registry=JWSRegistry(algorithms=list(algorithms), strict_check_header=False)).claims
        except (JoseError, ValueError, TypeError):
            continue
    raise TokenRefused("signature")


def _checked(claims: dict[str, Any], *, expected: Expected, now: datetime) -> Claims:
    seconds = int(now.timestamp())
    wanted: dict[str, jwt.ClaimsOption] = {name: {"essential": True} for name in expected.essential}
    wanted |= {"iss": {"essential": True, "value": expected.issuer}, "aud": {"essential": True, "value": expected.audience}}
    try:
        jwt.JWTClaimsRegistry(now=seconds, leeway=LEEWAY_S, **wanted).validate(claims)
        until = datetime.fromtimestamp(claims["exp"], UTC)
    except (JoseError, ValueError, TypeError, OverflowError, OSError) as error:
        claim = getattr(error, "claim", "") or "a claim"
        raise TokenRefused(f"claim {claim}") from None
    if expected.longest_s and not 0 < claims["exp"] - claims["iat"] <= expected.longest_s:
        raise TokenRefused("good for too long")
    subject = claims.get(expected.claim)
    if isinstance(subject, bool) or not isinstance(subject, str | int) or not str(subject) or len(str(subject)) > LONGEST_SUBJECT:
        raise TokenRefused(f"claim {expected.claim}")
    return Claims(subject=str(subject), expires_at=until, everything=claims)
