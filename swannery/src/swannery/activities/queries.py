"""All SQL on activities. Only their own member reads them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from swannery.foundation.database import AnyRow, Transaction
from swannery.host.models import CompletedActivity

COLUMNS = (
    "SELECT a.id, a.source, a.happened_at, a.partner_id, a.shared_post_id,"
    " count(*) OVER (ORDER BY a.happened_at, a.id),"
    " count(*) OVER (PARTITION BY date_trunc('week', a.happened_at) ORDER BY a.happened_at, a.id)"
    " FROM swannery.activities a WHERE a.member_id = %(member)s"
)


async def insert_new(tx: Transaction, *, completed: Sequence[CompletedActivity]) -> list[tuple[int, int]]:
    """Write down what is not written down yet; returns (activity id, member id) of each. Who has no membership is left out."""
    keys = await _members_of(tx, keys={key for one in completed for key in (one.member_key, one.partner_key) if key is not None})
    known = [one for one in completed if one.member_key in keys]
    if not known:
        return []
    found = await tx.sql(
        "INSERT INTO swannery.activities (member_id, source, source_key, partner_id, happened_at, noticed_at)"
        " SELECT member, source, key, partner, at, %(now)s FROM unnest(%(members)s::bigint[], %(sources)s::text[], %(keys)s::text[],"
        " %(partners)s::bigint[], %(ats)s::timestamptz[]) AS new (member, source, key, partner, at)"
        " ON CONFLICT (member_id, source, source_key) DO NOTHING RETURNING id, member_id",
        {
            "members": [keys[one.member_key] for one in known],
            "sources": [one.source for one in known],
            "keys": [one.key for one in known],
            "partners": [keys.get(one.partner_key) for one in known],
            "ats": [one.at for one in known],
            "now": tx.now,
        },
    )
    return [(row[0], row[1]) for row in found]


async def _members_of(tx: Transaction, *, keys: Collection[Any]) -> dict[Any, int]:
    found = await tx.sql(
        "SELECT user_id, id FROM swannery.members WHERE user_id = ANY(%(keys)s) AND state = 'active'", {"keys": list(keys)}
    )
    return {row[0]: row[1] for row in found}


async def list_latest(tx: Transaction, *, member_id: int, limit: int) -> Sequence[AnyRow]:
    """Return a member's latest activities. Index: activities_latest."""
    return await tx.sql(f"{COLUMNS} ORDER BY a.happened_at DESC, a.id DESC LIMIT %(limit)s", {"member": member_id, "limit": limit})


async def read_one(tx: Transaction, *, member_id: int, activity_id: int) -> AnyRow | None:
    """Return one activity of a member."""
    found = await tx.sql(f"SELECT * FROM ({COLUMNS}) AS mine WHERE id = %(id)s", {"member": member_id, "id": activity_id})
    return found[0] if found else None


async def times(tx: Transaction, *, member_id: int) -> list[datetime]:
    """Return when a member's latest activities took place. Index: activities_latest."""
    found = await tx.sql(
        "SELECT happened_at FROM swannery.activities WHERE member_id = %(member)s ORDER BY happened_at DESC LIMIT 500",
        {"member": member_id},
    )
    return [row[0] for row in found]


async def lock(tx: Transaction, *, member_id: int, activity_id: int) -> None:
    """Let others who want to share the same activity wait."""
    await tx.sql(
        "SELECT 1 FROM swannery.activities WHERE member_id = %(member)s AND id = %(id)s FOR UPDATE",
        {"member": member_id, "id": activity_id},
    )


async def set_shared(tx: Transaction, *, member_id: int, activity_id: int, post_id: int | None) -> None:
    """Note in which post an activity was shared."""
    await tx.sql(
        "UPDATE swannery.activities SET shared_post_id = %(post)s WHERE member_id = %(member)s AND id = %(id)s",
        {"post": post_id, "member": member_id, "id": activity_id},
    )


async def forget_share(tx: Transaction, *, post_id: int, member_id: int) -> None:
    """The post is gone: its activity may be shared again."""
    await tx.sql(
        "UPDATE swannery.activities SET shared_post_id = NULL WHERE member_id = %(member)s AND shared_post_id = %(post)s",
        {"member": member_id, "post": post_id},
    )


async def delete_of_member(tx: Transaction, *, member_id: int) -> None:
    """Erase a member's activities, and their name from others'."""
    await tx.sql("DELETE FROM swannery.activities WHERE member_id = %(member)s", {"member": member_id})
    await tx.sql("UPDATE swannery.activities SET partner_id = NULL WHERE partner_id = %(member)s", {"member": member_id})
