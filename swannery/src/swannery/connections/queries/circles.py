"""SQL on circles: named lists that only their owner knows of."""

from collections.abc import Collection

from swannery.accounts.models import Person
from swannery.connections.models import Circle
from swannery.connections.queries import person_of
from swannery.foundation.database import AnyRow, Transaction

CIRCLE = (
    "SELECT c.id, c.name, (SELECT count(*) FROM swannery.circle_members i JOIN swannery.members m ON m.id = i.member_id"
    " WHERE i.circle_id = c.id AND m.state = 'active') FROM swannery.circles c"
)


async def list_of(tx: Transaction, *, owner_id: int) -> list[Circle]:
    """Return a member's circles by name. Index: circles_owner."""
    found = await tx.read(f"{CIRCLE} WHERE c.owner_id = %(owner)s ORDER BY lower(c.name)", {"owner": owner_id})
    return [_circle(row) for row in found]


async def find(tx: Transaction, *, circle_id: int, owner_id: int) -> Circle | None:
    """Return a circle of this owner, held until the transaction ends. Index: the primary key."""
    held = await tx.sql(
        "SELECT 1 FROM swannery.circles WHERE id = %(id)s AND owner_id = %(owner)s FOR UPDATE", {"id": circle_id, "owner": owner_id}
    )
    found = await tx.read(f"{CIRCLE} WHERE c.id = %(id)s", {"id": circle_id}) if held else []
    return _circle(found[0]) if found else None


async def insert(tx: Transaction, *, owner_id: int, name: str) -> int:
    """Make a circle; returns its id."""
    found = await tx.sql(
        "INSERT INTO swannery.circles (owner_id, name, created_at) VALUES (%(owner)s, %(name)s, %(now)s) RETURNING id",
        {"owner": owner_id, "name": name, "now": tx.now},
    )
    return int(found[0][0])


async def rename(tx: Transaction, *, circle_id: int, name: str) -> None:
    """Give a circle another name. Index: the primary key."""
    await tx.sql("UPDATE swannery.circles SET name = %(name)s WHERE id = %(id)s", {"id": circle_id, "name": name})


async def delete(tx: Transaction, *, circle_id: int) -> None:
    """Forget a circle and who is in it. Index: the primary key."""
    await tx.sql("DELETE FROM swannery.circles WHERE id = %(id)s", {"id": circle_id})


async def add(tx: Transaction, *, circle_id: int, member_id: int) -> None:
    """Put somebody in. Index: the primary key."""
    await tx.sql(
        "INSERT INTO swannery.circle_members (circle_id, member_id, created_at) VALUES (%(circle)s, %(member)s, %(now)s)"
        " ON CONFLICT DO NOTHING",
        {"circle": circle_id, "member": member_id, "now": tx.now},
    )


async def remove(tx: Transaction, *, circle_id: int, member_id: int) -> None:
    """Take somebody out. Index: the primary key."""
    await tx.sql(
        "DELETE FROM swannery.circle_members WHERE circle_id = %(circle)s AND member_id = %(member)s",
        {"circle": circle_id, "member": member_id},
    )


async def take_out(tx: Transaction, *, owner_id: int, member_id: int) -> None:
    """Take somebody out of every circle of an owner. Indexes: circle_members_member, the primary key."""
    await tx.sql(
        "DELETE FROM swannery.circle_members i USING swannery.circles c"
        " WHERE c.id = i.circle_id AND c.owner_id = %(owner)s AND i.member_id = %(member)s",
        {"owner": owner_id, "member": member_id},
    )


async def list_members(tx: Transaction, *, circle_id: int, hidden: Collection[int]) -> list[Person]:
    """Return who is in a circle by name. Index: the primary key."""
    found = await tx.read(
        "SELECT m.id, m.name, m.handle, m.role, m.picture FROM swannery.circle_members i JOIN swannery.members m ON m.id = i.member_id"
        " WHERE i.circle_id = %(circle)s AND m.state = 'active' AND NOT m.id = ANY(%(hidden)s) ORDER BY lower(m.name), m.id",
        {"circle": circle_id, "hidden": list(hidden)},
    )
    return [person_of(row) for row in found]


async def erase_member(tx: Transaction, *, member_id: int) -> None:
    """Forget a member's circles, and the member in those of others. Indexes: circles_owner, circle_members_member."""
    await tx.sql("DELETE FROM swannery.circles WHERE owner_id = %(id)s", {"id": member_id})
    await tx.sql("DELETE FROM swannery.circle_members WHERE member_id = %(id)s", {"id": member_id})


def _circle(row: AnyRow) -> Circle:
    return Circle(id=row[0], name=row[1], size=row[2])
