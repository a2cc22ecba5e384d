"""What people let each other do: write to them, mention them, tag them, see when they were here. Blocks go before every choice."""

from collections.abc import Collection

from swannery.accounts.actions import own_settings
from swannery.accounts.models import Deed, WhoMay
from swannery.connections.models import Relation
from swannery.connections.queries.permitting import who_follows
from swannery.connections.rules import is_let
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer


async def who_lets(tx: Transaction, *, viewer: Viewer, deed: Deed, ids: Collection[int]) -> set[int]:
    """Return those of the members who let the viewer do this; nobody lets a stranger, everybody lets themselves."""
    if viewer.id is None:
        return set()
    wanted = set(ids) - set(viewer.blocked)
    choices = await own_settings.choices(tx, deed=deed, ids=wanted)
    asked = [member_id for member_id, choice in choices.items() if choice == "followed" and member_id not in viewer.friends]
    followers = await who_follows(tx, member_id=viewer.id, among=asked) if asked else set()
    return {
        member_id
        for member_id, choice in choices.items()
        if member_id == viewer.id or is_let(choice, friends=member_id in viewer.friends, follows_viewer=member_id in followers)
    }


def shows_activity(choice: WhoMay, *, viewer: Viewer, relation: Relation) -> bool:
    """Whether somebody who chose this lets the viewer, who stands to them like this, see when they were here."""
    return relation.is_me or (viewer.signed_in and is_let(choice, friends=relation.friends, follows_viewer=relation.follows_me))


async def lets(tx: Transaction, *, viewer: Viewer, deed: Deed, person_id: int) -> bool:
    """Whether one member lets the viewer do this."""
    return person_id in await who_lets(tx, viewer=viewer, deed=deed, ids=[person_id])
