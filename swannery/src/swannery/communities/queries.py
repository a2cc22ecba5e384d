"""All SQL on communities and their members."""

from collections.abc import Collection

from swannery.accounts.models import Person
from swannery.communities.models import Community, Foundation, Membership, Role
from swannery.foundation.database import AnyRow, Transaction
from swannery.foundation.paging import Cursor

COLUMNS = "c.id, c.slug, c.name, c.purpose, c.access, c.listed, c.member_count, c.created_at"
# The ids of the communities that a member `m` is in, as one column.
MEMBERSHIPS = (
    "ARRAY(SELECT i.community_id FROM swannery.community_members i"
    " JOIN swannery.communities c ON c.id = i.community_id AND c.archived_at IS NULL WHERE i.member_id = m.id ORDER BY 1)"
)


async def find_community(tx: Transaction, *, slug: str, member_id: int) -> Community | None:
    """Return a community that is not archived, with the member's role in it. Indexes: communities_slug_key, the members' primary key."""
    found = await tx.read(
        f"SELECT {COLUMNS}, m.role FROM swannery.communities c"
        " LEFT JOIN swannery.community_members m ON m.community_id = c.id AND m.member_id = %(me)s"
        " WHERE c.slug = %(slug)s AND c.archived_at IS NULL",
        {"slug": slug, "me": member_id},
    )
    return _community(found[0], role=found[0][8]) if found else None


async def read_communities(tx: Transaction, *, ids: Collection[int], member_id: int | None) -> list[Community]:
    """Return those of the communities that are not archived, with the member's role. Indexes: both primary keys."""
    found = await tx.read(
        f"SELECT {COLUMNS}, m.role FROM swannery.communities c"
        " LEFT JOIN swannery.community_members m ON m.community_id = c.id AND m.member_id = %(me)s"
        " WHERE c.id = ANY(%(ids)s) AND c.archived_at IS NULL",
        {"ids": list(ids), "me": member_id},
    )
    return [_community(row, role=row[8]) for row in found]


async def lock_community(tx: Transaction, *, slug: str) -> Community | None:
    """Return a community that is not archived, held: who comes and goes is decided one after the other. Index: communities_slug_key."""
    found = await tx.sql(
        f"SELECT {COLUMNS} FROM swannery.communities c WHERE c.slug = %(slug)s AND c.archived_at IS NULL FOR NO KEY UPDATE", {"slug": slug}
    )
    return _community(found[0]) if found else None


async def lock_communities_of(tx: Transaction, *, member_id: int) -> None:
    """Hold every community a member is in, in the order of ids. Indexes: community_members_member, the primary key of communities."""
    await tx.sql(
        "SELECT 1 FROM swannery.communities c WHERE c.id IN"
        " (SELECT community_id FROM swannery.community_members WHERE member_id = %(me)s) ORDER BY c.id FOR NO KEY UPDATE",
        {"me": member_id},
    )


async def find_role(tx: Transaction, *, community_id: int, member_id: int) -> Role | None:
    """Return a member's role in a community that is not archived. Indexes: both primary keys."""
    found = await tx.read(
        "SELECT m.role FROM swannery.community_members m JOIN swannery.communities c ON c.id = m.community_id AND c.archived_at IS NULL"
        " WHERE m.community_id = %(community)s AND m.member_id = %(me)s",
        {"community": community_id, "me": member_id},
    )
    return found[0][0] if found else None


async def read_memberships(tx: Transaction, *, member_id: int) -> tuple[int, ...]:
    """Return the ids of the communities a member is in. Indexes: community_members_member, the primary key of communities."""
    found = await tx.read(f"SELECT {MEMBERSHIPS} FROM (SELECT %(me)s::bigint AS id) AS m", {"me": member_id})
    return tuple(found[0][0])


async def taken_slugs(tx: Transaction, *, among: Collection[str]) -> set[str]:
    """Return those addresses that communities have, archived ones too. Index: communities_slug_key."""
    found = await tx.sql("SELECT slug FROM swannery.communities WHERE slug = ANY(%(slugs)s)", {"slugs": list(among)})
    return {row[0] for row in found}


async def insert_community(tx: Transaction, *, slug: str, wanted: Foundation) -> Community | None:
    """Store a community with one member to come; None when somebody took the address meanwhile. Index: communities_slug_key."""
    found = await tx.sql(
        "INSERT INTO swannery.communities AS c (slug, name, purpose, member_count, created_at)"
        f" VALUES (%(slug)s, %(name)s, %(purpose)s, 1, %(now)s) ON CONFLICT (slug) DO NOTHING RETURNING {COLUMNS}",
        {"slug": slug, "name": wanted.name, "purpose": wanted.purpose, "now": tx.now},
    )
    return _community(found[0]) if found else None


async def insert_member(tx: Transaction, *, community_id: int, member_id: int, role: Role) -> bool:
    """Put a member into a community; whether they are new in it. Index: the primary key."""
    return bool(
        await tx.sql_count(
            "INSERT INTO swannery.community_members (community_id, member_id, role, joined_at)"
            " VALUES (%(community)s, %(me)s, %(role)s, %(now)s) ON CONFLICT DO NOTHING",
            {"community": community_id, "me": member_id, "role": role, "now": tx.now},
        )
    )


async def add_to_count(tx: Transaction, *, ids: Collection[int], step: int) -> None:
    """Keep the number of members right, in the transaction that changes them. Index: the primary key."""
    await tx.sql_count(
        "UPDATE swannery.communities SET member_count = member_count + %(step)s WHERE id = ANY(%(ids)s)", {"ids": list(ids), "step": step}
    )


