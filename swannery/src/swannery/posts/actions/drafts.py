"""Keeping what is not published yet, and publishing what is planned when its time has come."""

from datetime import datetime

import msgspec

from swannery.foundation.database import Transaction
from swannery.foundation.errors import Conflict, NotThere, SwanneryError
from swannery.foundation.text import clean_line, clean_text
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import say
from swannery.media import actions as media
from swannery.media.models import LONGEST_ALT, MOST_IN_ALBUM
from swannery.posts.actions.authoring import as_member
from swannery.posts.actions.publishing import check_for, publish_post
from swannery.posts.detail_rules import clipped
from swannery.posts.models import LONGEST_POST, LONGEST_WARNING, Draft, SavedDraft
from swannery.posts.queries import drafts as queries
from swannery.posts.rules import MOST_DRAFTS, check_moment

AT_ONCE = 50


async def save_draft(
    tx: Transaction, *, viewer: Viewer, draft: Draft, draft_id: int | None = None, publish_at: datetime | None = None
) -> int:
    """Keep what is written, in place of an earlier draft if one is named; with a moment, it is published then. Returns the draft's id."""
    member = viewer.member_id
    if publish_at is not None:
        kept = await check_for(tx, viewer=viewer, draft=draft, told_at=check_moment(publish_at, now=tx.now))
    else:
        # Half a thought is kept as it is; whether it can be published is asked when it is.
        body, warning = clean_text(draft.body)[:LONGEST_POST], clean_line(draft.warning)[:LONGEST_WARNING]
        details = clipped(draft.details) if draft.details is not None else None
        attached = [msgspec.structs.replace(one, alt=clean_line(one.alt)[:LONGEST_ALT]) for one in draft.pictures[:MOST_IN_ALBUM]]
        pictures = tuple({one.key: one for one in attached}.values())
        kept = msgspec.structs.replace(draft, body=body, warning=warning, details=details, pictures=pictures)
    if draft_id is not None and not await queries.lock_draft(tx, member_id=member, draft_id=draft_id):
        raise NotThere
    shown = await media.usable(tx, viewer=viewer, wanted=kept.pictures)
    row = queries.Kept(draft=kept, pictures=shown, publish_at=publish_at)
    if draft_id is not None:
        await queries.update_draft(tx, member_id=member, draft_id=draft_id, kept=row)
        await media.put_into_draft(tx, draft_id=draft_id, pictures=shown)
        return draft_id
    if len(await queries.read_drafts(tx, member_id=member)) >= MOST_DRAFTS:
        raise Conflict(say("%(most)s drafts are as many as there can be.", most=MOST_DRAFTS), next_step=say("Throw one away first."))
    draft_id = await queries.insert_draft(tx, member_id=member, kept=row)
    if shown:
        await media.put_into_draft(tx, draft_id=draft_id, pictures=shown)
    return draft_id


async def list_drafts(tx: Transaction, *, viewer: Viewer) -> list[SavedDraft]:
    """Return one's drafts, what is planned first."""
    return await queries.read_drafts(tx, member_id=viewer.member_id)


async def read_draft(tx: Transaction, *, viewer: Viewer, draft_id: int) -> SavedDraft:
    """Return one of one's drafts."""
    found = await queries.read_draft(tx, member_id=viewer.member_id, draft_id=draft_id)
    if found is None:
        raise NotThere
    return found


async def delete_draft(tx: Transaction, *, viewer: Viewer, draft_id: int) -> None:
    """Throw a draft away."""
    if not await queries.delete_draft(tx, member_id=viewer.member_id, draft_id=draft_id):
        raise NotThere
    await media.put_into_draft(tx, draft_id=draft_id, pictures=())


async def publish_due(tx: Transaction) -> None:
    """Publish what is planned for now. Everything is asked again as it stands now; what may not be published is kept, with the reason."""
    for member_id, saved in await queries.take_due(tx, limit=AT_ONCE):
        try:
            async with tx.savepoint():
                viewer = await as_member(tx, member_id=member_id)
                await publish_post(tx, viewer=viewer, draft=saved.draft)
                await queries.delete_draft(tx, member_id=member_id, draft_id=saved.id)
        except SwanneryError as error:
            problem = " ".join([*error.fields.values()] or [error.message])
            await queries.give_back(tx, member_id=member_id, draft_id=saved.id, problem=problem)
