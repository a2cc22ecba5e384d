"""Changing, pinning, deleting and bringing back what one wrote; earlier versions of it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.media.models import PostPicture
from swannery.posts.models import Deleted, Draft, State, Version
from swannery.posts.queries.posts import Words, card_of, encoded, encoded_pictures, nobody_yet, pictures_of
from swannery.posts.visibility import SHARED, shared_visible_sql, viewer_values, visible_sql


class Rewritten(NamedTuple):
    """How a post shall read. With `anew` its choices are other ones, which may be only while nobody has answered."""

    draft: Draft
    words: Words
    pictures: tuple[PostPicture, ...] = ()
    anew: bool = False


async def rewrite(tx: Transaction, *, post_id: int, author_id: int, wanted: Rewritten, seen: datetime | None) -> bool:
    """Store other words of an author's own post and keep those of before; False when it was changed, or answered, since it was `seen`."""
    values = {"id": post_id, "author": author_id, "seen": seen, "now": tx.now, "anew": wanted.anew}
    # sees all: one's own post
    kept = await tx.sql_count(
        "INSERT INTO swannery.post_versions (post_id, number, body, body_html, warning, card, pictures, written_at)"
        " SELECT p.id, 1 + (SELECT count(*) FROM swannery.post_versions v WHERE v.post_id = p.id), p.body, p.body_html, p.warning,"
        " p.card, p.pictures,"
        " coalesce(p.edited_at, p.published_at) FROM swannery.posts p WHERE p.id = %(id)s AND p.author_id = %(author)s"
        " AND p.deleted_at IS NULL AND p.edited_at IS NOT DISTINCT FROM %(seen)s::timestamptz"
        " AND NOT (%(anew)s AND coalesce(p.answer_counts[1], 0) > 0) FOR NO KEY UPDATE OF p",
        values,
    )
    if not kept:
        return False
    if wanted.anew:
        # Whoever answered and is away is not counted; coming back they find other choices.
        await tx.sql("DELETE FROM swannery.answers WHERE post_id = %(id)s", values)
    await tx.sql(
        "UPDATE swannery.posts SET body = %(body)s, body_html = %(html)s, warning = %(warning)s, mentioned = %(mentioned)s,"
        " card = coalesce(%(card)s::jsonb, card), pictures = %(pictures)s::jsonb,"
        " answer_counts = CASE WHEN %(anew)s THEN %(nobody)s ELSE answer_counts END,"
        " edited_at = %(now)s, state = CASE WHEN state = 'shown' THEN %(state)s ELSE state END WHERE id = %(id)s",
        {
            **values,
            "body": wanted.draft.body,
            "html": wanted.words.html,
            "warning": wanted.draft.warning,
            "mentioned": list(wanted.words.mentioned),
            "pictures": encoded_pictures(wanted.pictures),
            "state": wanted.words.state,
            "card": encoded(wanted.draft.details),
            "nobody": nobody_yet(wanted.draft.details),
        },
    )
    return True


async def answered(tx: Transaction, *, post_id: int) -> bool:
    """Whether anybody has answered to a post of one's own, hidden people too."""
    # sees all: one's own post
    found = await tx.sql("SELECT coalesce(answer_counts[1], 0) > 0 FROM swannery.posts WHERE id = %(id)s", {"id": post_id})
    return bool(found and found[0][0])


async def circle_of(tx: Transaction, *, post_id: int) -> int | None:
    """Return the circle that a post of one's own was written for; None when the circle is gone."""
    # sees all: one's own post
    found = await tx.sql("SELECT circle_id FROM swannery.posts WHERE id = %(id)s", {"id": post_id})
    return found[0][0] if found else None


