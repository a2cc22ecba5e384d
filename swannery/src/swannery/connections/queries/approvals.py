"""SQL on follow requests: followers of a private profile wait here until they are approved."""

from collections.abc import Collection

from swannery.connections.models import FriendRequest
from swannery.connections.queries import person_of
from swannery.foundation.database import Transaction
from swannery.foundation.paging import Cursor


async def insert(tx: Transaction, *, asker_id: int, addressee_id: int) -> bool:
    """Note that somebody waits for approval; whether it is new. Index: the primary key."""
    return bool(
        await tx.sql_count(
            "INSERT INTO swannery.follow_requests (asker_id, addressee_id, created_at) VALUES (%(asker)s, %(addressee)s, %(now)s)"
            " ON CONFLICT DO NOTHING",
            {"asker": asker_id, "addressee": addressee_id, "now": tx.now},
        )
    )


async def delete(tx: Transaction, *, asker_id: int, addressee_id: int) -> bool:
    """Forget that somebody waits; whether they did. Index: the primary key."""
    return bool(
        await tx.sql_count(
            "DELETE FROM swannery.follow_requests WHERE asker_id = %(asker)s AND addressee_id = %(addressee)s",
            {"asker": asker_id, "addressee": addressee_id},
        )
    )


async def list_waiting(
    tx: Transaction, *, member_id: int, hidden: Collection[int], after: Cursor | None, limit: int
) -> list[FriendRequest]:
    """Return who waits for a member's approval, the newest first. Index: follow_requests_addressee."""
    older = "AND (r.created_at, r.asker_id) < (%(at)s, %(after)s)" if after else ""
    found = await tx.read(
        "SELECT m.id, m.name, m.handle, m.role, m.picture, r.created_at FROM swannery.follow_requests r"
        " JOIN swannery.members m ON m.id = r.asker_id"
        f" WHERE r.addressee_id = %(me)s {older} AND m.state = 'active' AND NOT m.id = ANY(%(hidden)s)"
        " ORDER BY r.created_at DESC, r.asker_id DESC LIMIT %(limit)s",
        {"me": member_id, "hidden": list(hidden), "limit": limit, **({"at": after.at, "after": after.id} if after else {})},
    )
    return [FriendRequest(person=person_of(row), sent_at=row[5]) for row in found]
