"""All SQL on follows, friend requests, friendships and blocks; names of people are read along, of active members only."""

from collections.abc import Collection

from swannery.accounts.models import Person
from swannery.connections.models import Connections, Counts, FriendRequest, Meeting, Relation
from swannery.connections.queries.ties import ties_sql
from swannery.foundation.database import AnyRow, Transaction
from swannery.foundation.paging import Cursor

# Locks by name: they neither wait for nor hold up anybody who updates a member's row, and end with the transaction.
MEMBER_KEY = "hashtextextended('swannery member ' || {id}::text, 0)"
PAIR_KEY = "hashtextextended('swannery pair ' || {low}::text || ' ' || {high}::text, 0)"
# Everybody that a member `m` is connected to, as nine columns.
ARRAYS = (
    "ARRAY(SELECT followee_id FROM swannery.follows WHERE follower_id = m.id),"
    " ARRAY(SELECT friend_id FROM swannery.friendships WHERE member_id = m.id),"
    " ARRAY(SELECT blocked_id FROM swannery.blocks WHERE blocker_id = m.id"
    " UNION SELECT blocker_id FROM swannery.blocks WHERE blocked_id = m.id),"
    " ARRAY(SELECT addressee_id FROM swannery.friend_requests WHERE sender_id = m.id),"
    " ARRAY(SELECT r.sender_id FROM swannery.friend_requests r JOIN swannery.members s ON s.id = r.sender_id"
    " WHERE r.addressee_id = m.id AND s.state = 'active'),"
    " ARRAY(SELECT r.asker_id FROM swannery.follow_requests r JOIN swannery.members s ON s.id = r.asker_id"
    " WHERE r.addressee_id = m.id AND s.state = 'active'),"
    " ARRAY(SELECT muted_id FROM swannery.mutes WHERE member_id = m.id AND (until IS NULL OR until > now())),"
    " ARRAY(SELECT circle_id FROM swannery.circle_members WHERE member_id = m.id),"
    " ARRAY(SELECT s.id FROM (SELECT client_id AS id FROM swannery.trainer_clients WHERE trainer_id = m.id AND trainer_confirmed_at IS NULL"
    " UNION ALL SELECT trainer_id FROM swannery.trainer_clients WHERE client_id = m.id AND client_confirmed_at IS NULL) t"
    " JOIN swannery.members s ON s.id = t.id AND s.state = 'active')"
)


async def lock_pair(tx: Transaction, *, one: int, other: int) -> None:
    """Wait until nobody else changes what is between these two, nor erases one of them. Always in the order of ids, so nobody deadlocks."""
    low, high = MEMBER_KEY.format(id="%(low)s"), MEMBER_KEY.format(id="%(high)s")
    pair = PAIR_KEY.format(low="%(low)s", high="%(high)s")
    await tx.sql(
        f"SELECT pg_advisory_xact_lock_shared({low}), pg_advisory_xact_lock_shared({high}), pg_advisory_xact_lock({pair})",
        {"low": min(one, other), "high": max(one, other)},
    )


async def lock_member(tx: Transaction, *, member_id: int, alone: bool) -> None:
    """Hold a member: together with others who only keep them from being erased, or alone, to erase them."""
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    await tx.sql(f"SELECT {function}({MEMBER_KEY.format(id='%(id)s')})", {"id": member_id})


async def is_active(tx: Transaction, *, member_id: int) -> bool:
    """Whether there is such a member whom the app has not deactivated. Index: the primary key."""
    return bool(await tx.sql("SELECT 1 FROM swannery.members WHERE id = %(id)s AND state = 'active'", {"id": member_id}))


async def meet(tx: Transaction, *, member_id: int, person_id: int) -> Meeting | None:
    """Return what matters between two active members, None unless both are. Indexes: the primary keys of all three tables."""
    found = await tx.sql(
        "SELECT p.id, p.name, p.handle, p.role, p.picture,"
        " EXISTS (SELECT FROM swannery.blocks WHERE blocker_id = %(me)s AND blocked_id = %(person)s),"
        " EXISTS (SELECT FROM swannery.blocks WHERE blocker_id = %(person)s AND blocked_id = %(me)s),"
        " EXISTS (SELECT FROM swannery.friendships WHERE member_id = %(me)s AND friend_id = %(person)s),"
        " EXISTS (SELECT FROM swannery.follows WHERE follower_id = %(me)s AND followee_id = %(person)s), p.private"
        " FROM swannery.members p JOIN swannery.members m ON m.id = %(me)s AND m.state = 'active'"
        " WHERE p.id = %(person)s AND p.state = 'active'",
        {"me": member_id, "person": person_id},
    )
    if not found:
        return None
    blocking, blocked_by, friends, following, private = found[0][5:]
    return Meeting(
        person=person_of(found[0]), blocking=blocking, blocked_by=blocked_by, friends=friends, following=following, private=private
    )


