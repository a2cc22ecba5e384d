"""Finding people. A block hides both from each other; whoever the app deactivated is hidden from all."""

import re
from collections.abc import Collection

from swannery.accounts.models import Person, Profile
from swannery.accounts.queries import people as people_queries
from swannery.foundation.database import Transaction
from swannery.foundation.errors import NotThere
from swannery.foundation.text import clean_line
from swannery.foundation.viewer import Viewer

__all__ = ["find_by_handle", "find_person", "list_people", "may_see_profile", "people_by_handle", "people_by_id", "read_profile"]

PAGE = 30
HANDLE = re.compile(r"[a-z0-9_]{2,30}")
LONGEST_SEARCH = 100


async def people_by_id(tx: Transaction, *, ids: Collection[int], viewer: Viewer) -> dict[int, Person]:
    """Return those of the members that the viewer may know of, by id."""
    return await people_queries.read_people(tx, ids=set(ids) - set(viewer.blocked))


async def people_by_handle(tx: Transaction, *, handles: Collection[str], viewer: Viewer) -> list[Person]:
    """Return those of the members with these handles that the viewer may know of."""
    found = await people_queries.read_by_handle(tx, handles=handles)
    return [person for person in found if person.id not in viewer.blocked]


async def find_person(tx: Transaction, *, member_id: int, viewer: Viewer) -> Person:
    """Return one member; raises NotThere when there is none, or none for this viewer."""
    found = await people_by_id(tx, ids=[member_id], viewer=viewer)
    if member_id not in found:
        raise NotThere
    return found[member_id]


async def find_by_handle(tx: Transaction, *, handle: str, viewer: Viewer) -> Person | None:
    """Return the member with this handle, written with or without an @, if the viewer may know of them; members only."""
    _ = viewer.member_id
    wanted = clean_line(handle).lower().removeprefix("@")
    profile = await people_queries.find_profile(tx, handle=wanted) if HANDLE.fullmatch(wanted) else None
    return profile.person if profile and profile.person.id not in viewer.blocked else None


async def read_profile(tx: Transaction, *, handle: str, viewer: Viewer) -> Profile:
    """Return a member's page; raises NotThere when there is none, or none for this viewer. Strangers see profiles of open sites only."""
    if not viewer.signed_in and not viewer.site_open:
        raise NotThere
    profile = await people_queries.find_profile(tx, handle=handle) if HANDLE.fullmatch(handle.lower()) else None
    if profile is None or profile.person.id in viewer.blocked:
        raise NotThere
    return profile


async def may_see_profile(tx: Transaction, viewer: Viewer, member_id: int) -> bool:
    """Whether the viewer may see a member's profile, by the same rules as `read_profile`."""
    return (viewer.signed_in or viewer.site_open) and bool(await people_by_id(tx, ids=[member_id], viewer=viewer))


async def list_people(tx: Transaction, *, viewer: Viewer, beginning: str = "", after_id: int = 0) -> list[Person]:
    """Return a page of members, the longest here first; members only."""
    hidden = {*viewer.blocked, viewer.member_id}
    text = clean_line(beginning)[:LONGEST_SEARCH].removeprefix("@")
    return await people_queries.list_people(tx, beginning=text, hidden=hidden, after_id=after_id, limit=PAGE)