async def delete_member(tx: Transaction, *, member_id: int, community_id: int | None = None) -> list[int]:
    """Take a member out of one community, or of all; returns which they were in. Indexes: the primary key, community_members_member."""
    which = "" if community_id is None else " AND community_id = %(community)s"
    found = await tx.sql(
        f"DELETE FROM swannery.community_members WHERE member_id = %(me)s{which} RETURNING community_id",
        {"me": member_id, "community": community_id},
    )
    return [row[0] for row in found]


async def pass_on_ownership(tx: Transaction, *, ids: Collection[int]) -> None:
    """Where no owner is left, the longest-standing moderator becomes one, else the longest-standing member; active people first.

    Index: the primary key of community_members. The communities are held, so nobody comes or goes meanwhile.
    """
    await tx.sql_count(
        "UPDATE swannery.community_members m SET role = 'owner' FROM (SELECT DISTINCT ON (h.community_id) h.community_id, h.member_id"
        " FROM swannery.community_members h JOIN swannery.members p ON p.id = h.member_id WHERE h.community_id = ANY(%(ids)s)"
        " AND h.community_id NOT IN"
        " (SELECT community_id FROM swannery.community_members WHERE community_id = ANY(%(ids)s) AND role = 'owner')"
        " ORDER BY h.community_id, p.state <> 'active', h.role <> 'moderator', h.joined_at, h.member_id) AS heir"
        " WHERE m.community_id = heir.community_id AND m.member_id = heir.member_id",
        {"ids": list(ids)},
    )


async def archive_empty(tx: Transaction, *, ids: Collection[int]) -> None:
    """Archive those of the communities in which nobody is left. Indexes: both primary keys."""
    await tx.sql_count(
        "UPDATE swannery.communities SET archived_at = %(now)s WHERE id = ANY(%(ids)s) AND archived_at IS NULL"
        " AND id NOT IN (SELECT community_id FROM swannery.community_members WHERE community_id = ANY(%(ids)s))",
        {"ids": list(ids), "now": tx.now},
    )


async def list_own(tx: Transaction, *, member_id: int) -> list[Community]:
    """Return the communities a member is in, by name. Indexes: community_members_member, the primary key of communities."""
    found = await tx.read(
        f"SELECT {COLUMNS}, m.role FROM swannery.community_members m"
        " JOIN swannery.communities c ON c.id = m.community_id AND c.archived_at IS NULL"
        " WHERE m.member_id = %(me)s ORDER BY lower(c.name), c.id",
        {"me": member_id},
    )
    return [_community(row, role=row[8]) for row in found]


async def list_others(tx: Transaction, *, member_id: int, after: Cursor | None, limit: int) -> list[Community]:
    """Return listed open communities a member is not in, the newest first. Index: the primary key of communities, read backwards."""
    older = "" if after is None else " AND c.id < %(after)s"
    found = await tx.read(
        f"SELECT {COLUMNS} FROM swannery.communities c WHERE c.listed AND c.access = 'open' AND c.archived_at IS NULL{older}"
        " AND c.id <> ALL(ARRAY(SELECT community_id FROM swannery.community_members WHERE member_id = %(me)s))"
        " ORDER BY c.id DESC LIMIT %(limit)s",
        {"me": member_id, "after": after.id if after else None, "limit": limit},
    )
    return [_community(row) for row in found]


async def list_staff(tx: Transaction, *, community_id: int, hidden: Collection[int]) -> list[Membership]:
    """Return owners, then moderators. Index: the primary key of community_members."""
    return await _members(
        tx,
        which="cm.role <> 'member'",
        order="cm.role <> 'owner', cm.joined_at, cm.member_id",
        community_id=community_id,
        hidden=hidden,
    )


async def list_plain(tx: Transaction, *, community_id: int, hidden: Collection[int], after: Cursor | None, limit: int) -> list[Membership]:
    """Return members without a post, the longest here first. Index: the primary key of community_members, then a sort."""
    later = "" if after is None else " AND (cm.joined_at, cm.member_id) > (%(at)s, %(after)s)"
    return await _members(
        tx,
        which=f"cm.role = 'member'{later}",
        order="cm.joined_at, cm.member_id",
        community_id=community_id,
        hidden=hidden,
        after=after,
        limit=limit,
    )


async def _members(
    tx: Transaction,
    *,
    which: str,
    order: str,
    community_id: int,
    hidden: Collection[int],
    after: Cursor | None = None,
    limit: int | None = None,
) -> list[Membership]:
    found = await tx.read(
        "SELECT p.id, p.name, p.handle, p.role, cm.role, cm.joined_at, p.picture FROM swannery.community_members cm"
        " JOIN swannery.members p ON p.id = cm.member_id AND p.state = 'active'"
        f" WHERE cm.community_id = %(community)s AND {which} AND p.id <> ALL(%(hidden)s) ORDER BY {order} LIMIT %(limit)s",
        {
            "community": community_id,
            "hidden": list(hidden),
            "at": after.at if after else None,
            "after": after.id if after else None,
            "limit": limit,
        },
    )
    people = [Person(id=row[0], name=row[1], handle=row[2], role=row[3], picture=row[6]) for row in found]
    return [Membership(person=person, role=row[4], joined_at=row[5]) for person, row in zip(people, found, strict=True)]


def _community(row: AnyRow, *, role: Role | None = None) -> Community:
    return Community(
        id=row[0],
        slug=row[1],
        name=row[2],
        purpose=row[3],
        access=row[4],
        listed=row[5],
        member_count=row[6],
        created_at=row[7],
        role=role,
    )
