"""What can be done with posts: both doors, the website and the API, call these."""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from swannery.accounts.actions.people import people_by_id
from swannery.accounts.models import Person
from swannery.activities import actions as activities
from swannery.foundation import idempotency, throttle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import NotAllowed, NotThere
from swannery.foundation.events import CommentAdded, PostDeleted, PostHeld, PostPublished, ReactionAdded, ReactionRemoved
from swannery.foundation.paging import PAGE_SIZE, Cursor, PageOf, encode
from swannery.foundation.viewer import Viewer
from swannery.posts import queries
from swannery.posts.models import Card, CardFacts, Comment, Draft, Kind, Post, Reaction, State
from swannery.posts.permissions import may
from swannery.posts.ports import ports
from swannery.posts.rendering import render_markdown
from swannery.posts.rules import check_comment, check_draft

COMMENTS = 50
HOUR_S = 3600
POSTS_AN_HOUR = 60
COMMENTS_AN_HOUR = 200
REACTIONS_AN_HOUR = 1000


async def publish_post(tx: Transaction, *, viewer: Viewer, draft: Draft) -> int:
    """Publish a text; returns the post's id. The same `client_key` again returns the same post."""
    checked = check_draft(draft, communities=viewer.communities, site_open=viewer.site_open)
    return await _publish(tx, viewer=viewer, draft=checked, card=None)


async def share_activity(tx: Transaction, *, viewer: Viewer, activity_id: int, draft: Draft) -> int:
    """Publish something the member did, with its card; words of their own are welcome, not needed. Shared once, it is shared."""
    checked = check_draft(draft, communities=viewer.communities, site_open=viewer.site_open, may_be_empty=True)
    activity = await activities.read_activity(tx, viewer=viewer, activity_id=activity_id, to_share=True)
    if activity.shared_post_id is not None:
        return activity.shared_post_id
    partner = activity.partner.id if activity.partner else None
    card = CardFacts(title=activity.title, happened_at=activity.happened_at, partner_id=partner, facts=activity.facts, bars=activity.bars)
    # The activity's own lock makes it once; a page has one key for all its forms.
    post_id = await _publish(tx, viewer=viewer, draft=msgspec.structs.replace(checked, client_key=None), card=card)
    await activities.mark_shared(tx, viewer=viewer, activity_id=activity_id, post_id=post_id)
    return post_id


async def _publish(tx: Transaction, *, viewer: Viewer, draft: Draft, card: CardFacts | None) -> int:
    author = viewer.member_id
    subject = idempotency.subject_of("post", draft.body, draft.audience, str(draft.community_id))
    earlier = await idempotency.claim(tx, member_id=author, key=draft.client_key, subject=subject)
    if earlier is not None:
        return earlier
    await throttle.limit(tx, what="post", who=str(author), times=POSTS_AN_HOUR, window_s=HOUR_S)
    state: State = "held" if await ports.must_be_held(tx, author, draft.body) else "shown"
    kind: Kind = "activity" if card else "text"
    html = render_markdown(draft.body)
    post_id = await queries.insert_post(tx, author_id=author, draft=draft, html=html, kind=kind, state=state, card=card)
    await idempotency.settle(tx, member_id=author, key=draft.client_key, subject_id=post_id)
    happened = PostPublished if state == "shown" else PostHeld
    await tx.tell(happened(post_id=post_id, author_id=author))
    return post_id


async def delete_post(tx: Transaction, *, viewer: Viewer, post_id: int) -> None:
    """Take one's own post back. Whoever may read it but did not write it learns that it is not theirs; others, nothing."""
    member = viewer.member_id
    post = await read_post(tx, viewer=viewer, post_id=post_id)
    if not may("delete_post", "author" if post.mine else "reader"):
        raise NotAllowed("Only its author can delete a post.")
    if await queries.mark_deleted(tx, post_id=post_id, author_id=member):
        await activities.forget_share(tx, post_id=post_id, member_id=member)
        await tx.tell(PostDeleted(post_id=post_id, author_id=member))


