"""Changing comments and bringing them back, their earlier versions, and the one that answers a question."""

from datetime import datetime
from typing import NamedTuple

from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.posts.models import DeletedComment, State, Version
from swannery.posts.queries.posts import Words
from swannery.posts.visibility import SHARED, comment_visible_sql, shared_visible_sql, viewer_values, visible_sql


async def rewrite(tx: Transaction, *, post_id: int, comment_id: int, body: str, words: Words, seen: datetime | None) -> State | None:
    """Store other words of a comment and keep those of before; returns its state now, None when it was changed since it was `seen`.

    A comment that is held or removed stays so, whatever its words are now.
    """
    values = {"post": post_id, "id": comment_id, "seen": seen, "now": tx.now}
    # sees all: one's own comment
    kept = await tx.sql_count(
        "INSERT INTO swannery.comment_versions (post_id, comment_id, number, body, body_html, written_at)"
        " SELECT c.post_id, c.id,"
        " 1 + (SELECT count(*) FROM swannery.comment_versions v WHERE v.post_id = c.post_id AND v.comment_id = c.id),"
        " c.body, c.body_html, coalesce(c.edited_at, c.created_at) FROM swannery.comments c WHERE c.post_id = %(post)s AND c.id = %(id)s"
        " AND c.deleted_at IS NULL AND c.edited_at IS NOT DISTINCT FROM %(seen)s::timestamptz FOR NO KEY UPDATE OF c",
        values,
    )
    if not kept:
        return None
    found = await tx.sql(
        "UPDATE swannery.comments SET body = %(body)s, body_html = %(html)s, mentioned = %(mentioned)s, edited_at = %(now)s,"
        " state = CASE WHEN state = 'shown' THEN %(state)s ELSE state END WHERE post_id = %(post)s AND id = %(id)s RETURNING state",
        {**values, "body": body, "html": words.html, "mentioned": list(words.mentioned), "state": words.state},
    )
    state: State = found[0][0]
    return state


async def mentioned_before(tx: Transaction, *, post_id: int, comment_id: int) -> set[int]:
    """Return whom a comment of one's own names as it is stored."""
    # sees all: one's own comment
    found = await tx.sql(
        "SELECT mentioned FROM swannery.comments WHERE post_id = %(post)s AND id = %(id)s", {"post": post_id, "id": comment_id}
    )
    return set(found[0][0]) if found else set()


async def history(tx: Transaction, *, post_id: int, comment_id: int, viewer: Viewer) -> list[Version]:
    """Return every version of a comment, the latest first, if the viewer may read it now. Index: the primary keys."""
    found = await tx.read(
        "SELECT v.body, v.body_html, v.written_at FROM swannery.comments c JOIN swannery.members ca ON ca.id = c.author_id"
        f" JOIN swannery.posts p ON p.id = c.post_id JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        " CROSS JOIN LATERAL (SELECT number, body, body_html, written_at FROM swannery.comment_versions"
        " WHERE post_id = c.post_id AND comment_id = c.id"
        " UNION ALL SELECT 2147483647, c.body, c.body_html, coalesce(c.edited_at, c.created_at)) AS v"
        f" WHERE c.post_id = %(post)s AND c.id = %(id)s AND {visible_sql()} AND {shared_visible_sql()} AND {comment_visible_sql()}"
        " ORDER BY v.number DESC",
        {"post": post_id, "id": comment_id, **viewer_values(viewer)},
    )
    last = len(found)
    return [Version(number=last - place, body=row[0], body_html=row[1], warning="", written_at=row[2]) for place, row in enumerate(found)]


async def deleted_comments(tx: Transaction, *, author_id: int, since: datetime) -> list[DeletedComment]:
    """Return the comments that a member wrote and took back since then, the last first. Index: comments_author."""
    # sees all: one's own comments
    found = await tx.read(
        "SELECT id, post_id, body_html, body, deleted_at FROM swannery.comments WHERE author_id = %(author)s AND deleted_by = %(author)s"
        " AND deleted_at > %(since)s ORDER BY deleted_at DESC, id DESC LIMIT 200",
        {"author": author_id, "since": since},
    )
    return [DeletedComment(id=row[0], post_id=row[1], body_html=row[2], body=row[3], deleted_at=row[4]) for row in found]


class Back(NamedTuple):
    """A comment that is back: its state, and what it answers."""

    state: State
    parent_id: int | None


async def restore(tx: Transaction, *, post_id: int, comment_id: int, author_id: int, since: datetime) -> Back | None:
    """Bring back a comment that its author took back since then; None when there is no such comment."""
    found = await tx.sql(
        "UPDATE swannery.comments SET deleted_at = NULL, deleted_by = NULL WHERE post_id = %(post)s AND id = %(id)s"
        " AND author_id = %(author)s AND deleted_by = %(author)s AND deleted_at > %(since)s RETURNING state, parent_id",
        {"post": post_id, "id": comment_id, "author": author_id, "since": since},
    )
    return Back(state=found[0][0], parent_id=found[0][1]) if found else None


async def accept(tx: Transaction, *, post_id: int, comment_id: int | None) -> int | None:
    """Let a comment be the one that answers a question, or none; returns which one was it before. The post's row is taken last."""
    # sees all: one's own post
    found = await tx.sql(
        "UPDATE swannery.posts AS p SET accepted_comment_id = %(comment)s::bigint FROM (SELECT id, accepted_comment_id FROM swannery.posts"
        " WHERE id = %(post)s FOR NO KEY UPDATE) AS before WHERE p.id = before.id RETURNING before.accepted_comment_id",
        {"post": post_id, "comment": comment_id},
    )
    before: int | None = found[0][0] if found else None
    return before
