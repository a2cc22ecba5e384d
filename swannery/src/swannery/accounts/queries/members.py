"""SQL on swannery.members, set-based: a page of users costs a handful of statements, however many there are.

The app's users come in as a relation (host.actions.users_relation); it is text made of quoted names.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from swannery.accounts.models import State
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Role
from swannery.host.models import HostUser, UserKey

PAGE = 1000


class NewMember(msgspec.Struct, frozen=True, kw_only=True):
    """A row to insert."""

    user_key: UserKey
    handle: str
    name: str
    role: Role


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A member whose row differs from what the app says of its user."""

    id: int
    handle: str
    name: str
    role: Role
    state: State
    user: HostUser


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a member's row shall say."""

    id: int
    name: str
    role: Role
    state: State


async def lock_members(tx: Transaction) -> None:
    """Let one transaction at a time look for new and changed users; the others wait."""
    await tx.sql("SELECT pg_advisory_xact_lock(hashtext('swannery members'))")


async def find_new_users(
    tx: Transaction, *, relation: str, after: UserKey | None, updated_since: datetime | None, limit: int = PAGE
) -> list[HostUser]:
    """Return active users who are no members yet, in the order of their keys."""
    conditions = ["u.active", "u.user_key IS NOT NULL", "NOT EXISTS (SELECT FROM swannery.members m WHERE m.user_id = u.user_key)"]
    conditions += ["u.user_key > %(after)s"] if after is not None else []
    conditions += ["u.updated >= %(since)s"] if updated_since is not None else []
    found = await tx.sql(
        f"SELECT u.user_key, u.handle, u.name, u.role FROM {relation} u WHERE {' AND '.join(conditions)}"
        " ORDER BY u.user_key LIMIT %(limit)s",
        {"after": after, "since": updated_since, "limit": limit},
    )
    return [HostUser(key=row[0], handle=row[1], name=row[2], role=row[3], active=True) for row in found]


async def find_taken_handles(tx: Transaction, *, handles: Sequence[str]) -> set[str]:
    """Return those of the handles that somebody has."""
    found = await tx.sql("SELECT m.handle FROM swannery.members m WHERE m.handle = ANY(%(handles)s)", {"handles": list(handles)})
    return {row[0] for row in found}


async def insert_members(tx: Transaction, *, key_type: str, members: Sequence[NewMember]) -> list[int]:
    """Insert those who are not there yet; returns their ids."""
    found = await tx.sql(
        "INSERT INTO swannery.members (user_id, user_key, handle, name, role, joined_at)"
        " SELECT n.user_id, n.user_id::text, n.handle, n.name, n.role, %(now)s"
        f" FROM unnest(%(keys)s::{key_type}[], %(handles)s::text[], %(names)s::text[], %(roles)s::text[])"
        " AS n (user_id, handle, name, role)"
        " ON CONFLICT DO NOTHING RETURNING id",
        {
            "now": tx.now,
            "keys": [member.user_key for member in members],
            "handles": [member.handle for member in members],
            "names": [member.name for member in members],
            "roles": [member.role for member in members],
        },
    )
    return [int(row[0]) for row in found]


async def find_differences(
    tx: Transaction, *, relation: str, after: int, updated_since: datetime | None = None, signed_in_only: bool = False, limit: int = PAGE
) -> list[Difference]:
    """Return members who differ from their users, by id.

    A name that had to be cleaned differs for ever and is looked at again each time; whoever asks compares the clean one.
    """
    differs = "m.name <> coalesce(nullif(u.name, ''), m.handle) OR m.role <> u.role OR (m.state = 'active') <> u.active"
    conditions = ["m.state <> 'erased'", "m.id > %(after)s", f"({differs})"]
    conditions += ["u.updated >= %(since)s"] if updated_since is not None else []
    conditions += ["m.id IN (SELECT s.member_id FROM swannery.sign_ins s)"] if signed_in_only else []
    found = await tx.sql(
        "SELECT m.id, m.handle, m.name, m.role, m.state, u.user_key, u.handle, u.name, u.role, u.active"
        f" FROM swannery.members m JOIN {relation} u ON u.user_key = m.user_id WHERE {' AND '.join(conditions)}"
        " ORDER BY m.id LIMIT %(limit)s",
        {"after": after, "since": updated_since, "limit": limit},
    )
    return [
        Difference(
            id=row[0], handle=row[1], name=row[2], role=row[3], state=row[4],
            user=HostUser(key=row[5], handle=row[6], name=row[7], role=row[8], active=row[9]),
        )
        for row in found
    ]  # fmt: skip


async def update_members(tx: Transaction, *, changes: Sequence[Change]) -> None:
    """Write name, role and state of many members at once."""
    await tx.sql(
        "UPDATE swannery.members m SET name = c.name, role = c.role, state = c.state"
        " FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(roles)s::text[], %(states)s::text[]) AS c (id, name, role, state)"
        " WHERE m.id = c.id",
        {
            "ids": [change.id for change in changes],
            "names": [change.name for change in changes],
            "roles": [change.role for change in changes],
            "states": [change.state for change in changes],
        },
    )


async def erase_member(tx: Transaction, *, member_id: int, name: str) -> bool:
    """Leave nothing of a member but the number; False when that is done already. The key stays only while the app has the user."""
    found = await tx.sql(
        "UPDATE swannery.members SET state = 'erased', name = %(name)s, handle = 'former_' || id, bio = '', pronouns = '', links = '{}',"
        " picture = '', cover = '',"
        " message_from = DEFAULT, mention_from = DEFAULT, tag_from = DEFAULT, activity_to = DEFAULT, language = DEFAULT,"
        " time_zone = DEFAULT, theme = DEFAULT, accent = DEFAULT, private = DEFAULT, suggested = DEFAULT, role = 'member',"
        " last_seen_at = NULL, user_id = CASE WHEN gone_at IS NULL THEN user_id END,"
        " user_key = CASE WHEN gone_at IS NULL THEN user_key END,"
        " gone_at = NULL WHERE id = %(id)s AND state <> 'erased' RETURNING id",
        {"id": member_id, "name": name},
    )
    await tx.sql("DELETE FROM swannery.idempotency_keys WHERE member_id = %(id)s", {"id": member_id})
    return bool(found)


async def delete_sign_ins(tx: Transaction, *, member_ids: Sequence[int]) -> None:
    """Sign members out everywhere."""
    await tx.sql("DELETE FROM swannery.sign_ins WHERE member_id = ANY(%(ids)s)", {"ids": list(member_ids)})
