"""Reading and writing comments."""

from swannery.accounts.models import Person
from swannery.foundation.database import AnyRow, Transaction
from swannery.foundation.viewer import Viewer
from swannery.posts.models import Comment, State
from swannery.posts.visibility import SHARED, comment_visible_sql, shared_visible_sql, viewer_values, visible_sql


async def read_comments(tx: Transaction, *, post_id: int, viewer: Viewer, after: int, limit: int) -> list[Comment]:
    """Return a post's comments, oldest first, if the viewer may read the post. Index: the primary key."""
    found = await tx.read(
        "SELECT c.id, c.post_id, c.author_id, ca.name, ca.handle, ca.role, c.state, c.body, c.body_html, c.created_at, p.author_id,"
        " ca.picture"
        " FROM swannery.comments c JOIN swannery.members ca ON ca.id = c.author_id"
        f" JOIN swannery.posts p ON p.id = c.post_id JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        f" WHERE c.post_id = %(post)s AND c.id > %(after)s AND {comment_visible_sql()} AND {visible_sql()} AND {shared_visible_sql()}"
        " ORDER BY c.id LIMIT %(limit)s",
        {"post": post_id, "after": after, "limit": limit, **viewer_values(viewer)},
    )
    return [_comment(row, viewer=viewer) for row in found]


async def read_comment(tx: Transaction, *, post_id: int, comment_id: int, viewer: Viewer) -> Comment | None:
    """Return one comment, if the viewer may read it."""
    found = await read_comments(tx, post_id=post_id, viewer=viewer, after=comment_id - 1, limit=1)
    return found[0] if found and found[0].id == comment_id else None


async def insert_comment(tx: Transaction, *, post_id: int, author_id: int, body: str, html: str, state: State) -> int:
    """Store a comment and count it on its post, if others see it."""
    values = {"post": post_id, "author": author_id, "body": body, "html": html, "state": state, "now": tx.now}
    found = await tx.sql(
        "INSERT INTO swannery.comments (post_id, author_id, body, body_html, state, created_at)"
        " VALUES (%(post)s, %(author)s, %(body)s, %(html)s, %(state)s, %(now)s) RETURNING id",
        values,
    )
    if state == "shown":
        await tx.sql("UPDATE swannery.posts SET comment_count = comment_count + 1 WHERE id = %(post)s", values)
    return int(found[0][0])


async def mark_comment_deleted(tx: Transaction, *, post_id: int, comment_id: int) -> bool:
    """Mark a comment as deleted and uncount it; False when it was already."""
    found = await tx.sql(
        "UPDATE swannery.comments SET deleted_at = %(now)s WHERE post_id = %(post)s AND id = %(id)s AND deleted_at IS NULL RETURNING state",
        {"now": tx.now, "post": post_id, "id": comment_id},
    )
    if found and found[0][0] == "shown":
        await tx.sql("UPDATE swannery.posts SET comment_count = comment_count - 1 WHERE id = %(post)s", {"post": post_id})
    return bool(found)


def _comment(row: AnyRow, *, viewer: Viewer) -> Comment:
    return Comment(
        id=row[0],
        post_id=row[1],
        author=Person(id=row[2], name=row[3], handle=row[4], role=row[5], picture=row[11]),
        state=row[6],
        body=row[7],
        body_html=row[8],
        created_at=row[9],
        mine=row[2] == viewer.id,
        may_delete=viewer.id is not None and viewer.id in {row[2], row[10]},
    )
