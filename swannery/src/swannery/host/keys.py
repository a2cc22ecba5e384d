"""Keys that others sign with: from the environment, a file, or an address that is asked again when they were exchanged."""

import re
import warnings
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import httpx2
import msgspec
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, OctKey, OKPKey, RSAKey

log = structlog.get_logger("swannery.host")

FRESH = timedelta(minutes=10)
STALE = timedelta(hours=1)  # keys that could not be read anew for so long are trusted no more
AGAIN_AFTER = timedelta(seconds=15)  # whoever sends unknown key ids makes us ask no more often than this
TIMEOUT_S = 5.0
LARGEST = 64 * 1024
MOST_KEYS = 20
SHORTEST_SECRET = 32  # bytes, as HS256 wants
SMALLEST_RSA = 2048  # bits


class KeysUnusable(Exception):
    """The key material cannot be used. The words hold nothing of it."""


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Keys of one algorithm. `named` when each has an id that a token must name."""

    keys: tuple[Key, ...]
    named: bool = False

    def candidates(self, key_id: str) -> Sequence[Key]:
        """Return the keys a token with this id may be signed with."""
        if not self.named or not key_id:
            return self.keys
        return [key for key in self.keys if key.get("kid") == key_id]


def read_keys(material: bytes, *, algorithm: str) -> Keys:
    """Read a secret, a public key as PEM, or a JWKS; raises KeysUnusable."""
    text = material.strip()
    if algorithm == "HS256":
        return Keys(keys=(_secret(text),))
    if text.startswith(b"{"):
        return _jwks(text, algorithm=algorithm)
    if b"PRIVATE KEY" in text:
        raise KeysUnusable("This is a private key. Swannery only checks signatures: give it the public one, and keep the other in the app.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what is refused below, with its reason
            found = (RSAKey if algorithm == "RS256" else OKPKey).import_key(text)
    except (JoseError, ValueError, TypeError):
        raise KeysUnusable(f"This is no public key for {algorithm} as PEM, and no JWKS.") from None
    if not _fits(found, algorithm):
        raise KeysUnusable(f"This key does not fit {algorithm}: it takes {_wanted(algorithm)}.")
    return Keys(keys=(found,))


def _secret(text: bytes) -> OctKey:
    if re.match(rb"-----BEGIN |ssh-|\{", text):
        raise KeysUnusable("This is a public key, which everybody may know. HS256 needs a secret; or is the algorithm RS256 or EdDSA?")
    if len(text) < SHORTEST_SECRET:
        raise KeysUnusable(f"This secret has {len(text)} bytes; HS256 needs {SHORTEST_SECRET} or more, e.g. of: openssl rand -hex 32")
    return OctKey.import_key(text)


def _jwks(text: bytes, *, algorithm: str) -> Keys:
    try:
        listed = msgspec.json.decode(text).get("keys", [])
    except (msgspec.DecodeError, AttributeError):
        raise KeysUnusable("This is no JWKS.") from None
    found = tuple(_of_set(listed if isinstance(listed, list) else [], algorithm))
    if not found:
        raise KeysUnusable(f"This JWKS holds no key for {algorithm}: it takes {_wanted(algorithm)}.")
    return Keys(keys=found, named=True)


def _of_set(listed: Iterable[object], algorithm: str) -> Iterable[Key]:
    """A key that does not fit is passed over: the set may hold keys for other things."""
    for entry in list(listed)[:MOST_KEYS]:
        if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or entry.get("alg", algorithm) not in _names(algorithm):
            continue
        public = {name: value for name, value in entry.items() if name in {"kty", "kid", "n", "e", "crv", "x"}}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                key = JWKRegistry.import_key(public)
        except (JoseError, ValueError, TypeError):
            continue
        if _fits(key, algorithm):
            yield key


def _names(algorithm: str) -> set[str]:
    return {algorithm, "Ed25519"} if algorithm == "EdDSA" else {algorithm}


def _fits(key: Key, algorithm: str) -> bool:
    if algorithm == "RS256":
        return isinstance(key, RSAKey) and key.public_key.key_size >= SMALLEST_RSA
    return isinstance(key, OKPKey) and key.as_dict(private=False).get("crv") == "Ed25519"


def _wanted(algorithm: str) -> str:
    return f"RSA of {SMALLEST_RSA} bits or more" if algorithm == "RS256" else "Ed25519"


class KeySource:
    """Where keys come from: what was read at the start, or an address that is asked now and then."""

    def __init__(self, *, algorithm: str, keys: Keys | None = None, url: str = "") -> None:
        self._algorithm = algorithm
        self._keys = keys
        self._url = url
        self._read_at: datetime | None = None
        self._asked_at: datetime | None = None

    async def candidates(self, key_id: str, *, now: datetime) -> Sequence[Key]:
        """Return the keys a token with this id may be signed with; asks anew when there are none, or those at hand are old."""
        if self._url and self._must_ask(key_id, now=now):
            self._asked_at = now
            await self._ask(now=now)
        if self._url and (self._read_at is None or now - self._read_at > STALE):
            return ()
        return self._keys.candidates(key_id) if self._keys else ()

    def _must_ask(self, key_id: str, *, now: datetime) -> bool:
        if self._asked_at is not None and now - self._asked_at < AGAIN_AFTER:
            return False
        fresh = self._keys is not None and self._read_at is not None and now - self._read_at < FRESH
        return not fresh or not (self._keys and self._keys.candidates(key_id))

    async def _ask(self, *, now: datetime) -> None:
        try:
            self._keys = read_keys(await fetch(self._url), algorithm=self._algorithm)
            self._read_at = now
        except (httpx2.HTTPError, KeysUnusable) as error:
            log.warning("keys could not be read", reason=str(error) if isinstance(error, KeysUnusable) else type(error).__name__)


async def fetch(url: str) -> bytes:
    """Return what an address of the owner's answers; follows nothing, reads 64 KiB at most, waits 5 s. Raises httpx2.HTTPError."""
    async with (
        httpx2.AsyncClient(follow_redirects=False, timeout=TIMEOUT_S) as client,
        client.stream("GET", url, headers={"accept": "application/json"}) as answer,
    ):
        answer.raise_for_status()
        if answer.is_redirect:
            raise httpx2.HTTPStatusError("redirected", request=answer.request, response=answer)
        body = b""
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > LARGEST:
                raise httpx2.DecodingError("too large", request=answer.request)
        return body
