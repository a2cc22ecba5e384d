"""Reading and writing posts."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec

from swannery.accounts.models import Person
from swannery.foundation.database import AnyRow, Transaction
from swannery.foundation.paging import Cursor
from swannery.foundation.viewer import Viewer
from swannery.media.models import PostPicture
from swannery.posts.details import Details, choices_of
from swannery.posts.models import REACTIONS, Answers, CardFacts, Draft, Kind, Place, Post, ReactionCount, State
from swannery.posts.previews import Preview
from swannery.posts.queries.previews import encoded_preview, preview_of
from swannery.posts.visibility import (
    SHARED,
    any_of,
    array,
    comment_visible_sql,
    shared_visible_sql,
    unmuted_sql,
    viewer_values,
    visible_sql,
    wanted_sql,
)

COLUMNS = (
    "SELECT p.id, p.author_id, a.name, a.handle, a.role, p.community_id, g.name, g.slug, p.kind, p.audience, p.state, p.body, p.body_html,"
    " p.card::text, p.reaction_count, p.reaction_counts, p.comment_count, p.share_count, p.published_at, p.edited_at, mine.kind,"
    " saved.member_id IS NOT NULL, p.original_id, p.warning, p.pinned_at IS NOT NULL,"
    " p.answer_counts, answer.choices, a.picture, p.pictures::text,"
    " answered.id, p.preview::text"
)
FROM_POSTS = " FROM swannery.posts p JOIN swannery.members a ON a.id = p.author_id"
BESIDE = (
    " LEFT JOIN swannery.communities g ON g.id = p.community_id"
    " LEFT JOIN swannery.reactions mine ON mine.post_id = p.id AND mine.member_id = %(viewer_id)s"
    " LEFT JOIN swannery.answers answer ON answer.post_id = p.id AND answer.member_id = %(viewer_id)s"
    # The comment that answered a question is told of only to whoever may read it.
    " LEFT JOIN (swannery.comments answered JOIN swannery.members answerer ON answerer.id = answered.author_id)"
    " ON answered.post_id = p.id AND answered.id = p.accepted_comment_id"
    f" AND {comment_visible_sql(comment='answered', author='answerer')}"
    f" LEFT JOIN swannery.bookmarks saved ON saved.member_id = %(viewer_id)s AND saved.post_id = p.id{SHARED}"
)
POSTS = f"{COLUMNS}{FROM_POSTS}{BESIDE}"
# The limit is written out: for one it does not know the planner makes a new plan each time.
NEWEST_FIRST = " ORDER BY p.published_at DESC, p.id DESC LIMIT "
OLDER = " AND (p.published_at, p.id) < (%(at)s, %(after)s)"


class PostRow(msgspec.Struct, frozen=True, kw_only=True):
    """A post as it came from the database: the people its card names, and the post it points at, are still ids."""

    post: Post
    card: CardFacts | None


# What the wanted posts point at, read along with them: one statement for both.
POINTED_AT = " || ARRAY(SELECT q.original_id FROM swannery.posts q WHERE q.id = ANY(%(ids)s::bigint[]) AND q.original_id IS NOT NULL)"


async def read_posts(tx: Transaction, *, ids: Collection[int], viewer: Viewer, originals: bool = False) -> dict[int, PostRow]:
    """Return those of the posts that the viewer may read, by id; with `originals` also what they share or quote. The primary key."""
    if not ids:
        return {}
    found = await tx.read(
        f"{POSTS} WHERE p.id = ANY(%(ids)s::bigint[]{POINTED_AT if originals else ''}) AND {visible_sql()} AND {shared_visible_sql()}",
        {"ids": list(ids), **viewer_values(viewer)},
    )
    return {row[0]: post_of(row, viewer=viewer) for row in found}


async def is_visible(tx: Transaction, *, post_id: int, viewer: Viewer) -> bool:
    """Whether the viewer may read a post. Index: the primary key."""
    found = await tx.read(
        f"SELECT p.id{FROM_POSTS}{SHARED} WHERE p.id = %(id)s AND {visible_sql()} AND {shared_visible_sql()}",
        {"id": post_id, **viewer_values(viewer)},
    )
    return bool(found)


async def latest_posts(tx: Transaction, *, viewer: Viewer, after: Cursor | None, limit: int) -> list[PostRow]:
    """Return the newest posts of everybody whom the viewer has not muted. Index: posts_latest."""
    return await _listed(tx, unmuted_sql(), viewer=viewer, after=after, limit=limit)


async def posts_of_author(tx: Transaction, *, author_id: int, viewer: Viewer, after: Cursor | None, limit: int) -> list[PostRow]:
    """Return a member's newest posts but those they pinned. Index: posts_author."""
    return await _listed(
        tx, "p.author_id = %(subject)s AND p.pinned_at IS NULL", viewer=viewer, after=after, limit=limit, subject=author_id
    )


