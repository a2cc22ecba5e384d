"""SQL on who follows whom, for what people let those do whom they follow."""

from collections.abc import Collection

from swannery.foundation.database import Transaction


async def who_follows(tx: Transaction, *, member_id: int, among: Collection[int]) -> set[int]:
    """Return those of the members who follow this one, approved. Index: the primary key."""
    found = await tx.read(
        "SELECT f.follower_id FROM swannery.follows f WHERE f.follower_id = ANY(%(among)s) AND f.followee_id = %(member)s",
        {"among": sorted(among), "member": member_id},
    )
    return {int(row[0]) for row in found}