async def read_connections(tx: Transaction, *, member_id: int) -> Connections:
    """Return everybody a member is connected to. Indexes: the primary keys, and each table's index for its other side."""
    found = await tx.read(f"SELECT {ARRAYS} FROM (SELECT %(me)s::bigint AS id) AS m", {"me": member_id})
    return connections_of(found[0])


def connections_of(row: AnyRow) -> Connections:
    """Return what `ARRAYS` read."""
    return Connections(**{name: tuple(ids) for name, ids in zip(Connections.__struct_fields__, row, strict=True)})


async def read_relations(tx: Transaction, *, member_id: int, ids: Collection[int]) -> dict[int, Relation]:
    """Return how a member stands to each of these. Indexes: the primary keys, follows_followee."""
    found = await tx.read(
        "SELECT ARRAY(SELECT followee_id FROM swannery.follows WHERE follower_id = %(me)s AND followee_id = ANY(%(ids)s)),"
        " ARRAY(SELECT follower_id FROM swannery.follows WHERE followee_id = %(me)s AND follower_id = ANY(%(ids)s)),"
        " ARRAY(SELECT friend_id FROM swannery.friendships WHERE member_id = %(me)s AND friend_id = ANY(%(ids)s)),"
        " ARRAY(SELECT addressee_id FROM swannery.friend_requests WHERE sender_id = %(me)s AND addressee_id = ANY(%(ids)s)),"
        " ARRAY(SELECT sender_id FROM swannery.friend_requests WHERE addressee_id = %(me)s AND sender_id = ANY(%(ids)s)),"
        " ARRAY(SELECT blocked_id FROM swannery.blocks WHERE blocker_id = %(me)s AND blocked_id = ANY(%(ids)s)),"
        " ARRAY(SELECT addressee_id FROM swannery.follow_requests WHERE asker_id = %(me)s AND addressee_id = ANY(%(ids)s)),"
        " ARRAY(SELECT asker_id FROM swannery.follow_requests WHERE addressee_id = %(me)s AND asker_id = ANY(%(ids)s)),"
        " ARRAY(SELECT muted_id FROM swannery.mutes WHERE member_id = %(me)s AND muted_id = ANY(%(ids)s)"
        f" AND (until IS NULL OR until > %(now)s)), {ties_sql('client')}, {ties_sql('trainer')}",
        {"me": member_id, "ids": list(ids), "now": tx.now},
    )
    following, followers, friends, asked, asked_by, blocking, waiting, waited_for, muting = (frozenset(part) for part in found[0][:9])
    trainers, clients = (ties or {} for ties in found[0][9:])
    return {
        id_: Relation(
            is_me=id_ == member_id,
            following=id_ in following,
            follows_me=id_ in followers,
            friends=id_ in friends,
            request_sent=id_ in asked,
            request_received=id_ in asked_by,
            blocking=id_ in blocking,
            follow_requested=id_ in waiting,
            wants_to_follow=id_ in waited_for,
            muting=id_ in muting,
            trainer=trainers.get(str(id_), "none"),
            client=clients.get(str(id_), "none"),
        )
        for id_ in ids
    }


async def insert_follow(tx: Transaction, *, follower_id: int, followee_id: int) -> bool:
    """Note a follow; whether it is new. Index: the primary key."""
    return bool(
        await tx.sql_count(
            "INSERT INTO swannery.follows (follower_id, followee_id, created_at) VALUES (%(follower)s, %(followee)s, %(now)s)"
            " ON CONFLICT DO NOTHING",
            {"follower": follower_id, "followee": followee_id, "now": tx.now},
        )
    )


async def delete_follow(tx: Transaction, *, follower_id: int, followee_id: int) -> bool:
    """Forget a follow; whether there was one. Index: the primary key."""
    return bool(
        await tx.sql_count(
            "DELETE FROM swannery.follows WHERE follower_id = %(follower)s AND followee_id = %(followee)s",
            {"follower": follower_id, "followee": followee_id},
        )
    )


