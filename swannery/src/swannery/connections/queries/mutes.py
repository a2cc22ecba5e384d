"""SQL on mutes. One that has ended counts as none, and is forgotten by a tick."""

from datetime import datetime

from swannery.connections.models import Mute
from swannery.connections.queries import person_of
from swannery.foundation.database import Transaction


async def write(tx: Transaction, *, member_id: int, muted_id: int, until: datetime | None) -> None:
    """Note a mute, or its new end. Index: the primary key."""
    await tx.sql(
        "INSERT INTO swannery.mutes (member_id, muted_id, until, created_at) VALUES (%(me)s, %(muted)s, %(until)s, %(now)s)"
        " ON CONFLICT (member_id, muted_id) DO UPDATE SET until = excluded.until",
        {"me": member_id, "muted": muted_id, "until": until, "now": tx.now},
    )


async def delete(tx: Transaction, *, member_id: int, muted_id: int) -> None:
    """Forget a mute. Index: the primary key."""
    await tx.sql("DELETE FROM swannery.mutes WHERE member_id = %(me)s AND muted_id = %(muted)s", {"me": member_id, "muted": muted_id})


async def list_of(tx: Transaction, *, member_id: int, after_id: int, limit: int) -> list[Mute]:
    """Return whom a member muted in order of their ids. Index: the primary key."""
    found = await tx.read(
        "SELECT m.id, m.name, m.handle, m.role, m.picture, u.until FROM swannery.mutes u JOIN swannery.members m ON m.id = u.muted_id"
        " WHERE u.member_id = %(me)s AND u.muted_id > %(after)s AND (u.until IS NULL OR u.until > %(now)s) AND m.state = 'active'"
        " ORDER BY u.muted_id LIMIT %(limit)s",
        {"me": member_id, "after": after_id, "now": tx.now, "limit": limit},
    )
    return [Mute(person=person_of(row), until=row[5]) for row in found]


async def forget_ended(tx: Transaction) -> None:
    """Forget what has ended."""
    await tx.sql("DELETE FROM swannery.mutes WHERE until <= %(now)s", {"now": tx.now})
