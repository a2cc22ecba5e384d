"""All SQL on activities. Only their own member reads them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec

from swannery import config
from swannery.foundation.database import AnyRow, Transaction
from swannery.host.actions import activities_relation

COLUMNS = (
    "SELECT a.id, a.source, a.happened_at, a.partner_id, a.shared_post_id,"
    " count(*) OVER (ORDER BY a.happened_at, a.id),"
    " count(*) OVER (PARTITION BY date_trunc('week', a.happened_at) ORDER BY a.happened_at, a.id)"
    " FROM swannery.activities a WHERE a.member_id = %(member)s"
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A completed row of the app that is not written down yet. `source_key` is the table's own key as text."""

    source_key: str
    member_id: int
    partner_id: int | None
    at: datetime


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What is new among some rows of the app, how many were looked at, and the key of the last one, in the type the driver gives it."""

    looked_at: int
    last_key: Any
    new: list[Found]


async def find_new(tx: Transaction, *, table: config.Activity, since: datetime, after: Any, limit: int) -> Page:  # noqa: ANN401 - the app's key
    """Look at completed rows since then in the order of the table's own key, after that one; those not written down yet come back.

    The page is cut before anything is joined, so that no plan can look at more. Indexes: the app's own on its key or its time; members' on
    user_id; activities' on (member_id, source, source_key).
    """
    following = "AND a.key > %(after)s" if after is not None else ""
    rows = await tx.sql(
        f"WITH page AS MATERIALIZED (SELECT a.* FROM {activities_relation(table)} a WHERE a.at >= %(since)s::timestamptz {following}"
        " ORDER BY a.key LIMIT %(limit)s),"
        " new AS (SELECT a.key::text AS source_key, m.id AS member_id, p.id AS partner_id, a.at::timestamptz"
        " FROM page a JOIN swannery.members m ON m.user_id = a.member_key AND m.state = 'active'"
        " LEFT JOIN swannery.members p ON p.user_id = a.partner_key AND p.state = 'active'"
        " WHERE NOT EXISTS (SELECT FROM swannery.activities k"
        " WHERE k.member_id = m.id AND k.source = %(source)s AND k.source_key = a.key::text))"
        " SELECT seen.looked_at, seen.last_key, new.* FROM (SELECT (SELECT count(*) FROM page) AS looked_at,"
        " (SELECT key FROM page ORDER BY key DESC LIMIT 1) AS last_key) seen LEFT JOIN new ON true",
        {"since": since, "after": after, "source": table.source, "limit": limit},
    )
    new = [Found(source_key=row[2], member_id=row[3], partner_id=row[4], at=row[5]) for row in rows if row[2] is not None]
    return Page(looked_at=rows[0][0], last_key=rows[0][1], new=new)


async def insert_new(tx: Transaction, *, source: str, found: Sequence[Found]) -> list[tuple[int, int]]:
    """Write them down, unless another worker did in between; returns (activity id, member id) of each."""
    written = await tx.sql(
        "INSERT INTO swannery.activities (member_id, source, source_key, partner_id, happened_at, noticed_at)"
        " SELECT member, %(source)s, key, partner, at, %(now)s FROM unnest(%(members)s::bigint[], %(keys)s::text[],"
        " %(partners)s::bigint[], %(ats)s::timestamptz[]) AS new (member, key, partner, at)"
        " ON CONFLICT (member_id, source, source_key) DO NOTHING RETURNING id, member_id",
        {
            "source": source,
            "members": [one.member_id for one in found],
            "keys": [one.source_key for one in found],
            "partners": [one.partner_id for one in found],
            "ats": [one.at for one in found],
            "now": tx.now,
        },
    )
    return [(row[0], row[1]) for row in written]


async def list_latest(tx: Transaction, *, member_id: int, limit: int) -> Sequence[AnyRow]:
    """Return a member's latest activities. Index: activities_latest."""
    return await tx.read(f"{COLUMNS} ORDER BY a.happened_at DESC, a.id DESC LIMIT %(limit)s", {"member": member_id, "limit": limit})