async def read_post(tx: Transaction, *, viewer: Viewer, post_id: int) -> Post:
    """Return a post; raises NotThere when there is none, or none for this viewer."""
    found = await read_posts(tx, viewer=viewer, ids=[post_id])
    if not found:
        raise NotThere
    return found[0]


async def read_posts(tx: Transaction, *, viewer: Viewer, ids: Sequence[int]) -> list[Post]:
    """Return those of the posts that the viewer may read, in the order of the ids."""
    found = await queries.read_posts(tx, ids=ids, viewer=viewer)
    return await _dressed(tx, [found[id_] for id_ in ids if id_ in found], viewer=viewer)


async def latest_posts(tx: Transaction, *, viewer: Viewer, after: Cursor | None, limit: int = PAGE_SIZE) -> PageOf[Post]:
    """Return the newest posts of everybody that the viewer may read."""
    return await _page(tx, await queries.latest_posts(tx, viewer=viewer, after=after, limit=limit + 1), viewer=viewer, limit=limit)


async def posts_of_author(tx: Transaction, *, viewer: Viewer, author_id: int, after: Cursor | None, limit: int = PAGE_SIZE) -> PageOf[Post]:
    """Return a member's newest posts that the viewer may read."""
    rows = await queries.posts_of_author(tx, author_id=author_id, viewer=viewer, after=after, limit=limit + 1)
    return await _page(tx, rows, viewer=viewer, limit=limit)


async def posts_in_community(
    tx: Transaction, *, viewer: Viewer, community_id: int, after: Cursor | None, limit: int = PAGE_SIZE
) -> PageOf[Post]:
    """Return a community's newest posts that the viewer may read."""
    rows = await queries.posts_in_community(tx, community_id=community_id, viewer=viewer, after=after, limit=limit + 1)
    return await _page(tx, rows, viewer=viewer, limit=limit)


async def _page(tx: Transaction, rows: list[queries.PostRow], *, viewer: Viewer, limit: int) -> PageOf[Post]:
    posts = await _dressed(tx, rows[:limit], viewer=viewer)
    more = len(rows) > limit
    return PageOf(items=posts, next_cursor=encode(Cursor(posts[-1].published_at, posts[-1].id)) if more else None)


async def _dressed(tx: Transaction, rows: list[queries.PostRow], *, viewer: Viewer) -> list[Post]:
    """Put in what depends on the viewer: counts without people who are hidden from them, and the people whom cards name."""
    ids = [row.post.id for row in rows]
    hidden = await queries.hidden_counts(tx, ids=ids, viewer=viewer) if viewer.blocked and ids else {}
    named = {row.card.partner_id for row in rows if row.card and row.card.partner_id is not None}
    # Strangers read of trainers only what the text itself says.
    people = await people_by_id(tx, ids=named, viewer=viewer) if named and viewer.signed_in else {}
    return [
        msgspec.structs.replace(
            row.post,
            card=_card(row, partner=row.card.partner_id, people=people) if row.card else None,
            reaction_count=row.post.reaction_count - hidden.get(row.post.id, (0, 0))[0],
            comment_count=row.post.comment_count - hidden.get(row.post.id, (0, 0))[1],
        )
        for row in rows
    ]


def _card(row: queries.PostRow, *, partner: int | None, people: dict[int, Person]) -> Card | None:
    facts = row.card
    if facts is None:
        return None
    known = people.get(partner) if partner is not None else None
    return Card(kind=row.post.kind, title=facts.title, happened_at=facts.happened_at, partner=known, facts=facts.facts, bars=facts.bars)


async def read_comments(tx: Transaction, *, viewer: Viewer, post_id: int, after: int = 0) -> tuple[list[Comment], int | None]:
    """Return a post's comments, oldest first, and the id after which the next page begins, if there is one."""
    found = await queries.read_comments(tx, post_id=post_id, viewer=viewer, after=after, limit=COMMENTS + 1)
    return found[:COMMENTS], found[COMMENTS - 1].id if len(found) > COMMENTS else None