async def pinned_posts(tx: Transaction, *, author_id: int, viewer: Viewer) -> list[PostRow]:
    """Return what a member pinned to the top of their page, the last pinned first. Index: posts_author."""
    found = await tx.read(
        f"{POSTS} WHERE p.author_id = %(author)s AND p.pinned_at IS NOT NULL AND {visible_sql()} AND {shared_visible_sql()}"
        " ORDER BY p.pinned_at DESC, p.id DESC",
        {"author": author_id, **viewer_values(viewer)},
    )
    return [post_of(row, viewer=viewer) for row in found]


async def posts_in_community(tx: Transaction, *, community_id: int, viewer: Viewer, after: Cursor | None, limit: int) -> list[PostRow]:
    """Return a community's newest posts. Index: posts_community."""
    return await _listed(tx, "p.community_id = %(subject)s", viewer=viewer, after=after, limit=limit, subject=community_id)


async def _listed(
    tx: Transaction, which: str, *, viewer: Viewer, after: Cursor | None, limit: int, subject: int | None = None
) -> list[PostRow]:
    values = {"subject": subject, **viewer_values(viewer), **position(after)}
    older = OLDER if after else ""
    found = await tx.read(f"{POSTS} WHERE {which}{older} AND {visible_sql()} AND {shared_visible_sql()}{NEWEST_FIRST}{limit:d}", values)
    return [post_of(row, viewer=viewer) for row in found]


async def posts_listed(tx: Transaction, *, table: str, which: str, viewer: Viewer, after: Cursor | None, limit: int) -> list[PostRow]:
    """Return the newest posts of a kept list `e` (post_id, published_at). Indexes: the list's own, then the posts' primary key."""
    older = " AND (e.published_at, e.post_id) < (%(at)s, %(after)s)" if after else ""
    found = await tx.read(
        f"{COLUMNS} FROM {table} e JOIN swannery.posts p ON p.id = e.post_id JOIN swannery.members a ON a.id = p.author_id{BESIDE}"
        f" WHERE {which}{older} AND {wanted_sql()} AND {shared_visible_sql()}"
        # Written out: for a limit it does not know the planner makes a new plan each time, which takes longer than the query.
        f" ORDER BY e.published_at DESC, e.post_id DESC LIMIT {limit:d}",
        {**viewer_values(viewer), **position(after)},
    )
    return [post_of(row, viewer=viewer) for row in found]


async def posts_tagged(tx: Transaction, *, tag: str, viewer: Viewer, after: Cursor | None, limit: int) -> list[PostRow]:
    """Return the newest posts with a hashtag. Index: post_tags_latest, then the posts' primary key."""
    older = " AND (t.published_at, t.post_id) < (%(at)s, %(after)s)" if after else ""
    found = await tx.read(
        f"{COLUMNS} FROM swannery.post_tags t JOIN swannery.posts p ON p.id = t.post_id"
        f" JOIN swannery.members a ON a.id = p.author_id{BESIDE}"
        f" WHERE t.tag = %(tag)s{older} AND {visible_sql()} AND {shared_visible_sql()}"
        f" ORDER BY t.published_at DESC, t.post_id DESC LIMIT {limit:d}",
        {"tag": tag, **viewer_values(viewer), **position(after)},
    )
    return [post_of(row, viewer=viewer) for row in found]


def position(after: Cursor | None) -> dict[str, object]:
    """Return the values of where a page begins."""
    return {"at": after.at, "after": after.id} if after else {}


class Hidden(NamedTuple):
    """What people the viewer must not know of did to a post."""

    reactions: dict[str, int]
    comments: int
    shares: int
    answers: dict[int, int]


THESE, HIDDEN = any_of("ids"), any_of("blocked")


