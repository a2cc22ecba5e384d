"""All SQL on sign-ins. Each one is checked against the app's own user at every request: nothing has to be noticed first."""

from collections.abc import Collection
from datetime import datetime

from swannery.accounts.models import SignIn
from swannery.config import Users
from swannery.foundation.database import AnyRow, Transaction
from swannery.host.actions import users_relation
from swannery.host.models import UserKey


async def find_sign_in(tx: Transaction, *, users: Users, token_hash: bytes, along: str = "") -> AnyRow | None:
    """Return member id, name, handle, role, sign-in id, when last seen, when last seen as a member, and what is asked along of `m`.

    Only if the app still holds the user, active, with the password they signed in with. Indexes: sign_ins' token, both primary keys.
    """
    found = await tx.read(
        f"SELECT m.id, m.name, m.handle, m.role, s.id, s.last_seen_at, m.last_seen_at{along and f', {along}'}"
        " FROM swannery.sign_ins s JOIN swannery.members m ON m.id = s.member_id"
        f" JOIN {users_relation(users)} u ON u.user_key = m.user_id"
        " WHERE s.token_hash = %(token)s AND s.expires_at > %(now)s AND m.state = 'active' AND u.active"
        " AND s.password_mark = sha256(convert_to(coalesce(u.password_hash, ''), 'UTF8'))",
        {"token": token_hash, "now": tx.now},
    )
    return found[0] if found else None


async def find_held(tx: Transaction, *, users: Users, sign_in_ids: Collection[int]) -> frozenset[int]:
    """Return those of the sign-ins that still hold, by the same conditions. Indexes: the primary keys."""
    found = await tx.read(
        "SELECT s.id FROM swannery.sign_ins s JOIN swannery.members m ON m.id = s.member_id"
        f" JOIN {users_relation(users)} u ON u.user_key = m.user_id"
        " WHERE s.id = ANY(%(ids)s) AND s.expires_at > %(now)s AND m.state = 'active' AND u.active"
        " AND s.password_mark = sha256(convert_to(coalesce(u.password_hash, ''), 'UTF8'))",
        {"ids": list(sign_in_ids), "now": tx.now},
    )
    return frozenset(int(row[0]) for row in found)


async def find_member_of_user(tx: Transaction, *, key: UserKey) -> int | None:
    """Return the active member that belongs to a user of the app. Index: the key's own."""
    found = await tx.sql("SELECT id FROM swannery.members WHERE user_id = %(key)s AND state = 'active'", {"key": key})
    return int(found[0][0]) if found else None


async def insert_sign_in(
    tx: Transaction, *, member_id: int, token_hash: bytes, password_mark: bytes, device: str, expires_at: datetime
) -> None:
    """Store a new sign-in."""
    await tx.sql(
        "INSERT INTO swannery.sign_ins (token_hash, member_id, password_mark, device, created_at, last_seen_at, expires_at)"
        " VALUES (%(token)s, %(member)s, %(mark)s, %(device)s, %(now)s, %(now)s, %(until)s)",
        {"token": token_hash, "member": member_id, "mark": password_mark, "device": device, "now": tx.now, "until": expires_at},
    )


async def touch(tx: Transaction, *, sign_in_id: int, member_id: int, expires_at: datetime) -> None:
    """Note that the member was here."""
    values = {"id": sign_in_id, "member": member_id, "now": tx.now, "until": expires_at}
    await tx.sql("UPDATE swannery.sign_ins SET last_seen_at = %(now)s, expires_at = %(until)s WHERE id = %(id)s", values)
    await tx.sql("UPDATE swannery.members SET last_seen_at = %(now)s WHERE id = %(member)s", values)


async def list_sign_ins(tx: Transaction, *, member_id: int) -> list[SignIn]:
    """Return where a member is signed in, the latest first."""
    found = await tx.sql(
        "SELECT id, device, created_at, last_seen_at, expires_at FROM swannery.sign_ins"
        " WHERE member_id = %(member)s AND expires_at > %(now)s ORDER BY last_seen_at DESC, id DESC",
        {"member": member_id, "now": tx.now},
    )
    return [SignIn(id=row[0], device=row[1], created_at=row[2], last_seen_at=row[3], expires_at=row[4]) for row in found]


async def delete_sign_ins(tx: Transaction, *, member_id: int, only: int | None = None, but: int | None = None) -> int:
    """End one sign-in of a member, all but one, or all."""
    return await tx.sql_count(
        "DELETE FROM swannery.sign_ins WHERE member_id = %(member)s"
        " AND (%(only)s::bigint IS NULL OR id = %(only)s) AND (%(but)s::bigint IS NULL OR id <> %(but)s)",
        {"member": member_id, "only": only, "but": but},
    )


async def tidy(tx: Transaction) -> None:
    """Forget sign-ins that have ended."""
    await tx.sql("DELETE FROM swannery.sign_ins WHERE expires_at < %(now)s", {"now": tx.now})
