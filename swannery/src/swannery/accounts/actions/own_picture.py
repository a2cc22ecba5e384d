"""A member's own picture and cover: what they look like everywhere."""

from swannery.accounts.queries import app_pictures, people
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer
from swannery.media import actions as media
from swannery.media.models import Purpose, api_address

PICTURE_ALONG = "m.picture"


async def show_own(tx: Transaction, *, viewer: Viewer, purpose: Purpose, key: str) -> None:
    """Show a picture of one's own in the place of the one before; raises Invalid when it is not there any more."""
    # The member's own row first: of two at once the second waits for it, and then sees what the first put there.
    await people.write_picture(tx, member_id=viewer.member_id, purpose=purpose, key=key)
    await media.put_on_profile(tx, viewer=viewer, purpose=purpose, key=key)
    if purpose == "face":
        await app_pictures.leave_to_member(tx, member_id=viewer.member_id)


async def remove_own(tx: Transaction, *, viewer: Viewer, purpose: Purpose) -> None:
    """Show none: for a picture the initials are drawn, for a cover the water."""
    await show_own(tx, viewer=viewer, purpose=purpose, key="")


async def is_from_app(tx: Transaction, *, viewer: Viewer) -> bool:
    """Whether the member's picture is the one they have in the app."""
    return await app_pictures.is_shown(tx, member_id=viewer.member_id)


async def read_cover(tx: Transaction, *, viewer: Viewer) -> str:
    """Return the key of the member's cover, nothing where there is none."""
    profile = await people.find_profile(tx, handle=viewer.handle)
    return profile.cover if profile else ""


async def read_addresses(tx: Transaction, *, viewer: Viewer) -> dict[Purpose, str | None]:
    """Return where programs find the member's pictures."""
    profile = await people.find_profile(tx, handle=viewer.handle)
    keys: dict[Purpose, str] = {"face": profile.person.picture, "cover": profile.cover} if profile else {}
    return {purpose: api_address(keys[purpose], "large") if keys.get(purpose) else None for purpose in ("face", "cover")}
