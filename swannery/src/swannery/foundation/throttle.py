"""How often something may be tried. Counted in the database, so that every process counts the same."""

import hashlib
from datetime import datetime, timedelta

from swannery.foundation.database import Transaction
from swannery.foundation.errors import TooMany
from swannery.foundation.words import say


def key_of(*parts: str) -> bytes:
    """Return what is stored instead of an address or a name: its hash."""
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


async def count_up(tx: Transaction, *, key: bytes, window_s: int) -> tuple[int, datetime]:
    """Count one more try and return how many there have been and when the window ends; it begins with its first try."""
    found = await tx.sql(
        "INSERT INTO swannery.throttles AS t (key, count, expires_at) VALUES (%(key)s, 1, %(until)s)"
        " ON CONFLICT (key) DO UPDATE SET count = CASE WHEN t.expires_at <= %(now)s THEN 1 ELSE t.count + 1 END,"
        " expires_at = CASE WHEN t.expires_at <= %(now)s THEN %(until)s ELSE t.expires_at END RETURNING count, expires_at",
        {"key": key, "now": tx.now, "until": tx.now + timedelta(seconds=window_s)},
    )
    return int(found[0][0]), found[0][1]


async def tries(tx: Transaction, *, keys: list[bytes]) -> dict[bytes, int]:
    """Return how often each was tried within its window."""
    found = await tx.sql(
        "SELECT key, count FROM swannery.throttles WHERE key = ANY(%(keys)s) AND expires_at > %(now)s", {"keys": keys, "now": tx.now}
    )
    return {bytes(row[0]): int(row[1]) for row in found}


async def take_back(tx: Transaction, *, key: bytes) -> None:
    """Count one try less: it was no failure."""
    await tx.sql("UPDATE swannery.throttles SET count = greatest(count - 1, 0) WHERE key = %(key)s", {"key": key})


async def forget(tx: Transaction, *, key: bytes) -> None:
    """Start over, after a success."""
    await tx.sql("DELETE FROM swannery.throttles WHERE key = %(key)s", {"key": key})


async def limit(tx: Transaction, *, what: str, who: str, times: int, window_s: int) -> None:
    """Count one try of a member; raises TooMany above the limit. What is refused is not counted: the transaction is undone."""
    count, until = await count_up(tx, key=key_of(what, who), window_s=window_s)
    if count > times:
        wait = max(1, int((until - tx.now).total_seconds()))
        raise TooMany(
            say("That was a lot at once."), retry_after_s=wait, next_step=say("Try again in %(minutes)s min.", minutes=max(1, wait // 60))
        )


async def tidy(tx: Transaction) -> None:
    """Forget windows that have ended."""
    await tx.sql("DELETE FROM swannery.throttles WHERE expires_at < %(now)s", {"now": tx.now})
