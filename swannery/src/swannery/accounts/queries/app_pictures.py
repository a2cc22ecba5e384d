"""SQL on the pictures that members have in the app. The app's users come in as a relation, as everywhere."""

from collections.abc import Collection
from datetime import datetime

from swannery.foundation.database import Transaction

AT_ONCE = 5000


async def note(tx: Transaction, *, relation: str) -> int:
    """Note of some members where the app has a picture of them, new or another than before; returns of how many.

    Who chose their own here is left alone. One scan of both tables: pictures change rarely, so most passes end with it.
    """
    return await tx.sql_count(
        "INSERT INTO swannery.app_pictures (member_id, address, state)"
        " SELECT m.id, u.avatar, CASE WHEN m.picture <> '' AND a.member_id IS NULL THEN 'own' ELSE 'waiting' END"
        f" FROM swannery.members m JOIN {relation} u ON u.user_key = m.user_id LEFT JOIN swannery.app_pictures a ON a.member_id = m.id"
        " WHERE m.state = 'active' AND u.avatar <> '' AND (a.member_id IS NULL OR (a.address <> u.avatar AND a.state <> 'own'))"
        " ORDER BY m.id LIMIT %(limit)s"
        " ON CONFLICT (member_id) DO UPDATE SET address = EXCLUDED.address, state = 'waiting', asked_at = NULL"
        " WHERE app_pictures.state <> 'own'",
        {"limit": AT_ONCE},
    )


async def lock_withdrawn(tx: Transaction, *, relation: str) -> list[int]:
    """Return members who show, or wait for, a picture that the app has no longer; nobody else changes what they show meanwhile."""
    found = await tx.sql(
        f"SELECT m.id FROM swannery.app_pictures a JOIN swannery.members m ON m.id = a.member_id JOIN {relation} u"
        " ON u.user_key = m.user_id WHERE a.state <> 'own' AND u.avatar = '' ORDER BY m.id LIMIT %(limit)s FOR NO KEY UPDATE OF m",
        {"limit": AT_ONCE},
    )
    return [int(row[0]) for row in found]


async def ask_for(tx: Transaction, *, lost: datetime, again: datetime, limit: int) -> list[int]:
    """Return members whose picture is to be fetched now, and note that: new ones, those that got lost, those not to be had long ago.

    Of those who are here: for who left, nothing is fetched, and nobody waits behind them. Indexes: app_pictures_due, members' primary key.
    """
    found = await tx.sql(
        "UPDATE swannery.app_pictures SET state = 'waiting', asked_at = %(now)s"
        " WHERE member_id IN (SELECT a.member_id FROM swannery.app_pictures a JOIN swannery.members m ON m.id = a.member_id"
        " WHERE m.state = 'active' AND a.state IN ('waiting', 'none')"
        " AND (a.asked_at IS NULL OR a.asked_at < CASE a.state WHEN 'waiting' THEN %(lost)s ELSE %(again)s END)"
        " ORDER BY a.asked_at NULLS FIRST LIMIT %(limit)s) RETURNING member_id",
        {"now": tx.now, "lost": lost, "again": again, "limit": limit},
    )
    return [int(row[0]) for row in found]


async def count_asked(tx: Transaction, *, since: datetime) -> int:
    """Return how many pictures are on their way. Index: app_pictures_due."""
    found = await tx.read("SELECT count(*) FROM swannery.app_pictures WHERE state = 'waiting' AND asked_at >= %(since)s", {"since": since})
    return int(found[0][0])


async def wanted(tx: Transaction, *, member_id: int) -> str | None:
    """Return where the app has the picture that a member is to show; None when that is not wanted any more."""
    found = await tx.read(
        "SELECT a.address FROM swannery.app_pictures a JOIN swannery.members m ON m.id = a.member_id"
        " WHERE a.member_id = %(member)s AND a.state = 'waiting' AND m.state = 'active'",
        {"member": member_id},
    )
    return str(found[0][0]) if found else None


async def settle(tx: Transaction, *, member_id: int, address: str, shown: bool) -> bool:
    """Note what became of it; False when meanwhile the member chose another, or the app has another."""
    touched = await tx.sql_count(
        "UPDATE swannery.app_pictures SET state = %(state)s WHERE member_id = %(member)s AND address = %(address)s AND state = 'waiting'",
        {"member": member_id, "address": address, "state": "shown" if shown else "none"},
    )
    return touched > 0


async def is_shown(tx: Transaction, *, member_id: int) -> bool:
    """Whether the picture a member shows is the app's; while the next one is fetched it is the one before. Index: the primary keys."""
    found = await tx.read(
        "SELECT FROM swannery.app_pictures a JOIN swannery.members m ON m.id = a.member_id"
        " WHERE a.member_id = %(member)s AND a.state <> 'own' AND m.picture <> ''",
        {"member": member_id},
    )
    return bool(found)


async def leave_to_member(tx: Transaction, *, member_id: int) -> None:
    """From now on it is the member who says what they look like here."""
    await tx.sql("UPDATE swannery.app_pictures SET state = 'own' WHERE member_id = %(member)s", {"member": member_id})


async def forget(tx: Transaction, *, member_id: int) -> None:
    """Forget what the app had of a member."""
    await tx.sql("DELETE FROM swannery.app_pictures WHERE member_id = %(member)s", {"member": member_id})


async def forget_unless_own(tx: Transaction, *, member_ids: Collection[int]) -> list[int]:
    """Forget what the app had of members; returns of whom. Not of those who chose what they show while one waited for their rows."""
    found = await tx.sql(
        "DELETE FROM swannery.app_pictures WHERE member_id = ANY(%(members)s) AND state <> 'own' RETURNING member_id",
        {"members": list(member_ids)},
    )
    return [int(row[0]) for row in found]
