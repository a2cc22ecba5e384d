"""All SQL on those who are at the identity provider just now."""

from datetime import datetime

import msgspec

from swannery.foundation.database import Transaction


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What must come back with an answer of the provider, and where its person wanted to go."""

    nonce: str
    verifier: str
    next_path: str


async def insert(tx: Transaction, *, mark: bytes, attempt: Attempt, expires_at: datetime) -> None:
    """Remember one."""
    await tx.sql(
        "INSERT INTO swannery.provider_attempts (mark, nonce, verifier, next_path, expires_at)"
        " VALUES (%(mark)s, %(nonce)s, %(verifier)s, %(next)s, %(until)s)",
        {"mark": mark, "nonce": attempt.nonce, "verifier": attempt.verifier, "next": attempt.next_path, "until": expires_at},
    )


async def take(tx: Transaction, *, mark: bytes) -> Attempt | None:
    """Return one that has not ended, and forget it: each answer counts once."""
    found = await tx.sql(
        "DELETE FROM swannery.provider_attempts WHERE mark = %(mark)s RETURNING nonce, verifier, next_path, expires_at > %(now)s",
        {"mark": mark, "now": tx.now},
    )
    return Attempt(nonce=found[0][0], verifier=found[0][1], next_path=found[0][2]) if found and found[0][3] else None


async def tidy(tx: Transaction) -> None:
    """Forget those who did not come back."""
    await tx.sql("DELETE FROM swannery.provider_attempts WHERE expires_at < %(now)s", {"now": tx.now})
