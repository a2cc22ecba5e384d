"""All SQL on posts, comments and reactions. Whatever is read for somebody carries the condition of visibility.py."""

from collections.abc import Collection

import msgspec

from swannery.accounts.models import Person
from swannery.foundation.database import AnyRow, Transaction
from swannery.foundation.paging import Cursor
from swannery.foundation.viewer import Viewer
from swannery.posts.models import CardFacts, Comment, Draft, Kind, Place, Post, State
from swannery.posts.visibility import comment_visible_sql, viewer_values, visible_sql

POSTS = (
    "SELECT p.id, p.author_id, a.name, a.handle, a.role, p.community_id, g.name, g.slug, p.kind, p.audience, p.state, p.body, p.body_html,"
    " p.card::text, p.reaction_count, p.comment_count, p.published_at, p.edited_at, mine.member_id IS NOT NULL"
    " FROM swannery.posts p JOIN swannery.members a ON a.id = p.author_id"
    " LEFT JOIN swannery.communities g ON g.id = p.community_id"
    " LEFT JOIN swannery.reactions mine ON mine.post_id = p.id AND mine.member_id = %(viewer_id)s"
)
NEWEST_FIRST = " ORDER BY p.published_at DESC, p.id DESC LIMIT %(limit)s"
OLDER = " AND (p.published_at, p.id) < (%(at)s, %(after)s)"


class PostRow(msgspec.Struct, frozen=True, kw_only=True):
    """A post as it came from the database: the people its card names are still ids."""

    post: Post
    card: CardFacts | None


async def read_posts(tx: Transaction, *, ids: Collection[int], viewer: Viewer) -> dict[int, PostRow]:
    """Return those of the posts that the viewer may read, by id. Index: the primary key."""
    if not ids:
        return {}
    found = await tx.sql(f"{POSTS} WHERE p.id = ANY(%(ids)s) AND {visible_sql()}", {"ids": list(ids), **viewer_values(viewer)})
    return {row[0]: _post(row, viewer=viewer) for row in found}


async def latest_posts(tx: Transaction, *, viewer: Viewer, after: Cursor | None, limit: int) -> list[PostRow]:
    """Return the newest posts of everybody. Index: posts_latest."""
    return await _listed(tx, "TRUE", viewer=viewer, after=after, limit=limit)


async def posts_of_author(tx: Transaction, *, author_id: int, viewer: Viewer, after: Cursor | None, limit: int) -> list[PostRow]:
    """Return a member's newest posts. Index: posts_author."""
    return await _listed(tx, "p.author_id = %(subject)s", viewer=viewer, after=after, limit=limit, subject=author_id)


async def posts_in_community(tx: Transaction, *, community_id: int, viewer: Viewer, after: Cursor | None, limit: int) -> list[PostRow]:
    """Return a community's newest posts. Index: posts_community."""
    return await _listed(tx, "p.community_id = %(subject)s", viewer=viewer, after=after, limit=limit, subject=community_id)


async def _listed(
    tx: Transaction, which: str, *, viewer: Viewer, after: Cursor | None, limit: int, subject: int | None = None
) -> list[PostRow]:
    values = {"subject": subject, "limit": limit, **viewer_values(viewer)}
    older = ""
    if after is not None:
        older = OLDER
        values |= {"at": after.at, "after": after.id}
    found = await tx.sql(f"{POSTS} WHERE {which}{older} AND {visible_sql()}{NEWEST_FIRST}", values)
    return [_post(row, viewer=viewer) for row in found]


async def hidden_counts(tx: Transaction, *, ids: Collection[int], viewer: Viewer) -> dict[int, tuple[int, int]]:
    """Return how many reactions and comments of each post come from people the viewer must not know of. Indexes: both primary keys."""
    # sees all: only of posts that were read with the condition, and only to leave people out
    found = await tx.sql(
        "SELECT post_id, sum(reactions)::int, sum(comments)::int FROM ("
        "SELECT r.post_id, count(*) AS reactions, 0 AS comments FROM swannery.reactions r JOIN swannery.members m ON m.id = r.member_id"
        " WHERE r.post_id = ANY(%(ids)s) AND r.member_id = ANY(%(blocked)s) AND m.state = 'active' GROUP BY r.post_id"
        " UNION ALL SELECT c.post_id, 0, count(*) FROM swannery.comments c JOIN swannery.members m ON m.id = c.author_id"
        " WHERE c.post_id = ANY(%(ids)s) AND c.author_id = ANY(%(blocked)s) AND c.state = 'shown' AND c.deleted_at IS NULL"
        " AND m.state = 'active' GROUP BY c.post_id"
        ") AS hidden GROUP BY post_id",
        {"ids": list(ids), "blocked": list(viewer.blocked)},
    )
    return {row[0]: (row[1], row[2]) for row in found}