async def read_one(tx: Transaction, *, member_id: int, activity_id: int) -> AnyRow | None:
    """Return one activity of a member."""
    found = await tx.read(f"SELECT * FROM ({COLUMNS}) AS mine WHERE id = %(id)s", {"member": member_id, "id": activity_id})
    return found[0] if found else None


async def times(tx: Transaction, *, member_id: int) -> list[datetime]:
    """Return when a member's latest activities took place. Index: activities_latest."""
    found = await tx.read(
        "SELECT happened_at FROM swannery.activities WHERE member_id = %(member)s ORDER BY happened_at DESC LIMIT 500",
        {"member": member_id},
    )
    return [row[0] for row in found]


async def trained_together(tx: Transaction, *, member_id: int, person_id: int) -> tuple[bool, bool]:
    """Whether a member trained a person, and whether the person trained the member. Index: activities_partner."""
    one = "EXISTS (SELECT FROM swannery.activities WHERE partner_id = %({})s AND member_id = %({})s)"
    found = await tx.read(f"SELECT {one.format('me', 'other')}, {one.format('other', 'me')}", {"me": member_id, "other": person_id})
    return bool(found[0][0]), bool(found[0][1])


async def partners(
    tx: Transaction,
    *,
    member_id: int,
    as_trainer: bool,
    only: Collection[int] | None = None,
    without: Collection[int] = (),
    limit: int | None = None,
) -> Sequence[AnyRow]:
    """Return (id, sessions, last) of those a member trained, or was trained by, the latest first.

    Indexes: activities_partner, activities_latest. A trainer's page counts all the sessions they gave: some thousand entries a year.
    """
    mine, other = ("partner_id", "member_id") if as_trainer else ("member_id", "partner_id")
    return await tx.read(
        f"SELECT a.{other}, count(*), max(a.happened_at) FROM swannery.activities a JOIN swannery.members m ON m.id = a.{other}"
        f" WHERE a.{mine} = %(me)s AND m.state = 'active' AND NOT a.{other} = ANY(%(without)s::bigint[])"
        f"{'' if only is None else f' AND a.{other} = ANY(%(only)s::bigint[])'}"
        f" GROUP BY a.{other} ORDER BY max(a.happened_at) DESC, a.{other} LIMIT %(limit)s",
        {"me": member_id, "without": list(without), "only": list(only or ()), "limit": limit},
    )


async def lock(tx: Transaction, *, member_id: int, activity_id: int) -> None:
    """Let others who want to share the same activity wait."""
    await tx.sql(
        "SELECT 1 FROM swannery.activities WHERE member_id = %(member)s AND id = %(id)s FOR UPDATE",
        {"member": member_id, "id": activity_id},
    )


async def set_shared(tx: Transaction, *, member_id: int, activity_id: int, post_id: int | None) -> None:
    """Note in which post an activity was shared."""
    await tx.sql(
        "UPDATE swannery.activities SET shared_post_id = %(post)s WHERE member_id = %(member)s AND id = %(id)s",
        {"post": post_id, "member": member_id, "id": activity_id},
    )


async def forget_share(tx: Transaction, *, post_id: int, member_id: int) -> None:
    """The post is gone: its activity may be shared again."""
    await tx.sql(
        "UPDATE swannery.activities SET shared_post_id = NULL WHERE member_id = %(member)s AND shared_post_id = %(post)s",
        {"member": member_id, "post": post_id},
    )


async def delete_of_member(tx: Transaction, *, member_id: int) -> None:
    """Erase a member's activities, and their name from others'."""
    await tx.sql("DELETE FROM swannery.activities WHERE member_id = %(member)s", {"member": member_id})
    await tx.sql("UPDATE swannery.activities SET partner_id = NULL WHERE partner_id = %(member)s", {"member": member_id})
