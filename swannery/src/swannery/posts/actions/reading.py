"""Reading posts: what each viewer may see, with the counts and people each may know of."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from swannery.accounts.actions.people import people_by_id
from swannery.accounts.models import Person
from swannery.foundation.database import Transaction
from swannery.foundation.errors import NotAllowed, NotThere
from swannery.foundation.paging import PAGE_SIZE, Cursor, PageOf, encode
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say
from swannery.posts.detail_rules import told
from swannery.posts.models import Answers, Card, Post, ReactionCount
from swannery.posts.permissions import Deed, may
from swannery.posts.previews import seen_by
from swannery.posts.queries import posts as queries


async def read_post(tx: Transaction, *, viewer: Viewer, post_id: int) -> Post:
    """Return a post; raises NotThere when there is none, or none for this viewer."""
    found = await read_posts(tx, viewer=viewer, ids=[post_id])
    if not found:
        raise NotThere
    return found[0]


async def own_post(tx: Transaction, *, viewer: Viewer, post_id: int, deed: Deed) -> Post:
    """Return a post of one's own. Whoever may read it but did not write it learns that it is not theirs; others, nothing."""
    _ = viewer.member_id
    post = await read_post(tx, viewer=viewer, post_id=post_id)
    if not may(deed, "author" if post.mine else "reader"):
        raise NotAllowed(say("Only its author can do this to a post."))
    return post


async def may_see_post(tx: Transaction, viewer: Viewer, post_id: int) -> bool:
    """Whether the viewer may read a post, and so see what belongs to it."""
    return await queries.is_visible(tx, post_id=post_id, viewer=viewer)


async def read_posts(tx: Transaction, *, viewer: Viewer, ids: Sequence[int]) -> list[Post]:
    """Return those of the posts that the viewer may read, in the order of the ids."""
    found = await queries.read_posts(tx, ids=ids, viewer=viewer, originals=True)
    return await _dressed(tx, [found[id_] for id_ in ids if id_ in found], viewer=viewer, known=found)


async def latest_posts(tx: Transaction, *, viewer: Viewer, after: Cursor | None, limit: int = PAGE_SIZE) -> PageOf[Post]:
    """Return the newest posts of everybody that the viewer may read."""
    return await _page(tx, await queries.latest_posts(tx, viewer=viewer, after=after, limit=limit + 1), viewer=viewer, limit=limit)


async def posts_of_author(tx: Transaction, *, viewer: Viewer, author_id: int, after: Cursor | None, limit: int = PAGE_SIZE) -> PageOf[Post]:
    """Return a member's newest posts that the viewer may read, but those they pinned."""
    rows = await queries.posts_of_author(tx, author_id=author_id, viewer=viewer, after=after, limit=limit + 1)
    return await _page(tx, rows, viewer=viewer, limit=limit)


async def pinned_posts(tx: Transaction, *, viewer: Viewer, author_id: int) -> list[Post]:
    """Return what a member pinned to the top of their page, as far as the viewer may read it."""
    return await _dressed(tx, await queries.pinned_posts(tx, author_id=author_id, viewer=viewer), viewer=viewer)


async def posts_in_community(
    tx: Transaction, *, viewer: Viewer, community_id: int, after: Cursor | None, limit: int = PAGE_SIZE
) -> PageOf[Post]:
    """Return a community's newest posts that the viewer may read."""
    rows = await queries.posts_in_community(tx, community_id=community_id, viewer=viewer, after=after, limit=limit + 1)
    return await _page(tx, rows, viewer=viewer, limit=limit)


async def posts_tagged(tx: Transaction, *, viewer: Viewer, tag: str, after: Cursor | None, limit: int = PAGE_SIZE) -> PageOf[Post]:
    """Return the newest posts with a hashtag that the viewer may read."""
    rows = await queries.posts_tagged(tx, tag=tag, viewer=viewer, after=after, limit=limit + 1)
    return await _page(tx, rows, viewer=viewer, limit=limit)


# Where a kept list ends: what comes after this place, as many as are missing.
Beyond = Callable[[Cursor | None, int], Awaitable[list[Cursor]]]


async def posts_listed(
    tx: Transaction, *, viewer: Viewer, table: str, which: str, after: Cursor | None, limit: int, beyond: Beyond
) -> PageOf[Post]:
    """Return the newest posts of a list that another room keeps, and beyond its end what that room finds there.

    What lies beyond is read in one statement with everything the page points at.
    """
    rows = await queries.posts_listed(tx, table=table, which=which, viewer=viewer, after=after, limit=limit + 1)
    known = None
    if len(rows) <= limit:
        last = Cursor(rows[-1].post.published_at, rows[-1].post.id) if rows else after
        further = await beyond(last, limit + 1 - len(rows))
        known = await queries.read_posts(tx, ids=[*(place.id for place in further), *_pointed_at(rows)], viewer=viewer, originals=True)
        rows += [known[place.id] for place in further if place.id in known]
    return await _page(tx, rows, viewer=viewer, limit=limit, known=known)


