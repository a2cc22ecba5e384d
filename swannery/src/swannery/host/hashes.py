"""Stored passwords as apps spell them, read as one of four kinds; what would cost too much is refused before any of it is paid."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable

import argon2
import bcrypt
import msgspec
from argon2.low_level import verify_secret

LONGEST = 1024
# bcrypt reads no further; apps' libraries cut silently, so a longer password was stored by its first 72 bytes.
LONGEST_BCRYPT_BYTES = 72
# More than these takes many seconds or much memory: no app's people wait for that, and nobody shall make us.
BCRYPT_COSTS = range(4, 17)
MEMORY_KIB = 256 * 1024
ARGON2_WORK = 4 * 1024 * 1024  # KiB times passes
ARGON2_LANES = 64
SCRYPT_WORK = 2**22  # N times r times p
PBKDF2_WORK = 5_000_000  # rounds times blocks
DIGESTS = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512"})
SHORTEST_DIGEST, LONGEST_DIGEST = 16, 128
SHORTEST_SALT = 8  # as the reference implementation of argon2 wants it

_BCRYPT_LETTERS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_B64 = "[A-Za-z0-9+/]+={0,2}"
_AB64 = "[A-Za-z0-9./]+"
_NUMBER = "[0-9]{1,9}"


class Unusable(Exception):
    """No password can be checked against this. `reason` holds nothing of the text itself: it may be somebody's password in clear."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Bcrypt(msgspec.Struct, frozen=True):
    """`digested`: it was made of the password's SHA-256 in hex, as Django does against the limit of 72 bytes."""

    text: str
    cost: int
    digested: bool = False

    @property
    def costs(self) -> tuple[str, ...]:
        """What a decoy must share to take as long."""
        return ("bcrypt", str(self.cost))

    def matches(self, password: bytes) -> bool:
        """Compare, at the full cost."""
        given = hashlib.sha256(password).hexdigest().encode() if self.digested else password
        cut = given.split(b"\0", 1)[0][:LONGEST_BCRYPT_BYTES]
        return bcrypt.checkpw(cut, self.text.encode("ascii"))

    def decoy(self) -> str:
        """Return another of the same cost that no password has."""
        # The last letter of the salt must be one of four, the digest's last one of sixteen; "." is among both.
        salt, digest = (_letters(_BCRYPT_LETTERS, count) + "." for count in (21, 30))
        return f"$2b${self.cost:02d}${salt}{digest}"


class Argon2(msgspec.Struct, frozen=True):
    """`text` as the reference implementation spells it: argon2id, argon2i or argon2d."""

    text: str
    parameters: argon2.Parameters

    @property
    def costs(self) -> tuple[str, ...]:
        """What a decoy must share to take as long."""
        found = self.parameters
        return ("argon2", found.type.name, str(found.memory_cost), str(found.time_cost), str(found.parallelism))

    def matches(self, password: bytes) -> bool:
        """Compare, at the full cost."""
        try:
            return verify_secret(self.text.encode("ascii"), password, self.parameters.type)
        except argon2.exceptions.VerificationError:
            return False

    def decoy(self) -> str:
        """Return another of the same cost that no password has."""
        found = self.parameters
        salt, digest = (_base64(secrets.token_bytes(length)).rstrip("=") for length in (found.salt_len, found.hash_len))
        costs = f"m={found.memory_cost},t={found.time_cost},p={found.parallelism}"
        return f"$argon2{found.type.name.lower()}$v={found.version}${costs}${salt}${digest}"


