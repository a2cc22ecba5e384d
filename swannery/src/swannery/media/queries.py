"""All SQL on swannery.pictures. What belongs to nothing is its owner's alone, for a day."""

from collections.abc import Collection
from datetime import datetime

from swannery.foundation.database import AnyRow, Transaction
from swannery.media.models import Picture, Purpose

COLUMNS = "id, key, owner_id, purpose, width, height, post_id, draft_id, on_profile"


async def insert_picture(tx: Transaction, *, owner_id: int, key: str, purpose: Purpose, width: int, height: int) -> Picture:
    """Store a picture that belongs to nothing yet."""
    found = await tx.sql(
        "INSERT INTO swannery.pictures (owner_id, key, purpose, width, height, created_at)"
        f" VALUES (%(owner)s, %(key)s, %(purpose)s, %(width)s, %(height)s, %(now)s) RETURNING {COLUMNS}",
        {"owner": owner_id, "key": key, "purpose": purpose, "width": width, "height": height, "now": tx.now},
    )
    return _picture(found[0])


async def find_picture(tx: Transaction, *, key: str) -> Picture | None:
    """Return a picture that is not thrown away. Index: pictures_key."""
    found = await tx.read(f"SELECT {COLUMNS} FROM swannery.pictures WHERE key = %(key)s AND gone_at IS NULL", {"key": key})
    return _picture(found[0]) if found else None


async def put_on_profile(tx: Transaction, *, owner_id: int, purpose: Purpose, key: str) -> bool:
    """Let a picture be the one of its kind on its owner's profile, or none; False when they have no such picture."""
    await take_off_profiles(tx, owner_ids=[owner_id], purpose=purpose, but=key)
    return not key or bool(
        await tx.sql_count(
            "UPDATE swannery.pictures SET on_profile = true WHERE key = %(key)s AND owner_id = %(owner)s AND purpose = %(purpose)s"
            " AND gone_at IS NULL",
            {"owner": owner_id, "purpose": purpose, "key": key},
        )
    )


async def take_off_profiles(tx: Transaction, *, owner_ids: Collection[int], purpose: Purpose, but: str = "") -> None:
    """Throw away what members show of a kind on their profiles, but for one picture. Index: pictures_owner."""
    await tx.sql(
        "UPDATE swannery.pictures SET on_profile = false, gone_at = %(now)s WHERE owner_id = ANY(%(owners)s) AND purpose = %(purpose)s"
        " AND on_profile AND key <> %(but)s",
        {"owners": list(owner_ids), "purpose": purpose, "but": but, "now": tx.now},
    )


async def lock_usable(tx: Transaction, *, owner_id: int, keys: Collection[str], post_id: int | None) -> dict[str, Picture]:
    """Return those of the pictures that this member may put into this post (None: a new one, or a draft), locked. Index: pictures_key."""
    found = await tx.sql(
        f"SELECT {COLUMNS} FROM swannery.pictures WHERE key = ANY(%(keys)s) AND owner_id = %(owner)s AND purpose = 'post'"
        " AND gone_at IS NULL AND (post_id IS NULL OR post_id = %(post)s::bigint) ORDER BY id FOR NO KEY UPDATE",
        {"keys": list(keys), "owner": owner_id, "post": post_id},
    )
    return {picture.key: picture for picture in map(_picture, found)}


async def give_to_post(tx: Transaction, *, post_id: int, keys: Collection[str]) -> None:
    """Let exactly these locked pictures belong to a post; what belonged to it and is not among them is thrown away. Indexes: both."""
    values = {"post": post_id, "keys": list(keys), "now": tx.now}
    await tx.sql(
        "UPDATE swannery.pictures SET gone_at = %(now)s WHERE post_id = %(post)s AND purpose = 'post' AND NOT key = ANY(%(keys)s)"
        " AND gone_at IS NULL",
        values,
    )
    await tx.sql("UPDATE swannery.pictures SET post_id = %(post)s, draft_id = NULL WHERE key = ANY(%(keys)s) AND gone_at IS NULL", values)