async def insert_post(tx: Transaction, *, author_id: int, draft: Draft, html: str, kind: Kind, state: State, card: CardFacts | None) -> int:
    """Store a post."""
    found = await tx.sql(
        "INSERT INTO swannery.posts (author_id, community_id, kind, audience, state, body, body_html, card, published_at)"
        " VALUES (%(author)s, %(community)s, %(kind)s, %(audience)s, %(state)s, %(body)s, %(html)s, %(card)s::jsonb, %(now)s) RETURNING id",
        {
            "author": author_id,
            "community": draft.community_id,
            "kind": kind,
            "audience": draft.audience,
            "state": state,
            "body": draft.body,
            "html": html,
            "card": msgspec.json.encode(card).decode() if card else None,
            "now": tx.now,
        },
    )
    return int(found[0][0])


async def mark_deleted(tx: Transaction, *, post_id: int, author_id: int) -> bool:
    """Mark an author's own post as deleted; False when it was already."""
    return bool(
        await tx.sql_count(
            "UPDATE swannery.posts SET deleted_at = %(now)s WHERE id = %(id)s AND author_id = %(author)s AND deleted_at IS NULL",
            {"now": tx.now, "id": post_id, "author": author_id},
        )
    )


async def set_state(tx: Transaction, *, post_id: int, state: State) -> int | None:
    """Show, hold or remove a post; returns its author if that changed anything."""
    found = await tx.sql(
        "UPDATE swannery.posts SET state = %(state)s WHERE id = %(id)s AND state <> %(state)s RETURNING author_id",
        {"state": state, "id": post_id},
    )
    return int(found[0][0]) if found else None


async def forget_partner(tx: Transaction, *, one: int, other: int) -> None:
    """Take each of two members out of the other's cards. Index: posts_author."""
    await tx.sql(
        "UPDATE swannery.posts SET card = jsonb_set(card, '{partner_id}', 'null') WHERE kind = 'activity' AND card IS NOT NULL"
        " AND ((author_id = %(one)s AND (card ->> 'partner_id')::bigint = %(other)s)"
        " OR (author_id = %(other)s AND (card ->> 'partner_id')::bigint = %(one)s))",
        {"one": one, "other": other},
    )


async def erased_with_words(tx: Transaction) -> list[int]:
    """Return erased members of whom words are left. Indexes: posts_author, comments_author."""
    # sees all: nobody is shown these; they are erased
    found = await tx.sql(
        "SELECT m.id FROM swannery.members m WHERE m.state = 'erased' AND ("
        "EXISTS (SELECT 1 FROM swannery.posts p WHERE p.author_id = m.id AND (p.body <> '' OR p.deleted_at IS NULL))"
        " OR EXISTS (SELECT 1 FROM swannery.comments c WHERE c.author_id = m.id AND c.body <> '')) LIMIT 1000"
    )
    return [row[0] for row in found]


