"""What a member says of themselves here; name and handle are the app's."""

import msgspec

from swannery.accounts.models import Openness
from swannery.accounts.queries import people
from swannery.accounts.rules import LONGEST_BIO, LONGEST_PRONOUNS, links_of
from swannery.foundation.database import Transaction
from swannery.foundation.errors import Invalid
from swannery.foundation.text import clean_line, clean_text
from swannery.foundation.viewer import Viewer
from swannery.foundation.words import over_by, say


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a member says of themselves."""

    bio: str = ""
    pronouns: str = ""
    links: tuple[str, ...] = ()


async def read_own(tx: Transaction, *, viewer: Viewer) -> Words:
    """Return what the member says of themselves."""
    _ = viewer.member_id
    profile = await people.find_profile(tx, handle=viewer.handle)
    if profile is None:
        return Words()
    return Words(bio=profile.bio, pronouns=profile.pronouns, links=tuple(link.url for link in profile.links))


async def change_own(tx: Transaction, *, viewer: Viewer, words: Words) -> Words:
    """Store it and return it as it is stored; raises Invalid with a sentence for each field that cannot be taken."""
    bio, pronouns = clean_text(words.bio), clean_line(words.pronouns)
    links, problem = links_of(words.links)
    errors = {"links": problem} if problem else {}
    for name, text, longest in (("bio", bio, LONGEST_BIO), ("pronouns", pronouns, LONGEST_PRONOUNS)):
        if len(text) > longest:
            errors[name] = over_by(len(text) - longest, most=longest)
    if errors:
        raise Invalid(say("This cannot be saved yet."), fields=errors)
    await people.write_words(tx, member_id=viewer.member_id, bio=bio, pronouns=pronouns, links=links)
    return Words(bio=bio, pronouns=pronouns, links=links)


async def read_openness(tx: Transaction, *, viewer: Viewer) -> Openness:
    """Return whether the member approves their followers, and whether they may be suggested to others."""
    return await people.read_openness(tx, member_id=viewer.member_id)


async def change_openness(tx: Transaction, *, viewer: Viewer, private: bool | None = None, suggested: bool | None = None) -> None:
    """Have followers wait for approval, or be suggested to people one may know, from now on or no longer; what is not named stays.

    Who follows already stays; who waits, waits for an answer.
    """
    await people.write_openness(tx, member_id=viewer.member_id, private=private, suggested=suggested)
