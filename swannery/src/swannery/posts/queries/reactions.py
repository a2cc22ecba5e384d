"""Reactions and shares, and how often there are. The post's row is taken last: they wait for each other only briefly."""

from swannery.accounts.models import Person
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.posts.models import REACTIONS, ReactionKind, Reactor
from swannery.posts.visibility import SHARED, shared_visible_sql, viewer_values, visible_sql

# How many of the reactions `x` are of each kind but the first, as a list of columns.
OTHER_KINDS = ", ".join(f"count(*) FILTER (WHERE x.kind = '{kind}')" for kind in REACTIONS[1:])


async def set_reaction(tx: Transaction, *, post_id: int, member_id: int, kind: ReactionKind) -> tuple[ReactionKind | None, bool]:
    """Store a reaction, one per member and post; returns what it was before, and whether anything changed."""
    values = {"post": post_id, "member": member_id, "kind": kind, "now": tx.now}
    new = await tx.sql_count(
        "INSERT INTO swannery.reactions (post_id, member_id, kind, created_at) VALUES (%(post)s, %(member)s, %(kind)s, %(now)s)"
        " ON CONFLICT DO NOTHING",
        values,
    )
    if new:
        await _count(tx, post_id=post_id, all_of_them=1, steps={kind: 1})
        return None, True
    # sees all: one's own reaction
    own = await tx.sql("SELECT kind FROM swannery.reactions WHERE post_id = %(post)s AND member_id = %(member)s FOR NO KEY UPDATE", values)
    before: ReactionKind | None = own[0][0] if own else None
    if before is None or before == kind:
        return before, False
    await tx.sql(
        "UPDATE swannery.reactions SET kind = %(kind)s, created_at = %(now)s WHERE post_id = %(post)s AND member_id = %(member)s", values
    )
    await _count(tx, post_id=post_id, all_of_them=0, steps={before: -1, kind: 1})
    return before, True


async def delete_reaction(tx: Transaction, *, post_id: int, member_id: int) -> ReactionKind | None:
    """Take a reaction back and uncount it; returns which it was, None when there was none."""
    gone = await tx.sql(
        "DELETE FROM swannery.reactions WHERE post_id = %(post)s AND member_id = %(member)s RETURNING kind",
        {"post": post_id, "member": member_id},
    )
    if not gone:
        return None
    kind: ReactionKind = gone[0][0]
    await _count(tx, post_id=post_id, all_of_them=-1, steps={kind: -1})
    return kind


async def _count(tx: Transaction, *, post_id: int, all_of_them: int, steps: dict[ReactionKind, int]) -> None:
    """Change the post's counts. `like` has no place of its own: it is what is left of all."""
    others = {REACTIONS.index(kind): step for kind, step in steps.items() if kind != "like"}
    changes = "".join(f", reaction_counts[{place}] = reaction_counts[{place}] + ({step})" for place, step in others.items())
    await tx.sql(
        f"UPDATE swannery.posts SET reaction_count = reaction_count + %(step)s{changes} WHERE id = %(post)s",
        {"step": all_of_them, "post": post_id},
    )


async def read_reactors(
    tx: Transaction, *, post_id: int, viewer: Viewer, kind: ReactionKind | None, after: int, limit: int
) -> list[Reactor]:
    """Return who reacted to a post, in order of their ids, if the viewer may read it and may know of them. Index: the primary key."""
    found = await tx.read(
        "SELECT m.id, m.name, m.handle, m.role, r.kind, m.picture FROM swannery.reactions r JOIN swannery.members m ON m.id = r.member_id"
        f" JOIN swannery.posts p ON p.id = r.post_id JOIN swannery.members a ON a.id = p.author_id{SHARED}"
        " WHERE r.post_id = %(post)s AND r.member_id > %(after)s AND (%(kind)s::text IS NULL OR r.kind = %(kind)s)"
        " AND m.state = 'active' AND NOT r.member_id = ANY(%(viewer_blocked)s::bigint[])"
        f" AND {visible_sql()} AND {shared_visible_sql()} ORDER BY r.member_id LIMIT %(limit)s",
        {"post": post_id, "after": after, "kind": kind, "limit": limit, **viewer_values(viewer)},
    )
    people = [Person(id=row[0], name=row[1], handle=row[2], role=row[3], picture=row[5]) for row in found]
    return [Reactor(person=person, kind=row[4]) for person, row in zip(people, found, strict=True)]


async def insert_share(tx: Transaction, *, original_id: int, post_id: int, author_id: int) -> None:
    """Note that a post shares or quotes another."""
    await tx.sql(
        "INSERT INTO swannery.shares (original_id, post_id, author_id, created_at) VALUES (%(original)s, %(post)s, %(author)s, %(now)s)",
        {"original": original_id, "post": post_id, "author": author_id, "now": tx.now},
    )


async def count_share(tx: Transaction, *, post_id: int, step: int) -> None:
    """Count a post that appeared or went on the one it points at, if it points at one. What is for its author alone is not told."""
    # sees all: nobody is shown this; it is counted
    await tx.sql(
        "UPDATE swannery.posts AS o SET share_count = o.share_count + %(step)s FROM swannery.posts p"
        " WHERE p.id = %(post)s AND o.id = p.original_id AND p.audience <> 'me'",
        {"post": post_id, "step": step},
    )