async def read_comments(tx: Transaction, *, post_id: int, viewer: Viewer, after: int, limit: int) -> list[Comment]:
    """Return a post's comments, oldest first, if the viewer may read the post. Index: the primary key."""
    found = await tx.sql(
        "SELECT c.id, c.post_id, c.author_id, ca.name, ca.handle, ca.role, c.state, c.body, c.body_html, c.created_at, p.author_id"
        " FROM swannery.comments c JOIN swannery.members ca ON ca.id = c.author_id"
        " JOIN swannery.posts p ON p.id = c.post_id JOIN swannery.members a ON a.id = p.author_id"
        f" WHERE c.post_id = %(post)s AND c.id > %(after)s AND {comment_visible_sql()} AND {visible_sql()} ORDER BY c.id LIMIT %(limit)s",
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


async def insert_reaction(tx: Transaction, *, post_id: int, member_id: int) -> bool:
    """Store a like and count it; False when it was there already. The post's row is taken last: likes wait briefly."""
    values = {"post": post_id, "member": member_id, "now": tx.now}
    new = await tx.sql_count(
        "INSERT INTO swannery.reactions (post_id, member_id, created_at) VALUES (%(post)s, %(member)s, %(now)s) ON CONFLICT DO NOTHING",
        values,
    )
    if new:
        await tx.sql("UPDATE swannery.posts SET reaction_count = reaction_count + 1 WHERE id = %(post)s", values)
    return bool(new)


async def delete_reaction(tx: Transaction, *, post_id: int, member_id: int) -> bool:
    """Take a like back and uncount it; False when there was none."""
    values = {"post": post_id, "member": member_id}
    gone = await tx.sql_count("DELETE FROM swannery.reactions WHERE post_id = %(post)s AND member_id = %(member)s", values)
    if gone:
        await tx.sql("UPDATE swannery.posts SET reaction_count = reaction_count - 1 WHERE id = %(post)s", values)
    return bool(gone)


async def touched_posts(tx: Transaction, *, member_ids: Collection[int]) -> list[int]:
    """Return the posts that these members commented on or like, locked in order. Indexes: comments_author, reactions_member."""
    # sees all: nobody is shown these; they are counted anew
    found = await tx.sql(
        "SELECT id FROM swannery.posts WHERE id = ANY(ARRAY(SELECT post_id FROM swannery.comments WHERE author_id = ANY(%(members)s)"
        " UNION SELECT post_id FROM swannery.reactions WHERE member_id = ANY(%(members)s))) ORDER BY id FOR NO KEY UPDATE",
        {"members": list(member_ids)},
    )
    return [row[0] for row in found]


async def recount(tx: Transaction, *, post_ids: Collection[int]) -> None:
    """Count the likes and shown comments of members who are here. The posts are locked already, so this statement sees all there are."""
    # sees all: the stored count is of everybody; who is hidden from a viewer is left out when it is read
    await tx.sql(
        "UPDATE swannery.posts AS p SET reaction_count = coalesce(r.count, 0), comment_count = coalesce(c.count, 0)"
        " FROM unnest(%(ids)s::bigint[]) AS wanted (id)"
        " LEFT JOIN (SELECT x.post_id, count(*) FROM swannery.reactions x JOIN swannery.members m ON m.id = x.member_id"
        " WHERE x.post_id = ANY(%(ids)s) AND m.state = 'active' GROUP BY x.post_id) AS r ON r.post_id = wanted.id"
        " LEFT JOIN (SELECT x.post_id, count(*) FROM swannery.comments x JOIN swannery.members m ON m.id = x.author_id"
        " WHERE x.post_id = ANY(%(ids)s) AND m.state = 'active' AND x.state = 'shown' AND x.deleted_at IS NULL GROUP BY x.post_id"
        ") AS c ON c.post_id = wanted.id WHERE p.id = wanted.id",
        {"ids": list(post_ids)},
    )


async def erase_texts(tx: Transaction, *, member_id: int) -> None:
    """Empty and mark as deleted what a member wrote, and take back what they liked. The rows stay, so that replies keep their place."""
    values = {"member": member_id, "now": tx.now}
    await tx.sql(
        "UPDATE swannery.posts SET body = '', body_html = '', card = NULL, deleted_at = coalesce(deleted_at, %(now)s)"
        " WHERE author_id = %(member)s AND (body <> '' OR card IS NOT NULL OR deleted_at IS NULL)",
        values,
    )
    await tx.sql(
        "UPDATE swannery.comments SET body = '', body_html = '', deleted_at = coalesce(deleted_at, %(now)s) WHERE author_id = %(member)s",
        values,
    )
    await tx.sql("DELETE FROM swannery.reactions WHERE member_id = %(member)s", values)


def _post(row: AnyRow, *, viewer: Viewer) -> PostRow:
    author = Person(id=row[1], name=row[2], handle=row[3], role=row[4])
    post = Post(
        id=row[0],
        author=author,
        community=Place(id=row[5], name=row[6], slug=row[7]) if row[5] is not None else None,
        kind=row[8],
        audience=row[9],
        state=row[10],
        body=row[11],
        body_html=row[12],
        card=None,
        reaction_count=row[14],
        comment_count=row[15],
        published_at=row[16],
        edited_at=row[17],
        reacted=row[18],
        mine=row[1] == viewer.id,
        may_comment=viewer.signed_in,
    )
    return PostRow(post=post, card=msgspec.json.decode(row[13], type=CardFacts) if row[13] else None)


def _comment(row: AnyRow, *, viewer: Viewer) -> Comment:
    return Comment(
        id=row[0],
        post_id=row[1],
        author=Person(id=row[2], name=row[3], handle=row[4], role=row[5]),
        state=row[6],
        body=row[7],
        body_html=row[8],
        created_at=row[9],
        mine=row[2] == viewer.id,
        may_delete=viewer.id is not None and viewer.id in {row[2], row[10]},
    )
