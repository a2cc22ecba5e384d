"""Checking a password against the app's own hash: in threads of its own, and as long for nobody as for somebody."""

import asyncio
import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from swannery.host.hashes import Bcrypt, StoredHash, Unusable, read_hash

log = structlog.get_logger("swannery.host")

USUAL = Bcrypt("", 10)
# What stands where a person has no password: Django's mark, and what is found in hand-made tables.
NO_PASSWORD = ("", "!", "*")

# All four kinds let go of the interpreter, so some run at once and more wait in line; each may take up to 256 MiB while it runs.
_threads = ThreadPoolExecutor(max_workers=max(2, min(os.cpu_count() or 2, 8)), thread_name_prefix="passwords")


def is_usable(password_hash: str) -> bool:
    """Whether a password can be checked against it; says in the log why not, and nothing of whose it is or what it holds."""
    if password_hash.startswith("!") or password_hash.strip() in NO_PASSWORD:
        return False
    try:
        read_hash(password_hash)
    except Unusable as error:
        log.warning("a stored password cannot be used", reason=error.reason)
        return False
    return True


def decoy_for(name: str, *, among: Sequence[str]) -> str:
    """Return a hash that no password has and that takes as long as those of the app.

    Where the app holds several kinds, as after a change of its library, each name always meets the same one, and each kind as often as
    people have it: somebody who asks twice for nobody sees what they see of somebody.
    """
    kinds = sorted((kind for text in among if (kind := _read(text)) is not None), key=_costs)
    if not kinds:
        return USUAL.decoy()
    # Keyed by what only the app's database holds, so that nobody outside can tell which kind a name would meet.
    number = hashlib.sha256(f"{min(among)}\x1f{name.casefold()}".encode(errors="replace")).digest()
    return kinds[int.from_bytes(number[:8], "big") % len(kinds)].decoy()


def _costs(kind: StoredHash) -> tuple[str, ...]:
    return kind.costs


def _read(password_hash: str) -> StoredHash | None:
    try:
        return read_hash(password_hash)
    except Unusable:
        return None


def check(password_hash: str, password: str) -> bool:
    """Compare; takes as long as the hash says. What is no hash is never equal, and takes as long as usual."""
    given = password.encode("utf-8", errors="surrogatepass")
    found = (_read(password_hash) or Bcrypt(USUAL.decoy(), USUAL.cost)).matches(given)
    # No app lets one in, bcrypt stops there, and to the others "right" with one at its end is "right".
    return found and b"\0" not in given


async def check_aside(password_hash: str, password: str) -> bool:
    """Do the same in one of a bounded number of threads."""
    return await asyncio.get_running_loop().run_in_executor(_threads, check, password_hash, password)
