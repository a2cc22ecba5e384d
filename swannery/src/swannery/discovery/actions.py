"""Suggesting people, and suggesting them no longer."""

from swannery.accounts.actions.people import people_by_id
from swannery.discovery import queries
from swannery.discovery.models import WEIGHTS, Suggestion
from swannery.discovery.rules import ranked
from swannery.foundation.database import Transaction
from swannery.foundation.errors import NotThere
from swannery.foundation.viewer import Viewer

MOST = 50


async def suggest(tx: Transaction, *, viewer: Viewer, limit: int = MOST) -> list[Suggestion]:
    """Return whom the viewer may know, the likeliest first, each with the reasons.

    Never whom they know, asked, muted or dismissed, who is blocked either way, or who does not want to be suggested.
    """
    people, clues = await queries.read_clues(tx, viewer=viewer, weights=WEIGHTS, limit=limit)
    return ranked(people, clues)


async def dismiss(tx: Transaction, *, viewer: Viewer, person_id: int, on: bool) -> None:
    """Have somebody suggested no longer, or again; they are not told. Raises NotThere for whom the viewer must not know of."""
    me = viewer.member_id
    if not on:
        await queries.forget_dismissal(tx, member_id=me, person_id=person_id)
        return
    if person_id == me or person_id not in await people_by_id(tx, ids=[person_id], viewer=viewer):
        raise NotThere
    await queries.dismiss(tx, member_id=me, person_id=person_id)


async def erase_member(tx: Transaction, *, member_id: int) -> None:
    """Erase what is kept here of a member."""
    await queries.forget_member(tx, member_id=member_id)