async def insert_request(tx: Transaction, *, sender_id: int, addressee_id: int) -> bool:
    """Note a friend request; whether it is new. Index: the primary key."""
    return bool(
        await tx.sql_count(
            "INSERT INTO swannery.friend_requests (sender_id, addressee_id, created_at) VALUES (%(sender)s, %(addressee)s, %(now)s)"
            " ON CONFLICT DO NOTHING",
            {"sender": sender_id, "addressee": addressee_id, "now": tx.now},
        )
    )


async def delete_request(tx: Transaction, *, sender_id: int, addressee_id: int) -> bool:
    """Forget a friend request; whether there was one. Index: the primary key."""
    return bool(
        await tx.sql_count(
            "DELETE FROM swannery.friend_requests WHERE sender_id = %(sender)s AND addressee_id = %(addressee)s",
            {"sender": sender_id, "addressee": addressee_id},
        )
    )


async def insert_friendship(tx: Transaction, *, one: int, other: int) -> None:
    """Note a friendship, one row for each of the two. Index: the primary key."""
    await tx.sql_count(
        "INSERT INTO swannery.friendships (member_id, friend_id, created_at)"
        " VALUES (%(one)s, %(other)s, %(now)s), (%(other)s, %(one)s, %(now)s) ON CONFLICT DO NOTHING",
        {"one": one, "other": other, "now": tx.now},
    )


async def delete_friendship(tx: Transaction, *, one: int, other: int) -> bool:
    """Forget a friendship, both rows; whether there was one. Index: the primary key."""
    return bool(
        await tx.sql_count(
            "DELETE FROM swannery.friendships"
            " WHERE (member_id = %(one)s AND friend_id = %(other)s) OR (member_id = %(other)s AND friend_id = %(one)s)",
            {"one": one, "other": other},
        )
    )


async def insert_block(tx: Transaction, *, blocker_id: int, blocked_id: int) -> bool:
    """Note a block; whether it is new. Index: the primary key."""
    return bool(
        await tx.sql_count(
            "INSERT INTO swannery.blocks (blocker_id, blocked_id, created_at) VALUES (%(blocker)s, %(blocked)s, %(now)s)"
            " ON CONFLICT DO NOTHING",
            {"blocker": blocker_id, "blocked": blocked_id, "now": tx.now},
        )
    )


async def delete_block(tx: Transaction, *, blocker_id: int, blocked_id: int) -> Person | None:
    """Forget a block; returns whom it hid, None when there was none. Indexes: both primary keys."""
    found = await tx.sql(
        "DELETE FROM swannery.blocks b USING swannery.members m WHERE b.blocker_id = %(blocker)s AND b.blocked_id = %(blocked)s"
        " AND m.id = b.blocked_id RETURNING m.id, m.name, m.handle, m.role, m.picture",
        {"blocker": blocker_id, "blocked": blocked_id},
    )
    return person_of(found[0]) if found else None


async def list_received(
    tx: Transaction, *, member_id: int, hidden: Collection[int], after: Cursor | None, limit: int
) -> list[FriendRequest]:
    """Return who asked a member, the newest first. Index: friend_requests_addressee."""
    return await _requests(tx, mine="addressee_id", other="sender_id", member_id=member_id, hidden=hidden, after=after, limit=limit)


async def list_sent(tx: Transaction, *, member_id: int, hidden: Collection[int], after: Cursor | None, limit: int) -> list[FriendRequest]:
    """Return whom a member asked, the newest first. Index: the primary key, then a sort of what one member sent."""
    return await _requests(tx, mine="sender_id", other="addressee_id", member_id=member_id, hidden=hidden, after=after, limit=limit)


async def _requests(
    tx: Transaction, *, mine: str, other: str, member_id: int, hidden: Collection[int], after: Cursor | None, limit: int
) -> list[FriendRequest]:
    values: dict[str, object] = {"me": member_id, "hidden": list(hidden), "limit": limit}
    older = ""
    if after is not None:
        older = f" AND (r.created_at, r.{other}) < (%(at)s, %(after)s)"
        values |= {"at": after.at, "after": after.id}
    found = await tx.read(
        f"SELECT m.id, m.name, m.handle, m.role, m.picture, r.created_at FROM swannery.friend_requests r"
        f" JOIN swannery.members m ON m.id = r.{other}"
        f" WHERE r.{mine} = %(me)s{older} AND m.state = 'active' AND NOT m.id = ANY(%(hidden)s)"
        f" ORDER BY r.created_at DESC, r.{other} DESC LIMIT %(limit)s",
        values,
    )
    return [FriendRequest(person=person_of(row), sent_at=row[5]) for row in found]


