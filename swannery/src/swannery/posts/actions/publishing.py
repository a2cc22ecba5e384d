"""Publishing and sharing."""

from datetime import datetime

import msgspec

from swannery.activities import actions as activities
from swannery.connections.actions.circles import list_circles
from swannery.foundation import idempotency, throttle
from swannery.foundation.database import Transaction
from swannery.foundation.events import Mentioned, PostHeld, PostPublished, PostShared
from swannery.foundation.viewer import Viewer
from swannery.media import actions as media
from swannery.posts.actions.previewing import wanted_preview
from swannery.posts.actions.reading import read_post
from swannery.posts.actions.wording import word
from swannery.posts.models import CardFacts, Draft, Kind, State, kind_of
from swannery.posts.queries import posts as queries
from swannery.posts.queries import reactions
from swannery.posts.rules import check_draft, check_share

HOUR_S = 3600
POSTS_AN_HOUR = 60


async def publish_post(tx: Transaction, *, viewer: Viewer, draft: Draft) -> int:
    """Publish a text, or what its details make of it; returns the post's id. The same `client_key` again returns the same post."""
    checked = await check_for(tx, viewer=viewer, draft=draft)
    return await _publish(tx, viewer=viewer, draft=checked, kind=kind_of(checked.details))


async def share_activity(tx: Transaction, *, viewer: Viewer, activity_id: int, draft: Draft) -> int:
    """Publish something the member did, with its card; words of their own are welcome, not needed. Shared once, it is shared."""
    checked = await check_for(tx, viewer=viewer, draft=draft, may_be_empty=True)
    activity = await activities.read_activity(tx, viewer=viewer, activity_id=activity_id, to_share=True)
    if activity.shared_post_id is not None:
        return activity.shared_post_id
    partner = activity.partner.id if activity.partner else None
    card = CardFacts(
        title=activity.title,
        happened_at=activity.happened_at,
        activity_id=activity_id,
        partner_id=partner,
        facts=activity.facts,
        bars=activity.bars,
    )
    # The activity's own lock makes it once; a page has one key for all its forms.
    post_id = await _publish(tx, viewer=viewer, draft=msgspec.structs.replace(checked, client_key=None), kind="activity", card=card)
    await activities.mark_shared(tx, viewer=viewer, activity_id=activity_id, post_id=post_id)
    return post_id


async def share_post(tx: Transaction, *, viewer: Viewer, post_id: int, draft: Draft) -> int:
    """Hand a post one may read on to others who may read it: with words of one's own it is a quote, without them a share."""
    _ = viewer.member_id
    original = await read_post(tx, viewer=viewer, post_id=post_id)
    if original.kind == "share" and original.original is not None:
        original = original.original
    checked = await check_for(tx, viewer=viewer, draft=draft, may_be_empty=True)
    check_share(checked, original=original)
    pointing = msgspec.structs.replace(checked, original_id=original.id, details=None, pictures=())
    kind: Kind = "text" if checked.body else "share"
    return await _publish(tx, viewer=viewer, draft=pointing, kind=kind)


async def check_for(tx: Transaction, *, viewer: Viewer, draft: Draft, may_be_empty: bool = False, told_at: datetime | None = None) -> Draft:
    """Return the draft as it will be stored; raises Invalid for what the viewer may not publish now, or could not at that moment."""
    mine = [circle.id for circle in await list_circles(tx, viewer=viewer)] if draft.circle_id is not None else []
    return check_draft(
        draft,
        told_at=told_at or tx.now,
        communities=viewer.communities,
        site_open=viewer.site_open,
        circles=mine,
        may_be_empty=may_be_empty,
    )


async def _publish(tx: Transaction, *, viewer: Viewer, draft: Draft, kind: Kind, card: CardFacts | None = None) -> int:
    author = viewer.member_id
    places = (str(draft.community_id), str(draft.original_id), str(draft.circle_id))
    shown = [part for one in draft.pictures for part in (one.key, one.alt)]
    facts = queries.encoded(draft.details) or ""
    subject = idempotency.subject_of("post", draft.body, draft.audience, draft.warning, *places, facts, *shown)
    earlier = await idempotency.claim(tx, member_id=author, key=draft.client_key, subject=subject)
    if earlier is not None:
        return earlier
    await throttle.limit(tx, what="post", who=str(author), times=POSTS_AN_HOUR, window_s=HOUR_S)
    words = await word(tx, viewer=viewer, draft=draft)
    pictures = await media.usable(tx, viewer=viewer, wanted=draft.pictures)
    parts = queries.Parts(kind=kind, card=card, pictures=pictures, preview=wanted_preview(draft, links=words.links))
    post_id = await queries.insert_post(tx, author_id=author, draft=draft, words=words, parts=parts)
    if pictures:
        await media.put_into_post(tx, post_id=post_id, pictures=pictures)
    await idempotency.settle(tx, member_id=author, key=draft.client_key, subject_id=post_id)
    if words.tags:
        await queries.insert_tags(tx, post_id=post_id, tags=words.tags)
    if draft.original_id is not None:
        await reactions.insert_share(tx, original_id=draft.original_id, post_id=post_id, author_id=author)
    await _tell(tx, post_id=post_id, author_id=author, original_id=draft.original_id, words=words)
    return post_id


async def _tell(tx: Transaction, *, post_id: int, author_id: int, original_id: int | None, words: queries.Words) -> None:
    if words.state != "shown":
        await tx.tell(PostHeld(post_id=post_id, author_id=author_id))
        return
    await tx.tell(PostPublished(post_id=post_id, author_id=author_id))
    for member_id in words.mentioned:
        if member_id != author_id:
            await tx.tell(Mentioned(post_id=post_id, author_id=author_id, member_id=member_id))
    if original_id is not None:
        await reactions.count_share(tx, post_id=post_id, step=1)
        await tx.tell(PostShared(post_id=original_id, share_id=post_id, member_id=author_id))


async def set_state(tx: Transaction, *, post_id: int, state: State) -> None:
    """Show, hold or remove a post: for moderation, which gives the reason. A post that is shown now reaches its readers' lists."""
    changed = await queries.set_state(tx, post_id=post_id, state=state)
    if changed is None:
        return
    if "shown" in {changed.before, state}:
        await reactions.count_share(tx, post_id=post_id, step=1 if state == "shown" else -1)
    if state == "shown":
        await tx.tell(PostPublished(post_id=post_id, author_id=changed.author_id))