async def hidden_counts(tx: Transaction, *, ids: Collection[int], viewer: Viewer) -> dict[int, Hidden]:
    """Return what people hidden from the viewer did to each of the posts. Indexes: the primary keys."""
    # sees all: only of posts that were read with the condition, and only to leave people out
    found = await tx.read(
        "SELECT r.post_id, r.kind, count(*) FROM swannery.reactions r JOIN swannery.members m ON m.id = r.member_id"
        f" WHERE r.post_id = {THESE} AND r.member_id = {HIDDEN} AND m.state = 'active' GROUP BY 1, 2"
        " UNION ALL SELECT c.post_id, 'comment', count(*) FROM swannery.comments c JOIN swannery.members m ON m.id = c.author_id"
        f" WHERE c.post_id = {THESE} AND c.author_id = {HIDDEN} AND c.state = 'shown' AND c.deleted_at IS NULL"
        " AND m.state = 'active' GROUP BY 1"
        " UNION ALL SELECT s.original_id, 'share', count(*) FROM swannery.shares s JOIN swannery.members m ON m.id = s.author_id"
        f" JOIN swannery.posts p ON p.id = s.post_id WHERE s.original_id = {THESE} AND s.author_id = {HIDDEN}"
        " AND p.state = 'shown' AND p.deleted_at IS NULL AND p.audience <> 'me' AND m.state = 'active' GROUP BY 1"
        # 0 stands for the person, whatever they chose.
        " UNION ALL SELECT x.post_id, 'answer ' || choice, count(*) FROM swannery.answers x JOIN swannery.members m ON m.id = x.member_id,"
        " unnest(0::smallint || x.choices) AS choice"
        f" WHERE x.post_id = {THESE} AND x.member_id = {HIDDEN} AND m.state = 'active' GROUP BY x.post_id, choice",
        {"ids": array(ids), "blocked": array(viewer.blocked)},
    )
    by_post: dict[int, dict[str, int]] = {}
    for post_id, what, count in found:
        by_post.setdefault(post_id, {})[what] = count
    return {
        post_id: Hidden(
            reactions=counts,
            comments=counts.get("comment", 0),
            shares=counts.get("share", 0),
            answers={int(what.removeprefix("answer ")): count for what, count in counts.items() if what.startswith("answer ")},
        )
        for post_id, counts in by_post.items()
    }


class Words(NamedTuple):
    """A text as it is stored: rendered, with whom it mentions, and whether others see it."""

    html: str
    tags: tuple[str, ...]
    mentioned: tuple[int, ...]
    state: State
    links: tuple[str, ...] = ()


class Parts(NamedTuple):
    """What a new post has beside its words."""

    kind: Kind
    card: CardFacts | None = None
    pictures: tuple[PostPicture, ...] = ()
    preview: Preview | None = None


async def insert_post(tx: Transaction, *, author_id: int, draft: Draft, words: Words, parts: Parts) -> int:
    """Store a post."""
    found = await tx.sql(
        "INSERT INTO swannery.posts (author_id, community_id, kind, audience, state, body, body_html, card, published_at, original_id,"
        " warning, mentioned, circle_id, answer_counts, pictures, preview)"
        " VALUES (%(author)s, %(community)s, %(kind)s, %(audience)s, %(state)s,"
        " %(body)s, %(html)s, %(card)s::jsonb, %(now)s, %(original)s, %(warning)s, %(mentioned)s, %(circle)s, %(nobody)s,"
        " %(pictures)s::jsonb, %(preview)s::jsonb) RETURNING id",
        {
            "author": author_id,
            "community": draft.community_id,
            "kind": parts.kind,
            "audience": draft.audience,
            "state": words.state,
            "body": draft.body,
            "html": words.html,
            "card": encoded(parts.card or draft.details),
            "nobody": nobody_yet(draft.details),
            "pictures": encoded_pictures(parts.pictures),
            "preview": encoded_preview(parts.preview),
            "now": tx.now,
            "original": draft.original_id,
            "circle": draft.circle_id,
            "warning": draft.warning,
            "mentioned": list(words.mentioned),
        },
    )
    return int(found[0][0])


async def insert_tags(tx: Transaction, *, post_id: int, tags: Collection[str]) -> None:
    """Store the hashtags of a post, instead of those it had; they are listed by the post's own time."""
    await tx.sql(
        "DELETE FROM swannery.post_tags WHERE post_id = %(post)s AND NOT tag = ANY(%(tags)s)", {"post": post_id, "tags": list(tags)}
    )
    # sees all: nobody reads here; the list of a tag is read with the condition
    await tx.sql(
        "INSERT INTO swannery.post_tags (post_id, tag, published_at) SELECT p.id, tag, p.published_at FROM swannery.posts p,"
        " unnest(%(tags)s::text[]) AS tag WHERE p.id = %(post)s ON CONFLICT DO NOTHING",
        {"post": post_id, "tags": list(tags)},
    )