def _pointed_at(rows: Sequence[queries.PostRow]) -> set[int]:
    """Return what these share or quote."""
    return {row.post.original_id for row in rows if row.post.original_id is not None}


async def _page(
    tx: Transaction, rows: list[queries.PostRow], *, viewer: Viewer, limit: int, known: Mapping[int, queries.PostRow] | None = None
) -> PageOf[Post]:
    posts = await _dressed(tx, rows[:limit], viewer=viewer, known=known)
    more = len(rows) > limit
    return PageOf(items=posts, next_cursor=encode(Cursor(posts[-1].published_at, posts[-1].id)) if more else None)


async def _dressed(
    tx: Transaction, rows: list[queries.PostRow], *, viewer: Viewer, known: Mapping[int, queries.PostRow] | None = None
) -> list[Post]:
    """Put in what is not in the rows: the posts they point at, counts without hidden people, and the people whom cards name.

    At most one statement each, and none where there is nothing of the kind. `known`: what they point at was read along.
    """
    pointed = _pointed_at(rows)
    if known is None:
        known = await queries.read_posts(tx, ids=pointed, viewer=viewer)
    originals = {id_: known[id_] for id_ in pointed if id_ in known}
    everything = [*rows, *originals.values()]
    ids = {row.post.id for row in everything}
    hidden = await queries.hidden_counts(tx, ids=ids, viewer=viewer) if viewer.blocked and ids else {}
    named = {row.card.partner_id for row in everything if row.card and row.card.partner_id is not None}
    # Strangers read of trainers only what the text itself says.
    people = await people_by_id(tx, ids=named, viewer=viewer) if named and viewer.signed_in else {}
    now = tx.now
    dressed = {
        row.post.id: _told(_with_card(_without(row.post, hidden.get(row.post.id)), row, people=people), now=now) for row in everything
    }
    return [
        msgspec.structs.replace(dressed[row.post.id], original=dressed.get(row.post.original_id))
        if row.post.original_id
        else dressed[row.post.id]
        for row in rows
    ]


def _without(post: Post, hidden: queries.Hidden | None) -> Post:
    """Leave out of the counts what hidden people did."""
    if hidden is None:
        return post
    left = without_kinds(post.reactions, hidden.reactions)
    return msgspec.structs.replace(
        post,
        reaction_count=sum(one.count for one in left),
        reactions=left,
        comment_count=post.comment_count - hidden.comments,
        share_count=post.share_count - hidden.shares,
        answers=_answers_without(post.answers, hidden.answers),
    )


def _answers_without(answers: Answers | None, hidden: Mapping[int, int]) -> Answers | None:
    """Leave hidden people out, whom place 0 counts, and what they chose."""
    if answers is None or answers.counts is None:
        return answers
    counts = tuple(count - hidden.get(choice, 0) for choice, count in enumerate(answers.counts, 1))
    return msgspec.structs.replace(answers, people=answers.people - hidden.get(0, 0), counts=counts)


def _told(post: Post, *, now: datetime) -> Post:
    """Leave out what is not shown to this viewer, or not yet."""
    if post.preview is not None:
        preview = seen_by(post.preview, mine=post.mine, published_at=post.edited_at or post.published_at, now=now)
        post = msgspec.structs.replace(post, preview=preview)
    if post.answers is None:
        return post
    answers = told(post.answers, post.details, published_at=post.published_at, mine=post.mine, now=now)
    return msgspec.structs.replace(post, answers=answers)


def without_kinds(counts: Sequence[ReactionCount], hidden: Mapping[str, int]) -> tuple[ReactionCount, ...]:
    """Return how many reacted in which way, without these."""
    left = (ReactionCount(kind=one.kind, count=one.count - hidden.get(one.kind, 0)) for one in counts)
    return tuple(one for one in left if one.count > 0)


def _with_card(post: Post, row: queries.PostRow, *, people: dict[int, Person]) -> Post:
    facts = row.card
    if facts is None:
        return post
    known = people.get(facts.partner_id) if facts.partner_id is not None else None
    card = Card(kind=post.kind, title=facts.title, happened_at=facts.happened_at, partner=known, facts=facts.facts, bars=facts.bars)
    return msgspec.structs.replace(post, card=card)
