"""Reading and writing comments, which stand beneath a post and beneath each other."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from swannery.accounts.models import Person
from swannery.foundation.database import AnyRow, Transaction
from swannery.foundation.viewer import Viewer
from swannery.posts.models import Branch, Comment, CommentOrder, State
from swannery.posts.queries.posts import counts_of
from swannery.posts.visibility import SHARED, comment_visible_sql, shared_visible_sql, viewer_values, visible_sql

# Each level of a conversation, and beneath it one place more than is shown: it tells that there is more.
REPLIES = (4, 2, 1, 0)
LEVELS = len(REPLIES)
# The orders: how what stands at the top is sorted, what comes after a place `x`, and how replies are sorted.
SORTED = {"best": "c.score DESC, c.id", "newest": "c.id DESC", "oldest": "c.id"}
BEYOND = {"best": "(c.score < x.score OR (c.score = x.score AND c.id > x.id))", "newest": "c.id < x.id", "oldest": "c.id > x.id"}
REPLIES_SORTED = {"best": SORTED["best"], "newest": SORTED["oldest"], "oldest": SORTED["oldest"]}
COLUMNS = (
    "c.id, c.post_id, c.parent_id, c.author_id, ca.name, ca.handle, ca.role, c.state, c.body, c.body_html, c.created_at, c.edited_at,"
    " c.reaction_count, c.reaction_counts, mine.kind, c.ancestors, c.score, ca.picture, p.accepted_comment_id = c.id"
)
MINE = (
    " LEFT JOIN swannery.comment_reactions mine ON mine.post_id = c.post_id AND mine.comment_id = c.id AND mine.member_id = %(viewer_id)s"
)


class Placed(NamedTuple):
    """A place as it came from the database: where it stands, and what is read there."""

    branch: Branch
    score: int


def standing_sql() -> str:
    """Return that a comment `c` is shown, or holds the place for something beneath it that is. Index: comments_beneath."""
    # sees all: it only asks whether there is something, by the same condition, of a post that is read with its own
    beneath = (
        "SELECT 1 FROM swannery.comments d JOIN swannery.members da ON da.id = d.author_id WHERE d.post_id = c.post_id"
        " AND d.ancestors[1] = coalesce(c.ancestors[1], c.id) AND d.parent_id IS NOT NULL AND c.id = ANY(d.ancestors)"
    )
    return f"({comment_visible_sql()} OR EXISTS ({beneath} AND {comment_visible_sql(comment='d', author='da')}))"


async def read_thread(
    tx: Transaction, *, post_id: int, viewer: Viewer, order: CommentOrder, parent_id: int | None, after: int, limit: int
) -> list[Placed]:
    """Return what stands beneath a post (or a comment) after a place, and some of what stands beneath that, if the viewer may read it.

    One statement. Indexes: comments_thread, or the primary key for the orders by time; comments_beneath for what is not shown.
    """
    start = "c.parent_id = %(parent)s" if parent_id else "c.parent_id IS NULL"
    beyond = (
        " AND EXISTS (SELECT 1 FROM swannery.comments x WHERE x.post_id = c.post_id AND x.id = %(after)s"
        f" AND x.parent_id IS NOT DISTINCT FROM c.parent_id AND {BEYOND[order]})"
    )
    most = ", ".join(str(number + 1) for number in REPLIES)
    standing = standing_sql()
    found = await tx.read(
        "WITH RECURSIVE tree AS ((SELECT c.id, 0 AS level FROM swannery.comments c JOIN swannery.members ca ON ca.id = c.author_id"
        f" JOIN swannery.posts p ON p.id = c.post_id JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        f" WHERE c.post_id = %(post)s AND {start}{beyond if after else ''} AND {visible_sql()} AND {shared_visible_sql()} AND {standing}"
        f" ORDER BY {SORTED[order]} LIMIT {limit:d})"
        " UNION ALL SELECT reply.id, reply.level FROM tree t CROSS JOIN LATERAL (SELECT c.id, t.level + 1 AS level"
        " FROM swannery.comments c JOIN swannery.members ca ON ca.id = c.author_id WHERE c.post_id = %(post)s AND c.parent_id = t.id"
        f" AND {standing} ORDER BY {REPLIES_SORTED[order]} LIMIT (ARRAY[{most}])[t.level + 1]) AS reply WHERE t.level < {LEVELS:d})"
        f" SELECT {COLUMNS}, t.level, {comment_visible_sql()}, p.author_id FROM tree t"
        " JOIN swannery.comments c ON c.post_id = %(post)s AND c.id = t.id JOIN swannery.members ca ON ca.id = c.author_id"
        f" JOIN swannery.posts p ON p.id = c.post_id{MINE}",
        {"post": post_id, "parent": parent_id, "after": after, **viewer_values(viewer)},
    )
    return [_placed(row, viewer=viewer) for row in found]


async def read_place(tx: Transaction, *, post_id: int, comment_id: int, viewer: Viewer) -> Branch | None:
    """Return one place, if the viewer may read what is there or something beneath it. Index: the primary key."""
    found = await tx.read(
        f"SELECT {COLUMNS}, 0, {comment_visible_sql()}, p.author_id FROM swannery.comments c"
        " JOIN swannery.members ca ON ca.id = c.author_id"
        f" JOIN swannery.posts p ON p.id = c.post_id JOIN swannery.members a ON a.id = p.author_id{SHARED}{MINE}"
        f" WHERE c.post_id = %(post)s AND c.id = %(id)s AND {visible_sql()} AND {shared_visible_sql()} AND {standing_sql()}",
        {"post": post_id, "id": comment_id, **viewer_values(viewer)},
    )
    return _placed(found[0], viewer=viewer).branch if found else None


async def lock_comment(tx: Transaction, *, post_id: int, comment_id: int) -> bool:
    """Have whoever does something to this comment wait; False when it was deleted meanwhile. Whoever needs several locks goes upwards."""
    # sees all: nobody is shown this
    found = await tx.sql(
        "SELECT 1 FROM swannery.comments WHERE post_id = %(post)s AND id = %(id)s AND deleted_at IS NULL FOR NO KEY UPDATE",
        {"post": post_id, "id": comment_id},
    )
    return bool(found)


class NewComment(NamedTuple):
    """A comment to store: under which post, beneath what, by whom, and its words."""

    post_id: int
    author_id: int
    ancestors: tuple[int, ...]
    body: str
    html: str
    mentioned: tuple[int, ...]
    state: State


async def insert_comment(tx: Transaction, *, new: NewComment) -> int:
    """Store a comment; returns its id."""
    values = {
        **new._asdict(),
        "ancestors": list(new.ancestors),
        "mentioned": list(new.mentioned),
        "parent": new.ancestors[-1] if new.ancestors else None,
        "now": tx.now,
    }
    found = await tx.sql(
        "INSERT INTO swannery.comments (post_id, author_id, parent_id, ancestors, body, body_html, mentioned, state, created_at)"
        " VALUES (%(post_id)s, %(author_id)s, %(parent)s, %(ancestors)s, %(body)s, %(html)s, %(mentioned)s, %(state)s, %(now)s)"
        " RETURNING id",
        values,
    )
    return int(found[0][0])


async def count_on_post(tx: Transaction, *, post_id: int, step: int) -> None:
    """Count a comment that appeared or went. The post's row is taken last: people wait for each other only briefly."""
    await tx.sql("UPDATE swannery.posts SET comment_count = comment_count + %(step)s WHERE id = %(post)s", {"post": post_id, "step": step})