class Changed(NamedTuple):
    """Whose post changed its state, and from which."""

    author_id: int
    before: State


async def set_state(tx: Transaction, *, post_id: int, state: State) -> Changed | None:
    """Show, hold or remove a post; returns what changed, None when nothing did. A deleted post stays as it is."""
    # sees all: nobody is shown this
    found = await tx.sql(
        "UPDATE swannery.posts AS p SET state = %(state)s FROM (SELECT id, state FROM swannery.posts WHERE id = %(id)s"
        " AND deleted_at IS NULL AND state <> %(state)s FOR NO KEY UPDATE) AS before WHERE p.id = before.id"
        " RETURNING p.author_id, before.state",
        {"state": state, "id": post_id},
    )
    return Changed(author_id=found[0][0], before=found[0][1]) if found else None


async def forget_partner(tx: Transaction, *, one: int, other: int) -> None:
    """Take each of two members out of the other's cards. Index: posts_author."""
    await tx.sql(
        "UPDATE swannery.posts SET card = jsonb_set(card, '{partner_id}', 'null') WHERE kind = 'activity' AND card IS NOT NULL"
        " AND ((author_id = %(one)s AND (card ->> 'partner_id')::bigint = %(other)s)"
        " OR (author_id = %(other)s AND (card ->> 'partner_id')::bigint = %(one)s))",
        {"one": one, "other": other},
    )


def encoded(card: CardFacts | Details | None) -> str | None:
    """Return what is stored of a post's card."""
    return msgspec.json.encode(card).decode() if card is not None else None


def encoded_pictures(pictures: Sequence[PostPicture]) -> str | None:
    """Return what is stored of a post's pictures; nothing where there are none."""
    return msgspec.json.encode(pictures).decode() if pictures else None


def pictures_of(stored: str | None) -> tuple[PostPicture, ...]:
    """Return the pictures that were stored."""
    return PICTURES.decode(stored) if stored else ()


def nobody_yet(details: Details | None) -> list[int]:
    """Return the counts of what nobody answered yet: the people, then each choice; nothing where there is nothing to answer."""
    return [0] * (1 + choices_of(details)) if choices_of(details) else []


def post_of(row: AnyRow, *, viewer: Viewer) -> PostRow:
    """Return a row of `COLUMNS` as a post."""
    author = Person(id=row[1], name=row[2], handle=row[3], role=row[4], picture=row[27])
    card, details = card_of(row[8], row[13])
    people, *counts = row[25] or [0]
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
        reactions=counts_of(row[14], row[15]),
        comment_count=row[16],
        share_count=row[17],
        published_at=row[18],
        edited_at=row[19],
        reaction=row[20],
        saved=row[21],
        original_id=row[22],
        warning=row[23],
        pinned=row[24],
        details=details,
        answers=Answers(people=people, counts=tuple(counts), mine=tuple(row[26] or ())) if counts else None,
        pictures=pictures_of(row[28]),
        accepted_id=row[29],
        preview=preview_of(row[30]),
        mine=author.id == viewer.id,
        may_comment=viewer.signed_in,
    )
    return PostRow(post=post, card=card)


DETAILS: msgspec.json.Decoder[Details] = msgspec.json.Decoder(Details)
PICTURES: msgspec.json.Decoder[tuple[PostPicture, ...]] = msgspec.json.Decoder(tuple[PostPicture, ...])
ACTIVITY = msgspec.json.Decoder(CardFacts)


def card_of(kind: Kind, stored: str | None) -> tuple[CardFacts | None, Details | None]:
    """Return what is particular to a post: of a shared activity its card, of the other kinds their details."""
    if stored is None:
        return None, None
    return (ACTIVITY.decode(stored), None) if kind == "activity" else (None, DETAILS.decode(stored))


def counts_of(total: int, others: list[int]) -> tuple[ReactionCount, ...]:
    """Return the kinds that occur: of all reactions, what is none of the others is a like."""
    counts = (total - sum(others), *others)
    return tuple(ReactionCount(kind=kind, count=count) for kind, count in zip(REACTIONS, counts, strict=True) if count > 0)