async def give_to_draft(tx: Transaction, *, draft_id: int, keys: Collection[str]) -> None:
    """Let exactly these locked pictures belong to a draft; others that did belong to nothing again, for a day. Indexes: both."""
    values = {"draft": draft_id, "keys": list(keys), "now": tx.now}
    await tx.sql(
        "UPDATE swannery.pictures SET draft_id = NULL, created_at = %(now)s WHERE draft_id = %(draft)s AND NOT key = ANY(%(keys)s)", values
    )
    await tx.sql("UPDATE swannery.pictures SET draft_id = %(draft)s WHERE key = ANY(%(keys)s) AND post_id IS NULL", values)


async def discard_owned(tx: Transaction, *, owner_id: int) -> None:
    """Throw away everything of a member. Index: pictures_owner."""
    await tx.sql(
        "UPDATE swannery.pictures SET gone_at = %(now)s WHERE owner_id = %(owner)s AND gone_at IS NULL", {"owner": owner_id, "now": tx.now}
    )


async def discard_of_post(tx: Transaction, *, post_id: int) -> None:
    """Throw away what belonged to a post. Index: pictures_post."""
    await tx.sql(
        "UPDATE swannery.pictures SET gone_at = %(now)s WHERE post_id = %(post)s AND gone_at IS NULL", {"post": post_id, "now": tx.now}
    )


async def give_preview(tx: Transaction, *, post_id: int, key: str) -> None:
    """Let a picture that was just stored belong to a post as that of the page it links to."""
    await tx.sql(
        "UPDATE swannery.pictures SET post_id = %(post)s WHERE key = %(key)s AND purpose = 'preview'", {"post": post_id, "key": key}
    )


async def discard_preview(tx: Transaction, *, post_id: int) -> None:
    """Throw away the picture of the page that a post links to. Index: pictures_post."""
    await tx.sql(
        "UPDATE swannery.pictures SET gone_at = %(now)s WHERE post_id = %(post)s AND purpose = 'preview' AND gone_at IS NULL",
        {"post": post_id, "now": tx.now},
    )


async def discard_unused(tx: Transaction, *, older_than: datetime) -> None:
    """Throw away what was sent and then used for nothing. Index: pictures_unused."""
    await tx.sql(
        "UPDATE swannery.pictures SET gone_at = %(now)s WHERE created_at < %(before)s AND post_id IS NULL AND draft_id IS NULL"
        " AND NOT on_profile AND gone_at IS NULL",
        {"now": tx.now, "before": older_than},
    )


async def gone_pictures(tx: Transaction, *, limit: int) -> list[Picture]:
    """Return pictures that were thrown away and whose files are still there, locked. Index: pictures_gone."""
    found = await tx.sql(
        f"SELECT {COLUMNS} FROM swannery.pictures WHERE gone_at IS NOT NULL ORDER BY gone_at LIMIT {limit:d} FOR UPDATE SKIP LOCKED"
    )
    return [_picture(row) for row in found]


async def forget_pictures(tx: Transaction, *, ids: Collection[int]) -> None:
    """Delete the rows of pictures whose files are gone."""
    await tx.sql("DELETE FROM swannery.pictures WHERE id = ANY(%(ids)s)", {"ids": list(ids)})


async def known_keys(tx: Transaction, *, keys: Collection[str]) -> set[str]:
    """Return those of the keys that have a row. Index: pictures_key."""
    found = await tx.read("SELECT key FROM swannery.pictures WHERE key = ANY(%(keys)s)", {"keys": list(keys)})
    return {str(row[0]) for row in found}


def _picture(row: AnyRow) -> Picture:
    return Picture(
        id=row[0], key=row[1], owner_id=row[2], purpose=row[3], width=row[4], height=row[5], post_id=row[6], draft_id=row[7],
        on_profile=row[8],
    )  # fmt: skip
