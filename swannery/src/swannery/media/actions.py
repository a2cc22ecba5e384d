"""Keeping pictures and handing them out. Whoever may see what a picture belongs to may see the picture, asked at each request."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from swannery.foundation import throttle
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid, NotThere
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import Sentence, say
from swannery.media import queries
from swannery.media.darkroom import Darkroom, Developed
from swannery.media.models import Attachment, Picture, PostPicture, Purpose, is_key
from swannery.media.ports import ports

HOUR_S = 3600
PICTURES_AN_HOUR = 120
UNUSED_FOR = timedelta(days=1)
AT_ONCE = 200


async def admit(tx: Transaction, *, viewer: Viewer) -> int:
    """Ask whether this member may send a picture now, before it is made anew; returns whose it will be."""
    await throttle.limit(tx, what="picture", who=str(viewer.member_id), times=PICTURES_AN_HOUR, window_s=HOUR_S)
    return viewer.member_id


async def keep(tx: Transaction, *, viewer: Viewer, developed: Developed) -> Picture:
    """Give a picture to a member. Until it is used for something only they see it, and after a day it is thrown away."""
    return await queries.insert_picture(
        tx, owner_id=viewer.member_id, key=developed.key, purpose=developed.purpose, width=developed.width, height=developed.height
    )


async def find_visible(tx: Transaction, *, viewer: Viewer, key: str) -> Picture:
    """Return a picture; raises NotThere when there is none, or none for this viewer."""
    picture = await queries.find_picture(tx, key=key) if is_key(key) else None
    if picture is None or not await _may_see(tx, viewer, picture):
        raise NotThere
    return picture


async def _may_see(tx: Transaction, viewer: Viewer, picture: Picture) -> bool:
    if picture.on_profile:
        return await ports.may_see_profile(tx, viewer, picture.owner_id)
    if picture.post_id is not None:
        return await ports.may_see_post(tx, viewer, picture.post_id)
    return viewer.signed_in and picture.owner_id == viewer.id


async def put_on_profile(tx: Transaction, *, viewer: Viewer, purpose: Purpose, key: str) -> None:
    """Show a picture of one's own on one's profile instead of the one before; no key: none."""
    if not await queries.put_on_profile(tx, owner_id=viewer.member_id, purpose=purpose, key=key):
        raise Invalid(say("This picture is not there any more."), fields={"picture": say("Choose it again.")})


async def take_off_profiles(tx: Transaction, *, owner_ids: Collection[int], purpose: Purpose) -> None:
    """Let members show no picture of a kind on their profiles: those there were are thrown away."""
    await queries.take_off_profiles(tx, owner_ids=owner_ids, purpose=purpose)


async def usable(tx: Transaction, *, viewer: Viewer, wanted: Sequence[Attachment], post_id: int | None = None) -> tuple[PostPicture, ...]:
    """Return the pictures as they will stand in a post or a draft, in their order, locked; raises Invalid for one that is not there.

    One's own only, sent for posts, and in no other post yet: whatever else a key names is told from nothing by no word.
    """
    found = await queries.lock_usable(tx, owner_id=viewer.member_id, keys={one.key for one in wanted}, post_id=post_id) if wanted else {}
    gone = [number for number, one in enumerate(wanted, 1) if one.key not in found]
    if gone:
        raise Invalid(say("A picture is not there any more."), fields={"pictures": _gone(gone)})
    return tuple(PostPicture(key=one.key, alt=one.alt, width=found[one.key].width, height=found[one.key].height) for one in wanted)


def _gone(numbers: Sequence[int]) -> Sentence:
    return say("Picture %(numbers)s is not there any more. Take it out, or choose it again.", numbers=", ".join(map(str, numbers)))


async def put_into_post(tx: Transaction, *, post_id: int, pictures: Sequence[PostPicture]) -> None:
    """Let these be a post's pictures. Those it had before and has no longer are thrown away: their author wanted them gone."""
    await queries.give_to_post(tx, post_id=post_id, keys=[one.key for one in pictures])


async def keep_preview(tx: Transaction, *, owner_id: int, post_id: int, developed: Developed) -> None:
    """Keep the picture of the page that a post links to: whoever may read the post may see it."""
    kept = await queries.insert_picture(
        tx, owner_id=owner_id, key=developed.key, purpose=developed.purpose, width=developed.width, height=developed.height
    )
    await queries.give_preview(tx, post_id=post_id, key=kept.key)


async def discard_preview(tx: Transaction, *, post_id: int) -> None:
    """Throw away the picture of the page that a post links to, or linked to."""
    await queries.discard_preview(tx, post_id=post_id)


async def put_into_draft(tx: Transaction, *, draft_id: int, pictures: Sequence[PostPicture]) -> None:
    """Let these be a draft's pictures: they are kept as long as it is."""
    await queries.give_to_draft(tx, draft_id=draft_id, keys=[one.key for one in pictures])


async def erase_member(tx: Transaction, *, member_id: int) -> None:
    """Throw away every picture of a member."""
    await queries.discard_owned(tx, owner_id=member_id)


async def discard_of_post(tx: Transaction, *, post_id: int) -> None:
    """Throw away the pictures of a post that is gone for good."""
    await queries.discard_of_post(tx, post_id=post_id)


async def sweep(tx: Transaction, *, darkroom: Darkroom) -> None:
    """Delete the files of what was thrown away, then their rows; what is cut short is done again."""
    await queries.discard_unused(tx, older_than=tx.now - UNUSED_FOR)
    gone = await queries.gone_pictures(tx, limit=AT_ONCE)
    for picture in gone:
        await darkroom.throw_away(picture.key, picture.purpose)
    if gone:
        await queries.forget_pictures(tx, ids=[picture.id for picture in gone])


async def collect(tx: Transaction, *, darkroom: Darkroom) -> None:
    """Delete files that no row knows of: a picture whose request was cut short after it was stored leaves some."""
    async for files in darkroom.files():
        old = {path: path.rpartition("/")[2].partition("-")[0] for path, written in files.items() if written < tx.now - UNUSED_FOR}
        known = await queries.known_keys(tx, keys=set(old.values())) if old else set()
        for path, key in old.items():
            if key not in known and is_key(key):
                await darkroom.throw_file_away(path)
