"""All SQL on tokens that were used. Only a hash of each is kept."""

from datetime import datetime

from swannery.foundation.database import Transaction


async def use(tx: Transaction, *, mark: bytes, expires_at: datetime) -> bool:
    """Remember a token; False when it was used before. Two at once wait for each other here, and one of them is the first."""
    found = await tx.sql(
        "INSERT INTO swannery.used_tokens (mark, expires_at) VALUES (%(mark)s, %(until)s) ON CONFLICT (mark) DO NOTHING RETURNING true",
        {"mark": mark, "until": expires_at},
    )
    return bool(found)


async def tidy(tx: Transaction) -> None:
    """Forget tokens that could not be used any more by themselves."""
    await tx.sql("DELETE FROM swannery.used_tokens WHERE expires_at < %(now)s", {"now": tx.now})
