"""A form sent twice is taken once: the first transaction claims its key, a second one learns what came of it."""

import hashlib
from uuid import UUID, uuid5

from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict
from swannery.foundation.words import say


def subject_of(kind: str, *parts: str) -> str:
    """Return what a key is used for: the kind and a mark of what was sent, so that other words under the same key are noticed."""
    return f"{kind}:{hashlib.sha256(chr(31).join(parts).encode(errors='replace')).hexdigest()[:32]}"


async def claim(tx: Transaction, *, member_id: int, key: UUID | None, subject: str) -> int | None:
    """Claim a member's key. Returns None when it is new, else the id of what the first use made; a concurrent first use is waited for."""
    if key is None:
        return None
    values = {"member": member_id, "key": key, "subject": subject}
    claimed = await tx.sql(
        "INSERT INTO swannery.idempotency_keys (member_id, key, subject) VALUES (%(member)s, %(key)s, %(subject)s)"
        " ON CONFLICT (member_id, key) DO NOTHING RETURNING 1",
        values,
    )
    if claimed:
        return None
    made = await tx.sql("SELECT subject, subject_id FROM swannery.idempotency_keys WHERE member_id = %(member)s AND key = %(key)s", values)
    if not made or made[0][0] != subject or made[0][1] is None:
        raise Conflict(say("This was already sent for something else."), next_step=say("Reload the page and send it again."))
    return int(made[0][1])


def of_words(key: UUID | None, *parts: str) -> UUID | None:
    """Return a key of a form and what was typed into it: whoever goes back and types something else means a second thing."""
    return uuid5(key, chr(31).join(parts)) if key is not None else None


async def settle(tx: Transaction, *, member_id: int, key: UUID | None, subject_id: int) -> None:
    """Note what came of the key's first use."""
    if key is not None:
        await tx.sql(
            "UPDATE swannery.idempotency_keys SET subject_id = %(id)s WHERE member_id = %(member)s AND key = %(key)s",
            {"id": subject_id, "member": member_id, "key": key},
        )


async def tidy(tx: Transaction) -> None:
    """Forget keys after a day: nobody sends the same form again then."""
    await tx.sql("DELETE FROM swannery.idempotency_keys WHERE created_at < %(now)s - interval '1 day'", {"now": tx.now})
