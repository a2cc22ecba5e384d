"""Members look here as they do in the app, until they choose otherwise: their pictures are fetched in the background and made anew."""

from datetime import timedelta

from swannery.accounts.ports import AppPictureMeans, ports
from swannery.accounts.queries import app_pictures as queries
from swannery.accounts.queries import people
from swannery.accounts.rules import app_picture_url
from swannery.config import Users
from swannery.foundation.database import Database, Transaction
from swannery.foundation.errors import SwanneryError
from swannery.foundation.outbound import NotFetched
from swannery.foundation.viewer import Viewer
from swannery.host.actions import users_relation
from swannery.media import actions as media
from swannery.media.darkroom import Developed

KINDS = ("image/jpeg", "image/png", "image/webp", "image/gif")
LARGEST = 6_000_000
LOST_AFTER = timedelta(hours=1)
AGAIN_AFTER = timedelta(days=1)
ON_THEIR_WAY = 200


async def note_app_pictures(tx: Transaction, *, users: Users) -> bool:
    """Look where the app has pictures of members; returns whether that is all there is to note for now.

    Whose picture the app has no longer shows none, unless they chose one here.
    """
    relation = users_relation(users)
    withdrawn = await queries.lock_withdrawn(tx, relation=relation)
    forgotten = await queries.forget_unless_own(tx, member_ids=withdrawn)
    await people.clear_pictures(tx, member_ids=forgotten)
    await media.take_off_profiles(tx, owner_ids=forgotten, purpose="face")
    noted = await queries.note(tx, relation=relation)
    return max(noted, len(withdrawn)) < queries.AT_ONCE


async def due_app_pictures(tx: Transaction) -> list[int]:
    """Return members whose picture is to be fetched now: so many that few are on their way, for it is the app's server that is asked."""
    lost = tx.now - LOST_AFTER
    room = ON_THEIR_WAY - await queries.count_asked(tx, since=lost)
    return await queries.ask_for(tx, lost=lost, again=tx.now - AGAIN_AFTER, limit=room) if room > 0 else []


async def take_app_picture(database: Database, *, member_id: int) -> None:
    """Fetch the app's picture of a member and show it. Done twice, the second time finds nothing to do; no connection is held meanwhile."""
    means = ports.app_pictures
    async with database.transaction() as tx:
        address = await queries.wanted(tx, member_id=member_id)
    if address is None or means is None:
        return
    developed = await _developed(means, address)
    async with database.transaction() as tx:
        # The member's own row first, as whoever chooses a picture has it: of two at once the second sees what the first did.
        await people.lock_member(tx, member_id=member_id)
        if await queries.settle(tx, member_id=member_id, address=address, shown=developed is not None):
            owner = Viewer(id=member_id)
            # Of a picture that cannot be had none is shown, not the one before: in the app they may have replaced it for good reason.
            key = (await media.keep(tx, viewer=owner, developed=developed)).key if developed else ""
            await people.write_picture(tx, member_id=member_id, purpose="face", key=key)
            await media.put_on_profile(tx, viewer=owner, purpose="face", key=key)


async def _developed(means: AppPictureMeans, address: str) -> Developed | None:
    url = app_picture_url(address, base=means.base)
    if url is None:
        return None
    try:
        found = await means.outbound.fetch(url, kinds=KINDS, most=LARGEST, whole=True)
        return await means.darkroom.develop_bytes(found.body, purpose="face")
    except (NotFetched, SwanneryError):
        return None  # their initials are drawn; it is tried again another day