class Scrypt(msgspec.Struct, frozen=True):
    """The cost is N, the size of a block r, how many at once p."""

    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    @property
    def costs(self) -> tuple[str, ...]:
        """What a decoy must share to take as long."""
        return ("scrypt", str(self.n), str(self.r), str(self.p))

    def matches(self, password: bytes) -> bool:
        """Compare, at the full cost."""
        memory = 128 * self.r * (self.n + self.p + 2) + 1024 * 1024
        made = hashlib.scrypt(password, salt=self.salt, n=self.n, r=self.r, p=self.p, maxmem=memory, dklen=len(self.digest))
        return hmac.compare_digest(made, self.digest)

    def decoy(self) -> str:
        """Return another of the same cost that no password has, as Werkzeug spells it."""
        return f"scrypt:{self.n}:{self.r}:{self.p}${secrets.token_hex(8)}${secrets.token_hex(len(self.digest))}"


class Pbkdf2(msgspec.Struct, frozen=True):
    """PBKDF2 with HMAC over a digest of hashlib's."""

    algorithm: str
    rounds: int
    salt: bytes
    digest: bytes

    @property
    def costs(self) -> tuple[str, ...]:
        """What a decoy must share to take as long."""
        return ("pbkdf2", self.algorithm, str(self.rounds))

    def matches(self, password: bytes) -> bool:
        """Compare, at the full cost."""
        made = hashlib.pbkdf2_hmac(self.algorithm, password, self.salt, self.rounds, dklen=len(self.digest))
        return hmac.compare_digest(made, self.digest)

    def decoy(self) -> str:
        """Return another of the same cost that no password has, as Werkzeug spells it."""
        return f"pbkdf2:{self.algorithm}:{self.rounds}${secrets.token_hex(8)}${secrets.token_hex(len(self.digest))}"


StoredHash = Bcrypt | Argon2 | Scrypt | Pbkdf2


def read_hash(text: str) -> StoredHash:
    """Return what the text is; raises Unusable where it is none, is broken, or costs too much."""
    if len(text) > LONGEST:
        raise Unusable("too long")
    for begins, read in _KINDS:
        if re.match(begins, text):
            try:
                return read(text)
            except (ValueError, binascii.Error, argon2.exceptions.InvalidHashError):
                raise Unusable("broken") from None
    raise Unusable("of no known kind")


def _bcrypt(text: str) -> Bcrypt:
    """Raises ValueError; `$2y$` is PHP's and Laravel's spelling of `$2b$`."""
    django, digested = text.startswith("bcrypt"), text.startswith("bcrypt_sha256$")
    bare = text.partition("$")[2] if django else text
    found = re.fullmatch(r"\$2[aby]\$([0-9]{2})(\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31})", bare)
    cost = int(_only(found)[1])
    _bound(cost in BCRYPT_COSTS)
    return Bcrypt(f"$2b${cost:02d}{_only(found)[2]}", cost, digested=digested)


def _argon2(text: str) -> Argon2:
    """Raises ValueError or InvalidHashError; Django puts its own word before the reference's spelling."""
    bare = text.removeprefix("argon2") if text.startswith("argon2$") else text
    if not re.fullmatch(r"\$argon2(id|i|d)\$(v=[0-9]{1,3}\$)?[mtp]=[0-9]{1,9}(,[mtp]=[0-9]{1,9}){2}\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+", bare):
        raise ValueError
    found = argon2.extract_parameters(bare)
    lanes, memory = found.parallelism, found.memory_cost
    if not (lanes >= 1 and 8 * lanes <= memory and found.time_cost >= 1 and found.version in {16, 19}):
        raise ValueError
    if found.salt_len < SHORTEST_SALT or not SHORTEST_DIGEST <= found.hash_len <= LONGEST_DIGEST:
        raise ValueError
    _bound(lanes <= ARGON2_LANES and memory <= MEMORY_KIB and memory * found.time_cost <= ARGON2_WORK)
    return Argon2(bare, found)


def _scrypt_of_django(text: str) -> Scrypt:
    found = _only(re.fullmatch(rf"scrypt\$({_NUMBER})\$([^$]+)\$({_NUMBER})\$({_NUMBER})\$({_B64})", text))
    return _scrypt(n=int(found[1]), r=int(found[3]), p=int(found[4]), salt=found[2].encode(), digest=_unbase64(found[5]))


