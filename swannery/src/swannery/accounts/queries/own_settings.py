"""SQL on what members decided for themselves: what others may do, and how pages are shown to them."""

from collections.abc import Collection

from swannery.accounts.models import Deed, Permits, WhoMay
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Look

# How pages are shown to a member `m`, as columns of the statement that recognises them; in the order of Look's fields.
LOOK = ", ".join(f"m.{name}" for name in Look.__struct_fields__)
COLUMNS: dict[Deed, str] = {"message": "message_from", "mention": "mention_from", "tag": "tag_from", "activity": "activity_to"}


async def read_permits(tx: Transaction, *, member_id: int) -> Permits:
    """Return what a member lets others do."""
    found = await tx.read(f"SELECT {', '.join(COLUMNS.values())} FROM swannery.members WHERE id = %(id)s", {"id": member_id})
    return Permits(**dict(zip(COLUMNS, found[0], strict=True))) if found else Permits()


async def write_permits(tx: Transaction, *, member_id: int, permits: Permits) -> None:
    """Store what a member lets others do."""
    changes = ", ".join(f"{column} = %({name})s" for name, column in COLUMNS.items())
    values: dict[str, object] = {name: getattr(permits, name) for name in COLUMNS}
    await tx.sql(f"UPDATE swannery.members SET {changes} WHERE id = %(id)s", {**values, "id": member_id})


async def write_look(tx: Transaction, *, member_id: int, look: Look) -> None:
    """Store how a member wants pages to be."""
    changes = ", ".join(f"{name} = %({name})s" for name in Look.__struct_fields__)
    values = {name: getattr(look, name) for name in Look.__struct_fields__}
    await tx.sql(f"UPDATE swannery.members SET {changes} WHERE id = %(id)s", {**values, "id": member_id})


async def read_choices(tx: Transaction, *, deed: Deed, ids: Collection[int]) -> dict[int, WhoMay]:
    """Return what each of these active members chose for one deed. Index: the primary key."""
    found = await tx.read(
        f"SELECT m.id, m.{COLUMNS[deed]} FROM swannery.members m WHERE m.id = ANY(%(ids)s) AND m.state = 'active'", {"ids": sorted(ids)}
    )
    return {int(row[0]): row[1] for row in found}
