"""Changing, pinning, deleting and bringing back what one wrote."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from swannery.activities import actions as activities
from swannery.foundation import throttle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, Invalid, NotThere
from swannery.foundation.events import PostDeleted, PostEdited, PostPurged, PostRestored
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say
from swannery.media import actions as media
from swannery.media.models import Attachment, PostPicture
from swannery.posts.actions.previewing import change_preview
from swannery.posts.actions.reading import own_post
from swannery.posts.actions.wording import word
from swannery.posts.detail_rules import asks_anew, what_may_not_change
from swannery.posts.details import Details
from swannery.posts.models import MOST_PINNED, RESTORABLE, Deleted, Draft, Post, Version
from swannery.posts.queries import comments, reactions
from swannery.posts.queries import editing as queries
from swannery.posts.queries.posts import insert_tags
from swannery.posts.rules import check_draft

HOUR_S = 3600
EDITS_AN_HOUR = 200
PURGED_AT_ONCE = 200


async def edit_post(
    tx: Transaction, *, viewer: Viewer, post_id: int, draft: Draft, seen: datetime | None, keep_pictures: bool = False
) -> None:
    """Change the words of one's own post, whose readers stay as they are; what it said before is kept for them.

    With `keep_pictures` its pictures stay as well.
    `seen` is when it had last been edited as its author saw it: whoever edits in two windows overwrites nothing unseen.
    """
    post = await own_post(tx, viewer=viewer, post_id=post_id, deed="edit_post")
    wanted_too = msgspec.structs.replace(draft, pictures=attached(post.pictures)) if keep_pictures else draft
    checked = await _mended(tx, post=post, draft=wanted_too)
    await throttle.limit(tx, what="edit", who=str(viewer.id), times=EDITS_AN_HOUR, window_s=HOUR_S)
    words = await word(tx, viewer=viewer, draft=checked)
    same = (checked.body, checked.warning, checked.details) == (post.body, post.warning, post.details)
    if same and checked.pictures == attached(post.pictures):
        return
    shown = await media.usable(tx, viewer=viewer, wanted=checked.pictures, post_id=post_id)
    wanted = queries.Rewritten(draft=checked, words=words, pictures=shown, anew=asks_anew(post.details, checked.details))
    if not await queries.rewrite(tx, post_id=post_id, author_id=viewer.member_id, wanted=wanted, seen=seen):
        raise Conflict(say("This post was changed meanwhile."), next_step=say("Look at it as it is now, then change it again."))
    if shown or post.pictures:
        await media.put_into_post(tx, post_id=post_id, pictures=shown)
    await insert_tags(tx, post_id=post_id, tags=words.tags)
    pointing = msgspec.structs.replace(checked, original_id=post.original_id)
    await change_preview(tx, viewer=viewer, post_id=post_id, draft=pointing, links=words.links)
    if words.state == "held" and post.state == "shown":
        await reactions.count_share(tx, post_id=post_id, step=-1)
    await tx.tell(PostEdited(post_id=post_id, author_id=viewer.member_id))


def attached(pictures: Sequence[PostPicture]) -> tuple[Attachment, ...]:
    """Return a post's pictures as its author would ask for them again."""
    return tuple(Attachment(key=one.key, alt=one.alt) for one in pictures)


async def _mended(tx: Transaction, *, post: Post, draft: Draft) -> Draft:
    """Return one's post as it shall read; raises Invalid. Its kind and its readers stay.

    They stay also where it could not be published any more: one may mend one's words in a place one has left.
    """
    details = draft.details or post.details
    alone = msgspec.structs.replace(draft, audience="me", community_id=None, circle_id=None, details=details)
    mended = check_draft(
        alone, told_at=tx.now, communities=(), site_open=True, may_be_empty=post.kind in {"activity", "share"} or post.points_on
    )
    if mended.details != post.details:
        await _check_details(tx, post=post, wanted=mended.details)
    circle = await queries.circle_of(tx, post_id=post.id) if post.audience == "circle" else None
    place = post.community.id if post.community else None
    return msgspec.structs.replace(mended, audience=post.audience, community_id=place, circle_id=circle)


async def _check_details(tx: Transaction, *, post: Post, wanted: Details | None) -> None:
    """Refuse another kind, and other choices than people answered to."""
    if post.details is None or type(wanted) is not type(post.details) or wanted is None:
        raise Invalid(say("This cannot be changed like that."), fields={"kind": say("A post stays of its kind. Write a new one instead.")})
    answered = post.answers is not None and await queries.answered(tx, post_id=post.id)
    closed = post.answers is not None and post.answers.closed
    wrong = what_may_not_change(post.details, wanted, answered=answered, closed=closed)
    if wrong:
        raise Invalid(say("This cannot be changed any more."), next_step=say("See what is said of each field."), fields=wrong)


async def read_history(tx: Transaction, *, viewer: Viewer, post_id: int) -> list[Version]:
    """Return every version of a post one may read, the latest first."""
    found = await queries.history(tx, post_id=post_id, viewer=viewer)
    if not found:
        raise NotThere
    return found


async def pin_post(tx: Transaction, *, viewer: Viewer, post_id: int, on: bool) -> None:
    """Keep one's own post at the top of one's page, a few at most, or no longer."""
    post = await own_post(tx, viewer=viewer, post_id=post_id, deed="pin_post")
    if on and not post.pinned and await queries.count_pinned(tx, author_id=viewer.member_id) >= MOST_PINNED:
        raise Conflict(say("%(most)s posts are pinned already.", most=MOST_PINNED), next_step=say("Unpin one of them first."))
    await queries.pin(tx, post_id=post_id, author_id=viewer.member_id, on=on)


async def delete_post(tx: Transaction, *, viewer: Viewer, post_id: int) -> None:
    """Take one's own post back; for some time it can be restored."""
    post = await own_post(tx, viewer=viewer, post_id=post_id, deed="delete_post")
    if await queries.mark_deleted(tx, post_id=post_id, author_id=viewer.member_id):
        await activities.forget_share(tx, post_id=post_id, member_id=viewer.member_id)
        if post.state == "shown":
            await reactions.count_share(tx, post_id=post_id, step=-1)
        await tx.tell(PostDeleted(post_id=post_id, author_id=viewer.member_id))


async def list_deleted(tx: Transaction, *, viewer: Viewer) -> list[Deleted]:
    """Return what one deleted and may still bring back."""
    return await queries.deleted_posts(tx, author_id=viewer.member_id, since=tx.now - RESTORABLE)


async def restore_post(tx: Transaction, *, viewer: Viewer, post_id: int) -> None:
    """Bring one's own post back, with everything that belonged to it."""
    back = await queries.restore(tx, post_id=post_id, author_id=viewer.member_id, since=tx.now - RESTORABLE)
    if back is None:
        raise NotThere
    if back.activity_id is not None:
        again = await activities.shared_again(tx, viewer=viewer, activity_id=back.activity_id, post_id=post_id)
        if again is not None:
            raise Conflict(say("You shared this anew meanwhile."), next_step=say("Delete the newer post first if you want this one back."))
    if back.state == "shown":
        await reactions.count_share(tx, post_id=post_id, step=1)
        await tx.tell(PostRestored(post_id=post_id, author_id=viewer.member_id))


async def purge(tx: Transaction) -> None:
    """Remove for good what was deleted too long ago to be brought back, some at a time; of comments the words."""
    await comments.empty_deleted(tx, older_than=RESTORABLE, limit=PURGED_AT_ONCE)
    for post_id in await queries.purge(tx, older_than=RESTORABLE, limit=PURGED_AT_ONCE):
        await tx.tell(PostPurged(post_id=post_id))