async def mark_comment_deleted(tx: Transaction, *, post_id: int, comment_id: int, by: int) -> State | None:
    """Mark a comment as deleted; returns its state, None when it was already."""
    found = await tx.sql(
        "UPDATE swannery.comments SET deleted_at = %(now)s, deleted_by = %(by)s"
        " WHERE post_id = %(post)s AND id = %(id)s AND deleted_at IS NULL RETURNING state",
        {"now": tx.now, "post": post_id, "id": comment_id, "by": by},
    )
    return found[0][0] if found else None


async def empty_deleted(tx: Transaction, *, older_than: timedelta, limit: int) -> None:
    """Empty comments that were deleted so long ago, and forget their versions; their places stay, for what was answered to them.

    Index: comments_deleted.
    """
    # sees all: nobody is shown these
    await tx.sql(
        "WITH emptied AS (UPDATE swannery.comments AS c SET body = '', body_html = '', mentioned = '{}'"
        " FROM (SELECT post_id, id FROM swannery.comments"
        " WHERE deleted_at < %(before)s AND body <> '' ORDER BY deleted_at LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED) AS old"
        " WHERE c.post_id = old.post_id AND c.id = old.id RETURNING c.post_id, c.id)"
        " DELETE FROM swannery.comment_versions v USING emptied WHERE v.post_id = emptied.post_id AND v.comment_id = emptied.id",
        {"before": tx.now - older_than, "limit": limit},
    )


def grown(found: Sequence[Placed], *, order: CommentOrder, parent_id: int | None, limit: int) -> tuple[list[Branch], int | None]:
    """Put places beneath each other, in their order; returns those at the top, and the one after which the next page begins."""
    by_parent: dict[int | None, list[Placed]] = {}
    for one in found:
        by_parent.setdefault(one.branch.parent_id, []).append(one)

    def beneath(parent: int | None, *, level: int) -> tuple[list[Branch], bool]:
        most = REPLIES[level - 1] if level else limit
        by_score = order == "best"
        places = sorted(by_parent.get(parent, ()), key=lambda one: (-one.score if by_score else 0, one.branch.id))
        if order == "newest" and level == 0:
            places.reverse()
        return [with_replies(one.branch, level=level) for one in places[:most]], len(places) > most

    def with_replies(branch: Branch, *, level: int) -> Branch:
        replies, more = beneath(branch.id, level=level + 1) if level < LEVELS else ([], False)
        return Branch(
            id=branch.id, post_id=branch.post_id, parent_id=branch.parent_id, depth=level, comment=branch.comment,
            replies=tuple(replies), more=more,
        )  # fmt: skip

    top, more = beneath(parent_id, level=0)
    return top, top[-1].id if more else None


def _placed(row: AnyRow, *, viewer: Viewer) -> Placed:
    level, seen, post_author = row[19:22]
    comment = _comment(row, viewer=viewer, post_author=post_author) if seen else None
    return Placed(branch=Branch(id=row[0], post_id=row[1], parent_id=row[2], depth=level, comment=comment), score=row[16])


def _comment(row: Any, *, viewer: Viewer, post_author: int) -> Comment:  # noqa: ANN401 - a row of COLUMNS
    return Comment(
        id=row[0],
        post_id=row[1],
        parent_id=row[2],
        ancestors=tuple(row[15]),
        author=Person(id=row[3], name=row[4], handle=row[5], role=row[6], picture=row[17]),
        state=row[7],
        body=row[8],
        body_html=row[9],
        created_at=row[10],
        edited_at=row[11],
        reaction_count=row[12],
        reactions=counts_of(row[12], row[13]),
        reaction=row[14],
        mine=row[3] == viewer.id,
        may_delete=viewer.id is not None and viewer.id in {row[3], post_author},
        by_post_author=row[3] == post_author,
        accepted=bool(row[18]),
    )
