"""Reading members by id, handle and name. Only active ones: whoever the app deactivated is not shown anywhere."""

from collections.abc import Collection, Sequence

from swannery.accounts.models import Link, Openness, Person, Profile
from swannery.foundation.database import AnyRow, Transaction
from swannery.media.models import Purpose


async def read_people(tx: Transaction, *, ids: Collection[int]) -> dict[int, Person]:
    """Return the active members among these ids, by id."""
    if not ids:
        return {}
    found = await tx.sql(
        "SELECT id, name, handle, role, picture FROM swannery.members WHERE id = ANY(%(ids)s) AND state = 'active'",
        {"ids": sorted(set(ids))},
    )
    return {row[0]: _person(row) for row in found}


async def read_by_handle(tx: Transaction, *, handles: Collection[str]) -> list[Person]:
    """Return the active members with these handles. Index: members_handle."""
    found = await tx.read(
        "SELECT id, name, handle, role, picture FROM swannery.members WHERE handle = ANY(%(handles)s) AND state = 'active'",
        {"handles": list(handles)},
    )
    return [_person(row) for row in found]


async def find_profile(tx: Transaction, *, handle: str) -> Profile | None:
    """Return the active member with this handle. Index: members_handle."""
    found = await tx.sql(
        "SELECT id, name, handle, role, picture, bio, joined_at, pronouns, links, private, activity_to, last_seen_at, cover"
        " FROM swannery.members"
        " WHERE handle = %(handle)s AND state = 'active'",
        {"handle": handle.lower()},
    )
    if not found:
        return None
    row = found[0]
    links = tuple(Link(url=url) for url in row[8])
    return Profile(
        person=_person(row), bio=row[5], joined_at=row[6], pronouns=row[7], links=links, private=row[9],
        activity=row[10], last_seen_at=row[11], cover=row[12],
    )  # fmt: skip


async def list_people(tx: Transaction, *, beginning: str, hidden: Collection[int], after_id: int, limit: int) -> list[Person]:
    """Return active members in order of their ids whose name or handle begins like this. Index: the primary key; members_name."""
    found = await tx.sql(
        "SELECT id, name, handle, role, picture FROM swannery.members WHERE state = 'active' AND id > %(after)s"
        " AND NOT id = ANY(%(hidden)s)"
        " AND (%(pattern)s = '%%' OR lower(name) LIKE %(pattern)s OR handle LIKE %(pattern)s OR lower(name) LIKE '%% ' || %(pattern)s)"
        " ORDER BY id LIMIT %(limit)s",
        {"after": after_id, "hidden": list(hidden), "pattern": _like(beginning), "limit": limit},
    )
    return [_person(row) for row in found]


async def write_words(tx: Transaction, *, member_id: int, bio: str, pronouns: str, links: Sequence[str]) -> None:
    """Store what a member says of themselves."""
    await tx.sql(
        "UPDATE swannery.members SET bio = %(bio)s, pronouns = %(pronouns)s, links = %(links)s::text[] WHERE id = %(id)s",
        {"bio": bio, "pronouns": pronouns, "links": list(links), "id": member_id},
    )


async def write_picture(tx: Transaction, *, member_id: int, purpose: Purpose, key: str) -> None:
    """Store which picture of its kind a member shows."""
    column = "picture" if purpose == "face" else "cover"
    await tx.sql(f"UPDATE swannery.members SET {column} = %(key)s WHERE id = %(id)s", {"key": key, "id": member_id})


async def clear_pictures(tx: Transaction, *, member_ids: Collection[int]) -> None:
    """Let members show no picture of themselves."""
    await tx.sql("UPDATE swannery.members SET picture = '' WHERE id = ANY(%(ids)s)", {"ids": list(member_ids)})


async def lock_member(tx: Transaction, *, member_id: int) -> None:
    """Let one at a time change what a member shows."""
    await tx.sql("SELECT 1 FROM swannery.members WHERE id = %(id)s FOR NO KEY UPDATE", {"id": member_id})


async def read_openness(tx: Transaction, *, member_id: int) -> Openness:
    """Return how open a member is to others."""
    found = await tx.read("SELECT private, suggested FROM swannery.members WHERE id = %(id)s", {"id": member_id})
    return Openness(private=found[0][0], suggested=found[0][1]) if found else Openness()


async def write_openness(tx: Transaction, *, member_id: int, private: bool | None, suggested: bool | None) -> None:
    """Store how open a member is to others; what is None stays as it is."""
    await tx.sql(
        "UPDATE swannery.members SET private = coalesce(%(private)s, private), suggested = coalesce(%(suggested)s, suggested)"
        " WHERE id = %(id)s",
        {"private": private, "suggested": suggested, "id": member_id},
    )


def _like(text: str) -> str:
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"


def _person(row: AnyRow) -> Person:
    return Person(id=row[0], name=row[1], handle=row[2], role=row[3], picture=row[4])
