"""What people let each other do: write to them, mention them, tag them, see when they were here. Blocks go before every choice."""

from collections.abc import Collection

import msgspec

from swannery.accounts.actions import own_settings
from swannery.accounts.models import Deed, Profile, WhoMay
from swannery.connections import queries
from swannery.connections.models import Relation
from swannery.connections.rules import is_let
from swannery.foundation.database import Transaction
from swannery.foundation.viewer import Viewer

NOBODY = (False, False)


async def who_lets(tx: Transaction, *, viewer: Viewer, deed: Deed, ids: Collection[int]) -> set[int]:
    """Return those of the members who let the viewer do this; nobody lets a stranger, everybody lets themselves."""
    if viewer.id is None:
        return set()
    return await who_lets_member(tx, member_id=viewer.id, deed=deed, ids=set(ids) - set(viewer.blocked))


async def who_lets_member(tx: Transaction, *, member_id: int, deed: Deed, ids: Collection[int]) -> set[int]:
    """Return the same for a member who need not be looking. Whoever is blocked must not be among the ids."""
    choices = await own_settings.choices(tx, deed=deed, ids=ids)
    narrow = [other for other, choice in choices.items() if choice not in {"members", "nobody"}]
    relations = await queries.read_relations(tx, member_id=member_id, ids=narrow) if narrow else {}
    stands = {other: (relation.friends, relation.follows_me) for other, relation in relations.items()}
    return {
        other
        for other, choice in choices.items()
        if other == member_id or is_let(choice, friends=stands.get(other, NOBODY)[0], follows_viewer=stands.get(other, NOBODY)[1])
    }


async def may_mention(tx: Transaction, author_id: int, member_ids: Collection[int]) -> set[int]:
    """Return those who let an author mention them; as posts ask for it."""
    return await who_lets_member(tx, member_id=author_id, deed="mention", ids=member_ids)


def shows_activity(choice: WhoMay, *, viewer: Viewer, relation: Relation) -> bool:
    """Whether somebody who chose this lets the viewer, who stands to them like this, see when they were here."""
    return relation.is_me or (viewer.signed_in and is_let(choice, friends=relation.friends, follows_viewer=relation.follows_me))


def as_shown(profile: Profile, *, viewer: Viewer, relation: Relation) -> Profile:
    """Return the profile without what the member does not let this viewer see."""
    if shows_activity(profile.activity, viewer=viewer, relation=relation):
        return profile
    return msgspec.structs.replace(profile, last_seen_at=None)


async def lets(tx: Transaction, *, viewer: Viewer, deed: Deed, person_id: int) -> bool:
    """Whether one member lets the viewer do this."""
    return person_id in await who_lets(tx, viewer=viewer, deed=deed, ids=[person_id])