async def history(tx: Transaction, *, post_id: int, viewer: Viewer) -> list[Version]:
    """Return every version of a post, the latest first, if the viewer may read it now. Index: the primary keys."""
    found = await tx.read(
        "SELECT v.number, v.body, v.body_html, v.warning, v.written_at, p.kind, v.card::text, v.pictures::text FROM swannery.posts p"
        f" JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        " CROSS JOIN LATERAL (SELECT number, body, body_html, warning, written_at, card, pictures FROM swannery.post_versions"
        " WHERE post_id = p.id"
        " UNION ALL SELECT 2147483647, p.body, p.body_html, p.warning, coalesce(p.edited_at, p.published_at), p.card,"
        " p.pictures) AS v"
        f" WHERE p.id = %(id)s AND {visible_sql()} AND {shared_visible_sql()} ORDER BY v.number DESC",
        {"id": post_id, **viewer_values(viewer)},
    )
    last = len(found)
    return [
        Version(
            number=last - place, body=row[1], body_html=row[2], warning=row[3], written_at=row[4], details=card_of(row[5], row[6])[1],
            pictures=pictures_of(row[7]),
        )
        for place, row in enumerate(found)
    ]  # fmt: skip


async def pin(tx: Transaction, *, post_id: int, author_id: int, on: bool) -> None:
    """Pin an author's own post to the top of their page, or unpin it."""
    await tx.sql(
        "UPDATE swannery.posts SET pinned_at = CASE WHEN %(on)s THEN coalesce(pinned_at, %(now)s) END"
        " WHERE id = %(id)s AND author_id = %(author)s",
        {"id": post_id, "author": author_id, "on": on, "now": tx.now},
    )


async def count_pinned(tx: Transaction, *, author_id: int) -> int:
    """Return how many posts a member has pinned; their row is locked, so that two at once do not both take the last place."""
    await tx.sql("SELECT 1 FROM swannery.members WHERE id = %(author)s FOR NO KEY UPDATE", {"author": author_id})
    # sees all: one's own posts
    found = await tx.sql(
        "SELECT count(*) FROM swannery.posts WHERE author_id = %(author)s AND pinned_at IS NOT NULL AND deleted_at IS NULL",
        {"author": author_id},
    )
    return int(found[0][0])


async def mark_deleted(tx: Transaction, *, post_id: int, author_id: int) -> bool:
    """Mark an author's own post as deleted; False when it was already."""
    return bool(
        await tx.sql_count(
            "UPDATE swannery.posts SET deleted_at = %(now)s, pinned_at = NULL"
            " WHERE id = %(id)s AND author_id = %(author)s AND deleted_at IS NULL",
            {"now": tx.now, "id": post_id, "author": author_id},
        )
    )


async def deleted_posts(tx: Transaction, *, author_id: int, since: datetime) -> list[Deleted]:
    """Return what a member deleted since then, the last first. Index: posts_author."""
    # sees all: one's own posts
    found = await tx.read(
        "SELECT id, body, body_html, coalesce(card ->> 'title', ''), published_at, deleted_at,"
        " coalesce(jsonb_array_length(pictures), 0) FROM swannery.posts"
        " WHERE author_id = %(author)s AND deleted_at > %(since)s ORDER BY deleted_at DESC, id DESC LIMIT 200",
        {"author": author_id, "since": since},
    )
    return [
        Deleted(id=row[0], body=row[1], body_html=row[2], title=row[3], published_at=row[4], deleted_at=row[5], picture_count=row[6])
        for row in found
    ]


class Restored(NamedTuple):
    """The state of a post that is back, and which activity its card is of, as far as it was written down."""

    state: State
    activity_id: int | None


async def restore(tx: Transaction, *, post_id: int, author_id: int, since: datetime) -> Restored | None:
    """Bring an author's own post back that was deleted since then; returns what it is, None when there is no such post."""
    found = await tx.sql(
        "UPDATE swannery.posts SET deleted_at = NULL WHERE id = %(id)s AND author_id = %(author)s AND deleted_at > %(since)s"
        " RETURNING state, (card ->> 'activity_id')::bigint",
        {"id": post_id, "author": author_id, "since": since},
    )
    return Restored(state=found[0][0], activity_id=found[0][1]) if found else None


PARTS = ("post_versions", "post_tags", "reactions", "answers", "comment_reactions", "comment_versions", "comments", "bookmarks")


async def purge(tx: Transaction, *, older_than: timedelta, limit: int) -> list[int]:
    """Delete posts for good that were deleted so long ago, and everything that belongs to them. Index: posts_deleted."""
    # sees all: nobody is shown these
    found = await tx.sql(
        "SELECT id FROM swannery.posts WHERE deleted_at < %(before)s ORDER BY deleted_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED",
        {"before": tx.now - older_than, "limit": limit},
    )
    ids = [int(row[0]) for row in found]
    if ids:
        for part in PARTS:
            await tx.sql(f"DELETE FROM swannery.{part} WHERE post_id = ANY(%(ids)s)", {"ids": ids})
        await tx.sql(
            "DELETE FROM swannery.shares s USING swannery.posts p WHERE p.id = ANY(%(ids)s) AND s.original_id = p.original_id"
            " AND s.post_id = p.id",
            {"ids": ids},
        )
        await tx.sql("DELETE FROM swannery.posts WHERE id = ANY(%(ids)s)", {"ids": ids})
    return ids