async def add_comment(tx: Transaction, *, viewer: Viewer, post_id: int, text: str, client_key: UUID | None = None) -> Comment:
    """Write a comment under a post one may read."""
    member = viewer.member_id
    await read_post(tx, viewer=viewer, post_id=post_id)
    body = check_comment(text)
    subject = idempotency.subject_of("comment", str(post_id), body)
    earlier = await idempotency.claim(tx, member_id=member, key=client_key, subject=subject)
    comment_id = earlier if earlier is not None else await _insert_comment(tx, member=member, post_id=post_id, body=body)
    if earlier is None:
        await idempotency.settle(tx, member_id=member, key=client_key, subject_id=comment_id)
    comment = await queries.read_comment(tx, post_id=post_id, comment_id=comment_id, viewer=viewer)
    if comment is None:
        raise NotThere
    return comment


async def _insert_comment(tx: Transaction, *, member: int, post_id: int, body: str) -> int:
    await throttle.limit(tx, what="comment", who=str(member), times=COMMENTS_AN_HOUR, window_s=HOUR_S)
    state: State = "held" if await ports.must_be_held(tx, member, body) else "shown"
    html = render_markdown(body)
    comment_id = await queries.insert_comment(tx, post_id=post_id, author_id=member, body=body, html=html, state=state)
    if state == "shown":
        await tx.tell(CommentAdded(post_id=post_id, comment_id=comment_id, author_id=member))
    return comment_id


async def delete_comment(tx: Transaction, *, viewer: Viewer, post_id: int, comment_id: int) -> None:
    """Take one's own comment back, or one under one's own post."""
    member = viewer.member_id
    comment = await queries.read_comment(tx, post_id=post_id, comment_id=comment_id, viewer=viewer)
    if comment is None:
        raise NotThere
    post = await read_post(tx, viewer=viewer, post_id=post_id)
    if not may("delete_comment", "author" if comment.author.id == member else "post_author" if post.mine else "reader"):
        raise NotAllowed("Only its author, or the post's, can delete a comment.")
    await queries.mark_comment_deleted(tx, post_id=post_id, comment_id=comment_id)


async def react(tx: Transaction, *, viewer: Viewer, post_id: int, on: bool) -> Reaction:
    """Like a post, or take the like back; doing it twice changes nothing."""
    member = viewer.member_id
    before = await read_post(tx, viewer=viewer, post_id=post_id)
    if on:
        await throttle.limit(tx, what="react", who=str(member), times=REACTIONS_AN_HOUR, window_s=HOUR_S)
        changed = await queries.insert_reaction(tx, post_id=post_id, member_id=member)
    else:
        changed = await queries.delete_reaction(tx, post_id=post_id, member_id=member)
    if changed:
        happened = ReactionAdded if on else ReactionRemoved
        await tx.tell(happened(post_id=post_id, member_id=member))
    step = (1 if on else -1) if changed else 0
    return Reaction(post_id=post_id, count=before.reaction_count + step, reacted=on)


async def set_state(tx: Transaction, *, post_id: int, state: State) -> None:
    """Show, hold or remove a post: for moderation, which gives the reason. A post that is shown now reaches its readers' lists."""
    author_id = await queries.set_state(tx, post_id=post_id, state=state)
    if author_id is not None and state == "shown":
        await tx.tell(PostPublished(post_id=post_id, author_id=author_id))


async def part(tx: Transaction, *, one: int, other: int) -> None:
    """Take two members who no longer see each other out of each other's cards."""
    await queries.forget_partner(tx, one=one, other=other)


async def erase_what_is_left(tx: Transaction) -> list[int]:
    """Return members who are erased and whose words are still there: a job of theirs was lost."""
    return await queries.erased_with_words(tx)


async def erase_member(tx: Transaction, *, member_id: int) -> None:
    """Erase what a member wrote and liked; running it again changes nothing."""
    touched = await queries.touched_posts(tx, member_ids=[member_id])
    await queries.erase_texts(tx, member_id=member_id)
    await queries.recount(tx, post_ids=touched)


async def recount_around(tx: Transaction, *, member_ids: Collection[int]) -> None:
    """Count again the comments and likes of every post these members touched: what they did is shown only while they are here."""
    await queries.recount(tx, post_ids=await queries.touched_posts(tx, member_ids=member_ids))