async def list_friends(tx: Transaction, *, of: int, hidden: Collection[int], after_id: int, limit: int) -> list[Person]:
    """Return a member's friends in order of their ids. Index: the primary key of friendships."""
    return await _people(
        tx, source="swannery.friendships c", other="friend_id", mine="member_id", of=of, hidden=hidden, after_id=after_id, limit=limit
    )


async def list_followers(tx: Transaction, *, of: int, hidden: Collection[int], after_id: int, limit: int) -> list[Person]:
    """Return who follows a member in order of their ids. Index: follows_followee."""
    return await _people(
        tx, source="swannery.follows c", other="follower_id", mine="followee_id", of=of, hidden=hidden, after_id=after_id, limit=limit
    )


async def list_followees(tx: Transaction, *, of: int, hidden: Collection[int], after_id: int, limit: int) -> list[Person]:
    """Return whom a member follows in order of their ids. Index: the primary key of follows."""
    return await _people(
        tx, source="swannery.follows c", other="followee_id", mine="follower_id", of=of, hidden=hidden, after_id=after_id, limit=limit
    )


async def list_blocked(tx: Transaction, *, of: int, after_id: int, limit: int) -> list[Person]:
    """Return whom a member blocked in order of their ids. Index: the primary key of blocks."""
    return await _people(
        tx, source="swannery.blocks c", other="blocked_id", mine="blocker_id", of=of, hidden=(), after_id=after_id, limit=limit
    )


async def _people(
    tx: Transaction, *, source: str, other: str, mine: str, of: int, hidden: Collection[int], after_id: int, limit: int
) -> list[Person]:
    found = await tx.read(
        f"SELECT m.id, m.name, m.handle, m.role, m.picture FROM {source} JOIN swannery.members m ON m.id = c.{other}"
        f" WHERE c.{mine} = %(of)s AND c.{other} > %(after)s AND m.state = 'active' AND NOT m.id = ANY(%(hidden)s)"
        f" ORDER BY c.{other} LIMIT %(limit)s",
        {"of": of, "after": after_id, "hidden": list(hidden), "limit": limit},
    )
    return [person_of(row) for row in found]


async def count_connections(tx: Transaction, *, of: int, hidden: Collection[int]) -> Counts:
    """Count the same people as the lists show. Indexes: the primary keys, follows_followee."""
    found = await tx.read(
        "SELECT (SELECT count(*) FROM swannery.friendships c JOIN swannery.members m ON m.id = c.friend_id"
        " WHERE c.member_id = %(of)s AND m.state = 'active' AND NOT m.id = ANY(%(hidden)s)),"
        " (SELECT count(*) FROM swannery.follows c JOIN swannery.members m ON m.id = c.follower_id"
        " WHERE c.followee_id = %(of)s AND m.state = 'active' AND NOT m.id = ANY(%(hidden)s)),"
        " (SELECT count(*) FROM swannery.follows c JOIN swannery.members m ON m.id = c.followee_id"
        " WHERE c.follower_id = %(of)s AND m.state = 'active' AND NOT m.id = ANY(%(hidden)s))",
        {"of": of, "hidden": list(hidden)},
    )
    return Counts(friends=found[0][0], followers=found[0][1], followees=found[0][2])


async def erase_member(tx: Transaction, *, member_id: int) -> None:
    """Forget everything between a member and others. Indexes: the primary keys and each table's index on its second column."""
    for table, one, other in (
        ("follows", "follower_id", "followee_id"),
        ("friend_requests", "sender_id", "addressee_id"),
        ("friendships", "member_id", "friend_id"),
        ("blocks", "blocker_id", "blocked_id"),
        ("follow_requests", "asker_id", "addressee_id"),
        ("mutes", "member_id", "muted_id"),
        ("trainer_clients", "trainer_id", "client_id"),
    ):
        await tx.sql_count(f"DELETE FROM swannery.{table} WHERE {one} = %(id)s OR {other} = %(id)s", {"id": member_id})


def person_of(row: AnyRow) -> Person:
    """Return who the first five columns of a row speak of."""
    return Person(id=row[0], name=row[1], handle=row[2], role=row[3], picture=row[4])
