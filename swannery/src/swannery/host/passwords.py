"""Checking a password against the app's own hash: bcrypt, in threads of its own, and as long for nobody as for somebody."""

import asyncio
import os
import re
import secrets
from concurrent.futures import ThreadPoolExecutor

import bcrypt

BCRYPT = re.compile(r"^\$2[aby]\$(?P<cost>\d\d)\$[./A-Za-z0-9]{53}$")
PREFIX = re.compile(r"^\$2[aby]\$(\d\d)\$")
# bcrypt reads no further; apps' libraries cut silently, so a longer password was stored by its first 72 bytes.
LONGEST_BYTES = 72
USUAL_COST = 10
COSTS = range(4, 17)  # more would take minutes: no app's people wait for that, and nobody shall make us

# bcrypt lets go of the interpreter, so as many run at once as there are processors; more wait in line.
_threads = ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2), thread_name_prefix="passwords")


def decoy(cost: int = USUAL_COST) -> str:
    """Return a hash that no password has and that costs as much to check as a real one."""
    salt = "$2b$%02d$" % (cost if cost in COSTS else USUAL_COST)  # noqa: UP031 - two figures, as the format wants
    alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    # The last figure of the salt must be one of four, the hash's last one of sixteen; "." and "O" are among both.
    return salt + "".join(secrets.choice(alphabet) for _ in range(21)) + "." + "".join(secrets.choice(alphabet) for _ in range(30)) + "."


def cost_of(prefix: str) -> int:
    """Return the cost a hash, or the beginning of one, states."""
    found = PREFIX.match(prefix)
    return int(found[1]) if found else USUAL_COST


def check(password_hash: str, password: str) -> bool:
    """Compare; takes as long as the hash's cost says. A hash of another kind is never equal, and takes as long."""
    found = BCRYPT.match(password_hash)
    usable = found is not None and int(found["cost"]) in COSTS and "\0" not in password
    given = password.encode("utf-8", errors="surrogatepass").split(b"\0", 1)[0][:LONGEST_BYTES]
    return bcrypt.checkpw(given, (password_hash if usable else decoy(cost_of(password_hash))).encode("ascii"))


async def check_aside(password_hash: str, password: str) -> bool:
    """Do the same in one of a bounded number of threads."""
    return await asyncio.get_running_loop().run_in_executor(_threads, check, password_hash, password)
