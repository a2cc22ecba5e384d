"""What a member says of themselves here; name and handle are the app's."""

from swannery.accounts.queries import people
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid
from swannery.foundation.text import clean_text
from swannery.foundation.viewer import Viewer

LONGEST_BIO = 500


async def read_own_bio(tx: Transaction, *, viewer: Viewer) -> str:
    """Return what the member says of themselves."""
    _ = viewer.member_id
    profile = await people.find_profile(tx, handle=viewer.handle)
    return profile.bio if profile else ""


async def read_private(tx: Transaction, *, viewer: Viewer) -> bool:
    """Return whether the member approves their followers."""
    return await people.is_private(tx, member_id=viewer.member_id)


async def set_private(tx: Transaction, *, viewer: Viewer, private: bool) -> None:
    """Have followers wait for approval from now on, or no longer. Who follows already stays; who waits, waits for an answer."""
    await people.write_private(tx, member_id=viewer.member_id, private=private)


async def change_bio(tx: Transaction, *, viewer: Viewer, bio: str) -> None:
    """Store it; raises Invalid when it is too long."""
    text = clean_text(bio)
    if len(text) > LONGEST_BIO:
        raise Invalid(
            "This cannot be saved yet.", fields={"bio": f"This is {len(text) - LONGEST_BIO} letters too long; {LONGEST_BIO} fit."}
        )
    await people.write_bio(tx, member_id=viewer.member_id, bio=text)
