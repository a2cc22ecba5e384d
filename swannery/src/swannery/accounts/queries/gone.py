"""SQL on members whose user is not in the app any more. Cheap while nobody is gone: it looks at the few rows without a user."""

from collections.abc import Sequence
from datetime import datetime

from swannery.foundation.database import Transaction

PAGE = 200


async def link_again(tx: Transaction, *, relation: str, key_type: str) -> Sequence[tuple[int, str, str]]:
    """Link members to users that have their key again; returns id, state before, state now.

    Indexes: user_id's own, members_gone, the app's key.
    """
    found = await tx.sql(
        "UPDATE swannery.members m SET user_id = u.user_key, gone_at = NULL,"
        " state = CASE WHEN old.state = 'erased' THEN 'erased' WHEN u.active THEN 'active' ELSE 'inactive' END"
        f" FROM swannery.members old JOIN {relation} u ON u.user_key = old.user_key::{key_type}"
        " WHERE m.id = old.id AND old.user_key IS NOT NULL AND (old.user_id IS NULL OR old.gone_at IS NOT NULL)"
        " RETURNING m.id, old.state, m.state"
    )
    return sorted((int(row[0]), str(row[1]), str(row[2])) for row in found)


async def mark_gone(tx: Transaction, *, soft_relation: str, signed_in_only: bool) -> Sequence[tuple[int, str]]:
    """Note since when users are missing, and hide their members; returns id and state before.

    The key empties `user_id`; without one the relation is asked.
    """
    missing = "old.user_id IS NULL AND (old.state <> 'erased' OR old.user_key IS NOT NULL)"
    if soft_relation:
        missing = f"({missing} OR old.user_id IS NOT NULL AND NOT EXISTS (SELECT FROM {soft_relation} u WHERE u.user_key = old.user_id))"
        missing += " AND old.id IN (SELECT s.member_id FROM swannery.sign_ins s)" if signed_in_only else ""
    found = await tx.sql(
        "UPDATE swannery.members m SET gone_at = %(now)s, state = CASE WHEN old.state = 'erased' THEN 'erased' ELSE 'inactive' END"
        f" FROM swannery.members old WHERE m.id = old.id AND old.gone_at IS NULL AND {missing} RETURNING m.id, old.state",
        {"now": tx.now},
    )
    return sorted((int(row[0]), str(row[1])) for row in found)


async def forget_keys(tx: Transaction, *, until: datetime) -> None:
    """Forget the keys of members erased before their user went. Index: members_gone."""
    await tx.sql(
        "UPDATE swannery.members SET user_key = NULL, user_id = NULL, gone_at = NULL WHERE gone_at <= %(until)s AND state = 'erased'",
        {"until": until},
    )


async def count_due(tx: Transaction, *, until: datetime) -> int:
    """Return how many members' users have been gone since then. Index: members_gone."""
    found = await tx.sql("SELECT count(*) FROM swannery.members WHERE gone_at <= %(until)s AND state <> 'erased'", {"until": until})
    return int(found[0][0])


async def find_due(tx: Transaction, *, until: datetime, after: int, limit: int = PAGE) -> list[int]:
    """Return them a page at a time, in the order of their ids."""
    found = await tx.sql(
        "SELECT id FROM swannery.members WHERE gone_at <= %(until)s AND state <> 'erased' AND id > %(after)s ORDER BY id LIMIT %(limit)s",
        {"until": until, "after": after, "limit": limit},
    )
    return [int(row[0]) for row in found]


async def count_active(tx: Transaction) -> int:
    """Return how many active members there are."""
    return int((await tx.sql("SELECT count(*) FROM swannery.members WHERE state = 'active'"))[0][0])


async def has_users(tx: Transaction, *, relation: str) -> bool:
    """Whether the app holds any user."""
    return bool((await tx.sql(f"SELECT EXISTS (SELECT FROM {relation} u)", {}))[0][0])