def _scrypt_of_werkzeug(text: str) -> Scrypt:
    found = _only(re.fullmatch(rf"scrypt:({_NUMBER}):({_NUMBER}):({_NUMBER})\$([^$]+)\$([0-9a-f]+)", text))
    return _scrypt(n=int(found[1]), r=int(found[2]), p=int(found[3]), salt=found[4].encode(), digest=bytes.fromhex(found[5]))


def _scrypt_of_passlib(text: str) -> Scrypt:
    found = _only(re.fullmatch(rf"\$scrypt\$ln=([0-9]{{1,2}}),r=({_NUMBER}),p=({_NUMBER})\$({_B64})\$({_B64})", text))
    return _scrypt(n=2 ** int(found[1]), r=int(found[2]), p=int(found[3]), salt=_unbase64(found[4]), digest=_unbase64(found[5]))


def _scrypt(*, n: int, r: int, p: int, salt: bytes, digest: bytes) -> Scrypt:
    if n <= 1 or n & (n - 1) or r < 1 or p < 1:
        raise ValueError
    _bound(n * r // 8 <= MEMORY_KIB and n * r * p <= SCRYPT_WORK)
    return Scrypt(n, r, p, salt, _checked(digest))


def _pbkdf2_of_django(text: str) -> Pbkdf2:
    found = _only(re.fullmatch(rf"pbkdf2_(sha1|sha256)\$({_NUMBER})\$([^$]+)\$({_B64})", text))
    return _pbkdf2(found[1], int(found[2]), salt=found[3].encode(), digest=_unbase64(found[4]))


def _pbkdf2_of_werkzeug(text: str) -> Pbkdf2:
    found = _only(re.fullmatch(rf"pbkdf2:([a-z0-9]+):({_NUMBER})\$([^$]+)\$([0-9a-f]+)", text))
    return _pbkdf2(found[1], int(found[2]), salt=found[3].encode(), digest=bytes.fromhex(found[4]))


def _pbkdf2_of_passlib(text: str) -> Pbkdf2:
    found = _only(re.fullmatch(rf"\$pbkdf2(-sha256|-sha512|)\$({_NUMBER})\$({_AB64})\$({_AB64})", text))
    salt, digest = (_unbase64(found[place].replace(".", "+")) for place in (3, 4))
    return _pbkdf2(found[1].removeprefix("-") or "sha1", int(found[2]), salt=salt, digest=digest)


def _pbkdf2(algorithm: str, rounds: int, *, salt: bytes, digest: bytes) -> Pbkdf2:
    if algorithm not in DIGESTS or rounds < 1:
        raise ValueError
    blocks = -(-len(digest) // hashlib.new(algorithm).digest_size)
    _bound(rounds * blocks <= PBKDF2_WORK)
    return Pbkdf2(algorithm, rounds, salt, _checked(digest))


_KINDS: tuple[tuple[str, Callable[[str], StoredHash]], ...] = (
    (r"\$2[aby]\$|bcrypt(_sha256)?\$", _bcrypt),
    (r"\$argon2|argon2\$", _argon2),
    (r"scrypt\$", _scrypt_of_django),
    (r"scrypt:", _scrypt_of_werkzeug),
    (r"\$scrypt\$", _scrypt_of_passlib),
    (r"pbkdf2_", _pbkdf2_of_django),
    (r"pbkdf2:", _pbkdf2_of_werkzeug),
    (r"\$pbkdf2", _pbkdf2_of_passlib),
)


def _only(found: re.Match[str] | None) -> re.Match[str]:
    if found is None:
        raise ValueError
    return found


def _bound(holds: bool) -> None:  # noqa: FBT001 - a condition is its only argument
    if not holds:
        raise Unusable("too costly")


def _checked(digest: bytes) -> bytes:
    if not SHORTEST_DIGEST <= len(digest) <= LONGEST_DIGEST:
        raise ValueError
    return digest


def _letters(alphabet: str, count: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(count))


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _unbase64(text: str) -> bytes:
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
